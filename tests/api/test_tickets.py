"""Tickets: read, change, statuses, soft delete; what each verb does and what it refuses."""
import uuid

import pytest
from desk import ticket_body

STATUSES = ["new", "open", "in_progress", "pending", "resolved", "closed", "cancelled"]
# from -> what it may become (itself: nothing happens, silently)
ALLOWED = {
    "new": {"new", "open", "in_progress", "pending", "resolved", "closed", "cancelled"},
    "open": {"open", "in_progress", "pending", "resolved", "closed", "cancelled"},
    "in_progress": {"open", "in_progress", "pending", "resolved", "closed", "cancelled"},
    "pending": {"open", "in_progress", "pending", "resolved", "closed", "cancelled"},
    "resolved": {"open", "in_progress", "pending", "resolved", "closed"},
    "closed": {"open", "closed"},
    "cancelled": {"open", "cancelled"},
}


def in_status(desk, status):
    ticket = desk.ticket(f"to be {status}")
    if status != "new":
        ticket = desk.patch(f"/api/tickets/{ticket['id']}", {"status": status}).must(200)
    assert ticket["status"] == status
    return ticket


def history(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}/history").must(200)["history"]


def test_a_ticket_is_found_by_id_and_by_number(desk):
    ticket = desk.ticket("Where am I?")
    assert uuid.UUID(ticket["id"]).version == 7
    for ref in (ticket["id"], ticket["id"].upper(), ticket["number"], f"%23{ticket['number']}"):
        assert desk.get(f"/api/tickets/{ref}").must(200)["subject"] == "Where am I?"


@pytest.mark.parametrize("ref", ["0", "999999999", "-1", "abc", "1e3", "00000000-0000-7000-8000-000000000000",
                                 "99999999999999999999999", "%00", "1%20OR%201=1"])
def test_what_is_not_there_is_not_found(desk, ref):
    answer = desk.get(f"/api/tickets/{ref}")
    assert answer.status in (400, 404)
    if answer.status == 404:
        assert answer.body == {"error": "Ticket not found", "code": "not_found"}


def test_a_created_ticket_shows_everything_that_was_sent(desk):
    sent = ticket_body("All of it", subcategory="refund", priority="high", tags=["VIP", "vip", " Ärger "],
                       customFields={"order": 7, "nested": {"a": [1, None, "ü"]}}, channel="shop", externalId="zd-1",
                       requester={"name": "Zoë", "email": "Zoe@Example.com", "phone": "+49 1", "organization": "ACME",
                                  "tier": "premium", "userId": "u-9"})
    ticket = desk.post("/api/tickets", sent).must(201)
    assert ticket["tags"] == ["vip", "ärger"]
    assert ticket["customFields"] == sent["customFields"]
    assert {k: ticket["requester"][k] for k in ("name", "email", "phone", "organization", "tier", "userId")} == \
        sent["requester"]
    assert (ticket["priority"], ticket["subcategory"], ticket["channel"], ticket["externalId"]) == \
        ("high", "refund", "shop", "zd-1")
    assert desk.get(f"/api/tickets/{ticket['number']}").must(200)["tags"] == ["vip", "ärger"]


@pytest.mark.parametrize("was", STATUSES)
@pytest.mark.parametrize("to", STATUSES)
def test_the_table_of_transitions_holds(desk, was, to):
    ticket = in_status(desk, was)
    answer = desk.patch(f"/api/tickets/{ticket['id']}", {"status": to})
    if to in ALLOWED[was]:
        assert answer.must(200)["status"] == to
    else:
        assert answer.must(409)["code"] == "conflict"
        assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["status"] == was


@pytest.mark.parametrize("verb,status", [("resolve", "resolved"), ("close", "closed"), ("cancel", "cancelled")])
def test_a_verb_and_the_patch_that_says_the_same_have_the_same_effects(desk, verb, status):
    by_verb, by_patch = desk.ticket("by verb"), desk.ticket("by patch")
    a = desk.post(f"/api/tickets/{by_verb['id']}/{verb}").must(200)
    b = desk.patch(f"/api/tickets/{by_patch['id']}", {"status": status}).must(200)
    for name in ("status", "version", "assignee"):
        assert a[name] == b[name], name
    for name in ("resolvedAt", "closedAt"):
        assert bool(a[name]) == bool(b[name]), name
    assert a["sla"]["resolutionMet"] == b["sla"]["resolutionMet"]
    assert [(h["changeType"], h["changedTo"]) for h in history(desk, a) if h["changeType"] == "status"] == \
        [(h["changeType"], h["changedTo"]) for h in history(desk, b) if h["changeType"] == "status"]


def test_doing_it_twice_is_fine_and_leaves_one_trace(desk):
    ticket = desk.ticket("twice")
    first = desk.post(f"/api/tickets/{ticket['id']}/resolve").must(200)
    second = desk.post(f"/api/tickets/{ticket['id']}/resolve").must(200)
    assert first["version"] == second["version"] and first["resolvedAt"] == second["resolvedAt"]
    assert sum(h["changeType"] == "status" and h["changedTo"]["status"] == "resolved" for h in history(desk, ticket)) == 1


def test_reopening_clears_the_resolution_and_starts_the_clock_anew(desk):
    ticket = desk.ticket("again", priority="low")
    desk.post(f"/api/tickets/{ticket['id']}/resolve").must(200)
    again = desk.post(f"/api/tickets/{ticket['id']}/reopen").must(200)
    assert (again["status"], again["resolvedAt"], again["closedAt"]) == ("open", None, None)
    assert again["sla"]["resolutionMet"] is None
    assert again["dueDate"] > ticket["dueDate"]


def test_history_tells_who_from_and_to(desk):
    ticket = desk.ticket("watch me", priority="low")
    desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "high", "tags": ["a"], "comment": "they called"}).must(200)
    entries = {h["changeType"]: h for h in history(desk, ticket)}
    change = entries["priority"]
    assert change["changedBy"] == {"type": "agent", "name": "Root"}
    assert (change["changedFrom"], change["changedTo"]) == ({"priority": "low"}, {"priority": "high"})
    assert change["comment"] == "they called"
    assert entries["created"]["changedBy"]["name"] == "Root"


def test_a_patch_changes_only_what_it_names(desk):
    ticket = desk.ticket("steady", tags=["keep"], customFields={"k": 1})
    patched = desk.patch(f"/api/tickets/{ticket['id']}", {"subject": "moved"}).must(200)
    same = {k: v for k, v in ticket.items() if k not in ("subject", "updatedAt", "version", "commentCount")}
    assert {k: patched[k] for k in same} == same
    assert patched["subject"] == "moved" and patched["version"] == ticket["version"] + 1


def test_tags_can_be_added_and_removed_without_knowing_the_others(desk):
    ticket = desk.ticket("tagged", tags=["a", "b"])
    patched = desk.patch(f"/api/tickets/{ticket['id']}", {"addTags": ["C"], "removeTags": ["A"]}).must(200)
    assert patched["tags"] == ["b", "c"]


@pytest.mark.parametrize("n,status", [(50, 200), (51, 400)])
def test_a_ticket_has_at_most_fifty_tags(desk, n, status):
    ticket = desk.ticket("many tags")
    assert desk.patch(f"/api/tickets/{ticket['id']}", {"tags": [f"t{i}" for i in range(n)]}).status == status


@pytest.mark.parametrize("length,status", [(500, 201), (501, 400)])
def test_a_subject_has_at_most_500_characters(desk, length, status):
    assert desk.post("/api/tickets", ticket_body("ä" * length)).status == status


@pytest.mark.parametrize("field", ["id", "number", "createdAt", "updatedAt", "version", "sla", "requester", "comments",
                                   "assignee", "deletedAt", "resolvedAt", "waiting", "source"])
def test_mass_assignment_is_refused_by_name(desk, field):
    ticket = desk.ticket("mine")
    assert field in desk.patch(f"/api/tickets/{ticket['id']}", {field: "x"}).error_paths()


def test_an_unknown_category_names_the_known_ones(desk):
    errors = desk.post("/api/tickets", ticket_body(category="nonsense")).must(400)["errors"]
    assert [e["path"] for e in errors] == ["category"] and "billing" in errors[0]["msg"]


def test_a_deleted_ticket_is_gone_from_lists_and_comes_back(desk):
    ticket = desk.ticket("delete me", externalId="delete-me")
    before = desk.get("/api/statistics").must(200)["total"]
    desk.delete(f"/api/tickets/{ticket['id']}").must(204)
    gone = desk.get(f"/api/tickets/{ticket['id']}").must(200)
    assert gone["status"] == "cancelled" and gone["deletedAt"]
    assert desk.get("/api/statistics").must(200)["total"] == before - 1
    listed = desk.get(f"/api/tickets?searchQuery=%23{ticket['number']}").must(200)["tickets"]
    assert ticket["id"] not in [t["id"] for t in listed]
    assert desk.patch(f"/api/tickets/{ticket['id']}", {"subject": "x"}).status == 409
    back = desk.post(f"/api/tickets/{ticket['id']}/restore").must(200)
    assert back["status"] == "open" and "deletedAt" not in back
    assert desk.get("/api/statistics").must(200)["total"] == before
    kinds = [h["changeType"] for h in history(desk, ticket)]
    assert "deleted" in kinds and "restored" in kinds


def test_links_are_seen_from_both_sides(desk):
    a, b = desk.ticket("link a"), desk.ticket("link b")
    desk.post(f"/api/tickets/{a['id']}/links", {"ticketId": str(b["number"]), "kind": "duplicate"}).must(201)
    there = desk.get(f"/api/tickets/{b['id']}/links").must(200)["links"]
    assert [(x["number"], x["kind"], x["outgoing"]) for x in there] == [(a["number"], "duplicate", False)]
    assert desk.post(f"/api/tickets/{a['id']}/links", {"ticketId": a["id"]}).status == 400
    assert desk.post(f"/api/tickets/{a['id']}/links", {"ticketId": b["id"], "kind": "cousin"}).status == 400
    desk.delete(f"/api/tickets/{a['id']}/links/{b['number']}/duplicate").must(204)
    assert desk.get(f"/api/tickets/{b['id']}/links").must(200)["links"] == []
    assert desk.delete(f"/api/tickets/{a['id']}/links/{b['number']}/duplicate").status == 404


def test_watchers_come_and_go(desk):
    ticket = desk.ticket("watched")
    desk.post(f"/api/tickets/{ticket['id']}/watchers", {"email": "Boss@Example.com", "name": "Boss"}).must(201)
    desk.post(f"/api/tickets/{ticket['id']}/watchers", {"email": "boss@example.com"}).must(201)
    watchers = desk.get(f"/api/tickets/{ticket['id']}/watchers").must(200)["watchers"]
    assert [(w["email"], w["name"]) for w in watchers] == [("Boss@Example.com", "Boss")]
    desk.delete(f"/api/tickets/{ticket['id']}/watchers/boss@example.com").must(204)
    assert desk.get(f"/api/tickets/{ticket['id']}/watchers").must(200)["watchers"] == []


def test_merging_moves_the_conversation_and_later_replies_follow(desk):
    into, other = desk.ticket("invoice wrong"), desk.ticket("invoice still wrong zanzibar")
    desk.post(f"/api/tickets/{other['id']}/comments", {"content": "a reply about quagga"}).must(201)
    merged = desk.post(f"/api/tickets/{into['id']}/merge", {"ticketId": other["id"]}).must(200)
    texts = [c["content"] for c in desk.get(f"/api/tickets/{into['id']}").must(200)["comments"]]
    assert any("zanzibar" in t for t in texts) and any("quagga" in t for t in texts)
    closed = desk.get(f"/api/tickets/{other['id']}").must(200)
    assert closed["status"] == "closed" and closed["comments"] == [] and closed["commentCount"] == 0
    assert merged["commentCount"] == len(texts)
    found = desk.get("/api/tickets?searchQuery=quagga").must(200)["tickets"]
    assert [t["number"] for t in found] == [into["number"]]
    again = desk.post(f"/api/tickets/{into['id']}/merge", {"ticketId": other["id"]})
    assert again.status == 409
    assert desk.post(f"/api/tickets/{into['id']}/merge", {"ticketId": into["id"]}).status == 400
    assert "merged" in [h["changeType"] for h in history(desk, into)]
    desk.check()


def test_a_stale_version_is_refused_and_named(desk):
    ticket = desk.ticket("race")
    etag = desk.get(f"/api/tickets/{ticket['id']}").header("ETag")
    desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "high"}, headers={"If-Match": etag}).must(200)
    for call in (lambda h: desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "low"}, headers=h),
                 lambda h: desk.post(f"/api/tickets/{ticket['id']}/resolve", headers=h),
                 lambda h: desk.delete(f"/api/tickets/{ticket['id']}", headers=h)):
        assert call({"If-Match": etag}).must(412)["code"] == "stale"
    assert desk.get(f"/api/tickets/{ticket['id']}").must(200)["priority"] == "high"


def test_strangers_may_open_only_so_many_tickets_an_hour(new_desk):
    desk = new_desk()
    desk.start("--web-create-per-hour", "2")
    stranger = desk.client(token=None)
    for _ in range(2):
        stranger.post("/api/tickets", ticket_body(source="web")).must(201)
    refused = stranger.post("/api/tickets", ticket_body(source="web"))
    assert refused.must(429)["code"] == "rate_limited" and int(refused.header("Retry-After")) > 0
    desk.post("/api/tickets", ticket_body()).must(201)


def test_a_stranger_can_claim_neither_priority_nor_tier_nor_agent(desk):
    stranger = desk.client(token=None)
    sent = ticket_body("let me in", priority="critical", source="web",
                       requester={"name": "M", "email": "m@stranger.test", "tier": "enterprise"})
    ticket = stranger.post("/api/tickets", sent).must(201)
    assert ticket["priority"] == "low" and ticket["requester"]["tier"] == "standard"
    assert stranger.post("/api/tickets", ticket_body(assigneeId="1")).status in (401, 403)
    assert stranger.get(f"/api/tickets/{ticket['id']}").status == 401
