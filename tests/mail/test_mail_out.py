"""What leaves the desk: who gets what, in which words and headers, and how it is delivered."""
import socketserver
import time

import pytest

from desk import wait_until
from letters import letter, message_id_of, outbox, outbox_to, written
from sink import Sink


@pytest.fixture
def sink():
    made = Sink()
    yield made
    made.end()


def parts(message):
    return {p.get_content_type(): p for p in message.walk() if not p.is_multipart()}


# ---- words and headers

def test_an_acknowledgement_answers_the_letter(new_desk, tmp_path):
    desk = new_desk()
    raw = letter(references="<before@example.com>", subject="Ünfug")
    result = desk.mail(raw)
    [ack] = written(desk, tmp_path / "md")["zoe@example.com"]
    assert ack["Auto-Submitted"] == "auto-replied"
    assert ack["In-Reply-To"] == message_id_of(raw)
    assert ack["References"].split() == ["<before@example.com>", message_id_of(raw)]
    assert ack["From"].addresses[0].addr_spec == "help@localhost" and ack["Reply-To"]
    assert f"[#{result['number']}]" in ack["Subject"]
    assert ack["Message-ID"].endswith("@localhost>")
    assert set(parts(ack)) == {"text/plain", "text/html"}
    assert str(result["number"]) in parts(ack)["text/plain"].get_content()


def test_values_add_no_header_and_no_markup(new_desk, tmp_path):
    desk = new_desk(start=True)
    desk.post("/api/auto-responses", {"category": "general", "subject": "Got: {{ticket_subject}}",
                                      "content": "Hello {{requester_name}}"}).must(201)
    desk.mail(letter(sender='"<b>Eve</b> {{ticket_id}}" <eve@example.com>',
                     subject="=?utf-8?q?x=0D=0ABcc=3A_victim=40example.com?= {{requester_name}}"))
    [ack] = written(desk, tmp_path / "md")["eve@example.com"]
    assert "Bcc" not in ack and len(ack["To"].addresses) == 1
    assert "{{requester_name}}" in ack["Subject"]
    assert "<b>Eve</b>" not in parts(ack)["text/html"].get_content()


def test_an_agents_reply_goes_to_the_customer_and_the_watchers(new_desk, tmp_path):
    desk = new_desk(start=True)
    raw = letter(cc="Bob <bob@example.com>", subject="Re: Printer")
    result = desk.mail(raw)
    desk.post(f"/api/tickets/{result['number']}/comments", {"content": "Is it **plugged** in?\n<script>x</script>"}).must(201)
    desk.post(f"/api/tickets/{result['number']}/comments", {"content": "He is a VIP.", "isInternal": True}).must(201)
    sent = written(desk, tmp_path / "md")
    ack, reply = sent["zoe@example.com"]
    [copy] = sent["bob@example.com"]
    assert reply["Auto-Submitted"] is None
    assert reply["Subject"] == f"Re: Printer [#{result['number']}]"
    assert message_id_of(raw) in reply["References"] and ack["Message-ID"] in reply["References"]
    assert reply["Message-ID"] != copy["Message-ID"]
    html = parts(reply)["text/html"].get_content()
    assert "<strong>plugged</strong>" in html and "<script>" not in html
    assert not [m for messages in sent.values() for m in messages if "VIP" in str(m) and "example.com" in m["To"].addresses[0].addr_spec]


def test_the_customers_answer_to_our_reply_comes_home(new_desk):
    desk = new_desk(start=True)
    result = desk.mail(letter())
    desk.post(f"/api/tickets/{result['number']}/comments", {"content": "Is it plugged in?"}).must(201)
    ours = outbox_to(desk, "zoe@example.com")[-1]["messageId"]
    again = desk.mail(letter(subject="something else", in_reply_to=f"<{ours}>"))
    assert again["action"] == "commented" and again["number"] == result["number"]


def test_agents_hear_of_their_work_and_not_of_their_own_words(new_desk):
    desk = new_desk(start=True)
    desk.agent("ann@desk.test", "Ann")
    raw = letter()
    result = desk.mail(raw)
    desk.mail(letter(in_reply_to=message_id_of(raw), body="And another thing."))
    subjects = [m["subject"] for m in outbox_to(desk, "ann@desk.test")]
    assert len(subjects) == 2 and "assigned" in subjects[0] and "new message" in subjects[1]
    ann = desk.client(desk.make_token("ann@desk.test"))
    ann.post(f"/api/tickets/{result['number']}/comments", {"content": "On it."}).must(201)
    assert len(outbox_to(desk, "ann@desk.test")) == 2
    assert outbox_to(desk, "zoe@example.com")[-1]["kind"] == "reply"


def test_attachments_of_a_reply_go_along(new_desk, tmp_path):
    desk = new_desk(start=True)
    result = desk.mail(letter())
    up = desk.http.request("POST", f"/api/tickets/{result['number']}/attachments?fileName=notes.txt", b"some notes",
                           headers={"Content-Type": "application/octet-stream"}).must(201)
    desk.post(f"/api/tickets/{result['number']}/comments",
              {"content": "See the file.", "attachmentIds": [up["attachments"][0]["id"]]}).must(201)
    reply = written(desk, tmp_path / "md")["zoe@example.com"][-1]
    [file] = list(reply.iter_attachments())
    assert file.get_filename() == "notes.txt" and "some notes" in str(file.get_content())


# ---- delivery

def test_it_waits_until_a_server_is_set_and_then_goes(new_desk, sink):
    desk = new_desk()
    desk.mail(letter())
    assert [m["state"] for m in outbox(desk)] == ["queued"]
    desk.start("--smtp-url", sink.url)
    wait_until(lambda: sink.received, what="the queued mail is delivered")
    [(to, message)] = sink.received
    assert to == ["zoe@example.com"]
    wait_until(lambda: outbox(desk)[0]["state"] == "sent")
    assert outbox(desk)[0]["messageId"] == message["Message-ID"].strip("<>")
    told = desk.get("/api/outbox?state=sent").must(200)["mails"][0]
    assert told["recipients"] == [{"name": "Zoë", "email": "zoe@example.com"}] and told["sentAt"]


def test_a_busy_server_is_tried_again_with_the_same_id(new_desk, sink):
    desk = new_desk()
    sink.answers = ["451 4.3.0 later please", "421 4.3.2 still busy"]
    desk.mail(letter())
    desk.start("--smtp-url", sink.url, "--outbox-retries", "1s")
    wait_until(lambda: sink.received, timeout=15)
    assert sink.tried == 3 and len(sink.received) == 1
    wait_until(lambda: outbox(desk)[0]["state"] == "sent")
    assert outbox(desk)[0]["attempts"] == 3


def test_a_refused_recipient_is_told_to_agents(new_desk, sink):
    desk = new_desk()
    sink.answers = ["550 5.1.1 No such user here"]
    result = desk.mail(letter())
    desk.start("--smtp-url", sink.url)
    wait_until(lambda: outbox(desk)[0]["state"] == "failed")
    assert "No such user" in outbox(desk)[0]["lastError"] and sink.tried == 1
    history = str(desk.get(f"/api/tickets/{result['number']}/history").must(200))
    assert "mail_failed" in history and "No such user" in history
    desk.cli("outbox", "--retry")
    wait_until(lambda: sink.received)


def test_a_server_that_is_down_loses_nothing(new_desk, sink):
    desk = new_desk()
    sink.end()
    desk.mail(letter())
    desk.start("--smtp-url", sink.url)
    wait_until(lambda: outbox(desk)[0]["attempts"] == 1)
    [mail] = outbox(desk)
    assert mail["state"] == "queued" and mail["lastError"]


def test_what_is_too_old_is_given_up(new_desk, sink):
    desk = new_desk()
    sink.answers = ["451 4.3.0 later please"]
    desk.mail(letter())
    desk.start("--smtp-url", sink.url, "--outbox-max-age", "1m", "--outbox-retries", "1h")
    wait_until(lambda: outbox(desk)[0]["state"] == "failed")
    assert "given up" in outbox(desk)[0]["lastError"]


def test_one_connection_serves_many_mails(new_desk, sink):
    desk = new_desk()
    for i in range(5):
        desk.mail(letter(sender=f"many{i}@example.com"))
    desk.start("--smtp-url", sink.url)
    wait_until(lambda: len(sink.received) == 5)
    assert sink.connections <= 2


# ---- the command

def test_written_mail_can_count_as_sent(new_desk, tmp_path):
    desk = new_desk()
    desk.mail(letter())
    desk.cli("outbox", "--write-maildir", tmp_path / "a")
    desk.cli("outbox", "--write-maildir", tmp_path / "a")
    assert len(list((tmp_path / "a" / "new").iterdir())) == 1
    desk.cli("outbox", "--write-maildir", tmp_path / "b", "--mark-sent")
    assert [m["state"] for m in outbox(desk)] == ["sent"]
    assert b"Nothing waits" in desk.cli("outbox").stdout


def test_a_mail_server_that_never_answers_does_not_keep_the_desk_from_stopping(new_desk):
    with socketserver.TCPServer(("127.0.0.1", 0), None, bind_and_activate=True) as silent:
        # It accepts and says nothing: the kernel's backlog is enough for that.
        desk = new_desk()
        desk.start("--smtp-url", f"smtp://127.0.0.1:{silent.server_address[1]}")
        desk.ticket("waits", requester={"name": "W", "email": "waits@example.com"})
        time.sleep(0.5)
        started = time.monotonic()
        assert desk.stop() == 0
        assert time.monotonic() - started < 10
        desk.start()
        assert outbox_to(desk, "waits@example.com"), "it is tried again another day"
