"""frontdesk copy: a desk moves house, bit for bit, however often it is interrupted.

`home` is always a data directory; `elsewhere` is on the engine under test, so there and back crosses the engines.
"""
import json
import os
import pty
import re
import signal
import sqlite3
import subprocess
import threading
import time

import pytest

import postgres
from desk import ADMIN, PASSWORD, PATIENCE, Desk, environment, ticket_body, wait_until
from transfer_rows import row, run_import, write_lines

# Of the place, not of the desk; copy --list-tables tells why. Index tables of SQLite's full text begin with its name.
OF_THE_PLACE = re.compile(r"schema_migration|copy_progress|writer_lane|node|stored_file|file_chunk|ticket_(fts|document|words)\w*|search_\w+")
MOST, LEAST = 2**63 - 1, -2**63


def end_of(option, desk):
    return [f"--{option}", desk.url or desk.data]


def argv(source, target, *args):
    return [str(a) for a in [source.exe, "copy", *end_of("from", source), *end_of("to", target), *args]]


def copy(source, target, *args, check=True, timeout=120, **kw):
    result = subprocess.run(argv(source, target, *args), capture_output=True, timeout=timeout * PATIENCE, env=environment(None), **kw)
    assert not check or result.returncode == 0, (result.stdout + result.stderr).decode()[-3000:]
    return result


def refused(sentence, source, target, *args):
    result = copy(source, target, *args, check=False)
    assert result.returncode != 0 and sentence in result.stderr.decode(), result.stderr.decode()


def content(desk):
    """Every row of every table of an embedded desk."""
    with sqlite3.connect(desk.data / "frontdesk.db") as db:
        db.text_factory = lambda raw: raw.decode(errors="surrogateescape")
        tables = [name for (name,) in db.execute("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite_%'")]
        return {table: sorted(db.execute(f"SELECT * FROM {table}"), key=repr) for table in tables if not OF_THE_PLACE.fullmatch(table)}


def files(desk):
    return {p.parent.name + p.name: p.read_bytes() for p in (desk.data / "files").glob("*/*")}


def put(desk, sql, *rows):
    with sqlite3.connect(desk.data / "frontdesk.db") as db:
        db.executemany(sql, rows)


def add_hostile_rows(desk):
    """Of each type what could get lost on the way, in tables that nothing else is computed from."""
    put(desk, "INSERT INTO idempotency VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
        (LEAST, MOST, "", b"", MOST, None, "", LEAST),
        (0, -1, "ключ \U0001f9ef\u0301 'quoted' \\N \t\r\n", b"\0\xff\0", -1, "", "\x01" * 1000 + "x", 0),
        (0, 0, "Z before a in bytes", bytes(range(256)), 0, "text/plain", "long " * 700_000, 1), (0, 0, "a", b"\0" * 3_000_000, 0, "x", "{}", 1))
    put(desk, "INSERT INTO rate_limit VALUES (?, ?, ?)", *((f"key {i} ä", i * 7919, i) for i in range(12_000)))
    put(desk, "INSERT INTO rate_limit VALUES (?, ?, ?)", ("\U0010ffff", LEAST, MOST), (" ", MOST, LEAST))
    put(desk, "INSERT INTO round_robin VALUES (?, ?)", (LEAST, MOST), (MOST, LEAST))
    put(desk, "INSERT INTO desk_secret VALUES (?, ?)", ("", b""), ("zeros", b"\0" * 33), ("text", "Grüße".encode()))
    put(desk, "UPDATE ticket SET merged_into = ? WHERE id = ?", (9, 3), (2, 9), (150, 4))


@pytest.fixture
def home(tmp_path):
    desk = Desk(tmp_path / "home")
    desk.cli("demo", "--tickets", 150, timeout=120)
    desk.token = desk.make_token("marta@desk.example")
    add_hostile_rows(desk)
    yield desk
    assert desk.stop() in (0, None)


@pytest.fixture
def embedded(tmp_path):
    made = []

    def make(name):
        made.append(Desk(tmp_path / name))
        return made[-1]

    yield make
    for desk in made:
        desk.stop()


@pytest.fixture
def elsewhere(new_desk):
    return lambda name="elsewhere": new_desk(name, admin=False, bare=True)


def test_there_and_back_every_bit_is_the_same(home, elsewhere, embedded):
    there, back = elsewhere(), embedded("back")
    said = copy(home, there).stdout.decode()
    assert re.search(r"^ticket +150  [0-9a-f]{64}  same$", said, re.M), said
    there.check()
    there.cli("check", "--deep")
    copy(there, back)
    back.check()
    mine, theirs = content(home), content(back)
    assert mine.keys() == theirs.keys() and len(mine) > 30
    for table, rows in mine.items():
        assert rows == theirs[table], table
    assert files(home) == files(back) and files(home)
    copy(home, back, "--verify-only")


def test_life_goes_on_at_the_new_place(home, elsewhere):
    there = elsewhere()
    home.agent("ann@desk.test")
    searches = ["printer", "invoice", "pass*", '"not work"']

    def ask(desk):
        found = [desk.get("/api/tickets", headers={}).must(200)["total"]]
        for words in searches:
            answer = desk.get(f"/api/tickets?limit=100&sortBy=createdAt&searchQuery={words.replace(' ', '%20').replace(chr(34), '%22')}").must(200)
            found.append([t["number"] for t in answer["tickets"]])
        return found, desk.get("/api/statistics").must(200), desk.get("/api/tickets/7").must(200)

    home.start()
    first = home.ticket("printer in the cellar", client=home.client())
    before = ask(home)
    newest = home.get("/api/audit?limit=1").must(200)
    assert home.stop() == 0
    copy(home, there)
    there.token = home.token
    there.start()
    after = ask(there)
    assert after[0] == before[0] and after[2] == before[2] and any(after[0][1:])
    assert after[1].keys() == before[1].keys()
    assert there.get("/api/audit?limit=1").must(200).keys() == newest.keys()
    assert there.ticket("The first one here")["number"] == first["number"] + 1
    there.client(token=None).post("/api/session", {"email": "ann@desk.test", "password": PASSWORD}).must(200, 201)
    there.client(token=None).post("/api/session", {"email": "ann@desk.test", "password": "wrong password"}).must(401)
    assert there.stop() == 0
    there.check()


def half_copy(source, target, least_s=0.0):
    """Kills a copy as soon as some rows are there; False if it was faster."""
    with subprocess.Popen(argv(source, target), stdout=subprocess.PIPE, stderr=subprocess.STDOUT) as process:
        for line in process.stdout:
            if line.startswith(b"ticket_comment:"):
                time.sleep(least_s)
                process.kill()
        return process.wait() == -signal.SIGKILL


def test_a_copy_that_is_killed_goes_on_and_half_a_desk_serves_nobody(home, elsewhere):
    there = elsewhere()
    assert half_copy(home, there)
    for args in (["serve", "--listen", "127.0.0.1:0"], ["mail-in"], ["check"]):
        result = there.cli(*args, stdin=b"From: a@example.com\nSubject: x\n\ny", check=False)
        assert result.returncode == 75 and b"only half copied" in result.stderr, (args, result)
    said = copy(home, there).stdout.decode()
    assert "going on at" in said, said
    copy(home, there, "--verify-only")
    there.check()
    there.start()


def test_killed_again_and_again_no_row_is_lost_or_doubled(home, elsewhere):
    there = elsewhere()
    for i in range(40):
        process = subprocess.Popen(argv(home, there), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
        try:
            errors = process.communicate(timeout=0.05 + 0.03 * i)[1]
        except subprocess.TimeoutExpired:
            process.kill()
            process.communicate()
            continue
        # One that was killed in its very last moment had done all.
        assert process.returncode == 0 or (i and b"is a desk already" in errors), errors.decode()
        break
    else:
        copy(home, there)
    copy(home, there, "--verify-only")
    there.check()


def test_a_copy_goes_on_only_with_the_desk_it_began_with(home, elsewhere, embedded):
    there, other = elsewhere(), embedded("other")
    other.admin()
    assert half_copy(home, there)
    refused("holds half a copy of another desk", other, there)
    home.start()
    home.ticket("after the first half")
    assert home.stop() == 0
    refused("or of this one before it changed", home, there)


def test_what_would_be_overwritten_or_left_behind_is_refused(home, elsewhere):
    there = elsewhere()
    refused("are the same desk", home, home)
    copy(home, there)
    refused("is a desk already", home, there)
    refused("is a desk already", there, home)
    home.start()
    refused("a server is running on", home, elsewhere("third"))
    assert home.stop() == 0
    there.start()
    refused("stop", there, elsewhere("fourth"))


def test_arguments_that_are_missing_or_wrong_are_told(home, tmp_path):
    for args in ([], ["--from", home.data], ["--to", tmp_path / "x"]):
        result = subprocess.run([home.exe, "copy", *map(str, args)], capture_output=True, check=False)
        assert result.returncode == 64 and b"needs --from and --to" in result.stderr
    result = subprocess.run([home.exe, "copy", "--from", tmp_path / "nothing", "--to", tmp_path / "x"], capture_output=True, check=False)
    assert result.returncode != 0 and b"nothing" in result.stderr and not (tmp_path / "x").exists()


def test_a_desk_at_work_is_copied_as_it_was_at_one_moment(home, elsewhere):
    there = elsewhere()
    home.start()
    stop = threading.Event()

    def write():
        http = home.client()
        while not stop.is_set():
            http.post("/api/tickets", ticket_body("meanwhile")).must(201)

    thread = threading.Thread(target=write)
    thread.start()
    try:
        said = copy(home, there, "--while-serving")
    finally:
        stop.set()
        thread.join()
    assert b"newest events are not in the copy" in said.stderr
    there.check()


def test_comparing_finds_one_changed_bit_and_one_lost_file(home, elsewhere):
    there = elsewhere()
    copy(home, there)
    there.sql("UPDATE outbox SET attempts = attempts + 1 WHERE id = 1")
    result = copy(home, there, "--verify-only", check=False)
    assert result.returncode == 1 and b"1 tables differ, first outbox" in result.stderr
    there.sql("UPDATE outbox SET attempts = attempts - 1 WHERE id = 1")
    there.sql("DELETE FROM rate_limit WHERE key = 'key 77 ä'")
    assert b"first rate_limit" in copy(home, there, "--verify-only", check=False).stderr


def test_a_file_that_the_source_has_lost_is_told_and_the_rest_moves(home, elsewhere):
    there = elsewhere()
    next((home.data / "files").glob("*/*")).unlink()
    result = copy(home, there, check=False)
    assert result.returncode == 1 and b"the source has lost it" in result.stderr
    there.start()


def test_a_file_that_is_damaged_is_not_passed_on(home, elsewhere):
    there = elsewhere()
    damaged = next((home.data / "files").glob("*/*"))
    damaged.chmod(0o600)
    damaged.write_bytes(damaged.read_bytes()[:-1] + b"!")
    result = copy(home, there, check=False)
    assert result.returncode == 1 and b"is damaged at the source" in result.stderr, result


def test_large_files_and_files_on_disk_need_a_directory(home, elsewhere, embedded, engine, tmp_path):
    home.start()
    number = home.ticket("With a film", client=home.client())["number"]
    film = os.urandom(9_000_000)
    headers = {"Content-Type": "video/mp4", "Content-Disposition": 'attachment; filename="film.mp4"'}
    home.post(f"/api/tickets/{number}/attachments", film, headers=headers).must(201)
    assert home.stop() == 0
    there, back = elsewhere(), embedded("back")
    config = tmp_path / "disk.conf"
    config.write_text("files = disk\n")
    if engine == "postgres":
        refused("--to-data says in which directory", home, there, "--to-config", config)
        copy(home, there, "--to-config", config, "--to-data", there.data)
        assert files(there) == files(home), "on disk, where it was told"
        copy(there, back, "--from-data", there.data)
    else:
        copy(home, there)
        copy(there, back)
    assert film in files(back).values() and files(back) == files(home)


def test_an_interrupted_import_goes_on_at_the_new_place(home, elsewhere, tmp_path):
    there = elsewhere()
    lines = write_lines(tmp_path / "many.jsonl", [row(i) for i in range(50)])
    run_import(home, lines)
    copy(home, there)
    assert b"imported before" in run_import(there, lines).stdout


def test_what_postgresql_cannot_hold_is_named(home, elsewhere, engine):
    there = elsewhere()
    put(home, "UPDATE agent SET name = CAST(? AS TEXT) WHERE id = 2", (b"Z\xf6e",))
    if engine == "sqlite":
        copy(home, there)
        assert content(home)["agent"] == content(there)["agent"], "SQLite keeps it as it is"
    else:
        refused("table agent, row with id 2: name is no UTF-8 text", home, there)


def test_a_bar_is_drawn_on_a_terminal_only(home, elsewhere, embedded):
    assert b"\r" not in copy(home, elsewhere()).stderr
    master, slave = pty.openpty()
    process = subprocess.Popen(argv(home, embedded("watched")), stdout=subprocess.DEVNULL, stderr=slave)
    os.close(slave)
    seen = b""
    try:
        while chunk := os.read(master, 65536):
            seen += chunk
    except OSError:
        pass  # the other end is closed
    os.close(master)
    assert process.wait() == 0
    assert re.search(rb"\r\[#{24}\] 100% [\d,]+/[\d,]+ rows ", seen), seen[-500:]


def listed_tables(desk):
    """name -> (why it is not copied or None, engines, {column: (type, is in the key)})"""
    tables = {}
    for line in subprocess.run([desk.exe, "copy", "--list-tables"], capture_output=True, text=True, check=True).stdout.splitlines():
        name, fate, engines, *columns = line.split("\t")
        parts = [c.split() for c in columns[0].split(", ")] if columns else []
        tables[name] = (None if fate == "copied" else fate, engines.split(","), {p[0]: (p[1], len(p) > 2) for p in parts})
    return tables


SQLITE_TYPES = {"BIGINT": "INTEGER", "BYTES": "BLOB", "UUID": "BLOB", "BOOLEAN": "INTEGER", "TEXT": "TEXT", "REAL": "REAL"}
POSTGRES_TYPES = {"BIGINT": "bigint", "BYTES": "bytea", "UUID": "uuid", "BOOLEAN": "boolean", "TEXT": "text", "REAL": "double precision"}


def real_tables(desk):
    """name -> {column: (the engine's type, is in the key)}, generated columns left out."""
    if desk.url:
        rows = desk.sql("""SELECT c.table_name, c.column_name, c.data_type, EXISTS (
              SELECT 1 FROM information_schema.key_column_usage k JOIN information_schema.table_constraints t USING (constraint_name, table_name)
              WHERE t.constraint_type = 'PRIMARY KEY' AND k.table_name = c.table_name AND k.column_name = c.column_name)
            FROM information_schema.columns c JOIN information_schema.tables n USING (table_schema, table_name)
            WHERE c.table_schema = 'public' AND n.table_type = 'BASE TABLE' AND c.is_generated = 'NEVER'""")
    else:
        rows = desk.sql("""SELECT t.name, c.name, c.type, c.pk > 0 FROM sqlite_schema t, pragma_table_info(t.name) c
            WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%'""")
    tables = {}
    for table, column, type, key in rows:
        tables.setdefault(table, {})[column] = (type, key in ("1", "t"))
    return tables


def test_no_table_and_no_column_is_forgotten(new_desk, engine):
    desk = new_desk()
    types = POSTGRES_TYPES if engine == "postgres" else SQLITE_TYPES
    listed, real = listed_tables(desk), real_tables(desk)
    ours = {name for name, (_, engines, _) in listed.items() if engine in engines}
    shadows = {name for name in real if any(name.startswith(t + "_") and not listed[t][2] for t in ours)}
    assert real.keys() - shadows - {"schema_migration", "copy_progress"} == ours
    for name, (why, engines, columns) in listed.items():
        if why is None:
            assert engines == ["sqlite", "postgres"], f"{name}: a table of one engine only must be named in copy_plan.c"
            assert {c: (types[t], key) for c, (t, key) in columns.items()} == real[name], name
            assert any(key for _, key in columns.values()), f"{name} has no primary key to go along"
