#!/usr/bin/python3
"""Turns named SQL queries into typed C functions.

usage: gen_queries.py --out-c FILE --out-h FILE QUERIES.sql...

Notation, in .sql files beside the code that uses them:

  -- @shape agent_row: id int, uuid uuid, name text, phone text?, due_ms int?
      A row of results, shared by queries. Becomes struct agent_row.

  -- @fragment agent_columns
  a.id, a.uuid, a.name
      Text for ${agent_columns}.

  -- @query agent_by_email(email_key text) one agent_row
  SELECT ${agent_columns} FROM agent a WHERE a.email_key = $1
      A query. What it gives, after its parameters:
        one SHAPE   err q_agent_by_email(tx, email_key, struct agent_row *out)      ERR_NOT_FOUND if none
        many SHAPE  err q_...(tx, ..., struct agent_rows *out)                      out->v, out->n
        exec        err q_...(tx, ...)
        changes     err q_...(tx, ..., int64_t *out_changed)
      then perhaps one word more:
        late        exec: may wait for the end of the batch, where its rows are written together. Only for rows that
                    no unit which writes ever reads.
        sure        exec: changes a row, or the unit must run again (ERR_RETRY). Nobody waits to see it.
        kept        one, many: PostgreSQL's writer keeps the rows until a query changes a table that they come from.
                    For what every ticket asks and people seldom change.
      SHAPE is a shape's name or columns in parentheses: one (n int). Parameters may be written
      over several comment lines. More than six parameters come as one struct q_NAME_args.

  -- @twin postgres
  SELECT ...
      The same query where PostgreSQL needs another text. Stands right under its sibling.

  -- @only postgres
      Right under a query: it exists on that engine alone (sqlite or postgres), where even what is asked differs.

One text for both engines: parameters and columns have the types declared here, so sums say CAST(sum(n) AS BIGINT), a NULL
in a list of columns CAST(NULL AS BIGINT), an order of what may be NULL NULLS FIRST or LAST. What is lowered is a column or
lower(CAST($1 AS c_text)): it folds ASCII and compares bytes on either; LIKE compares lowered text with lowered text.

Types: int, int? (0 is NULL), bool, tri (-1 is NULL), real, text, text?, uuid, uuid? (nil is NULL), blob, blob?.
"""
import argparse
import re
import sys

TYPES = {  # type -> (C type, bind, read)
    "int": ("int64_t", "value_int({v})", "rows_int(&rows, {i})"),
    "int?": ("int64_t", "value_int_or_null({v})", "rows_int(&rows, {i})"),
    "bool": ("bool", "value_bool({v})", "rows_bool(&rows, {i})"),
    "tri": ("enum tri", "value_tri({v})", "rows_tri(&rows, {i})"),
    "real": ("double", "value_real({v})", "rows_real(&rows, {i})"),
    "text": ("const char *", "value_text({v})", "rows_text(&rows, {i}, tx->arena)"),
    "uuid": ("struct uuid", "value_uuid({v})", "rows_uuid(&rows, {i})"),
    "blob": ("struct bytes", "value_blob({v}.data, {v}.len)", "rows_blob(&rows, {i}, tx->arena)"),
}
for nullable in ("text", "uuid", "blob"):
    TYPES[nullable + "?"] = TYPES[nullable]
ARGS_AS_STRUCT_BEYOND = 6
# How a parameter is declared to PostgreSQL (store.h, struct query).
LETTERS = {"int": "i", "bool": "b", "tri": "i", "real": "r", "text": "t", "uuid": "u", "blob": "x"}


def fail(where, why):
    sys.exit(f"{where}: {why}")


class Query:
    def __init__(self, name, params, gives, shape, where, manner):
        self.name, self.params, self.gives, self.shape, self.where = name, params, gives, shape, where
        self.sql, self.only = {"sqlite": [], "postgres": []}, None
        self.late, self.sure, self.kept, self.forgets = manner == "late", manner == "sure", manner == "kept", False


def parse_columns(text, where):
    columns = []
    for item in filter(None, (x.strip() for x in text.split(","))):
        parts = item.split()
        if len(parts) != 2 or parts[1] not in TYPES:
            fail(where, f"expected 'name type', got '{item}'")
        columns.append((parts[0], parts[1]))
    return columns


HEAD = re.compile(r"(\w+)\s*\(([^)]*)\)\s*(one|many|exec|changes)\s*(.*)$", re.S)


def split_manner(shape, gives):
    words = {"exec": ["late", "sure"], "one": ["kept"], "many": ["kept"]}.get(gives, [])
    for word in words:
        if shape == word or shape.endswith(" " + word):
            return shape[: -len(word)].strip(), word
    return shape, None


def declaration(lines, i):
    """A directive and the comment lines that carry it on."""
    text = lines[i][4:].strip()
    while i + 1 < len(lines) and lines[i + 1].startswith("--   "):
        i += 1
        text += " " + lines[i][2:].strip()
    return text, i


def parse(path, shapes, fragments, queries):
    lines = open(path, encoding="utf-8").read().split("\n")
    target, i = None, 0
    while i < len(lines):
        where = f"{path}:{i + 1}"
        if lines[i].startswith("-- @"):
            text, i = declaration(lines, i)
            word, _, rest = text.partition(" ")
            target = None
            if word == "shape":
                name, _, cols = rest.partition(":")
                if name.strip() in shapes:
                    fail(where, f"shape {name.strip()} stands twice")
                shapes[name.strip()] = parse_columns(cols, where)
            elif word == "fragment":
                target = fragments.setdefault(rest.strip(), [])
                if target:
                    fail(where, f"fragment {rest} stands twice")
            elif word == "query":
                m = HEAD.match(rest)
                if not m:
                    fail(where, "expected name(params) one|many|exec|changes [shape]")
                name, params, gives, shape = m.groups()
                if any(q.name == name for q in queries):
                    fail(where, f"query {name} stands twice")
                shape, manner = split_manner(shape.strip(), gives)
                if gives in ("one", "many"):
                    if shape.startswith("("):
                        shapes[name + "_row"] = parse_columns(shape[1:-1], where)
                        shape = name + "_row"
                    elif not shape:
                        fail(where, "what does it give?")
                queries.append(Query(name, parse_columns(params, where), gives, shape, where, manner))
                target = queries[-1].sql["sqlite"]
            elif word == "twin":
                if rest.strip() != "postgres" or not queries:
                    fail(where, "expected '@twin postgres' under a query")
                target = queries[-1].sql["postgres"]
            elif word == "only":
                if rest.strip() not in ("sqlite", "postgres") or not queries or any(queries[-1].sql.values()):
                    fail(where, "expected '@only sqlite' or '@only postgres' right under a query's first line")
                queries[-1].only = rest.strip()
                target = queries[-1].sql["sqlite"]
            else:
                fail(where, f"unknown directive {word}")
        elif lines[i].strip() and not lines[i].startswith("--"):
            if target is None:
                fail(where, "text outside of a query")
            target.append(lines[i].strip())
        i += 1


def expand(text, fragments, where):
    for _ in range(5):
        again = re.sub(r"\$\{(\w+)\}", lambda m: " ".join(fragments[m.group(1)]) if m.group(1) in fragments
                       else fail(where, f"no fragment {m.group(1)}"), text)
        if again == text:
            return text
        text = again
    fail(where, "fragments nest too deep")


def finish(query, fragments):
    text = expand(" ".join(query.sql["sqlite"]), fragments, query.where).rstrip(" ;")
    twin = expand(" ".join(query.sql["postgres"]), fragments, query.where).rstrip(" ;") or text
    for engine_text in (text, twin):
        used = {int(n) for n in re.findall(r"\$(\d+)", engine_text)}
        if used and max(used) > len(query.params) or len(used) != len(query.params):
            fail(query.where, f"{query.name} declares {len(query.params)} parameters, uses {sorted(used)}")
    lite = re.sub(r"\$(\d+)", r"?\1", text)
    return lite if query.only != "postgres" else None, twin if query.only != "sqlite" else None


def outside_parentheses(text):
    """The text with what stands in parentheses blanked out."""
    out, depth = [], 0
    for c in text:
        depth -= c == ")"
        out.append(c if depth == 0 else " ")
        depth += c == "("
    return "".join(out)


def changed_by(text):
    """The table that a statement writes, and the columns it sets there if it is an UPDATE (else None)."""
    m = re.match(r"(?:INSERT INTO|DELETE FROM|UPDATE) (\w+)", text)
    if not m:
        return None, None
    if not text.startswith("UPDATE"):
        return m.group(1), None
    sets = re.split(r"\b(?:FROM|WHERE|RETURNING)\b", outside_parentheses(text).split(" SET ", 1)[1])[0]
    return m.group(1), re.findall(r"(?:^|,)\s*(\w+)\s*=", sets)


def mark_forgetting(queries, texts):
    """A query forgets kept rows if it writes a table that they come from; an UPDATE only if one of them names a column that
    it sets."""
    kept = [texts[q.name][1] for q in queries if q.kept]
    for query in queries:
        table, columns = changed_by(texts[query.name][1] or "")
        query.forgets = table is not None and any(
            re.search(rf"\b(?:FROM|JOIN) {table}\b", text)
            and (columns is None or any(re.search(rf"\b{column}\b", text) for column in columns)) for text in kept)


def values_tuple(query, text):
    """Where the tuple of an INSERT stands that may be given several: (offset, length), or (0, 0)."""
    m = re.match(r"INSERT INTO \w+\s*\([^)]*\) VALUES (?=\()", text or "")
    if not m or query.gives != "exec":
        return 0, 0
    blank = outside_parentheses(text[m.end():])
    end = blank.index(")") + 1
    return (m.end(), end) if blank[end:].strip() in ("", "ON CONFLICT DO NOTHING") else (0, 0)


def c_string(text):
    if text is None:
        return "NULL"
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def plural(shape):
    return shape[:-4] + "_rows" if shape.endswith("_row") else shape + "_rows"


def c_params(query):
    if len(query.params) > ARGS_AS_STRUCT_BEYOND:
        return [f"const struct q_{query.name}_args *args"], "args->"
    return [f"{TYPES[t][0]}{'' if TYPES[t][0].endswith('*') else ' '}{n}" for n, t in query.params], ""


def prototype(query):
    params, _ = c_params(query)
    out = {"one": f"struct {query.shape} *out", "many": f"struct {plural(query.shape)} *out",
           "exec": None, "changes": "int64_t *out_changed"}[query.gives]
    return f"err q_{query.name}({', '.join(['struct tx *tx'] + params + ([out] if out else []))})"


def write_header(out, shapes, queries):
    out.write("/* Made from the .sql files by script/gen_queries.py: change those. */\n#ifndef FD_QUERIES_GEN_H\n#define FD_QUERIES_GEN_H\n\n"
              '#include "store/store.h"\n\n')
    for name, columns in shapes.items():
        out.write(f"struct {name} {{\n")
        for column, type_ in columns:
            ctype = TYPES[type_][0]
            out.write(f"    {ctype}{'' if ctype.endswith('*') else ' '}{column};\n")
        out.write("};\n")
        out.write(f"struct {plural(name)} {{\n    struct {name} *v;\n    size_t n;\n}};\n\n")
    for query in queries:
        if len(query.params) > ARGS_AS_STRUCT_BEYOND:
            out.write(f"struct q_{query.name}_args {{\n")
            for column, type_ in query.params:
                ctype = TYPES[type_][0]
                out.write(f"    {ctype}{'' if ctype.endswith('*') else ' '}{column};\n")
            out.write("};\n")
        out.write(f"/* {query.where} */\nextern const struct query query_{query.name};\nMUST_CHECK {prototype(query)};\n\n")
    out.write("#endif\n")


def write_body(out, query, shapes, index, texts):
    params, prefix = c_params(query)
    at, length = (0, 0) if query.forgets else values_tuple(query, texts[1])
    extra = f"    .tuple_at = {at},\n    .tuple_len = {length},\n" if length else ""
    extra += "    .sure = true,\n" if query.sure else ""
    extra += "    .kept = true,\n" if query.kept else ""
    extra += "    .forgets = true,\n" if query.forgets else ""
    out.write(f"const struct query query_{query.name} = {{\n    .name = \"{query.name}\",\n    .sql = {{{c_string(texts[0])},\n"
              f"            {c_string(texts[1])}}},\n    .types = \"{''.join(LETTERS[t.rstrip('?')] for _, t in query.params)}\",\n    .index = {index},\n{extra}}};\n\n{prototype(query)}\n{{\n")
    count = len(query.params)
    if count:
        out.write(f"    const struct value params[{count}] = {{\n")
        for name, type_ in query.params:
            out.write("        " + TYPES[type_][1].format(v=prefix + name) + ",\n")
        out.write("    };\n")
    given = f"{'params' if count else 'NULL'}, {count}"
    if query.late:
        out.write(f"\n    return query_exec_late(tx, &query_{query.name}, {given});\n}}\n\n")
        return
    if query.gives in ("exec", "changes"):
        changed = "out_changed" if query.gives == "changes" else "NULL"
        out.write(f"\n    return query_exec(tx, &query_{query.name}, {given}, {changed});\n}}\n\n")
        return
    out.write("    struct rows rows;\n")
    reads = "".join(f"            .{c} = " + TYPES[t][2].format(i=i) + ",\n" for i, (c, t) in enumerate(shapes[query.shape]))
    if query.gives == "one":
        out.write(f"    bool found;\n\n    TRY(query_run(tx, &query_{query.name}, {given}, &rows));\n    found = rows_next(&rows);\n    if (found) {{\n"
                  f"        *out = (struct {query.shape}){{\n{reads}        }};\n    }}\n    TRY(rows_end(&rows));\n"
                  "    return found ? OK : ERR_NOT_FOUND;\n}\n\n")
    else:
        out.write(f"    struct {plural(query.shape)} all = {{0}};\n    size_t cap = 0;\n\n    TRY(query_run(tx, &query_{query.name}, {given}, &rows));\n"
                  "    while (rows_next(&rows)) {\n        if (all.n == cap) {\n"
                  "            size_t bigger = cap ? cap * 2 : 8;\n"
                  "            all.v = arena_grow(tx->arena, all.v, cap * sizeof(*all.v), bigger * sizeof(*all.v));\n            cap = bigger;\n        }\n"
                  f"        all.v[all.n++] = (struct {query.shape}){{\n{reads}        }};\n    }}\n    TRY(rows_end(&rows));\n    *out = all;\n    return OK;\n}}\n\n")


def main():
    ap = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out-c", required=True)
    ap.add_argument("--out-h", required=True)
    ap.add_argument("files", nargs="+")
    args = ap.parse_args()
    shapes, fragments, queries = {}, {}, []
    for path in args.files:
        parse(path, shapes, fragments, queries)
    for query in queries:
        if query.shape and query.shape not in shapes:
            fail(query.where, f"no shape {query.shape}")
        query.where = re.sub(r"^.*?(src/)", r"\1", query.where)
    texts = {query.name: finish(query, fragments) for query in queries}
    mark_forgetting(queries, texts)
    with open(args.out_h, "w", encoding="utf-8") as out:
        write_header(out, shapes, queries)
    with open(args.out_c, "w", encoding="utf-8") as out:
        out.write('/* Made from the .sql files by script/gen_queries.py: change those. */\n#include "queries.gen.h"\n\n')
        for index, query in enumerate(queries):
            write_body(out, query, shapes, index, texts[query.name])
        out.write("const struct query *const all_queries[] = {\n" + "".join(f"    &query_{q.name},\n" for q in queries) + "};\n"
                  "const int all_queries_count = (int)COUNT_OF(all_queries);\n")


if __name__ == "__main__":
    main()
