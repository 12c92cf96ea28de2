#!/usr/bin/python3
"""Packs db/migrations/NNNN_what.sql into C, one text for each engine.

usage: gen_migrations.py --out FILE MIGRATION.sql...

A migration is written once, with the words BIGINT, TEXT, BYTES, UUID, BOOLEAN, REAL, STRICT and WITHOUT_ROWID,
which become what each engine calls them. Where more differs, lines between `-- @sqlite` or `-- @postgres` and
`-- @both` belong to one engine.

TEXT is the type of a column: on PostgreSQL it compares bytes and lower() folds only ASCII, as on SQLite and whatever
the locale of the database. Where PostgreSQL wants the bare type (arguments of functions, casts) write text.
"""
import argparse
import os
import re

WORDS = {
    "sqlite": {"BIGINT": "INTEGER", "BYTES": "BLOB", "UUID": "BLOB", "BOOLEAN": "INTEGER", "WITHOUT_ROWID": "WITHOUT ROWID"},
    "postgres": {"BYTES": "BYTEA", "REAL": "DOUBLE PRECISION", "TEXT": 'TEXT COLLATE "C"'},
}


def lines_for(text, engine):
    """Its lines without comments, in our words."""
    keep, lines = True, []
    for line in text.split("\n"):
        if line.startswith("-- @"):
            keep = line[4:].strip() in (engine, "both")
        elif keep:
            lines.append(re.sub(r"\s*--.*", "", line))
    return [line for line in lines if line.strip()]


def for_engine(text, engine):
    text = "\n".join(lines_for(text, engine))
    if engine == "postgres":
        text = re.sub(r"\) STRICT(, WITHOUT_ROWID)?;", ");", text)
    return re.sub(r"\b[A-Z_]+\b", lambda m: WORDS[engine].get(m.group(0), m.group(0)), text)


def c_string(text):
    return "\n".join('        "' + line.replace("\\", "\\\\").replace('"', '\\"') + '\\n"' for line in text.split("\n"))


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True)
    ap.add_argument("files", nargs="+")
    args = ap.parse_args()
    with open(args.out, "w", encoding="utf-8") as out:
        out.write('/* Made from db/migrations by script/gen_migrations.py. */\n#include "store/migrate.h"\n\n'
                  "const struct migration all_migrations[] = {\n")
        for i, path in enumerate(sorted(args.files), 1):
            name = os.path.basename(path)
            if int(name[:4]) != i:
                raise SystemExit(f"{name}: migrations are numbered without gaps; this should be {i:04d}")
            text = open(path, encoding="utf-8").read()
            out.write(f'    {{{i}, "{name[5:-4]}",\n     {{\n{c_string(for_engine(text, "sqlite"))},\n'
                      f'{c_string(for_engine(text, "postgres"))},\n     }}}},\n')
        out.write("};\nconst int all_migrations_count = (int)COUNT_OF(all_migrations);\n")


if __name__ == "__main__":
    main()
