"""Holds each answer against the server's own OpenAPI document.

A Contract knows which operation a method and path belong to, which statuses it documents and what
their bodies look like. Installed as Client.watch it turns every API test into a test of the
document as well.
"""
import json
import re
import urllib.parse

import jsonschema

METHODS = ("get", "post", "put", "patch", "delete")
# Every operation may answer these without listing them one by one.
COMMON = {"405", "429", "500", "503"}


class Operation:
    def __init__(self, path, method, spec):
        self.path, self.method, self.spec = path, method.upper(), spec
        self.pattern = re.compile(re.sub(r"\{\w+\}", "[^/]+", path) + "$")
        self.parameters = re.findall(r"\{(\w+)\}", path)
        self.name = f"{self.method} {path}"

    def url(self, value):
        return re.sub(r"\{\w+\}", urllib.parse.quote(str(value), safe=""), self.path)

    def needs_sign_in(self, document):
        security = self.spec.get("security", document.get("security", []))
        return bool(security) and {} not in security

    def takes_json(self):
        return "application/json" in self.spec.get("requestBody", {}).get("content", {})


class Contract:
    def __init__(self, document):
        self.document = document
        self.resolver = jsonschema.RefResolver("", document)
        self.operations = [Operation(path, method, item[method])
                           for path, item in document["paths"].items() for method in METHODS if method in item]

    def find(self, method, path):
        path = path.split("?")[0]
        matches = [o for o in self.operations if o.method == method and o.pattern.match(path)]
        # /api/tickets/bulk is a place of its own, not the ticket called bulk.
        return min(matches, key=lambda o: len(o.parameters), default=None)

    def resolve(self, item):
        while "$ref" in item:
            item = self.resolver.resolve(item["$ref"])[1]
        return item

    def check(self, method, path, answer):
        """Asserts that the answer is one that the document promises."""
        operation = self.find(method, path)
        if operation is None:
            return
        responses = operation.spec["responses"]
        response = responses.get(str(answer.status)) or responses.get("default")
        assert response or str(answer.status) in COMMON, f"{operation.name} does not document {answer.status}"
        if not response:
            return
        media = (answer.header("Content-Type") or "").split(";")[0]
        content = self.resolve(response).get("content", {})
        if not content:
            assert not answer.raw, f"{operation.name} {answer.status} is documented without a body"
            return
        assert media in content or "*/*" in content, f"{operation.name} {answer.status}: {media} is not documented"
        schema = content.get(media, {}).get("schema")
        if schema and media == "application/json":
            validator = jsonschema.Draft202012Validator(schema, resolver=self.resolver)
            problems = [f"{'.'.join(map(str, e.absolute_path))}: {e.message}" for e in validator.iter_errors(json.loads(answer.raw))]
            assert not problems, f"{operation.name} {answer.status}: {'; '.join(problems)[:1500]}"
