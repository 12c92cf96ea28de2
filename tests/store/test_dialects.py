"""One logic, two engines: every named query means on PostgreSQL what it means on SQLite.

Here the queries are asked without the program; that the program works on both is for all the other tests.
"""
import os
import random
import re
import subprocess

import dialects
import postgres
import pytest
from desk import BUILD

QUERIES = dialects.Queries()
# What a column may be for the driver to read it as the shape says.
READ_AS = {"int": {"bigint", "integer", "smallint", "boolean"}, "bool": {"boolean", "bigint", "integer", "smallint"},
           "tri": {"boolean", "bigint", "integer", "smallint"}, "real": {"double precision"}, "text": {"text"}, "uuid": {"uuid"}, "blob": {"bytea"}}
ASKS = 30
# What the names of parameters begin with when they bound a column of the rest of the name.
BOUND = re.compile(r"^(after|before|from|to|since|until|above|below|into|first)_")
# Names that are no column's.
LIKELY = {"pattern": ["%a%", "%MAR%", "%Ä%", "%é%", "%!_%", "%!%%"], "from_text": ["a", "m", "z", "Ä", "É", "_"],
          "to_text": ["b", "n", "z\U0010FFFF", "Ö", "É\U0010FFFF", "`"], "stretch": [5, 200]}
# Texts on which engines like to disagree: case beyond ASCII, what LIKE takes for more than itself, order of capitals.
NAMES = ["Ärger", "äpfel", "ÄPFEL", "Zebra", "zebra", "_under", "100%", "ß", "Émile", "émile", "a_b", "back\\slash"]


@pytest.fixture(scope="module")
def server():
    if not postgres.installed():
        pytest.skip("PostgreSQL is not installed: script/bootstrap")
    if os.environ.get(postgres.GIVEN):
        yield os.environ[postgres.GIVEN]
        return
    own = postgres.Server()
    yield own.url
    own.end()


@pytest.fixture(scope="module")
def both(server, tmp_path_factory):
    """A desk of SQLite with a history, and the URL of a database with the same rows."""
    place = tmp_path_factory.mktemp("demo")
    subprocess.run([BUILD / "frontdesk", "demo", "--data", place, "--tickets", "400", "--seed", "7"], check=True, capture_output=True)
    sqlite = dialects.open_sqlite(place)
    make_awkward(sqlite)
    name = f"dialects_{os.getpid()}"
    url = postgres.create_database(server, name)
    dialects.migrate(url)
    dialects.copy(sqlite, url)
    yield sqlite, url
    sqlite.close()
    postgres.drop_database(server, name)


def make_awkward(sqlite):
    for i, name in enumerate(NAMES):
        key = f"{name.lower()}.{i}@example.com"
        sqlite.execute("INSERT INTO requester VALUES (?, ?, ?, ?, ?, NULL, NULL, ?, ?, 0, NULL, 1, 1)",
                       (9000 + i, os.urandom(16), name, key, key, name if i % 2 else None, i % 4))
        sqlite.execute("INSERT INTO agent VALUES (?, ?, ?, ?, ?, ?, NULL, 5, 0, 3, ?, ?, 0, 1, 1)",
                       (9000 + i, os.urandom(16), name, key, key, i % 4, i % 3 > 0, i % 3))
        sqlite.execute("INSERT INTO agent_skill VALUES (?, ?)", (9000 + i, name))
        sqlite.execute("INSERT INTO category_skill VALUES (?, ?, ?, ?, ?, 1)", (9000 + i, os.urandom(16), 1 + i % 3, name if i % 4 else None, name))
        sqlite.execute("INSERT INTO mail VALUES (?, ?, ?, ?, 5, ?, ?, 's', 'created', 'new', ?, FALSE, ?, NULL)",
                       (9000 + i, os.urandom(16), i, bytes([i // 2]) * 32, name.upper(), key, i % 3 == 0, 1 + i % 4))
    sqlite.execute("UPDATE ticket SET due_ms = NULL WHERE id % 5 = 0")
    sqlite.execute("UPDATE ticket SET assignee_id = NULL, waiting = status < 4 WHERE id % 7 = 0")
    sqlite.execute("UPDATE ticket SET external_id = 'Ext-' || (id / 4) WHERE id % 3 > 0")
    sqlite.execute("UPDATE outbox SET state = id % 3")


# ---- each by itself


def test_every_query_can_be_prepared_and_gives_what_is_read(both):
    """Of queries that only read also the types of the columns: sum() of PostgreSQL gives a numeric, which no shape reads."""
    _, url = both
    script, told = [], []
    for query in QUERIES.of("postgres"):
        script.append(dialects.prepare(query))
        if query.reads and "FOR UPDATE" not in query.text["postgres"]:
            names = ", ".join(f"c{i}" for i in range(len(query.columns)))
            script += [f"CREATE TEMP TABLE gives({names}) AS {dialects.execute(query, [None] * len(query.params))} WITH NO DATA;",
                       f"SELECT '{query.name}', a.attnum - 1, format_type(a.atttypid, NULL) FROM pg_attribute a "
                       f"WHERE a.attrelid = 'pg_temp.gives'::regclass AND a.attnum > 0 AND a.attnum <= {len(query.columns)};",
                       "DROP TABLE gives;"]
    for name, column, type_ in postgres.sql(url, "\n".join(script)):
        wanted = QUERIES.named(name).columns[int(column)]
        if type_ not in READ_AS[wanted]:
            told.append(f"{name}: column {column} is read as {wanted} and is {type_}")
    assert told == []


# ---- the same answer


class Rows:
    """Rows of a table, picked the same way in each run."""

    def __init__(self, sqlite):
        self.sqlite, self.tables = sqlite, {row[0]: None for row in sqlite.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}

    def some(self, table):
        if table not in self.tables:
            return {}
        if self.tables[table] is None:
            found = self.sqlite.execute(f"SELECT * FROM {table}")
            names = [column[0] for column in found.description]
            self.tables[table] = [dict(zip(names, row)) for row in found]
        return random.choice(self.tables[table] or [{}])


def likely_value(rows, row, name, type_):
    python = {"int": int, "tri": int, "bool": int, "real": float, "text": str}.get(type_, bytes)
    if name == "ids":
        return str([rows.some("ticket")["id"] for _ in range(8)])
    if name in LIKELY:
        return random.choice(LIKELY[name])
    rest = BOUND.sub("", name)
    for column in (name, rest, f"{rest}_ms", f"{rest}_id"):
        if isinstance(row.get(column), python) and random.random() < 0.9:
            return row[column] + random.choice([-1, 0, 0, 1, 10**9]) if type_ == "int" and rest != name else row[column]
    return {int: random.choice([0, 1, 2, 3, 10**13]), float: 0.5, str: random.choice(NAMES), bytes: bytes(16)}[python]


def questions(rows, query):
    """Parameters that are mostly of one row of the table that is read, so that there is often an answer."""
    table = re.search(r"FROM (\w+)", query.text["sqlite"])
    # Any few of what has no order would do: that is asked for all.
    most = [1, 3, 20, 200] if "ORDER BY" in query.text["sqlite"] else [10000]
    for _ in range(ASKS if query.params else 1):
        row = rows.some(table.group(1)) if table else {}
        absent = random.choice([0.3, 0.95])
        yield [random.choice(most) if name in ("limit_n", "most")
               else None if declared.endswith("?") and name not in LIKELY and random.random() < absent else likely_value(rows, row, name, type_)
               for (name, declared), type_ in zip(query.params, query.types)]


def answer_of_sqlite(sqlite, query, values):
    rows = sqlite.execute(query.text["sqlite"], values).fetchall()
    return [tuple(dialects.as_text(v, t) for v, t in zip(row, query.columns)) for row in rows]


def test_every_query_gives_the_same_rows(both):
    """In the same order, where it has one. Twins differ on purpose: what they are for has tests of its own."""
    sqlite, url = both
    random.seed(20)
    rows = Rows(sqlite)
    asked, script = [], ["\\pset null '\\\\N'"]
    for query in (q for q in QUERIES.of("sqlite") if q.reads and q.text["postgres"] and not q.has_twin):
        script.append(dialects.prepare(query))
        for values in questions(rows, query):
            script.append(f"SELECT 'question', {len(asked)};\n{dialects.execute(query, values)};")
            asked.append((query, values))
    answers = [[] for _ in asked]
    for row in postgres.sql(url, "\n".join(script), timeout=300):
        if row[0] == "question":
            at = int(row[1])
        else:
            query = asked[at][0]
            answers[at].append(tuple(v.replace("-", "") if t == "uuid" else v for v, t in zip(row, query.columns)))
    answered = 0
    for (query, values), got in zip(asked, answers):
        wanted = answer_of_sqlite(sqlite, query, values)
        if "ORDER BY" not in query.text["sqlite"]:
            wanted, got = sorted(wanted), sorted(got)
        assert got == wanted, (query.name, values)
        answered += bool(wanted)
    assert answered > len(asked) / 3


# ---- plans

# Each range of a list, by the words of its name: the index and what it must be entered with.
RANGES = {
    "created": ("ticket_by_created", "created_ms"),
    "status": ("ticket_by_status", "status created_ms"),
    "state": ("ticket_by_state", "status priority category_id created_ms"),
    "assignee": ("ticket_by_assignee", "assignee_id status priority category_id created_ms"),
    "unassigned": ("ticket_by_assignee", "assignee_id status priority category_id created_ms"),
    "requester": ("ticket_by_requester", "requester_id created_ms"),
    "group": ("ticket_by_group", "group_id status created_ms"),
    "updated": ("ticket_by_updated", "status updated_ms"),
    "due": ("ticket_by_due", "status due_ms"),
    "undue": ("ticket_by_due", "status due_ms id"),
    "number": ("ticket_pkey", "id"),
    "tag": ("ticket_tag_pkey", "tag created_ms"),
    "external": ("ticket_by_external_id", "external_id"),
}


def test_every_range_of_a_list_is_read_from_its_index_in_order(both):
    """For any values: with the plan that a prepared statement keeps. So few rows would be read whole and sorted: that is switched off."""
    _, url = both
    told = []
    for query in QUERIES.of("postgres"):
        kind = re.match(r"list_(\w+?)_(up|down)_(keys|rows)$", query.name)
        if not kind:
            continue
        plan = "\n".join(row[0] for row in postgres.sql(url, f"""
            SET plan_cache_mode = force_generic_plan; SET enable_seqscan = off; SET enable_bitmapscan = off;
            SET enable_sort = {kind.group(1) == "external"}; {dialects.prepare(query)} EXPLAIN {dialects.execute(query, [1] * len(query.params))}"""))
        index, columns = RANGES[kind.group(1)]
        entered = re.search(r"Index Cond: (.*)", plan)
        if (f"using {index} on" not in plan or "Seq Scan" in plan or ("Sort" in plan and kind.group(1) != "external") or not entered
                or not all(re.search(rf"\b{column}\b", entered.group(1)) for column in columns.split())):
            told.append(f"{query.name}:\n{plan}")
    assert told == [], "\n\n".join(told)
