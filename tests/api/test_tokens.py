"""API tokens: shown once, limited in scope and time, revocable."""
import re

import pytest

from people_roles import audit, cast


def make(desk, token=None, **fields):
    return desk.client(token or desk.token).post("/api/tokens", {"name": "test", **fields})


def test_a_token_is_shown_once_and_then_only_hinted_at(desk):
    answer = make(desk, scope="read")
    made = answer.must(201)
    assert re.fullmatch(r"fd_[\w-]{43}", made["token"]) and made["token"].startswith(made["hint"])
    assert made["agent"]["email"] == "root@desk.test" and made["scope"] == "read" and made["requester"] is None
    listed = next(t for t in desk.get("/api/tokens").must(200)["tokens"] if t["id"] == made["id"])
    assert "token" not in listed and listed["hint"] == made["hint"]
    for path in ("/api/tokens", "/api/tokens?all=true", "/api/audit"):
        assert made["token"].encode() not in desk.get(path).raw
    assert desk.client(made["token"]).get("/api/agents").status == 200


def test_only_a_hash_of_a_token_is_on_disk(new_desk):
    desk = new_desk()
    secret = desk.token.encode()
    for path in desk.data.rglob("*"):
        if path.is_file():
            assert secret not in path.read_bytes(), path


@pytest.mark.parametrize("scope, reads, writes, administers", [("read", 200, 403, 403), ("write", 200, 201, 403), ("admin", 200, 201, 201)])
def test_a_scope_is_a_limit(desk, scope, reads, writes, administers):
    client = desk.client(make(desk, scope=scope).must(201)["token"])
    assert client.get("/api/agents").status == reads
    assert client.post("/api/requesters", {"email": f"{scope}@scope.example"}).status == writes
    assert client.post("/api/agents", {"email": f"{scope}@scope.test", "name": scope}).status == administers


def test_a_token_cannot_make_one_that_may_more(desk):
    write = make(desk, scope="write").must(201)["token"]
    assert make(desk, write, scope="write").status == 201
    assert make(desk, write, scope="admin").status == 403
    assert make(desk, make(desk, scope="read").must(201)["token"], scope="read").status == 403


def test_only_admins_make_tokens_for_others(desk):
    tokens = cast(desk)
    assert make(desk, tokens["agent"], agentId="root@desk.test").status == 403
    assert make(desk, tokens["agent"], agentId="agent@desk.test").status == 201
    assert make(desk, tokens["supervisor"], agentId="agent@desk.test").status == 403
    requester = desk.post("/api/requesters", {"email": "own@example.com"}).must(201)["id"]
    assert make(desk, tokens["agent"], requesterId=requester).status == 403
    made = make(desk, agentId="agent@desk.test").must(201)
    assert desk.client(made["token"]).get("/api/session").must(200)["user"]["email"] == "agent@desk.test"


def test_an_admins_token_for_writing_has_no_power_over_others_tokens(desk):
    tokens = cast(desk)
    requester = desk.post("/api/requesters", {"email": "held@example.com"}).must(201)["id"]
    theirs = make(desk, agentId="agent@desk.test", scope="write").must(201)
    write = make(desk, scope="write").must(201)["token"]
    assert make(desk, write, agentId="supervisor@desk.test", scope="write").status == 403
    assert make(desk, write, requesterId=requester, scope="write").status == 403
    assert desk.client(write).delete(f"/api/tokens/{theirs['id']}").status == 403
    assert desk.client(tokens["agent"]).delete(f"/api/tokens/{make(desk).must(201)['id']}").status == 404
    assert desk.client(theirs["token"]).get("/api/session").status == 200
    own = make(desk, write, scope="write").must(201)
    assert desk.client(write).delete(f"/api/tokens/{own['id']}").status == 204
    assert desk.delete(f"/api/tokens/{theirs['id']}").status == 204


def test_a_requesters_token_acts_as_that_requester(desk):
    tokens = cast(desk)
    customer = desk.client(tokens["requester"])
    me = customer.get("/api/session").must(200)
    assert me["user"]["type"] == "requester" and me["user"]["email"] == "customer@example.com" and me["agent"] is None
    assert customer.get("/api/agents").status == 403
    own = make(desk, tokens["requester"]).must(201)
    assert own["requester"]["email"] == "customer@example.com" and own["agent"] is None


def test_a_revoked_token_ends_at_once(desk):
    made = make(desk).must(201)
    client = desk.client(made["token"])
    assert client.get("/api/agents").status == 200
    assert desk.delete(f"/api/tokens/{made['id']}").status == 204
    assert client.get("/api/agents").status == 401
    assert desk.delete(f"/api/tokens/{made['id']}").status == 204, "twice is fine"
    assert next(t for t in desk.get("/api/tokens").must(200)["tokens"] if t["id"] == made["id"])["revokedAt"]
    assert [e["kind"] for e in audit(desk, "entity=token") if e["entityId"] == made["id"]] == ["revoked", "created"]


def test_others_tokens_are_not_there(desk):
    tokens = cast(desk)
    mine = make(desk).must(201)
    agent = desk.client(tokens["agent"])
    assert agent.delete(f"/api/tokens/{mine['id']}").status == 404
    assert all(t["agent"]["email"] == "agent@desk.test" for t in agent.get("/api/tokens").must(200)["tokens"])
    owners = {(t["agent"] or t["requester"])["email"] for t in desk.get("/api/tokens?all=true").must(200)["tokens"]}
    assert {"root@desk.test", "agent@desk.test"} <= owners


@pytest.mark.parametrize("fields, path", [
    ({"expiresInDays": 0}, "expiresInDays"), ({"expiresInDays": 3651}, "expiresInDays"), ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt"),
    ({"expiresAt": "2999-01-01T00:00:00Z"}, "expiresAt"), ({"expiresAt": "2030-01-01T00:00:00Z", "expiresInDays": 3}, "expiresInDays"),
    ({"scope": "all"}, "scope"), ({"name": ""}, "name"), ({"agentId": "nobody@desk.test"}, "agentId"), ({"requesterId": "999999"}, "requesterId"),
])
def test_a_wrong_token_request_is_refused_by_field(desk, fields, path):
    assert path in make(desk, **fields).error_paths()


def test_tokens_page_newest_first(desk):
    made = [make(desk).must(201)["id"] for _ in range(3)]
    first = desk.get("/api/tokens?limit=2").must(200)
    second = desk.get(f"/api/tokens?limit=2&cursor={first['nextCursor']}").must(200)
    ids = [t["id"] for t in first["tokens"] + second["tokens"]]
    assert ids[:3] == made[::-1]


def test_a_repeated_post_with_a_key_does_not_show_the_secret_again(desk):
    headers = {"Idempotency-Key": "token-1"}
    body = {"name": "keyed"}
    secret = desk.post("/api/tokens", body, headers=headers).must(201)["token"]
    again = desk.post("/api/tokens", body, headers=headers)
    assert again.status == 409 and secret.encode() not in again.raw


# ---- the command line

def test_the_command_line_makes_lists_and_revokes(desk):
    desk.agent("cli@desk.test")
    result = desk.cli("token", "create", "--email", "cli@desk.test", "--scope", "read", "--days", 3)
    token = result.stdout.decode().strip()
    assert re.fullmatch(r"fd_[\w-]{43}", token) and result.stdout.count(b"\n") == 1
    assert desk.client(token).get("/api/session").must(200)["scope"] == "read"
    line = desk.cli("token", "list", "--email", "cli@desk.test").stdout.decode().splitlines()[1].split("\t")
    assert token.startswith(line[1].removesuffix("..."))
    desk.cli("token", "revoke", line[0])
    assert desk.client(token).get("/api/session").status == 401
    assert audit(desk, "entity=token&kind=revoked&limit=1")[0]["actor"]["name"] == "command line"


@pytest.mark.parametrize("args, code, word", [
    (("token", "create", "--email", "nobody@desk.test"), 1, "nobody@desk.test"), (("token", "create"), 1, "--email"),
    (("token", "create", "--email", "root@desk.test", "--scope", "x"), 1, "--scope"), (("token", "create", "--email", "root@desk.test", "--days", "0"), 1, "days"),
    (("token", "revoke", "999"), 1, "not found"), (("token", "revoke"), 64, "ID"), (("token", "creat"), 64, "create"), (("agent", "add", "--email", "x@y.z"), 64, "name"),
    (("agent", "add", "--email", "nope", "--name", "x"), 1, "nope"), (("agent", "add", "--email", "x@y.z", "--name", "x", "--role", "boss"), 1, "boss"),
    (("agent", "add", "--email", "x@y.z", "--name", "x", "--max", "1001"), 1, "max"), (("agent", "deactivate", "--email", "x@y.z"), 1, "not found"),
])
def test_a_wrong_command_line_is_answered_with_one_sentence(desk, args, code, word):
    result = desk.cli(*args, check=False)
    assert result.returncode == code and word in result.stderr.decode(), (result.returncode, result.stderr)
    assert result.stdout == b""
