#!/usr/bin/python3
"""Makes the table of tables of db/migrations/NNNN_what.sql: what `frontdesk copy` carries, column by column.

usage: gen_tables.py --out FILE MIGRATION.sql...

Reads CREATE TABLE, CREATE VIRTUAL TABLE, DROP TABLE and ALTER TABLE .. ADD COLUMN, DROP COLUMN of each engine's text and
stops at an ALTER TABLE that it does not know and that would change columns. Tables come in an order in which each
stands after those that it refers to. A table of both engines must have the same columns on both (generated ones are
left out: they are made anew by the database).
"""
import argparse
import re

from gen_migrations import lines_for

TYPES = {"BIGINT": "COLUMN_INT", "TEXT": "COLUMN_TEXT", "BYTES": "COLUMN_BYTES", "UUID": "COLUMN_UUID",
         "BOOLEAN": "COLUMN_BOOL", "REAL": "COLUMN_REAL"}
ENGINES = {"sqlite": "IN_SQLITE", "postgres": "IN_POSTGRES"}
STATEMENT = re.compile(r"\bCREATE\s+(?:UNLOGGED\s+)?TABLE\s+(?:IF\s+NOT\s+EXISTS\s+)?(?P<create>\w+)\s*\("
                       r"|\bCREATE\s+VIRTUAL\s+TABLE\s+(?P<virtual>\w+)"
                       r"|\bDROP\s+TABLE\s+(?:IF\s+EXISTS\s+)?(?P<drop>\w+)"
                       r"|\bALTER\s+TABLE\s+(?P<alter>\w+)\s+(?P<change>[^;]*);")
# What an ALTER TABLE may do without changing what is copied.
HARMLESS = re.compile(r"ADD\s+CONSTRAINT(?!.*PRIMARY)|VALIDATE\b|ALTER\s+COLUMN\s+\w+\s+SET\s+(STORAGE|STATISTICS|COMPRESSION)\b|SET\s*\(")


class Column:
    def __init__(self, name, type, refers_to):
        self.name, self.type, self.refers_to = name, type, refers_to

    def same(self, other):
        return (self.name, self.type, self.refers_to) == (other.name, other.type, other.refers_to)


class Table:
    def __init__(self, name, engine):
        self.name, self.engines, self.columns, self.key = name, [engine], [], []
        self.after = set()  # tables that whole rows of constraints refer to

    def refers_to(self):
        return (self.after | {c.refers_to for c in self.columns if c.refers_to}) - {self.name}


def inside(text, start):
    """What stands in the parentheses that open before start."""
    depth, at = 1, start
    while depth:
        depth += {"(": 1, ")": -1}.get(text[at], 0)
        at += 1
    return text[start:at - 1]


def items(body):
    depth, item = 0, ""
    for c in body:
        depth += {"(": 1, ")": -1}.get(c, 0)
        if c == "," and depth == 0:
            yield item.strip()
            item = ""
        else:
            item += c
    yield item.strip()


def names(text):
    return [n.strip() for n in text.split(",")]


def add_column(table, item):
    name, type, rest = (item.split(None, 2) + [""])[:3]
    if re.search(r"\bGENERATED\b", rest):
        return
    refers = re.search(r"\bREFERENCES\s+(\w+)", rest)
    table.columns.append(Column(name, TYPES.get(type, "COLUMN_OTHER"), refers and refers.group(1)))
    if re.search(r"\bPRIMARY\s+KEY\b", rest):
        table.key = [name]


def create(name, engine, body):
    table = Table(name, engine)
    for item in items(body):
        key = re.match(r"(?:CONSTRAINT\s+\w+\s+)?PRIMARY\s+KEY\s*\(([^)]*)\)", item)
        foreign = re.match(r"(?:CONSTRAINT\s+\w+\s+)?FOREIGN\s+KEY\s*\([^)]*\)\s*REFERENCES\s+(\w+)", item)
        if key:
            table.key = names(key.group(1))
        elif foreign:
            table.after.add(foreign.group(1))
        elif not re.match(r"(CONSTRAINT|UNIQUE|CHECK|EXCLUDE)\b", item):
            add_column(table, item)
    return table


def alter(where, tables, name, change):
    added = re.match(r"ADD\s+(?:COLUMN\s+)?(?:IF\s+NOT\s+EXISTS\s+)?(?!CONSTRAINT)(\w+\s+.*)", change, re.S)
    dropped = re.match(r"DROP\s+(?:COLUMN\s+)(\w+)", change)
    if added:
        add_column(tables[name], added.group(1))
    elif dropped:
        tables[name].columns = [c for c in tables[name].columns if c.name != dropped.group(1)]
    elif not HARMLESS.match(change):
        raise SystemExit(f"{where}: script/gen_tables.py does not know: ALTER TABLE {name} {change}")


def tables_of(engine, paths):
    tables = {}
    for path in paths:
        text = "\n".join(lines_for(open(path, encoding="utf-8").read(), engine))
        for m in STATEMENT.finditer(text):
            if m["create"]:
                tables[m["create"]] = create(m["create"], engine, inside(text, m.end()))
            elif m["virtual"]:
                tables[m["virtual"]] = Table(m["virtual"], engine)
            elif m["drop"]:
                del tables[m["drop"]]
            else:
                alter(path, tables, m["alter"], m["change"])
    return tables


def merged(sqlite, postgres):
    for name, table in postgres.items():
        if name not in sqlite:
            sqlite[name] = table
            continue
        own = sqlite[name]
        own.engines.append("postgres")
        if own.key != table.key or len(own.columns) != len(table.columns) or \
                not all(a.same(b) for a, b in zip(own.columns, table.columns)):
            raise SystemExit(f"table {name}: its columns must be the same on both engines")
    return sqlite


def in_order(tables):
    """By what they refer to, else as they were written."""
    done, order = set(), []
    while len(order) < len(tables):
        ready = [t for t in tables.values() if t.name not in done and not (t.refers_to() & tables.keys()) - done]
        if not ready:
            raise SystemExit(f"these tables refer to each other in a circle: {sorted(tables.keys() - done)}")
        order.append(ready[0])
        done.add(ready[0].name)
    return order


def write(out, tables):
    out.write('/* Made from db/migrations by script/gen_tables.py. */\n#include "store/table.h"\n\n')
    for t in tables:
        if not t.columns:
            continue
        out.write(f"static const struct table_column columns_of_{t.name}[] = {{\n")
        for c in t.columns:
            out.write(f'    {{"{c.name}", {c.type}, {str(c.refers_to == t.name).lower()}}},\n')
        out.write("};\n")
    out.write("\nconst struct table all_tables[] = {\n")
    for t in tables:
        at = [c.name for c in t.columns]
        key = ", ".join(str(at.index(k)) for k in t.key) or "0"
        out.write(f'    {{"{t.name}", {f"columns_of_{t.name}" if t.columns else "NULL"}, {len(t.columns)}, {{{key}}}, {len(t.key)},\n'
                  f'     {" | ".join(ENGINES[e] for e in t.engines)}}},\n')
    out.write("};\nconst int all_tables_count = (int)COUNT_OF(all_tables);\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True)
    ap.add_argument("files", nargs="+")
    args = ap.parse_args()
    paths = sorted(args.files)
    with open(args.out, "w", encoding="utf-8") as out:
        write(out, in_order(merged(tables_of("sqlite", paths), tables_of("postgres", paths))))


if __name__ == "__main__":
    main()
