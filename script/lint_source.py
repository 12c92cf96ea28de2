#!/usr/bin/python3
"""Checks the house rules that a compiler does not know (STYLE.md).

usage: lint_source.py [--list-twins]

  arrows      base <- store, http <- domains <- edges <- app; no circle among the domains
  drivers     sqlite3.h and libpq-fe.h only in src/store, microhttpd.h only in src/http
  http        only *_api.c (and src/http, src/app) include http/
  length      functions up to 70 lines, files up to 500 (tests excepted)
  splicing    no SQL text made with printf; query_run_text only in the list builder
  copies      no eight lines that stand in two places (tables and initialisers excepted)
  unfinished  no marks of work left undone
  twins       no more queries with a text for PostgreSQL alone than TWINS_MAX

Prints each finding as file:line: rule: sentence, and how many queries have a text for PostgreSQL alone.
"""
import argparse
import os
import re
import subprocess
import sys
from collections import defaultdict

FUNCTION_LINES_MAX = 70
FILE_LINES_MAX = 500
COPIED_LINES_MAX = 7
# Two texts are two programs. Who raises this says why in docs/adr.
TWINS_MAX = 15

# A folder may include the folders of its own line's list, itself, and (domains) other domains.
FOUNDATIONS = {"base": set(), "store": {"base"}, "http": {"base", "store"}, "mime": {"base"}}
EDGES = {"mail_in", "transfer", "cli"}
TOP = {"app"}
# What a domain must not know although no circle would show it: they react to its events.
NEVER = {"ticket": {"sla", "mail_out", "mail_in", "webhook", "respond"}}
DRIVERS = {"sqlite3.h": "store", "libpq-fe.h": "store", "microhttpd.h": "http"}
# The places that may compose SQL from constant fragments.
LIST_BUILDERS = re.compile(r"src/(search|ticket)/\w*list\w*\.c$|src/search/\w+_sql\.c$")

INCLUDE = re.compile(r'^\s*#\s*include\s+[<"]([^>"]+)[>"]')
UNFINISHED = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X)\b")
PRINTING = re.compile(r"\b(v?snprintf|v?asprintf|arena_v?printf|buf_printf)\s*\(")
SQL_WORD = re.compile(r'"\s*(SELECT|INSERT|UPDATE|DELETE|WITH|CREATE|DROP)\b[^"]*"')


def files(*patterns):
    out = subprocess.run(["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", *patterns],
                         check=True, capture_output=True, text=True).stdout
    return sorted(f for f in out.split("\0") if f and os.path.exists(f))


class Findings:
    def __init__(self):
        self.count = 0

    def add(self, path, line, rule, sentence):
        self.count += 1
        print(f"{path}:{line}: {rule}: {sentence}")


def is_test(path):
    return path.startswith("tests/") or path.endswith("_test.c")


def folder_of(path):
    parts = path.split("/")
    return parts[1] if parts[0] == "src" and len(parts) > 2 else None


def rank(folder):
    return 0 if folder in FOUNDATIONS else 3 if folder in TOP else 2 if folder in EDGES else 1


def check_include(found, path, line, target, arrows):
    own, other = folder_of(path), target.split("/")[0]
    api = path.endswith(("_api.c", "_api.h"))
    home = DRIVERS.get(os.path.basename(target))
    if home and own != home:
        found.add(path, line, "drivers", f"{target} belongs to src/{home}")
    if other == own or not os.path.isdir(f"src/{other}") or "/" not in target:
        return
    if own in FOUNDATIONS:
        if other not in FOUNDATIONS[own]:
            found.add(path, line, "arrows", f"{own} must not know {other}")
    elif other == "http" and not api and own not in TOP:
        found.add(path, line, "http", "only *_api.c knows HTTP")
    elif rank(other) > max(rank(own), 2 if api else 0):
        found.add(path, line, "arrows", f"{own} must not know {other}, which stands above it")
    elif other in NEVER.get(own, ()) and not api:
        found.add(path, line, "arrows", f"{own} must not know {other}: it reacts to {own}'s events")
    elif rank(own) == rank(other) == 1 and not api:
        arrows[own].setdefault(other, f"{path}:{line}")


def check_circles(found, arrows):
    def walk(folder, trail):
        if folder in trail:
            circle = trail[trail.index(folder):] + [folder]
            if circle[0] == min(circle):
                places = "; ".join(arrows[a][b] for a, b in zip(circle, circle[1:]))
                where, _, line = arrows[circle[0]][circle[1]].rpartition(":")
                found.add(where, line, "arrows", f"a circle: {' -> '.join(circle)} ({places})")
            return
        for other in sorted(arrows[folder]):
            walk(other, trail + [folder])

    for folder in sorted(arrows):
        walk(folder, [])


def check_lengths(found, path, lines):
    if len(lines) > FILE_LINES_MAX:
        found.add(path, len(lines), "length", f"{len(lines)} lines; a file has at most {FILE_LINES_MAX}")
    start = None
    for number, line in enumerate(lines, 1):
        if line == "{":
            start = number
        elif line == "}" and start:
            length = number - start + 1
            if length > FUNCTION_LINES_MAX:
                found.add(path, start, "length", f"a function of {length} lines; at most {FUNCTION_LINES_MAX}")
            start = None


def check_splicing(found, path, text):
    if folder_of(path) in (None, "store") or is_test(path) or LIST_BUILDERS.search(path):
        return
    for call in PRINTING.finditer(text):
        statement = text[call.start():text.find(";", call.start())]
        if SQL_WORD.search(statement):
            line = text.count("\n", 0, call.start()) + 1
            found.add(path, line, "splicing", "SQL is written in .sql files, never printed together")
    for call in re.finditer(r"\bquery_run_text\s*\(", text):
        line = text.count("\n", 0, call.start()) + 1
        found.add(path, line, "splicing", "query_run_text is for the list builder only")


def check_sources(found):
    arrows, sources = defaultdict(dict), {}
    for path in files("*.c", "*.h"):
        text = open(path, encoding="utf-8").read()
        lines = text.split("\n")
        if folder_of(path) and not is_test(path):
            for number, line in enumerate(lines, 1):
                include = INCLUDE.match(line)
                if include:
                    check_include(found, path, number, include.group(1), arrows)
        if not is_test(path):
            sources[path] = lines
            check_lengths(found, path, lines)
        check_splicing(found, path, text)
    check_circles(found, arrows)
    check_copies(found, sources)


# Lines that say nothing by themselves, or stand in rows by their nature.
WITHOUT_WEIGHT = re.compile(r"[{}]*;?$|#include|/\*|\*|//|\.\w+ = |case \w+:$|break;$|return OK;$|\{\"")


def check_copies(found, sources):
    """sources: path -> lines. Tells where a run of lines begins that stood in an earlier place too."""
    earlier = {}
    for path, lines in sources.items():
        weighty = [(n, line.strip()) for n, line in enumerate(lines, 1) if not WITHOUT_WEIGHT.match(line.strip())]
        told = 0
        for at in range(len(weighty) - COPIED_LINES_MAX):
            run = tuple(line for _, line in weighty[at:at + COPIED_LINES_MAX + 1])
            number = weighty[at][0]
            first = earlier.setdefault(run, f"{path}:{number}")
            if first != f"{path}:{number}" and at >= told:
                found.add(path, number, "copies", f"the same lines stand at {first}")
                told = at + len(run)


def check_unfinished(found):
    everywhere = files("*.c", "*.h", "*.sql", "*.py", "*.def", "*.build", "*.md", "*.ts", "*.tsx", "script/*", ".ci/*")
    for path in everywhere:
        for number, line in enumerate(open(path, encoding="utf-8", errors="replace"), 1):
            if UNFINISHED.search(line) and path not in ("script/lint_source.py", "STYLE.md"):
                found.add(path, number, "unfinished", line.strip()[:80])


def check_twins(found, show):
    count = queries = 0
    for path in files("*.sql"):
        for number, line in enumerate(open(path, encoding="utf-8"), 1):
            queries += line.startswith("-- @query")
            if line.startswith(("-- @twin", "-- @only postgres")):
                count += 1
                if show:
                    print(f"{path}:{number}")
                if count == TWINS_MAX + 1:
                    found.add(path, number, "twins", f"more than {TWINS_MAX}: find one text for both engines, or "
                              "raise TWINS_MAX here with a page in docs/adr that says why")
    print(f"twins: {count} of {queries} queries")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--list-twins", action="store_true", help="tell where the twins stand")
    args = parser.parse_args()
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    found = Findings()
    check_sources(found)
    check_unfinished(found)
    check_twins(found, args.list_twins)
    sys.exit(1 if found.count else 0)


main()
