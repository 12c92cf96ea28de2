"""Every answer that the tests of this folder get is held against the OpenAPI document."""
import pytest

from contract import Contract
from desk import Client


@pytest.fixture(scope="session", autouse=True)
def contracts():
    known = {}

    def watch(port, method, path, answer):
        if not path.startswith("/api/") or path.startswith("/api/openapi.json"):
            return
        if port not in known:
            Client.watch = None
            document = Client(port).get("/api/openapi.json")
            Client.watch = watch
            known[port] = Contract(document.body)
        known[port].check(method, path, answer)

    Client.watch = watch
    yield known
    Client.watch = None
