"""A data directory that cannot be used: a clear sentence and a non-zero exit, never a half-started server."""
import contextlib
import shutil
import sqlite3
import subprocess

import pytest

from desk import ticket_body, wait_until


@pytest.fixture
def no_reserve(monkeypatch):
    """Lets the disk run really full: without it Frontdesk stops writing while there is some room left."""
    monkeypatch.setenv("FRONTDESK_DISK_RESERVE_BYTES", "0")


def refused(desk, timeout=15):
    """Starts a server that must give up; returns what it says."""
    before = len(desk.log())
    process = desk.spawn()
    try:
        code = process.wait(timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
        raise AssertionError(f"it started all the same:\n{desk.log_tail(20)}") from None
    said = desk.log()[before:]
    assert code > 0, f"exit code {code}: {said}"
    assert said.strip(), "it says nothing"
    assert "broken invariant" not in said, said
    return said


def database_of(desk):
    found = [p for p in desk.data.iterdir() if p.is_file() and p.read_bytes()[:16] == b"SQLite format 3\0"]
    assert len(found) == 1, found
    return found[0]


# What of this concerns a cluster is in test_database_trouble.py.
embedded = pytest.mark.only("sqlite", "concerns the embedded engine's file")


@embedded
def test_a_second_server_is_refused_and_the_first_goes_on(fresh_desk, new_desk):
    second = new_desk(name=fresh_desk.data.name, admin=False)
    said = refused(second)
    assert "another" in said.lower() or "already" in said.lower(), said
    fresh_desk.ticket()


@embedded
def test_after_kill_9_the_directory_is_free_again(fresh_desk):
    fresh_desk.kill()
    fresh_desk.start()
    fresh_desk.ticket()


def test_the_command_line_works_beside_a_running_server(fresh_desk):
    fresh_desk.agent("beside@desk.test")
    assert "beside@desk.test" in wait_until(lambda: fresh_desk.agents())


def test_an_address_in_use_is_told(fresh_desk, new_desk):
    other = new_desk(name="other")
    other.port = fresh_desk.port
    assert "use" in refused(other).lower()


@embedded
def test_a_database_from_a_newer_version_is_left_alone(new_desk):
    desk = new_desk()
    path = database_of(desk)
    with contextlib.closing(sqlite3.connect(path)) as db:
        # The version is either the header's or the newest row of the list of migrations.
        db.execute(f"PRAGMA user_version = {db.execute('PRAGMA user_version').fetchone()[0] + 1000}")
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' AND name LIKE '%migration%'").fetchall():
            columns = [c[1] for c in db.execute(f"PRAGMA table_info({name})")]
            row = list(db.execute(f"SELECT * FROM {name} ORDER BY 1 DESC LIMIT 1").fetchone())
            row[0] += 1000
            db.execute(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({', '.join('?' * len(row))})", row)
        db.commit()
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    before = path.read_bytes()
    said = refused(desk)
    assert "newer" in said.lower(), said
    assert desk.cli("check", check=False).returncode != 0
    assert path.read_bytes() == before


@embedded
def test_a_file_that_is_no_database_is_told_and_kept(new_desk):
    desk = new_desk()
    path = database_of(desk)
    for suffix in ("-wal", "-shm"):
        path.with_name(path.name + suffix).unlink(missing_ok=True)
    path.write_bytes(b"These are my memoirs, not a database. " * 200)
    refused(desk)
    assert path.read_bytes().startswith(b"These are my memoirs")


@embedded
def test_a_damaged_database_is_found_by_check(new_desk):
    desk = new_desk(start=True)
    for i in range(200):
        desk.ticket(f"Ticket {i}", description="text " * 200)
    assert desk.stop() == 0
    path = database_of(desk)
    with contextlib.closing(sqlite3.connect(path)) as db:
        db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    size = path.stat().st_size
    with open(path, "r+b") as f:
        for at in range(size // 3 // 4096 * 4096, size * 2 // 3, 4096):
            f.seek(at)
            f.write(b"\xa5" * 2048)
    result = desk.cli("check", check=False)
    assert result.returncode not in (0, -6, -11), result.stderr[-500:]
    assert result.stdout + result.stderr


def test_a_data_directory_that_is_a_file_is_told(new_desk):
    desk = new_desk(admin=False)
    desk.data.write_text("x")
    refused(desk)
    assert desk.data.read_text() == "x"


@embedded
def test_a_read_only_directory_is_told(new_desk, small_disk, no_reserve):
    desk = new_desk(admin=False)
    desk.data = small_disk("64m") / "data"
    desk.admin()
    subprocess.run(["mount", "-o", "remount,ro", desk.data.parent], check=True)
    said = refused(desk)
    assert "read-only" in said.lower() or "write" in said.lower(), said
    subprocess.run(["mount", "-o", "remount,rw", desk.data.parent], check=True)
    desk.start()
    desk.ticket()
    assert desk.stop() == 0


@embedded
def test_a_full_disk_refuses_writes_serves_reads_and_recovers(new_desk, small_disk, no_reserve):
    desk = new_desk(admin=False)
    place = small_disk("24m")
    desk.data = place / "data"
    desk.admin()
    desk.start()
    kept = [desk.ticket(f"Before {i}")["number"] for i in range(20)]
    ballast = place / "ballast"
    with open(ballast, "wb") as f, contextlib.suppress(OSError):
        while True:
            f.write(b"\0" * 65536)
            f.flush()
    refusals, made = 0, []
    for i in range(300):
        answer = desk.post("/api/tickets", ticket_body(f"Full {i}", description="x" * 20_000))
        if answer.status == 201:
            made.append(answer.body["number"])
        else:
            assert answer.status == 503 and answer.body["code"] in ("disk_full", "store"), answer.raw[:300]
            refusals += 1
            if refusals == 10:
                break
    assert refusals == 10, "the disk never became full"
    for number in kept + made:
        desk.get(f"/api/tickets/{number}").must(200)
    assert desk.get("/healthz").status == 200
    ballast.unlink()
    # No restart needed, and nothing that was refused is there after all.
    wait_until(lambda: desk.post("/api/tickets", ticket_body("After")).status == 201, 10, 0.2, "writes work again")
    subjects = [t["subject"] for t in desk.active_tickets()]
    assert len(subjects) == len(set(subjects)) == len(kept) + len(made) + 1
    assert desk.stop() == 0
    desk.check()


@embedded
def test_the_reserve_of_the_disk_is_left_alone(new_desk, small_disk, monkeypatch):
    desk = new_desk(admin=False)
    place = small_disk("48m")
    desk.data = place / "data"
    monkeypatch.setenv("FRONTDESK_DISK_RESERVE_BYTES", "16MiB")
    desk.admin()
    desk.start()
    (place / "ballast").write_bytes(b"\0" * (36 << 20))
    answer = desk.post("/api/tickets", ticket_body())
    assert answer.status == 503 and answer.body["code"] == "disk_full", answer.raw
    (place / "ballast").unlink()
    desk.ticket()
    assert desk.stop() == 0


@embedded
def test_a_full_disk_tells_mail_to_come_again(new_desk, small_disk, no_reserve):
    desk = new_desk(admin=False)
    place = small_disk("16m")
    desk.data = place / "data"
    desk.admin()
    with contextlib.suppress(OSError), open(place / "ballast", "wb", buffering=0) as f:
        while True:
            f.write(b"\0" * 4096)
            f.flush()
    message = b"From: ida@example.com\r\nTo: help@desk.test\r\nSubject: big\r\nMessage-ID: <big@example.com>\r\n\r\n" + b"text\r\n" * 200_000
    # EX_TEMPFAIL of sysexits.h: the mail server keeps the message and tries again.
    assert desk.cli("mail-in", stdin=message, check=False).returncode == 75
    (place / "ballast").unlink()
    assert desk.mail(message)["action"] == "created"
    desk.check()


@embedded
def test_a_directory_copied_while_at_rest_is_a_desk(new_desk):
    desk = new_desk(start=True)
    number = desk.ticket()["number"]
    assert desk.stop() == 0
    copy = new_desk(admin=False)
    shutil.copytree(desk.data, copy.data)
    copy.token = desk.token
    copy.start()
    copy.get(f"/api/tickets/{number}").must(200)
    copy.check()
