"""frontdesk import: rows become tickets, once, whatever is wrong with their neighbours."""
import json
import os
import random
import subprocess
import threading
import time

import pytest

from desk import PATIENCE, SANITIZED, ticket_body
from transfer_rows import exported, row, run_import, write_lines

CONVERSATION = [
    {"content": "It burns.", "authorType": "requester", "createdAt": "2026-03-02T08:10:00.000Z"},
    {"content": "Use the extinguisher.", "authorEmail": "ann@desk.test", "createdAt": "2026-03-02T08:20:00.000Z"},
    {"content": "He does that each week", "isInternal": True, "authorEmail": "ann@desk.test", "createdAt": "2026-03-02T08:30:00.000Z"},
]


def test_a_ticket_comes_with_everything_another_desk_knew(new_desk, tmp_path):
    desk = new_desk()
    desk.agent("ann@desk.test", "Ann", groups=["Fire"])
    full = row(1, comments=CONVERSATION, assigneeEmail="Ann@desk.test", assigneeGroup="fire", tags=["Hot", "hot", "paper"],
               customFields={"floor": 3}, subcategory="printing", channel="hotline",
               requester={"email": "zoe@example.com", "name": "Zoë", "organization": "Zoo", "tier": "premium", "phone": "1"},
               watchers=[{"email": "boss@example.com", "name": "Boss"}])
    run_import(desk, write_lines(tmp_path / "one.jsonl", [full]))
    desk.start()
    ticket = desk.get("/api/tickets/1").must(200)
    for name in ("subject", "description", "status", "priority", "category", "subcategory", "source", "channel", "externalId",
                 "customFields", "createdAt", "updatedAt", "resolvedAt", "closedAt"):
        assert ticket[name] == full[name], name
    assert ticket["tags"] == ["hot", "paper"]
    assert ticket["assignee"]["name"] == "Ann"
    assert ticket["requester"]["name"] == "Zoë" and ticket["requester"]["tier"] == "premium"
    assert [(c["authorType"], c["author"]["name"], c["isInternal"], c["createdAt"]) for c in ticket["comments"]] == [
        ("requester", "Zoë", False, "2026-03-02T08:10:00.000Z"), ("agent", "Ann", False, "2026-03-02T08:20:00.000Z"),
        ("agent", "Ann", True, "2026-03-02T08:30:00.000Z")]
    assert ticket["sla"]["responseAt"] == "2026-03-02T08:20:00.000Z", "the first public reply of an agent"
    assert ticket["sla"]["resolutionAt"] == full["resolvedAt"]
    assert desk.get("/api/tickets?searchQuery=extinguisher").must(200)["total"] == 1
    assert desk.get("/api/statistics").status == 200
    assert b"example.com" not in desk.cli("outbox", check=False).stdout, "history sends no mail"
    assert desk.stop() == 0
    desk.check()


def test_csv_with_other_peoples_column_names(new_desk, tmp_path):
    desk = new_desk()
    file = tmp_path / "old desk.csv"
    file.write_text("\ufeffSubject;Description;Category;Requester E-Mail;requester_name;Tags;Status;Created At;Shoe size\r\n"
                    '"Says ""hi""\nin two lines";words;billing;a@example.com;Änne;x;In Progress;2026-01-01;44\r\n'
                    "'=1+1;more;New One;b@example.com;;a,b;open;2026-01-02T10:00:00+02:00;\r\n")
    said = run_import(desk, file)
    assert b'"Shoe size" is not a field' in said.stderr
    first, second = exported(desk)
    assert first["subject"] == 'Says "hi"\nin two lines' and first["status"] == "in_progress"
    assert first["requester"]["name"] == "Änne" and first["tags"] == ["x"]
    assert second["subject"] == "=1+1" and second["createdAt"] == "2026-01-02T08:00:00.000Z"
    assert second["category"] == "New One" and second["tags"] == ["a", "b"]
    desk.check()


BAD = [
    ('{"subject": ', "not JSON"),
    ("[1]", "must be an object"),
    (row(1, subject=""), "subject: is required"),
    (row(1, subject="x" * 501), "subject: is longer than 500 characters"),
    (row(1, subject=7), "subject: must be a text"),
    (row(1, description=None), "description: is required"),
    (row(1, requester={"name": "Nobody"}), "requester.email: is required"),
    (row(1, requester={"email": "not an address"}), "requester.email: is not an e-mail address"),
    (row(1, requester=None), "requester.email: is required"),
    (row(1, status="asleep"), 'status: "asleep" is not known'),
    (row(1, priority="huge"), 'priority: "huge" is not known'),
    (row(1, createdAt="yesterday"), "createdAt: is not a moment"),
    (row(1, createdAt="2026-02-31T00:00:00Z"), "createdAt: is not a moment"),
    (row(1, createdAt="9999-01-01T00:00:00Z"), "createdAt: lies in the future"),
    (row(1, updatedAt="2020-01-01T00:00:00Z"), "updatedAt: is before createdAt"),
    (row(1, closedAt="2020-01-01T00:00:00Z"), "closedAt: is before createdAt"),
    (row(1, tags="hot"), "tags: must be a list"),
    (row(1, tags=["t" * 65]), "tags: must be texts of at most 64"),
    (row(1, customFields=[1]), "customFields: must be an object"),
    (row(1, comments=[{"content": ""}]), "comments[0].content: is required"),
    (row(1, comments=[{"content": "x", "authorType": "cat"}]), 'comments[0].authorType: "cat" is not known'),
    (row(1, comments=[{"content": "x", "authorType": "requester", "isInternal": True}]), "comments[0].isInternal"),
    ('{"subject":"a","subject":"b"}', "not JSON: duplicate"),
]


def test_each_bad_row_is_told_with_its_line_and_all_others_are_kept(new_desk, tmp_path):
    desk = new_desk()
    rows = [row(0)]
    for i, (bad, _) in enumerate(BAD):
        rows += [bad, row(i + 1)]
    told = tmp_path / "wrong.txt"
    result = run_import(desk, write_lines(tmp_path / "mixed.jsonl", rows), "--errors", told, check=False)
    assert result.returncode == 1
    assert f"{len(BAD) + 1} created, 0 skipped, {len(BAD)} wrong".encode() in result.stdout
    lines = told.read_text().splitlines()
    assert len(lines) == len(BAD)
    for i, (line, (_, sentence)) in enumerate(zip(lines, BAD)):
        assert line.startswith(f"{tmp_path}/mixed.jsonl:{2 * i + 2}: ") and sentence in line, line
    assert len(exported(desk)) == len(BAD) + 1
    desk.check()


def test_limits_hold_on_both_sides(new_desk, tmp_path):
    desk = new_desk()
    run_import(desk, write_lines(tmp_path / "most.jsonl", [
        row(1, subject="ä" * 500, tags=["t" * 64] + [f"t{i}" for i in range(49)], description="x" * 512 * 1024)]))
    result = run_import(desk, write_lines(tmp_path / "more.jsonl", [
        row(1, subject="ä" * 501), row(1, tags=[f"t{i}" for i in range(51)]), row(1, description="x" * (512 * 1024 + 1))]), check=False)
    assert b"0 created, 0 skipped, 3 wrong" in result.stdout


def test_strict_refuses_what_would_be_made_or_ignored(new_desk, tmp_path):
    desk = new_desk()
    rows = [row(1), row(2, category="never heard of"), row(3, colour="red"), row(4)]
    result = run_import(desk, write_lines(tmp_path / "strict.jsonl", rows), "--strict", check=False)
    assert b"2 created, 0 skipped, 2 wrong" in result.stdout, result.stdout
    assert b'strict.jsonl:2: category: there is no "never heard of"' in result.stderr
    assert b"strict.jsonl:3: colour: is not a field" in result.stderr
    run_import(desk, write_lines(tmp_path / "lax.jsonl", rows))
    assert len(exported(desk)) == 6


def test_agents_that_are_not_known_leave_the_ticket_to_nobody(new_desk, tmp_path):
    desk = new_desk()
    result = run_import(desk, write_lines(tmp_path / "a.jsonl", [row(i, assigneeEmail="gone@desk.test") for i in range(5)]))
    assert b"5 tickets name agents that are not known" in result.stderr
    assert all(t["assigneeEmail"] is None for t in exported(desk))


def test_the_same_file_is_imported_once_unless_said_otherwise(new_desk, tmp_path):
    desk = new_desk()
    file = write_lines(tmp_path / "a.jsonl", [row(i) for i in range(10)])
    run_import(desk, file)
    assert b"imported before (10 tickets)" in run_import(desk, file).stdout
    assert len(exported(desk)) == 10
    run_import(desk, "--restart", file)
    assert len(exported(desk)) == 20


def test_standard_input(new_desk):
    desk = new_desk()
    run_import(desk, "--format", "jsonl", "-", stdin=json.dumps(row(1)) + "\n" + json.dumps(row(2)))
    assert [t["subject"] for t in exported(desk)] == ["Ticket 1", "Ticket 2"]


@pytest.mark.parametrize("args,sentence", [
    (["nowhere.jsonl"], "cannot read nowhere.jsonl"), (["-"], "needs --format"), (["/etc/hostname"], "say --format"),
    (["--format", "xml", "x"], "--format is csv or jsonl"), ([], "FILE"),
])
def test_what_cannot_be_read_is_said(new_desk, args, sentence):
    result = run_import(new_desk(admin=False), *args, check=False)
    assert result.returncode != 0 and sentence in result.stderr.decode(), result.stderr


def test_broken_csv_keeps_what_came_before_and_names_the_line(new_desk, tmp_path):
    desk = new_desk()
    file = tmp_path / "broken.csv"
    file.write_text("subject,description,category,requesterEmail\na,b,general,a@example.com\n\"never closed,b,general,a@example.com\n")
    result = run_import(desk, file, check=False)
    assert result.returncode == 1 and b"line 3: the quote that opens here is never closed" in result.stderr
    assert len(exported(desk)) == 1


@pytest.mark.timeout(300)
@pytest.mark.parametrize("kind", ["jsonl", "csv"])
def test_kill_9_at_any_moment_and_the_same_command_goes_on(new_desk, tmp_path, kind):
    desk = new_desk()
    # Enough that the import is still under way when it is killed.
    count = 3000 if desk.url else 12000
    file = tmp_path / f"many.{kind}"
    if kind == "jsonl":
        write_lines(file, [row(i, comments=CONVERSATION[:1] if i % 3 == 0 else []) if i % 500 else "{" for i in range(1, count + 1)])
    else:
        file.write_text("subject,description,category,requesterEmail,externalId\n" + "".join(
            f'Ticket {i},"two\nlines",general,p{i % 9}@example.com,old-{i}\n' for i in range(1, count + 1)))
    wrong = count // 500 if kind == "jsonl" else 0
    dice, kills = random.Random(11), 0
    for _ in range(40):
        process = subprocess.Popen(desk.argv("import", file), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            process.wait((0.03 + dice.random() * 0.12) * PATIENCE)
            break
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            kills += 1
    run_import(desk, file, check=False)
    numbers = [int(t["externalId"].removeprefix("old-")) for t in exported(desk)]
    assert len(numbers) == len(set(numbers)) == count - wrong, f"after {kills} kills"
    assert kills >= 2
    desk.check()


def test_a_server_goes_on_answering_meanwhile(new_desk, tmp_path):
    desk = new_desk(start=True)
    file = write_lines(tmp_path / "many.jsonl", [row(i) for i in range(3000)])
    waits, failed = [], []

    def client():
        http = desk.client()
        while not done.is_set():
            began = time.monotonic()
            answer = http.post("/api/tickets", ticket_body("meanwhile"))
            waits.append(time.monotonic() - began)
            if answer.status != 201:
                failed.append(answer.raw)
            time.sleep(0.02)

    done = threading.Event()
    thread = threading.Thread(target=client)
    thread.start()
    run_import(desk, file)
    done.set()
    thread.join()
    assert not failed and len(waits) > 5
    assert max(waits) < 3 * PATIENCE, max(waits)
    assert desk.get("/api/tickets?limit=1").must(200)["total"] == 3000 + len(waits)
    assert desk.stop() == 0
    desk.check()


def test_memory_does_not_grow_with_the_file(new_desk, tmp_path, engine):
    if SANITIZED:
        pytest.skip("a sanitizer keeps what is freed")
    peaks = []
    for count in (1000, 6000) if engine == "postgres" else (2000, 20000):
        desk = new_desk(admin=False)
        file = write_lines(tmp_path / f"{count}.jsonl", [row(i) for i in range(count)])
        process = subprocess.Popen(desk.argv("import", file), stdout=subprocess.DEVNULL)
        _, status, usage = os.wait4(process.pid, 0)
        assert status == 0
        peaks.append(usage.ru_maxrss)
    assert peaks[1] < peaks[0] + 40 * 1024, f"{peaks} KiB: the database's own cache is 32 MiB"
