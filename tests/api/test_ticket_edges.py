"""What happens to tickets at the edges: deleted, merged and long closed ones, and what outsiders learn."""
import pytest

from desk import ticket_body


def requester_client(desk, email):
    found = desk.get(f"/api/requesters?q={email}").must(200)["requesters"]
    token = desk.post("/api/tokens", {"name": "portal", "scope": "write", "requesterId": found[0]["id"]}).must(201)
    return desk.client(token=token["token"])


def make(desk, subject, email):
    return desk.ticket(subject, requester={"name": "Rae", "email": email})


def status_of(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}").must(200)["status"]


# ---- deleted

def test_nobody_is_answered_on_a_deleted_ticket(desk):
    ticket = make(desk, "gone", "gone@example.com")
    desk.delete(f"/api/tickets/{ticket['id']}").must(204)
    assert desk.post(f"/api/tickets/{ticket['id']}/comments", {"content": "hello?"}).must(409)["code"] == "conflict"


# ---- reopening

@pytest.mark.parametrize("status", ["in_progress", "pending"])
def test_a_requester_who_reopens_what_is_open_changes_nothing(desk, status):
    email = f"eager-{status}@example.com"
    ticket = make(desk, "still here", email)
    desk.patch(f"/api/tickets/{ticket['id']}", {"status": status}).must(200)
    requester_client(desk, email).post(f"/api/tickets/{ticket['id']}/reopen").must(200)
    assert status_of(desk, ticket) == status


def test_a_requester_reopens_within_the_window_only(new_desk):
    desk = new_desk()
    desk.start("--reopen-window", "0")
    ticket = make(desk, "old story", "late@example.com")
    me = requester_client(desk, "late@example.com")
    desk.post(f"/api/tickets/{ticket['id']}/resolve").must(200)
    me.post(f"/api/tickets/{ticket['id']}/reopen").must(200)
    assert status_of(desk, ticket) == "open"
    desk.post(f"/api/tickets/{ticket['id']}/close").must(200)
    assert me.post(f"/api/tickets/{ticket['id']}/reopen").must(409)["code"] == "conflict"
    desk.post(f"/api/tickets/{ticket['id']}/reopen").must(200)
    desk.post(f"/api/tickets/{ticket['id']}/cancel").must(200)
    assert me.post(f"/api/tickets/{ticket['id']}/reopen").status == 409
    assert status_of(desk, ticket) == "cancelled"


# ---- merged

def merged(desk, a="into@example.com", b="from@example.com"):
    into, source = make(desk, "one", a), make(desk, "two", b)
    desk.post(f"/api/tickets/{into['id']}/merge", {"ticketId": source["id"]}).must(200)
    return into, source


def test_a_merged_ticket_stays_closed(desk):
    into, source = merged(desk)
    path = f"/api/tickets/{source['id']}"
    assert str(into["number"]) in desk.post(path + "/reopen").must(409)["error"]
    assert desk.patch(path, {"status": "open"}).status == 409
    result = desk.post("/api/tickets/bulk", {"ids": [source["id"]], "changes": {"status": "open"}}).must(200)
    assert result["updated"] == 0 and result["failed"][0]["code"] == "conflict"
    desk.delete(path).must(204)
    assert desk.post(path + "/restore").must(200)["status"] == "closed"
    assert status_of(desk, source) == "closed"


def test_everybodys_later_replies_follow_a_merge(desk):
    into, source = merged(desk, "into2@example.com", "from2@example.com")
    me = requester_client(desk, "from2@example.com")
    mine = me.post(f"/api/tickets/{source['id']}/comments", {"content": "one more thing"})
    assert mine.must(201)["content"] == "one more thing"
    assert mine.header("Location") is None, "the other ticket is somebody else's"
    desk.post(f"/api/tickets/{source['id']}/comments", {"content": "the answer"}).must(201)
    texts = [c["content"] for c in desk.get(f"/api/tickets/{into['id']}").must(200)["comments"]]
    assert texts[-2:] == ["one more thing", "the answer"]
    assert desk.get(f"/api/tickets/{source['id']}").must(200)["comments"] == []
    assert me.get(f"/api/tickets/{into['id']}").status == 404


# ---- late replies

def test_a_late_reply_brings_its_files(new_desk):
    desk = new_desk()
    desk.start("--reopen-window", "0")
    ticket = make(desk, "old story", "late@example.com")
    desk.post(f"/api/tickets/{ticket['id']}/close").must(200)
    me = requester_client(desk, "late@example.com")
    file = me.request("POST", f"/api/tickets/{ticket['id']}/attachments?fileName=proof.txt", b"see here",
                      headers={"Content-Type": "application/octet-stream"}).must(201)["attachments"][0]
    reply = me.post(f"/api/tickets/{ticket['id']}/comments", {"content": "it is back", "attachmentIds": [file["id"]]})
    reply.must(201)
    follow_up = me.get(reply.header("Location")).must(200)
    assert [a["fileName"] for a in follow_up["attachments"]] == ["proof.txt"]
    assert follow_up["attachmentCount"] == 1
    assert me.get(file["url"]).raw == b"see here"
    assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["attachmentCount"] == 0
    other = make(desk, "another", "other@example.com")
    desk.post(f"/api/tickets/{other['id']}/close").must(200)
    theft = requester_client(desk, "other@example.com").post(
        f"/api/tickets/{other['id']}/comments", {"content": "mine now", "attachmentIds": [file["id"]]})
    assert theft.status == 400
    desk.check()


# ---- what outsiders learn

def test_requesters_do_not_read_why_agents_did_what_they_did(desk):
    desk.agent("clerk@desk.test", "Clerk Kent")
    ticket = make(desk, "why", "why@example.com")
    desk.post(f"/api/tickets/{ticket['id']}/resolve", {"comment": "customer is a nuisance"}).must(200)
    me = requester_client(desk, "why@example.com")
    me.post(f"/api/tickets/{ticket['id']}/reopen", {"comment": "my own words"}).must(200)
    seen = me.get(f"/api/tickets/{ticket['id']}/history").must(200)["history"]
    assert {h["changeType"] for h in seen} >= {"created", "assigned", "status"}
    assert {h["comment"] for h in seen} == {None, "my own words"}
    assert "nuisance" in str(desk.get(f"/api/tickets/{ticket['id']}/history").must(200))


def test_a_stranger_learns_nothing_about_the_owner_of_an_address(desk):
    desk.post("/api/requesters", {"email": "victim@example.com", "name": "Vera Victim", "phone": "+49 170 1",
                                  "organization": "Secret Corp", "userId": "crm-77", "tier": "enterprise"}).must(201)
    stranger = desk.client(token=None)
    answer = stranger.post("/api/tickets", ticket_body(source="web", requester={"name": "X", "email": "victim@example.com"}))
    told = answer.must(201)["requester"]
    assert (told["email"], told["name"]) == ("victim@example.com", "X")
    for secret in (b"Vera", b"+49 170 1", b"Secret Corp", b"crm-77", b"enterprise"):
        assert secret not in answer.raw


def test_a_stranger_puts_no_contact_details_beside_a_known_customer(desk):
    known = desk.post("/api/requesters", {"email": "vip@example.com", "name": "Vera"}).must(201)
    said = {"name": "Vera", "email": "VIP@example.com", "phone": "+49 666", "organization": "Evil Corp", "userId": "u-evil"}
    desk.client(token=None).post("/api/tickets", ticket_body(source="web", requester=said)).must(201)
    now = desk.get(f"/api/requesters/{known['id']}").must(200)
    assert (now["phone"], now["organization"], now["userId"], now["ticketCount"]) == (None, None, None, 1)
    desk.post("/api/tickets", ticket_body(requester=said)).must(201)  # an agent may
    assert desk.get(f"/api/requesters/{known['id']}").must(200)["phone"] == "+49 666"


def test_strangers_of_one_ipv6_network_share_one_budget(new_desk):
    """A household has 2^64 addresses: a limit on each alone would be none."""
    desk = new_desk()
    desk.start("--trusted-proxy", "127.0.0.1", env={"FRONTDESK_WEB_CREATE_PER_HOUR": "3"})

    def write(ip):
        return desk.client(token=None).post("/api/tickets", ticket_body(source="web"), headers={"X-Forwarded-For": ip}).status

    assert [write(f"2001:db8:1:2::{i}") for i in range(1, 5)] == [201, 201, 201, 429]
    assert write("2001:db8:1:3::1") == 201


# ---- categories out of use

def test_a_ticket_cannot_be_moved_to_a_category_out_of_use(desk):
    made = desk.post("/api/categories", {"name": "fax"}).must(201)
    inside, outside = desk.ticket("in", category="fax"), desk.ticket("out")
    desk.patch(f"/api/categories/{made['id']}", {"isActive": False}).must(200)
    assert "category" in desk.patch(f"/api/tickets/{outside['id']}", {"category": "fax"}).error_paths()
    desk.patch(f"/api/tickets/{inside['id']}", {"category": "fax", "priority": "high"}).must(200)
