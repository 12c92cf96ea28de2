"""The OpenAPI document: valid, complete, and what the server really does."""
import json
import subprocess

import pytest

from contract import Contract
from desk import ROOT, Client

TOOLS = ROOT / "tests/tools"
UNKNOWN_ID = "01890a5d-ac96-774b-bcce-b302099a8057"
PROMISED = """
POST /api/tickets · GET /api/tickets · GET /api/tickets/{id} · PATCH /api/tickets/{id} · DELETE /api/tickets/{id}
POST /api/tickets/{id}/comments · POST /api/tickets/{id}/assign · POST /api/tickets/{id}/resolve · POST /api/tickets/{id}/close
POST /api/tickets/{id}/reopen · GET /api/tickets/{id}/history · GET /api/tickets/{id}/explain · POST /api/tickets/{id}/attachments
GET /api/tickets/{id}/watchers · GET /api/reports · GET /api/statistics · GET /api/agents · GET /api/requesters · GET /api/groups
GET /api/categories · GET /api/assignment-rules · GET /api/category-skills · GET /api/sla-policies · GET /api/auto-responses
GET /api/attachments/{id} · GET /api/tokens · POST /api/tokens · POST /api/session · DELETE /api/session · GET /api/audit
GET /api/events · GET /api/mails/{id} · GET /api/mails/{id}/raw · GET /api/outbox
""".replace("\n", " · ").split(" · ")


@pytest.fixture(scope="module")
def contract(desk):
    return Contract(desk.get("/api/openapi.json").must(200))


def shape(path):
    """A path with its parameters' names forgotten."""
    return "/".join("{}" if part.startswith("{") else part for part in path.split("/"))


def test_it_is_openapi_3_1_and_says_which_version_this_is(contract, desk):
    document = contract.document
    assert document["openapi"].startswith("3.1.")
    assert document["info"]["version"] in desk.cli("version").stdout.decode()


def test_a_linter_finds_nothing(contract, tmp_path):
    (tmp_path / "openapi.json").write_text(json.dumps(contract.document))
    result = subprocess.run([TOOLS / "node_modules/.bin/spectral", "lint", "--ruleset", TOOLS / "spectral.yaml", "--fail-severity", "warn",
                             "--format", "text", tmp_path / "openapi.json"], capture_output=True, text=True, timeout=120)
    assert result.returncode == 0, result.stdout[-4000:] + result.stderr[-2000:]


@pytest.mark.parametrize("operation", [p for p in PROMISED if p.strip()])
def test_what_is_promised_is_there(contract, operation):
    method, path = operation.split()
    assert (method, shape(path)) in {(o.method, shape(o.path)) for o in contract.operations}


def test_operation_ids_are_there_and_unique(contract):
    ids = [o.spec["operationId"] for o in contract.operations]
    assert len(set(ids)) == len(ids)


def test_every_route_that_needs_a_sign_in_refuses_without_one(contract, desk):
    anonymous = Client(desk.port)
    guarded = [o for o in contract.operations if o.needs_sign_in(contract.document)]
    assert len(guarded) > 30
    for operation in guarded:
        answer = anonymous.request(operation.method, operation.url(UNKNOWN_ID), {} if operation.takes_json() else None)
        assert answer.status == 401, f"{operation.name}: {answer.status}"


def test_every_route_with_an_id_that_is_not_there_answers_as_documented(contract, desk):
    for operation in contract.operations:
        if operation.parameters and operation.method in ("GET", "DELETE"):
            answer = desk.http.request(operation.method, operation.url(UNKNOWN_ID))
            assert answer.status in (404, 204), f"{operation.name}: {answer.status} {answer.raw[:200]}"
            contract.check(operation.method, operation.url(UNKNOWN_ID), answer)


def test_every_list_answers_as_documented(contract, desk):
    desk.ticket()
    for operation in contract.operations:
        if operation.method == "GET" and not operation.parameters and not operation.path.endswith("/events"):
            answer = desk.get(operation.path)
            assert answer.status in (200, 400), f"{operation.name}: {answer.status} {answer.raw[:200]}"
            contract.check("GET", operation.path, answer)


def test_every_json_body_with_an_unknown_field_is_refused(contract, desk):
    ticket = desk.ticket()
    for operation in contract.operations:
        if operation.takes_json():
            address = operation.url(ticket["id"] if "/tickets/" in operation.path else UNKNOWN_ID)
            answer = desk.client().request(operation.method, address, {"noSuchField": 1})
            # A place that is not there may be told first.
            assert answer.status in (400, 404), f"{operation.name}: {answer.status} {answer.raw[:200]}"
            if answer.status == 400:
                assert "noSuchField" in answer.error_paths(), operation.name


def test_every_list_refuses_a_parameter_that_it_does_not_know(contract, desk):
    for operation in contract.operations:
        if operation.method == "GET" and not operation.parameters and operation.path.startswith("/api/") and "openapi" not in operation.path:
            answer = desk.client().get(operation.path + "?noSuchParameter=1")
            assert answer.status == 400, f"{operation.name}: {answer.status}"
