"""The bench's tools, on a small scale: that they measure what they say."""
import json
import shutil
import sqlite3
import subprocess
import sys

import pytest

import postgres
from desk import BUILD, ROOT, free_port

TOOLS = ["fd_load", "empty_http", "raw_rows", "raw_rows_pg"]


@pytest.fixture(scope="module", autouse=True)
def built():
    subprocess.run(["ninja", "-C", BUILD, *(f"tests/load/{t}" for t in TOOLS)], check=True, stdout=subprocess.DEVNULL)


@pytest.fixture
def empty_handler():
    port = free_port()
    process = subprocess.Popen([BUILD / "tests/load/empty_http", str(port), "777"], stdout=subprocess.PIPE)
    assert process.stdout.readline() == b"ready\n"
    yield port
    process.kill()
    process.wait()


def load(tmp_path, port, lines, *args):
    requests = tmp_path / "requests"
    requests.write_text("\n".join(lines) + "\n")
    done = subprocess.run([BUILD / "tests/load/fd_load", "--port", str(port), *args, requests], capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout) if done.stdout else None, done.stderr


def test_the_load_client_counts_its_requests(tmp_path, empty_handler):
    code, result, _ = load(tmp_path, empty_handler, ["GET /a", 'POST /b {"x":"{n}"}'], "--count", "1000", "--connections", "8")
    assert code == 0
    assert result["requests"] == 1000 and result["errors"] == 0 and result["body_bytes"] == 777
    assert 0 < result["p50_us"] <= result["p99_us"] <= result["max_us"] * 1.07


def test_the_load_client_notices_errors_and_silence(tmp_path, desk):
    code, result, said = load(tmp_path, desk.port, ["GET /api/nothing"], "--count", "50", "--connections", "2")
    assert code == 0 and result["errors"] == 50 and "404" in said or "401" in said
    assert load(tmp_path, free_port(), ["GET /"], "--count", "1")[0] == 1


def test_every_body_of_a_run_is_another(tmp_path, desk):
    line = 'POST /api/tickets {"subject":"Load {n}","description":"d","category":"general","source":"api","requester":{"email":"l@example.com"}}'
    code, result, said = load(tmp_path, desk.port, [line], "--count", "200", "--connections", "8", "--token", desk.token)
    assert code == 0 and result["errors"] == 0, said
    subjects = {t["subject"] for t in desk.active_tickets()}
    assert {f"Load {n:012}" for n in range(1, 201)} <= subjects


@pytest.mark.only("sqlite", "the yardstick is the embedded engine's")
def test_the_raw_writer_writes_the_very_same_rows(new_desk, tmp_path):
    desk = new_desk()
    desk.agent("ann@desk.test", max=100)
    database = next(p for p in desk.data.iterdir() if p.is_file() and p.read_bytes()[:16] == b"SQLite format 3\0")

    def snapshot(name):
        with sqlite3.connect(database) as db:
            db.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        return shutil.copy(database, tmp_path / name)

    desk.start()
    desk.ticket("The first")
    assert desk.stop() == 0
    before, target = snapshot("before.db"), snapshot("target.db")
    desk.start()
    for i in range(50):
        desk.ticket(f"Number {i}", requester={"name": "P", "email": f"p{i % 7}@example.com"})
    assert desk.stop() == 0
    after = snapshot("after.db")
    done = subprocess.run([BUILD / "tests/load/raw_rows", before, after, target, "8"], check=True, capture_output=True, text=True)
    told = json.loads(done.stdout)
    assert (told["tickets"], told["batches"]) == (50, 7)
    with sqlite3.connect(target) as db:
        db.execute("ATTACH ? AS wanted", [str(after)])
        tables = [n for (n,) in db.execute("SELECT name FROM wanted.sqlite_master WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%' "
                                           "AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'ticket_fts%'")]
        for table in tables:
            # What is counted up may hold other numbers; that every row is there is the point.
            counts = [db.execute(f"SELECT count(*) FROM {schema}.{table}").fetchone()[0] for schema in ("main", "wanted")]
            assert counts[0] == counts[1], (table, counts)
        for table in ("ticket", "ticket_tag", "event", "outbox", "ticket_sla", "job"):
            if table in tables:
                assert db.execute(f"SELECT * FROM wanted.{table} EXCEPT SELECT * FROM main.{table}").fetchall() == [], table
        found = "SELECT count(*) FROM ticket_fts WHERE ticket_fts MATCH 'number'"
        assert db.execute(found).fetchone()[0] == 50


def test_the_raw_writer_of_postgresql_writes_the_very_same_rows(new_desk, engine):
    if engine != "postgres":
        pytest.skip("the yardstick is PostgreSQL's")
    desk = new_desk()
    for name in ("ann", "bob", "cid"):
        desk.agent(f"{name}@desk.test", max=100)
    desk.start()
    desk.ticket("The first", requester={"name": "P", "email": "p0@example.com"})
    assert desk.stop() == 0
    after, before, target = desk.url, new_desk.copy_of(desk, "before").url, new_desk.copy_of(desk, "target").url
    desk.start()
    for i in range(50):
        # Some come again: the second ticket of a person must not be written before the person is.
        desk.ticket(f"Number {i}", requester={"name": "P", "email": f"p{i % 7}@example.com"})
    assert desk.stop() == 0
    done = subprocess.run([BUILD / "tests/load/raw_rows_pg", "--connections", "8", "--counters", "0.5", before, after, target], check=True,
                          capture_output=True, text=True)
    told = json.loads(done.stdout)
    # An agent for each ticket; of 25 or fewer tickets the counters, eleven rows each; the rotation.
    assert (told["tickets"], told["updates"] >= 50) == (50, True)
    assert 50 < told["upserts"] <= 50 + 25 * 11
    # What is changed later on the yardstick changes in its own way.
    same = {"ticket": "id, uuid, subject, description, status, tags, due_ms, created_ms", "requester": "id, uuid, email_key, created_ms",
            "rate_limit": "key", "api_token": "id"}
    tables = {name for (name,) in postgres.sql(after, "SELECT relname FROM pg_stat_user_tables")}
    # Each connection has counters, a rotation and an agent of its own; the lane is the server's business.
    for table in tables - {"ticket_count", "report_day", "round_robin", "agent", "writer_lane", "node"}:
        columns = same.get(table, "*")
        wanted, written = (set(postgres.sql(url, f"SELECT {columns} FROM {table}")) for url in (after, target))
        assert wanted == written, table
    (counted,), = postgres.sql(target, "SELECT sum(n) FROM ticket_count WHERE slot > 0 AND assignee_id = -1 AND priority = -1")
    assert int(counted) == (told["upserts"] - 50) // 11
    loads = [sum(int(n) for (n,) in postgres.sql(url, "SELECT current_tickets FROM agent")) for url in (after, target)]
    assert loads[0] == loads[1]


def test_made_tickets_are_the_same_each_time_and_hold_the_known_words():
    def make():
        return subprocess.run([sys.executable, ROOT / "tests/load/make_tickets.py", "3000"], check=True, capture_output=True, text=True).stdout

    made = make()
    assert made == make()
    rows = [json.loads(line) for line in made.splitlines()]
    assert len(rows) == 3000
    assert sum("zyzzyva" in r["description"].split() for r in rows) == 20
    assert sum("printer" in r["description"].split() for r in rows) == 1000
    assert all(len(r["comments"]) == 5 for r in rows if "comments" in r)
