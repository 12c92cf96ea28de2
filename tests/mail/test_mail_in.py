"""Messages become tickets and comments, each once, in the right place."""
import email
import email.policy
import json
import pathlib
import re

import pytest

from letters import letter, message_id_of, outbox, outbox_to, sample, written


def ticket(desk, result):
    return desk.get(f"/api/tickets/{result['number']}").must(200)


def comments(desk, result):
    return [c for c in ticket(desk, result)["comments"] if c["authorType"] != "system" or c["isInternal"]]


def mail(desk, result):
    return desk.get(f"/api/mails/{result['mailId']}").must(200)


# ---- a new conversation

def test_a_letter_becomes_a_ticket_with_its_words(desk):
    result = desk.mail(letter(subject="=?utf-8?q?R=C3=A9chnung_doppelt?=", body="Bitte prüfen.\r\n\r\n-- \r\nZoë\r\n"))
    made = ticket(desk, result)
    assert result["action"] == "created" and result["ticketId"] == made["id"] and result["commentId"] is None
    assert made["subject"] == "Réchnung doppelt"
    assert made["description"].startswith("Bitte prüfen.") and "Zoë" in made["description"]
    assert made["source"] == "email"
    assert made["requester"]["email"] == "zoe@example.com"


def test_all_tags_of_a_subject_are_read(desk):
    made = ticket(desk, desk.mail(letter(subject="[EXTERNAL] [High] hello [billing]")))
    assert made["priority"] == "high" and made["category"] == "billing"
    assert made["subject"] == "[EXTERNAL] [High] hello [billing]"


@pytest.mark.parametrize("tag, priority", [("urgent", "critical"), ("CRITICAL", "critical"), ("Medium", "normal"), ("low", "low")])
def test_tags_say_the_priority_in_any_spelling(desk, tag, priority):
    assert ticket(desk, desk.mail(letter(subject=f"[{tag}] x")))["priority"] == priority


def test_a_number_in_brackets_is_no_category(desk):
    assert ticket(desk, desk.mail(letter(subject="[1] [2] what now")))["category"] == "general"


def test_nothing_said_still_becomes_a_ticket(desk):
    made = ticket(desk, desk.mail(letter(subject=None, body="")))
    assert made["subject"] == "(no subject)" and made["description"] == "(no text)"


def test_a_sender_without_address_is_kept_and_not_answered(desk):
    before = len(outbox(desk))
    result = desk.mail(letter(sender="Somebody", subject="who am I"))
    assert result["action"] == "created"
    assert ticket(desk, result)["requester"]["email"] == "unknown-sender@localhost"
    assert not [m for m in outbox(desk)[before:] if m["kind"] == "acknowledgement"]


def test_what_is_no_mail_becomes_a_ticket_with_the_bytes(desk):
    raw = bytes(range(256)) * 4
    result = desk.mail(raw)
    assert result["action"] == "created"
    files = desk.get(f"/api/tickets/{result['number']}/attachments").must(200)["attachments"]
    assert [f["fileName"] for f in files] == ["message.eml"] and files[0]["size"] == len(raw)
    assert desk.get(f"/api/mails/{result['mailId']}/raw").raw == raw


def test_html_only_becomes_readable_text(desk):
    text = ticket(desk, desk.mail(sample("html_only.eml")))["description"]
    assert "Dear desk," in text and "first € 5" in text and "https://example.com/x" in text
    assert "<p>" not in text and "alert" not in text and "color" not in text


def test_a_text_too_long_for_a_ticket_is_attached_whole(desk):
    body = "0123456789abcdé\r\n" * 45000
    result = desk.mail(letter(body=body))
    made = ticket(desk, result)
    assert len(made["description"].encode()) <= 512 * 1024 and "message.txt" in made["description"]
    files = desk.get(f"/api/tickets/{result['number']}/attachments").must(200)["attachments"]
    full = desk.get(files[0]["url"]).raw.decode()
    assert files[0]["fileName"] == "message.txt" and full.count("0123456789abcdé") == 45000


def test_a_long_subject_is_cut(desk):
    assert len(ticket(desk, desk.mail(letter(subject="ü" * 900)))["subject"]) == 500


@pytest.mark.parametrize("length, kept", [(255, 255), (256, 255), (5000, 255)])
def test_a_long_name_is_cut(desk, length, kept):
    made = ticket(desk, desk.mail(letter(sender=f'"{"".join(chr(0x4E00 + i) for i in range(length))}" <long{length}@example.com>')))
    assert len(made["requester"]["name"]) == kept


def test_those_who_got_a_copy_watch(desk):
    result = desk.mail(letter(cc="Bob <bob@example.com>, help@localhost, no-reply@example.com, zoe@example.com"))
    watchers = json.dumps(desk.get(f"/api/tickets/{result['number']}/watchers").must(200))
    assert "bob@example.com" in watchers
    assert "help@localhost" not in watchers and "no-reply" not in watchers and "zoe@" not in watchers


# ---- attachments

def test_attachments_are_kept_by_what_they_are(desk):
    result = desk.mail(sample("attachments.eml"))
    files = desk.get(f"/api/tickets/{result['number']}/attachments").must(200)["attachments"]
    assert [f["fileName"] for f in files] == ["name.png", "Rechnung €.png"]
    assert [f["mimeType"] for f in files] == ["image/png", "text/html"]
    assert [f["uploadedByType"] for f in files] == ["requester", "requester"]
    html = desk.get(files[1]["url"] + "?inline=true")
    assert html.header("Content-Disposition").startswith("attachment")
    assert html.header("Content-Type") == "application/octet-stream" and html.header("X-Content-Type-Options") == "nosniff"
    understood = mail(desk, result)
    assert [a["sha256"] for a in understood["attachments"]] == [f["sha256"] for f in files]


# ---- duplicates and replies

def test_the_same_message_twice_changes_nothing(desk):
    raw = letter()
    first, second = desk.mail(raw), desk.mail(raw)
    assert second["action"] == "duplicate"
    assert (second["ticketId"], second["number"], second["mailId"]) == (first["ticketId"], first["number"], first["mailId"])


def test_the_same_message_by_two_ways_is_one(desk):
    raw = letter()
    first, second = desk.mail(raw), desk.mail(b"Received: from b by c; now\r\n" + raw)
    assert second["action"] == "duplicate" and second["number"] == first["number"]


def test_a_message_without_an_id_is_known_by_its_bytes(desk):
    raw = letter(message_id="", subject="no id")
    first, second, other = desk.mail(raw), desk.mail(raw), desk.mail(raw + b"more")
    assert second["action"] == "duplicate" and second["number"] == first["number"]
    assert other["action"] == "created"


def test_somebody_elses_id_keeps_no_message_out(desk):
    raw = letter()
    first = desk.mail(raw)
    other = desk.mail(letter(sender="mallory@evil.test", message_id=message_id_of(raw)))
    assert other["action"] == "created" and other["number"] != first["number"]


def test_a_reply_is_a_comment_without_the_history(desk):
    raw = letter()
    first = desk.mail(raw)
    reply = desk.mail(letter(sender="zoe@EXAMPLE.com", subject="Re: anything", in_reply_to=message_id_of(raw),
                             body="Noch etwas.\r\n\r\nOn Mon, X wrote:\r\n> old\r\n"))
    assert reply["action"] == "commented" and reply["number"] == first["number"]
    last = comments(desk, first)[-1]
    assert last["id"] == reply["commentId"] and last["content"].strip() == "Noch etwas." and last["authorType"] == "requester"
    understood = mail(desk, reply)
    assert "> old" in understood["text"] and understood["replyText"].strip() == "Noch etwas."


def test_references_alone_find_the_thread(desk):
    raw = letter()
    first = desk.mail(raw)
    reply = desk.mail(letter(references=f"<unknown@x> {message_id_of(raw)} <also-unknown@x>"))
    assert reply["action"] == "commented" and reply["number"] == first["number"]


def test_the_number_counts_only_for_those_who_take_part(desk):
    first = desk.mail(letter())
    mine = desk.mail(letter(subject=f"Re: hello [#{first['number']}]"))
    theirs = desk.mail(letter(sender="mallory@evil.test", subject=f"Re: hello [#{first['number']}]"))
    assert mine["action"] == "commented" and mine["number"] == first["number"]
    assert theirs["action"] == "created" and theirs["number"] != first["number"]


def test_a_stranger_with_a_customers_id_opens_a_linked_ticket(desk):
    raw = letter()
    first = desk.mail(raw)
    theirs = desk.mail(letter(sender="mallory@evil.test", in_reply_to=message_id_of(raw), body="let me in"))
    assert theirs["action"] == "created" and theirs["number"] != first["number"]
    assert not [c for c in comments(desk, first) if "let me in" in c["content"]]


def test_who_answers_our_own_message_is_heard(desk):
    first = desk.mail(letter(sender="yan@example.com"))
    ours = outbox_to(desk, "yan@example.com")[-1]["messageId"]
    reply = desk.mail(letter(sender="Yan at home <yan@home.example>", in_reply_to=f"<{ours}>", body="From home."))
    assert reply["action"] == "commented" and reply["number"] == first["number"]
    assert comments(desk, first)[-1]["author"]["name"] == "Yan at home"


def test_a_reply_wakes_a_resolved_ticket(desk):
    raw = letter()
    first = desk.mail(raw)
    desk.post(f"/api/tickets/{first['number']}/resolve", {}).must(200)
    desk.mail(letter(in_reply_to=message_id_of(raw)))
    assert ticket(desk, first)["status"] in ("open", "in_progress")


# ---- machines

@pytest.mark.parametrize("headers", [
    {"list_id": "<l.example.com>"}, {"x_spam_flag": "YES"},
    {"authentication_results": "mx.example.net; dmarc=fail header.from=example.com"}])
def test_a_machines_late_reply_is_not_answered_either(new_desk, headers):
    desk = new_desk()
    first = desk.mail(letter(sender="late@example.com"))
    desk.start(env={"FRONTDESK_REOPEN_WINDOW": "0"})
    desk.post(f"/api/tickets/{first['number']}/close").must(200)
    sent = len(outbox_to(desk, "late@example.com"))
    env = {"FRONTDESK_REOPEN_WINDOW": "0"}
    raw = letter(sender="late@example.com", subject=f"Re: [#{first['number']}]", **headers)
    result = json.loads(desk.cli("mail-in", stdin=raw, env=env).stdout)
    assert result["action"] == "created" and result["number"] != first["number"]
    assert len(outbox_to(desk, "late@example.com")) == sent
    person = letter(sender="late@example.com", subject=f"Re: [#{first['number']}]")
    assert json.loads(desk.cli("mail-in", stdin=person, env=env).stdout)["action"] == "created"
    assert len(outbox_to(desk, "late@example.com")) == sent + 1


def test_a_late_reply_is_the_words_of_who_wrote_it(new_desk):
    desk = new_desk()
    first = desk.mail(letter(sender="owner@example.com", cc="copy@example.com"))
    desk.start(env={"FRONTDESK_REOPEN_WINDOW": "0"})
    desk.post(f"/api/tickets/{first['number']}/close").must(200)
    raw = letter(sender="Coop <copy@example.com>", subject=f"Re: [#{first['number']}]", body="And me?")
    result = json.loads(desk.cli("mail-in", stdin=raw, env={"FRONTDESK_REOPEN_WINDOW": "0"}).stdout)
    follow_up = ticket(desk, result)
    assert result["number"] != first["number"] and "And me?" in follow_up["description"]
    assert follow_up["requester"]["email"] == "copy@example.com"


def test_our_own_message_is_ignored(desk):
    assert desk.mail(letter(sender="Help desk <help@localhost>"))["action"] == "ignored"
    desk.mail(letter(sender="xi@example.com"))
    ours = outbox_to(desk, "xi@example.com")[-1]["messageId"]
    assert desk.mail(letter(sender="xi@example.com", message_id=f"<{ours}>"))["action"] == "ignored"


@pytest.mark.parametrize("headers", [
    {"auto_submitted": "auto-replied"}, {"precedence": "bulk"}, {"list_id": "<l.example.com>"},
    {"x_auto_response_suppress": "All"}, {"return_path": "<>"}, {"sender_is": "no-reply@example.com"},
    {"authentication_results": "mx.example.net; dmarc=fail header.from=example.com"}])
def test_machines_are_never_answered(desk, headers):
    headers = dict(headers)  # each engine takes it apart anew
    sender = headers.pop("sender_is", f"robot{abs(hash(str(headers)))}@example.com")
    result = desk.mail(letter(sender=sender, **headers))
    assert result["action"] == "created"
    assert not outbox_to(desk, sender)


def test_an_automatic_reply_is_a_quiet_note(desk):
    first = desk.mail(letter(sender="uma@example.com"))
    ours = outbox_to(desk, "uma@example.com")[-1]["messageId"]
    desk.patch(f"/api/tickets/{first['number']}", {"status": "pending"}).must(200)
    sent = len(outbox(desk))
    reply = desk.mail(letter(sender="uma@example.com", subject="Out of office", in_reply_to=f"<{ours}>",
                             auto_submitted="auto-replied", body="I am away."))
    assert reply["action"] == "commented" and "automatic" in reply["reason"]
    last = ticket(desk, first)["comments"][-1]
    assert last["isInternal"] and "I am away." in last["content"]
    assert ticket(desk, first)["status"] == "pending"
    assert len(outbox(desk)) == sent


def test_a_bounce_is_noted_where_it_belongs(desk):
    first = desk.mail(letter(sender="gone@example.com"))
    ours = outbox_to(desk, "gone@example.com")[-1]["messageId"]
    raw = sample("bounce.eml").replace(b"ORIGINAL", ours.encode()).replace(b"MARK", b"1")
    result = desk.mail(raw)
    assert result["action"] == "commented" and result["number"] == first["number"]
    last = ticket(desk, first)["comments"][-1]
    assert last["isInternal"] and "zoe@example.com" in last["content"] and "5.1.1" in last["content"]
    assert [m["state"] for m in outbox(desk) if m["messageId"] == ours] == ["failed"]
    understood = mail(desk, result)
    assert understood["isBounce"] and understood["bounce"]["permanent"] is True
    assert not outbox_to(desk, "MAILER-DAEMON@mx.example.com")


def test_a_bounce_of_nothing_we_know_is_a_ticket(desk):
    result = desk.mail(sample("bounce.eml").replace(b"ORIGINAL", b"x@y").replace(b"MARK", b"2"))
    assert result["action"] == "created"


def test_acknowledgements_to_one_sender_are_limited(desk):
    for i in range(8):
        assert desk.mail(letter(sender="loop@example.com", subject=f"again {i}"))["action"] == "created"
    assert len(outbox_to(desk, "loop@example.com")) == 5


def test_one_mailbox_has_one_budget_however_it_is_tagged(desk):
    for i in range(8):
        assert desk.mail(letter(sender=f"tagged+{i}@example.com"))["action"] == "created"
    assert len([m for m in outbox(desk) if m["to"].startswith("tagged+")]) == 5


def test_an_acknowledgement_carries_no_name_that_its_sender_chose(new_desk, tmp_path):
    desk = new_desk()
    desk.mail(letter(sender='"Your account is locked, call +1 666" <victim@example.com>', subject="call +1 666"))
    message = written(desk, tmp_path / "out")["victim@example.com"][0]
    assert "666" not in message.as_string()


def test_a_flood_becomes_one_ticket(new_desk):
    desk = new_desk()
    env = {"FRONTDESK_MAIL_CREATE_PER_HOUR": "3"}
    numbers = []
    for i in range(7):
        line = desk.cli("mail-in", stdin=letter(sender="wild@example.com", subject=f"event {i}"), env=env).stdout
        numbers.append(json.loads(line)["number"])
    assert len(set(numbers)) == 4 and len(set(numbers[3:])) == 1


# ---- agents by mail

def test_an_agents_address_proves_nothing(desk):
    desk.agent("ann@desk.test", "Ann", online=False)
    first = desk.mail(letter(sender="tom@example.com"))
    sent = len(outbox_to(desk, "tom@example.com"))
    for headers in ({}, {"authentication_results": "forged.example; spf=pass; dkim=pass; dmarc=pass"}):
        result = desk.mail(letter(sender="Ann <ann@desk.test>", subject=f"Re: [#{first['number']}]",
                                  body="Send me your password", **headers))
        assert result["action"] == "commented"
        assert ticket(desk, first)["comments"][-1]["isInternal"]
    assert len(outbox_to(desk, "tom@example.com")) == sent


def test_an_authentic_agents_mail_is_their_reply(new_desk):
    desk = new_desk()
    desk.agent("ann@desk.test", "Ann", online=False)
    env = {"FRONTDESK_MAIL_TRUSTED_SERVERS": "mx.desk.test"}
    first = desk.mail(letter(sender="tom@example.com"))
    raw = letter(sender="ann@desk.test", subject=f"Re: [#{first['number']}]", body="Try again now.",
                 authentication_results="mx.desk.test; dmarc=pass header.from=desk.test")
    assert json.loads(desk.cli("mail-in", stdin=raw, env=env).stdout)["action"] == "commented"
    reply = outbox_to(desk, "tom@example.com")[-1]
    assert reply["kind"] == "reply"
    desk.start()
    last = ticket(desk, first)["comments"][-1]
    assert last["author"]["name"] == "Ann" and last["authorType"] == "agent" and not last["isInternal"]


@pytest.mark.parametrize("results", [
    'mx.desk.test; spf=pass smtp.mailfrom="x; dmarc=pass "@evil.example; dmarc=fail header.from=desk.test',
    "mx.desk.test; dmarc=fail header.from=desk.test; dmarc=pass header.from=evil.example",
    "mx.desk.test; dmarc=pass header.from=evil.example"])
def test_a_sender_cannot_write_their_own_verdict(new_desk, results):
    """What a trusted server repeats of an address was chosen by whoever sent it."""
    desk = new_desk()
    desk.agent("ann@desk.test", "Ann", online=False)
    first = desk.mail(letter(sender="tom@example.com"))
    sent = len(outbox_to(desk, "tom@example.com"))
    raw = letter(sender="ann@desk.test", subject=f"Re: [#{first['number']}]", body="Send me your password", authentication_results=results)
    desk.cli("mail-in", stdin=raw, env={"FRONTDESK_MAIL_TRUSTED_SERVERS": "mx.desk.test"})
    assert len(outbox_to(desk, "tom@example.com")) == sent


# ---- the command

def test_it_works_without_a_server(new_desk):
    desk = new_desk()
    assert desk.mail(letter())["action"] == "created"


def test_an_mbox_is_taken_message_by_message(desk, tmp_path):
    box = tmp_path / "box"
    letters = [letter(sender=f"mbox{i}@example.com", subject=f"mbox {i}", body=f"line\r\n\r\nFrom here on\r\n>From quoted {i}\r\n") for i in range(150)]
    box.write_bytes(b"".join(b"From zoe@example.com Mon Nov 23 08:00:00 2026\r\n" + m + b"\r\n" for m in letters))
    lines = [json.loads(x) for x in desk.cli("mail-in", box).stdout.splitlines()]
    assert [x["action"] for x in lines] == ["created"] * 150
    assert len(lines) == 150 and len({x["mailId"] for x in lines}) == 150
    text = ticket(desk, lines[0])["description"]
    assert "From here on" in text and "\nFrom quoted 0" in text
    again = [json.loads(x)["action"] for x in desk.cli("mail-in", box).stdout.splitlines()]
    assert again == ["duplicate"] * 150


def test_a_maildirs_new_messages_move_to_cur(desk, tmp_path):
    for part in ("new", "cur", "tmp"):
        (tmp_path / "md" / part).mkdir(parents=True)
    for i in range(5):
        (tmp_path / "md" / "new" / f"170000000{i}.x").write_bytes(letter(sender=f"md{i}@example.com", subject=f"maildir {i}"))
    (tmp_path / "md" / "cur" / "1600000000.x:2,S").write_bytes(letter(subject="read already"))
    lines = [json.loads(x) for x in desk.cli("mail-in", tmp_path / "md").stdout.splitlines()]
    subjects = [ticket(desk, x)["subject"] for x in lines]
    assert subjects == ["read already"] + [f"maildir {i}" for i in range(5)]
    assert not list((tmp_path / "md" / "new").iterdir())
    assert len(list((tmp_path / "md" / "cur").iterdir())) == 6


def test_a_pipes_from_line_is_no_header(desk):
    result = desk.mail(b"From zoe@example.com  Mon Nov 23 08:00:00 2026\n" + letter(subject="piped"))
    assert ticket(desk, result)["subject"] == "piped"


def test_exit_codes(new_desk, tmp_path):
    desk = new_desk()
    assert desk.cli("mail-in", stdin=b"", check=False).returncode == 66
    assert desk.cli("mail-in", "/nowhere/at/all", check=False).returncode == 66
    assert desk.cli("mail-in", "--no-such-option", check=False).returncode == 64
    (tmp_path / "not-a-maildir").mkdir()
    assert desk.cli("mail-in", tmp_path / "not-a-maildir", check=False).returncode == 65
    other = new_desk("nothing-here", admin=False, bare=True)
    assert other.cli("mail-in", stdin=letter(), check=False).returncode == 75
    assert not pathlib.Path(other.data).exists()


# ---- reading it back

def test_mail_is_for_agents(desk):
    result = desk.mail(letter())
    assert desk.get("/api/mails", token=None).status == 401
    assert desk.get(f"/api/mails/{result['mailId']}", token=None).status == 401
    assert desk.get("/api/mails/00000000-0000-7000-8000-000000000001").status == 404
    assert desk.get("/api/outbox", token=None).status == 401


def test_mails_are_listed_newest_first_by_cursor(desk):
    ids = [desk.mail(letter(subject=f"listed {i}"))["mailId"] for i in range(3)]
    page = desk.get("/api/mails?limit=2").must(200)
    rest = desk.get(f"/api/mails?limit=2&cursor={page['nextCursor']}").must(200)
    assert [m["id"] for m in page["mails"]] == [ids[2], ids[1]] and rest["mails"][0]["id"] == ids[0]
    assert desk.get("/api/mails?cursor=x").status == 400


def test_a_mail_tells_how_it_was_understood(desk):
    raw = letter(cc="c@example.com", in_reply_to="<p@x>", references="<o@x> <p@x>",
                 authentication_results="mx.example.net; spf=pass smtp.mailfrom=x; dkim=fail; dmarc=none")
    told = mail(desk, desk.mail(raw))
    assert told["from"] == {"name": "Zoë", "address": "zoe@example.com"}
    assert [a["address"] for a in told["to"]] == ["help@localhost"] and told["cc"][0]["address"] == "c@example.com"
    assert told["messageId"] == message_id_of(raw).strip("<>") and told["inReplyTo"] == "p@x"
    assert told["references"] == ["o@x", "p@x"]
    assert told["authentication"]["spf"] == "pass" and told["authentication"]["dmarc"] == "none"
    assert re.match(r"2026-11-23T07:00:00", told["date"])
    assert told["isBounce"] is False and told["bounce"] is None


def test_the_signed_reply_address_finds_its_ticket_and_cannot_be_made_up(new_desk, tmp_path):
    desk = new_desk()
    first = desk.mail(letter())
    desk.cli("outbox", "--write-maildir", tmp_path / "md", env={"FRONTDESK_SIGNED_REPLY_ADDRESS": "true"})
    [path] = (tmp_path / "md" / "new").iterdir()
    ack = email.message_from_bytes(path.read_bytes(), policy=email.policy.default)
    address = ack["Reply-To"].addresses[0].addr_spec
    assert re.fullmatch(rf"help\+t{first['number']}-[a-z2-9]{{16}}@localhost", address)

    def write(to, **headers):
        return desk.mail(letter(sender="colleague@other.test", subject="no trace of a number", to=to, **headers))

    for way in (write(address), write(address.upper().replace("LOCALHOST", "localhost")),
                write("help@localhost", delivered_to=address)):
        assert (way["action"], way["number"]) == ("commented", first["number"]), way
    tag = address.split("-")[1].split("@")[0]
    for made_up in (f"help+t{first['number']}-{tag[:-1]}{'a' if tag[-1] != 'a' else 'b'}@localhost",
                    f"help+t{first['number']}-{tag[:-1]}@localhost", f"help+t{first['number']}@localhost",
                    f"help+t{first['number'] + 1}-{tag}@localhost", f"help+t-{tag}@localhost",
                    f"help+t99999999999999999999-{tag}@localhost"):
        assert write(made_up)["action"] == "created", made_up


def test_without_the_setting_replies_go_to_the_plain_address(new_desk, tmp_path):
    desk = new_desk()
    desk.mail(letter())
    desk.cli("outbox", "--write-maildir", tmp_path / "md")
    [path] = (tmp_path / "md" / "new").iterdir()
    assert email.message_from_bytes(path.read_bytes(), policy=email.policy.default)["Reply-To"].addresses[0].addr_spec == "help@localhost"
