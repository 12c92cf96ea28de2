"""The live stream: what is told, to whom, and that nothing is missed."""
from desk import EventStream, wait_until


def test_a_change_is_told_as_it_happens(desk):
    stream = desk.events()
    ticket = desk.ticket("live")
    created = stream.next(name="ticket.created")
    assert created["json"]["number"] == ticket["number"] and created["json"]["id"] == ticket["id"]
    assert created["json"]["changedBy"]["name"] == "Root"
    desk.patch(f"/api/tickets/{ticket['id']}", {"priority": "critical"}).must(200)
    assert stream.next(name="ticket.priority")["json"]["changedTo"] == {"priority": "critical"}
    stream.close()


def test_last_event_id_resumes_without_a_gap(desk):
    stream = desk.events()
    desk.ticket("first")
    seen = stream.next(name="ticket.created")
    stream.close()
    numbers = [desk.ticket(f"missed {i}")["number"] for i in range(20)]
    again = desk.events(last_event_id=seen["id"])
    assert [again.next(name="ticket.created")["json"]["number"] for _ in range(20)] == numbers
    later = desk.ticket("after")
    assert again.next(name="ticket.created")["json"]["number"] == later["number"]
    again.close()


def test_ids_ascend_across_a_restart(fresh_desk):
    desk = fresh_desk
    stream = desk.events()
    desk.ticket("before")
    last = stream.next(name="ticket.created")
    stream.close()
    desk.restart()
    desk.ticket("after")
    again = desk.events(last_event_id=last["id"])
    event = again.next(name="ticket.created")
    assert int(event["id"]) > int(last["id"]) and event["json"]["number"] == 2
    again.close()


def test_what_the_command_line_does_beside_the_server_is_told_too(desk):
    stream = desk.events()
    desk.mail(b"From: live@example.com\r\nTo: help@localhost\r\nSubject: by pipe\r\nMessage-ID: <live1@example.com>\r\n\r\nhi\r\n")
    assert stream.next(name="ticket.created")["json"]["changedTo"]["subject"] == "by pipe"
    stream.close()


def test_requesters_hear_of_their_own_tickets_only_and_of_no_notes(desk):
    mine = desk.ticket("mine", requester={"name": "Ear", "email": "ear@example.com"})
    token = desk.post("/api/tokens", {"name": "ear", "scope": "read",
                                      "requesterId": mine["requester"]["id"]}).must(201)["token"]
    stream = EventStream(desk.port, token)
    desk.ticket("somebody else's")
    desk.post(f"/api/tickets/{mine['id']}/comments", {"content": "note", "isInternal": True}).must(201)
    desk.patch(f"/api/tickets/{mine['id']}", {"tags": ["for-agents"]}).must(200)
    desk.post(f"/api/tickets/{mine['id']}/comments", {"content": "reply"}).must(201)
    status, first = stream.next(), stream.next()
    assert (status["event"], first["event"]) == ("ticket.status", "ticket.commented") and first["json"]["changedTo"]["isInternal"] is False
    assert first["json"]["number"] == mine["number"]
    stream.close()


def test_a_stream_needs_a_sign_in_and_a_sane_id(desk):
    assert desk.client(token=None).get("/api/events").status == 401
    assert desk.get("/api/events", headers={"Last-Event-ID": "abc"}).status == 400
    assert desk.get("/api/events", headers={"Last-Event-ID": "-1"}).status == 400


def test_streams_end_when_the_server_stops(fresh_desk):
    desk = fresh_desk
    streams = [desk.events() for _ in range(20)]
    wait_until(lambda: b"frontdesk_event_streams 20" in desk.get("/metrics").raw, what="20 streams")
    assert desk.stop() == 0
    for stream in streams:
        stream.thread.join(5)
        assert not stream.thread.is_alive()
