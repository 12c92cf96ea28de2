"""Automatic responses: which one answers, what is filled in, and who may write them."""
import pytest


def comments(desk, ticket):
    return desk.get(f"/api/tickets/{ticket['id']}").must(200)["comments"]


def respond(desk, **fields):
    return desk.post("/api/auto-responses", {"subject": "Got it", "content": "Thanks", **fields}).must(201)


def test_a_new_desk_acknowledges_every_ticket(fresh_desk):
    ticket = fresh_desk.ticket("Broken lamp")
    said = comments(fresh_desk, ticket)
    assert len(said) == 1 and said[0]["authorType"] == "system" and said[0]["isPublic"] is True
    assert str(ticket["number"]) in said[0]["content"]


def test_the_words_of_a_new_desk_repeat_nothing_that_a_sender_chose(fresh_desk):
    """Who writes in a stranger's name must not be able to send the stranger words through us."""
    ticket = fresh_desk.ticket("Win at evil.test", requester={"name": "Go to evil.test", "email": "victim@example.com"})
    assert "evil" not in str(comments(fresh_desk, ticket))
    [ack] = [m for m in fresh_desk.get("/api/outbox").must(200)["mails"] if "victim@example.com" in str(m)]
    assert "evil" not in ack["subject"]


def test_the_categorys_own_comes_before_the_fallback(fresh_desk):
    mine = respond(fresh_desk, category="billing", content="Hello {{requester_name}}: {{ticket_id}} {{ ticket_number }} {{ticket_subject}}")
    ticket = fresh_desk.ticket("Bill", category="billing")
    assert comments(fresh_desk, ticket)[0]["content"] == f"Hello Ida: {ticket['id']} {ticket['number']} Bill"
    assert "Hello," in comments(fresh_desk, fresh_desk.ticket("x"))[0]["content"]  # the fallback's words
    fresh_desk.patch(f"/api/auto-responses/{mine['id']}", {"isActive": False}).must(200)
    assert "Hello," in comments(fresh_desk, fresh_desk.ticket("y", category="billing"))[0]["content"]


def test_values_are_never_filled_in_again(fresh_desk):
    respond(fresh_desk, category="general", content="{{ticket_subject}}")
    ticket = fresh_desk.ticket("{{requester_name}} {{ticket_id}} {{x}}")
    assert comments(fresh_desk, ticket)[0]["content"] == "{{requester_name}} {{ticket_id}} {{x}}"


def test_without_any_active_one_nothing_is_said(fresh_desk):
    for r in fresh_desk.get("/api/auto-responses").must(200)["autoResponses"]:
        fresh_desk.delete(f"/api/auto-responses/{r['id']}").must(204)
    assert comments(fresh_desk, fresh_desk.ticket("x")) == []


def test_a_preview_keeps_nothing(fresh_desk):
    before = fresh_desk.get("/api/auto-responses").must(200)
    ticket = fresh_desk.ticket("Lamp")
    seen = fresh_desk.post("/api/auto-responses/preview",
                           {"subject": "Re: {{ticket_subject}}", "content": "{{requester_name}}", "ticketId": ticket["id"]}).must(200)
    assert seen == {"subject": "Re: Lamp", "content": "Ida"}
    example = fresh_desk.post("/api/auto-responses/preview", {"subject": "s", "content": "{{ticket_number}}"}).must(200)
    assert example["content"].isdigit()
    assert fresh_desk.get("/api/auto-responses").must(200) == before


def test_they_are_kept_changed_and_deleted(fresh_desk):
    made = respond(fresh_desk, category="Technical")
    path = f"/api/auto-responses/{made['id']}"
    assert made["category"] == "technical" and fresh_desk.get(path).must(200) == made
    changed = fresh_desk.patch(path, {"category": None, "subject": "S"}).must(200)
    assert (changed["category"], changed["subject"], changed["content"]) == (None, "S", "Thanks")
    fresh_desk.delete(path).must(204)
    fresh_desk.delete(path).must(404)


@pytest.mark.parametrize("change, path", [
    ({"content": "Dear {{customer}}"}, "content"),
    ({"subject": "{{nope}}"}, "subject"),
    ({"category": "no such"}, "category"),
    ({"content": ""}, "content"),
    ({"subject": "x" * 501}, "subject"),
    ({"colour": "red"}, "colour"),
])
def test_one_that_makes_no_sense_is_refused_by_field(desk, change, path):
    body = {"subject": "s", "content": "c", **change}
    assert path in desk.post("/api/auto-responses", body).error_paths()


def test_only_supervisors_write_them(desk):
    desk.agent("plain@desk.test")
    plain = desk.client(desk.make_token("plain@desk.test"))
    plain.get("/api/auto-responses").must(200)
    plain.post("/api/auto-responses", {"subject": "s", "content": "c"}).must(403)
    desk.client(token=None).get("/api/auto-responses").must(401)
