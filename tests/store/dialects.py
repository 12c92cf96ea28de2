"""The schema and the named queries as each engine gets them, and one desk's rows in both."""
import os
import pathlib
import re
import sqlite3
import sys

import postgres

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "script"))
import gen_migrations  # noqa: E402
import gen_queries  # noqa: E402

PG_TYPES = {"int": "bigint", "bool": "boolean", "tri": "bigint", "real": "double precision", "text": "text", "uuid": "uuid", "blob": "bytea"}
NULL = "\\N"


class Queries:
    def __init__(self):
        self.shapes, fragments, self.all = {}, {}, []
        for path in sorted((ROOT / "src").rglob("*.sql")):
            gen_queries.parse(str(path), self.shapes, fragments, self.all)
        for query in self.all:
            query.text = dict(zip(("sqlite", "postgres"), gen_queries.finish(query, fragments)))
            query.has_twin = bool(query.sql["postgres"])
            query.types = [type_.rstrip("?") for _, type_ in query.params]
            query.columns = [type_.rstrip("?") for _, type_ in self.shapes[query.shape]] if query.shape else []
            query.reads = (query.text["postgres"] or query.text["sqlite"]).startswith("SELECT")

    def of(self, engine):
        return [query for query in self.all if query.text[engine]]

    def named(self, name):
        return next(query for query in self.all if query.name == name)


def prepare(query):
    types = ", ".join(PG_TYPES[type_] for type_ in query.types)
    return f"PREPARE {query.name}{f'({types})' if types else ''} AS {query.text['postgres']};"


def literal(value, type_):
    if value is None:
        return "NULL"
    if type_ in ("uuid", "blob"):
        return f"'{value.hex()}'" if type_ == "uuid" else f"'\\x{value.hex()}'"
    if type_ == "bool":
        return "TRUE" if value else "FALSE"
    return str(value) if not isinstance(value, str) else "'" + value.replace("'", "''") + "'"


def execute(query, values):
    given = ", ".join(literal(value, type_) for value, type_ in zip(values, query.types))
    return f"EXECUTE {query.name}{f'({given})' if given else ''}"


def as_text(value, type_):
    """A value of SQLite as psql shows the same one."""
    if value is None:
        return NULL
    if type_ in ("uuid", "bytea", "blob"):
        return ("" if type_ == "uuid" else "\\x") + value.hex()
    if type_ in ("bool", "boolean"):
        return "t" if value else "f"
    return str(value)


def migrate(url):
    # What a database says of itself is made by the program, before any migration.
    own = re.findall(r'static const char \w+\[\] =\s*((?:"[^"]*"\s*)+);', (ROOT / "src/store/migrate.c").read_text())
    for literals in own:
        postgres.sql(url, "".join(re.findall(r'"([^"]*)"', literals)))
    for path in sorted((ROOT / "db" / "migrations").glob("*.sql")):
        postgres.sql(url, gen_migrations.for_engine(path.read_text(encoding="utf-8"), "postgres"))


def column_types(url):
    """Of every table: its columns and what PostgreSQL calls their types."""
    tables = {}
    for table, column, type_ in postgres.sql(url, """
            SELECT c.relname, a.attname, format_type(a.atttypid, NULL) FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
            WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND a.attgenerated = ''
            ORDER BY c.relname, a.attnum"""):
        tables.setdefault(table, {})[column] = type_
    return tables


def copy_text(value, type_):
    text = as_text(value, type_)
    if value is None:
        return text
    return text.replace("\\", "\\\\").replace("\t", "\\t").replace("\n", "\\n").replace("\r", "\\r")


def copy(source, url):
    """Fills an empty PostgreSQL desk with the rows of the SQLite one, of the tables that both have."""
    known = {row[0] for row in source.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    tables = {table: columns for table, columns in column_types(url).items() if table in known}
    script = ["SET session_replication_role = replica;", f"TRUNCATE {', '.join(tables)};"]
    for table, columns in tables.items():
        rows = source.execute(f"SELECT {', '.join(columns)} FROM {table}")
        script.append(f"COPY {table}({', '.join(columns)}) FROM stdin;")
        script += ["\t".join(copy_text(v, t) for v, t in zip(row, columns.values())) for row in rows]
        script.append("\\.")
    postgres.sql(url, "\n".join(script) + "\nANALYZE;\n", timeout=120)


def open_sqlite(desk_dir):
    return sqlite3.connect(os.path.join(desk_dir, "frontdesk.db"), isolation_level=None)
