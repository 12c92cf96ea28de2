/* raw_rows_pg_load.c -- finds out what the server wrote: every row that AFTER has and BEFORE has not, by ticket. */
#include "raw_rows_pg.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SQL_SIZE = 16384, TABLES_MAX = 256 };

/* Tables that are no ticket's rows: counters, which the caller writes its own way, and the machinery by which
 * nodes agree, which a client of its own has no need of. */
static const char *const left_out[] = {"ticket_count", "report_day", "round_robin", "writer_lane",
                                       "node"};

/* The ticket that a row n belongs to, where that is not said by a column ticket_id. */
static const struct {
    const char *table, *sql;
} owners[] = {
    {"ticket", "n.id"},
    {"requester", "(SELECT min(t.id) FROM ticket t WHERE t.requester_id = n.id)"},
    {"event", "CASE n.entity WHEN 1 THEN n.entity_id WHEN 2 THEN "
              "(SELECT min(t.id) FROM ticket t WHERE t.requester_id = n.entity_id) END"},
    {"job", "n.ref"},
};

struct row {
    int64_t ticket; /* index; -1: of none in particular */
    const char **values;
    int *lengths;
};

struct table {
    const char *name;
    char columns[4096]; /* "a, b, c" */
    char key[1024];     /* the primary key's */
    int column_count;
    bool has_ticket_id;
    int agent_column; /* assignee_id, which only tickets have; -1: none */
    struct row *rows;
    size_t row_count;
};

/* ---- What there is ---- */

static bool is_left_out(const char *table)
{
    for (size_t i = 0; i < sizeof(left_out) / sizeof(*left_out); i++) {
        if (strcmp(left_out[i], table) == 0)
            return true;
    }
    return false;
}

/* In the order of their making, so that a row comes after what it refers to. */
static size_t list_tables(PGconn *after, struct table *out)
{
    PGresult *got = must_run(
        after,
        "SELECT c.relname, string_agg(a.attname, ', ' ORDER BY a.attnum), count(*), "
        "bool_or(a.attname = 'ticket_id'), coalesce((SELECT string_agg(k.attname, ', ' ORDER BY "
        "k.attnum) FROM pg_index i JOIN pg_attribute k ON k.attrelid = c.oid AND k.attnum = "
        "ANY(i.indkey) WHERE i.indrelid = c.oid AND i.indisprimary), 'ctid'), "
        "coalesce(array_position(array_agg(a.attname ORDER BY a.attnum), 'assignee_id'), 0) "
        "FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT "
        "a.attisdropped AND a.attgenerated = '' "
        "WHERE c.relkind = 'r' AND c.relnamespace = 'public'::regnamespace "
        "GROUP BY c.oid, c.relname ORDER BY c.oid",
        false);
    size_t count = 0;

    for (int i = 0; i < PQntuples(got); i++) {
        struct table *t = &out[count];

        if (is_left_out(PQgetvalue(got, i, 0)))
            continue;
        if (++count == TABLES_MAX)
            die("tables", "too many");
        t->name = PQgetvalue(got, i, 0);
        snprintf(t->columns, sizeof(t->columns), "%s", PQgetvalue(got, i, 1));
        t->column_count = atoi(PQgetvalue(got, i, 2));
        t->has_ticket_id = PQgetvalue(got, i, 3)[0] == 't';
        snprintf(t->key, sizeof(t->key), "%s", PQgetvalue(got, i, 4));
        t->agent_column = atoi(PQgetvalue(got, i, 5)) - 1;
    }
    return count; /* got stays: the names are its own */
}

static const char *owner_of(const struct table *t)
{
    for (size_t i = 0; i < sizeof(owners) / sizeof(*owners); i++) {
        if (strcmp(owners[i].table, t->name) == 0)
            return owners[i].sql;
    }
    return t->has_ticket_id ? "n.ticket_id" : "NULL";
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The primary keys that BEFORE has, sorted. */
static const char **known_keys(PGconn *before, const struct table *t, size_t *out_count)
{
    char sql[SQL_SIZE];
    PGresult *got;
    const char **keys;

    snprintf(sql, sizeof(sql), "SELECT ROW(%s)::text FROM %s", t->key, t->name);
    got = must_run(before, sql, false);
    *out_count = (size_t)PQntuples(got);
    keys = must_alloc((*out_count + 1) * sizeof(*keys));
    for (size_t i = 0; i < *out_count; i++)
        keys[i] = PQgetvalue(got, (int)i, 0);
    qsort(keys, *out_count, sizeof(*keys), by_text);
    return keys;
}

/* ---- Tickets ---- */

static void load_tickets(struct replay *r, PGconn *before, PGconn *after)
{
    PGresult *newest = must_run(
        before,
        "SELECT coalesce(max(id), 0), (SELECT coalesce(max(id), 0) FROM requester) FROM ticket",
        true);
    int64_t last_requester = get_int(PQgetvalue(newest, 0, 1));
    char sql[512];
    PGresult *got;

    snprintf(sql, sizeof(sql),
             "SELECT id, status, priority, category_id, coalesce(assignee_id, 0), requester_id, "
             "created_ms / 86400000, created_ms FROM ticket WHERE id > %lld ORDER BY id",
             (long long)get_int(PQgetvalue(newest, 0, 0)));
    got = must_run(after, sql, true);
    r->ticket_count = (size_t)PQntuples(got);
    if (r->ticket_count == 0)
        die("tickets", "none is new");
    r->tickets = must_alloc(r->ticket_count * sizeof(*r->tickets));
    for (size_t i = 0; i < r->ticket_count; i++) {
        struct ticket *t = &r->tickets[i];
        int64_t *const fields[] = {&t->id,       &t->status,    &t->priority, &t->category,
                                   &t->assignee, &t->requester, &t->day,      &t->created_ms};

        for (int k = 0; k < 8; k++)
            *fields[k] = get_int(PQgetvalue(got, (int)i, k));
        t->requester_existed = t->requester <= last_requester;
        t->is_first = true;
    }
    PQclear(got);
    PQclear(newest);
}

static int by_requester(const void *a, const void *b)
{
    const struct ticket *x = *(struct ticket *const *)a, *y = *(struct ticket *const *)b;

    if (x->requester != y->requester)
        return x->requester < y->requester ? -1 : 1;
    return (x->id > y->id) - (x->id < y->id);
}

static void chain_requesters(struct replay *r)
{
    struct ticket **sorted = must_alloc(r->ticket_count * sizeof(struct ticket *));

    for (size_t i = 0; i < r->ticket_count; i++)
        sorted[i] = &r->tickets[i];
    qsort(sorted, r->ticket_count, sizeof(*sorted), by_requester);
    for (size_t i = 1; i < r->ticket_count; i++) {
        struct ticket *t = sorted[i];

        if (t->requester_existed || t->requester != sorted[i - 1]->requester)
            continue;
        sorted[i - 1]->next_of_requester = t;
        t->is_first = false;
    }
    free(sorted);
}

static int by_id(const void *a, const void *b)
{
    int64_t x = ((const struct ticket *)a)->id, y = ((const struct ticket *)b)->id;

    return (x > y) - (x < y);
}

/* Index of a ticket, or -1 if it is none of the new ones. */
static int64_t ticket_at(const struct replay *r, int64_t id)
{
    const struct ticket key = {.id = id};
    const struct ticket *found = bsearch(&key, r->tickets, r->ticket_count, sizeof(key), by_id);

    return found ? found - r->tickets : -1;
}

/* ---- Rows ---- */

static void take_row(const struct replay *r, const struct table *t, PGresult *got, int i,
                     struct row *row)
{
    row->ticket = PQgetisnull(got, i, 0) ? -1 : ticket_at(r, get_int(PQgetvalue(got, i, 0)));
    row->values = must_alloc(sizeof(*row->values) * (size_t)t->column_count);
    row->lengths = must_alloc(sizeof(*row->lengths) * (size_t)t->column_count);
    for (int k = 0; k < t->column_count; k++) {
        row->values[k] = PQgetisnull(got, i, k + 2) ? NULL : PQgetvalue(got, i, k + 2);
        row->lengths[k] = PQgetlength(got, i, k + 2);
    }
}

static int by_ticket(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return (x->ticket > y->ticket) - (x->ticket < y->ticket);
}

static void load_rows(struct replay *r, struct table *t, PGconn *before, PGconn *after)
{
    char sql[SQL_SIZE];
    size_t known_count, homeless = 0, seen = 0;
    const char **known = known_keys(before, t, &known_count);
    PGresult *got;

    snprintf(sql, sizeof(sql), "SELECT CAST(%s AS bigint), ROW(%s)::text, %s FROM %s n ORDER BY %s",
             owner_of(t), t->key, t->columns, t->name, t->key);
    got = must_run(after, sql, true);
    t->rows = must_alloc(((size_t)PQntuples(got) + 1) * sizeof(*t->rows));
    for (int i = 0; i < PQntuples(got); i++) {
        const char *key = PQgetvalue(got, i, 1);

        if (bsearch(&key, known, known_count, sizeof(*known), by_text))
            continue;
        take_row(r, t, got, i, &t->rows[t->row_count]);
        homeless += t->rows[t->row_count++].ticket < 0;
    }
    /* Rows that belong to no ticket are spread evenly. */
    for (size_t i = 0; i < t->row_count; i++) {
        if (t->rows[i].ticket < 0)
            t->rows[i].ticket = (int64_t)(seen++ * r->ticket_count / homeless);
    }
    qsort(t->rows, t->row_count, sizeof(*t->rows), by_ticket);
    r->rows += (int64_t)t->row_count;
    free(known); /* got stays: the rows' values are its own */
}

/* Writes count rows of a table at once. */
static int insert_of(struct replay *r, const struct table *t, size_t count)
{
    char sql[SQL_SIZE];
    size_t used =
        (size_t)snprintf(sql, sizeof(sql), "INSERT INTO %s(%s) VALUES", t->name, t->columns);
    int param = 0;

    if (count * (size_t)t->column_count > PARAMS_MAX)
        die(t->name, "too many rows of one ticket");
    for (size_t i = 0; i < count; i++) {
        for (int k = 0; k < t->column_count; k++)
            used += (size_t)snprintf(sql + used, sizeof(sql) - used, "%s$%d",
                                     k ? "," : (i ? "),(" : " ("), ++param);
    }
    snprintf(sql + used, sizeof(sql) - used, ")");
    return statement_of(r, sql, param);
}

static void add_call(struct replay *r, const struct table *t, const struct row *rows, size_t count)
{
    struct ticket *ticket = &r->tickets[rows->ticket];
    size_t columns = (size_t)t->column_count;
    struct call call = {.statement = insert_of(r, t, count),
                        .agent_param = t->agent_column,
                        .values = must_alloc(count * columns * sizeof(*call.values)),
                        .lengths = must_alloc(count * columns * sizeof(*call.lengths))};

    for (size_t i = 0; i < count; i++) {
        memcpy(call.values + i * columns, rows[i].values, columns * sizeof(*call.values));
        memcpy(call.lengths + i * columns, rows[i].lengths, columns * sizeof(*call.lengths));
    }
    ticket->calls = realloc(ticket->calls, (ticket->call_count + 1) * sizeof(*ticket->calls));
    if (!ticket->calls)
        die("memory", "none left");
    ticket->calls[ticket->call_count++] = call;
}

static void make_calls(struct replay *r, const struct table *t)
{
    for (size_t i = 0; i < t->row_count;) {
        size_t end = i + 1;

        while (end < t->row_count && t->rows[end].ticket == t->rows[i].ticket)
            end++;
        add_call(r, t, &t->rows[i], end - i);
        i = end;
    }
}

static bool differs(PGconn *before, PGconn *after, const char *sql)
{
    PGresult *was = must_run(before, sql, false), *is = must_run(after, sql, false);
    bool differ = strcmp(PQgetvalue(was, 0, 0), PQgetvalue(is, 0, 0)) != 0;

    PQclear(was);
    PQclear(is);
    return differ;
}

void replay_load(struct replay *r, const char *before_url, const char *after_url)
{
    PGconn *before = must_connect(before_url), *after = must_connect(after_url);
    struct table *tables = must_alloc(TABLES_MAX * sizeof(*tables));
    size_t table_count = list_tables(after, tables);
    PGresult *rotation;

    load_tickets(r, before, after);
    chain_requesters(r);
    for (size_t i = 0; i < table_count; i++) {
        load_rows(r, &tables[i], before, after);
        make_calls(r, &tables[i]);
    }
    r->agents_change = differs(before, after, "SELECT sum(current_tickets) FROM agent");
    /* The rotation may have come round to where it was. */
    rotation = must_run(after, "SELECT count(*) FROM round_robin", true);
    r->rotation_changes = r->agents_change && get_int(PQgetvalue(rotation, 0, 0)) > 0;
    PQclear(rotation);
    free(tables);
    PQfinish(before);
    PQfinish(after);
}
