"""frontdesk export: all of it, of one moment, and import reads it back."""
import csv
import json
import threading

import pytest

from desk import ticket_body
from transfer_rows import exported, row, run_import, without_ids, write_lines


@pytest.fixture
def lively(new_desk):
    """A demo desk and one more ticket with awkward texts."""
    desk = new_desk(admin=False)
    desk.cli("demo", "--tickets", 120, "--seed", 5, timeout=120)
    return desk


def copy_agents(lively, other):
    """A new desk knows the same people; what it decides by rules of its own is another matter."""
    for email in {t["assigneeEmail"] for t in exported(lively)} | {c["authorEmail"] for t in exported(lively) for c in t["comments"] if c["authorType"] == "agent"}:
        if email:
            other.agent(email, online=False)
    for name in {t["assigneeGroup"] for t in exported(lively)} - {None}:
        other.agent(name.replace(" ", "").lower() + "@group.test", groups=[name], online=False)


def comparable(ticket):
    """Promises are the desk's own: which policy it was, and when a pause began, are not carried over."""
    return {k: v for k, v in without_ids(ticket).items() if k not in ("sla", "dueDate", "attachments", "links")}


@pytest.mark.parametrize("form", ["jsonl", "csv"])
def test_export_import_export_gives_the_same_tickets(lively, new_desk, tmp_path, form):
    other = new_desk(admin=False)
    copy_agents(lively, other)
    file = tmp_path / f"all.{form}"
    lively.cli("export", "--output", file)
    run_import(other, file)
    before, after = exported(lively), exported(other)
    assert len(before) == len(after) == 120
    for a, b in zip(before, after):
        assert comparable(a) == comparable(b)
    other.check()
    again = tmp_path / f"again.{form}"
    other.cli("export", "--output", again)
    third = new_desk(admin=False)
    copy_agents(other, third)
    run_import(third, again)
    assert [without_ids(t) for t in exported(third)] == [without_ids(t) for t in exported(other)], "from then on all of it"


def test_awkward_texts_survive(new_desk, tmp_path):
    texts = ["=cmd|' /C calc'!A0", "'quoted", 'a "b", c', "two\nlines\r\nhere", "tab\there", "emoji 🎉 and ‮ marks", "{[,;]}"]
    desk = new_desk(admin=False)
    run_import(desk, write_lines(tmp_path / "in.jsonl", [row(i, subject=t.replace("\r", ""), description=t) for i, t in enumerate(texts)]))
    for form in ("jsonl", "csv"):
        file = tmp_path / f"out.{form}"
        desk.cli("export", "--output", file)
        other = new_desk(admin=False)
        run_import(other, file)
        got = [t["description"] for t in exported(other)]
        assert got == ([t.replace("\r\n", "\n") for t in texts] if form == "csv" else texts)


def test_csv_opens_in_a_spreadsheet_without_formulas(new_desk, tmp_path):
    desk = new_desk(admin=False)
    run_import(desk, write_lines(tmp_path / "in.jsonl", [row(1, subject="=1+1", description="@SUM(A1)")]))
    file = tmp_path / "out.csv"
    desk.cli("export", "--output", file)
    with open(file, newline="") as f:
        line = list(csv.DictReader(f))[0]
    assert line["subject"] == "'=1+1" and line["description"] == "'@SUM(A1)"


def test_history_since_and_deleted(new_desk):
    desk = new_desk(start=True)
    old = desk.ticket("old")
    gone = desk.ticket("gone")
    desk.delete(f"/api/tickets/{gone['id']}").must(204, 200)
    new = desk.ticket("new")
    assert [t["subject"] for t in exported(desk)] == ["old", "new"]
    assert [t["subject"] for t in exported(desk, "--deleted")] == ["old", "gone", "new"]
    assert [t["subject"] for t in exported(desk, "--since", new["updatedAt"])] == ["new"]
    history = exported(desk, "--history")[0]["history"]
    assert history[0]["kind"] == "created" and history[0]["to"]["subject"] == old["subject"]


def test_an_export_is_of_one_moment(new_desk):
    desk = new_desk(start=True)
    for i in range(30):
        desk.ticket(f"before {i}")
    stop = threading.Event()

    def write():
        http = desk.client()
        while not stop.is_set():
            made = http.post("/api/tickets", ticket_body("pair")).must(201)
            http.post(f"/api/tickets/{made['id']}/comments", {"content": "x"})

    thread = threading.Thread(target=write)
    thread.start()
    for _ in range(5):
        tickets = exported(desk)
        numbers = [t["number"] for t in tickets]
        assert numbers == list(range(1, len(numbers) + 1)), "no hole: what is later is not there"
    stop.set()
    thread.join()


def test_a_file_is_whole_or_not_there(new_desk, tmp_path):
    desk = new_desk(admin=False, bare=True)
    assert desk.cli("export", check=False).returncode != 0 and not desk.data.exists(), "it makes no desk"
    desk.admin()
    result = desk.cli("export", "--output", tmp_path / "missing" / "x.jsonl", check=False)
    assert result.returncode != 0 and b"cannot write" in result.stderr
    result = desk.cli("export", "--since", "soon", check=False)
    assert result.returncode == 64 and b"--since" in result.stderr
    out = tmp_path / "x.jsonl"
    desk.cli("export", "--output", out)
    assert out.exists() and not out.with_name("x.jsonl.partial").exists()
    assert json.loads("[" + ",".join(out.read_text().splitlines()) + "]") == []
