"""Replies and notes: who sees them, what they do to a ticket."""
import pytest


def requester_client(desk, email):
    """A client that acts as the requester with that address."""
    found = desk.get(f"/api/requesters?q={email}").must(200)["requesters"]
    token = desk.post("/api/tokens", {"name": "portal", "scope": "write", "requesterId": found[0]["id"]}).must(201)
    return desk.client(token=token["token"])


def make(desk, subject, email):
    return desk.ticket(subject, requester={"name": "Rae", "email": email})


def comment(client, ticket, content, **fields):
    return client.post(f"/api/tickets/{ticket['id']}/comments", {"content": content, **fields})


def test_a_reply_is_public_and_a_note_is_not(desk):
    ticket = make(desk, "talk", "talk@example.com")
    reply = comment(desk.http, ticket, "hello").must(201)
    note = comment(desk.http, ticket, "psst", isInternal=True).must(201)
    other = comment(desk.http, ticket, "also a note", isPublic=False).must(201)
    assert (reply["isPublic"], reply["isInternal"], reply["authorType"], reply["author"]["name"]) == \
        (True, False, "agent", "Root")
    assert (note["isPublic"], note["isInternal"]) == (False, True) == (other["isPublic"], other["isInternal"])
    assert comment(desk.http, ticket, "which?", isInternal=True, isPublic=True).status == 400


def test_requesters_see_their_own_tickets_without_notes(desk):
    mine, theirs = make(desk, "mine", "mine@example.com"), make(desk, "theirs", "theirs@example.com")
    comment(desk.http, mine, "public word").must(201)
    comment(desk.http, mine, "secret zebra", isInternal=True).must(201)
    me = requester_client(desk, "mine@example.com")
    seen = me.get(f"/api/tickets/{mine['id']}").must(200)
    assert "public word" in [c["content"] for c in seen["comments"]]
    assert "zebra" not in str(seen)
    assert "zebra" not in str(me.get(f"/api/tickets/{mine['id']}/history").must(200))
    assert me.get("/api/tickets?searchQuery=zebra").must(200)["tickets"] == []
    assert {t["number"] for t in me.get("/api/tickets").must(200)["tickets"]} == {mine["number"]}
    for method, path in [("GET", ""), ("GET", "/history"), ("GET", "/comments"), ("POST", "/comments"), ("POST", "/close"),
                         ("POST", "/reopen")]:
        body = {"content": "x"} if path == "/comments" and method == "POST" else None
        assert me.request(method, f"/api/tickets/{theirs['number']}{path}", body).status == 404, path


@pytest.mark.parametrize("method,path,body", [
    ("PATCH", "", {"priority": "critical"}), ("POST", "/resolve", {}), ("POST", "/assign", {"auto": True}),
    ("DELETE", "", None), ("POST", "/merge", {"ticketId": "1"}), ("GET", "/watchers", None), ("GET", "/links", None),
    ("POST", "/cancel", {})])
def test_agents_work_is_not_for_requesters(desk, method, path, body):
    ticket = make(desk, "no", "no@example.com")
    me = requester_client(desk, "no@example.com")
    assert me.request(method, f"/api/tickets/{ticket['id']}{path}", body).status == 403


def test_a_requester_cannot_write_notes(desk):
    ticket = make(desk, "note", "note@example.com")
    me = requester_client(desk, "note@example.com")
    assert comment(me, ticket, "hidden", isInternal=True).status == 403
    assert comment(me, ticket, "plain").must(201)["authorType"] == "requester"


@pytest.mark.parametrize("was,becomes", [("pending", "open"), ("resolved", "open"), ("closed", "open"),
                                         ("in_progress", "in_progress")])
def test_a_requesters_reply_wakes_what_slept(desk, was, becomes):
    email = f"wake-{was}@example.com"
    ticket = make(desk, "sleepy", email)
    desk.patch(f"/api/tickets/{ticket['id']}", {"status": was}).must(200)
    comment(requester_client(desk, email), ticket, "are you there?").must(201)
    after = desk.get(f"/api/tickets/{ticket['id']}").must(200)
    assert after["status"] == becomes
    assert after["resolvedAt"] is None and after["closedAt"] is None


def test_a_note_wakes_nothing(desk):
    ticket = make(desk, "asleep", "asleep@example.com")
    desk.patch(f"/api/tickets/{ticket['id']}", {"status": "pending"}).must(200)
    comment(desk.http, ticket, "still waiting", isInternal=True).must(201)
    assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["status"] == "pending"


def test_too_late_a_reply_opens_a_linked_ticket(new_desk):
    desk = new_desk()
    desk.start("--reopen-window", "0")
    ticket = make(desk, "old story", "late@example.com")
    desk.post(f"/api/tickets/{ticket['id']}/close").must(200)
    comment(requester_client(desk, "late@example.com"), ticket, "it is back").must(201)
    assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["status"] == "closed"
    links = desk.get(f"/api/tickets/{ticket['id']}/links").must(200)["links"]
    assert [x["kind"] for x in links] == ["follow_up"]
    follow_up = desk.get(f"/api/tickets/{links[0]['number']}").must(200)
    assert follow_up["description"] == "it is back" and follow_up["requester"]["email"] == "late@example.com"
    desk.check()


def test_the_first_public_reply_of_an_agent_is_the_response(desk):
    ticket = make(desk, "answer me", "answer@example.com")
    assert ticket["sla"]["responseMet"] is None
    comment(desk.http, ticket, "internal first", isInternal=True).must(201)
    assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["sla"]["responseMet"] is None
    comment(desk.http, ticket, "hello").must(201)
    first = desk.get(f"/api/tickets/{ticket['id']}").must(200)["sla"]
    comment(desk.http, ticket, "hello again").must(201)
    second = desk.get(f"/api/tickets/{ticket['id']}").must(200)["sla"]
    assert first["responseMet"] is True and first["responseAt"] == second["responseAt"]
