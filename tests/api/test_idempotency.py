"""Idempotency-Key: whoever is unsure whether a POST arrived may send it again."""
import threading
import uuid

from desk import ticket_body


def key():
    return {"Idempotency-Key": str(uuid.uuid4())}


def total(desk):
    return desk.get("/api/tickets").must(200)["total"]


def test_the_same_key_and_body_give_the_same_answer(desk):
    headers = key()
    before = total(desk)
    first = desk.post("/api/tickets", ticket_body(), headers=headers)
    again = desk.post("/api/tickets", ticket_body(), headers=headers)
    assert (first.status, again.status) == (201, 201)
    assert again.body == first.body
    assert total(desk) == before + 1


def test_the_same_key_with_another_body_is_refused(desk):
    headers = key()
    desk.post("/api/tickets", ticket_body(), headers=headers).must(201)
    before = total(desk)
    assert desk.post("/api/tickets", ticket_body("Another"), headers=headers).status in (409, 422)
    assert total(desk) == before


def test_the_same_key_at_another_address_is_refused(desk):
    headers = key()
    ticket = desk.post("/api/tickets", ticket_body(), headers=headers).must(201)
    assert desk.post(f"/api/tickets/{ticket['id']}/comments", ticket_body(), headers=headers).status in (400, 409, 422)


def test_a_key_belongs_to_who_used_it(desk):
    desk.agent("keys@desk.test")
    other = desk.client(desk.make_token("keys@desk.test"))
    headers = key()
    mine = desk.post("/api/tickets", ticket_body(), headers=headers).must(201)
    theirs = other.post("/api/tickets", ticket_body(), headers=headers).must(201)
    assert mine["id"] != theirs["id"]


def test_a_refused_request_may_be_sent_again_mended(desk):
    headers = key()
    desk.post("/api/tickets", ticket_body(subject=""), headers=headers).must(400)
    desk.post("/api/tickets", ticket_body(), headers=headers).must(201)


def test_a_key_survives_a_restart(desk):
    headers = key()
    first = desk.post("/api/tickets", ticket_body(), headers=headers).must(201)
    desk.restart()
    assert desk.post("/api/tickets", ticket_body(), headers=headers).must(201) == first


def test_keys_too_long_or_empty_are_refused(desk):
    assert desk.post("/api/tickets", ticket_body(), headers={"Idempotency-Key": "k" * 255}).status == 201
    assert desk.post("/api/tickets", ticket_body(), headers={"Idempotency-Key": "k" * 256}).status == 400
    assert desk.post("/api/tickets", ticket_body(), headers={"Idempotency-Key": ""}).status == 400


def test_every_kind_of_post_heeds_it(desk):
    ticket = desk.ticket()
    for path, body in [("comments", {"content": "Once."}), ("resolve", {}), ("close", {})]:
        headers = key()
        address = f"/api/tickets/{ticket['id']}/{path}"
        first, again = (desk.post(address, body, headers=headers) for _ in range(2))
        assert first.status == again.status and first.body == again.body, path
    comments = desk.get(f"/api/tickets/{ticket['id']}").must(200)["comments"]
    assert [c["content"] for c in comments if c["authorType"] == "agent"] == ["Once."]


def test_twenty_at_once_make_one_ticket(desk):
    headers, seen = key(), []
    before = total(desk)
    gate = threading.Barrier(20)

    def send():
        client = desk.client()
        gate.wait()
        seen.append(client.post("/api/tickets", ticket_body(), headers=headers))

    threads = [threading.Thread(target=send) for _ in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # One that meets the first still under way may be told to come back; it is never done twice.
    assert {a.status for a in seen} <= {201, 409}
    assert len({a.body["id"] for a in seen if a.status == 201}) == 1
    assert total(desk) == before + 1
