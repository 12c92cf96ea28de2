/* raw_rows.c -- the yardstick for writes: the very rows that the server wrote, written straight
 * into SQLite in batches of the same size, without HTTP, JSON, rules or a queue.
 *
 *     raw_rows BEFORE AFTER TARGET TICKETS_PER_BATCH
 *
 * BEFORE is the database as it was before the server created tickets, AFTER as it was then, TARGET
 * a copy of BEFORE into which the difference is written. What the server did to a row is
 * found out by comparing both:
 *
 *   - A row that is new is inserted, in the batch of the ticket that it belongs to.
 *   - A row that changed was changed once a ticket (its requester, its agent, the rotation) or,
 *     for a counter, once a batch and key: the same number of updates and upserts is done.
 *   - The full-text index gets its rows at the end of each batch, as the server does it.
 *
 * Everything is read into memory and every statement is prepared before the clock starts. Where this
 * cannot know how often the server wrote a row, it writes less, never more: the yardstick is
 * then too strict, not too kind. Prints one line of JSON.
 */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMNS_MAX = 64, TABLES_MAX = 128, SQL_SIZE = 8192, DIMENSIONS = 4 };

struct row {
    int64_t batch;
    sqlite3_value **values;
};

struct table {
    char name[64];
    int column_count;
    struct row *rows; /* in the order of batches */
    size_t row_count, room, next;
    sqlite3_stmt *insert;
};

/* What of a ticket decides which counters and which people it touches. */
struct ticket {
    int64_t id, status, priority, category, assignee, requester, day, created_ms;
};

struct replay {
    sqlite3 *after; /* BEFORE is attached to it as "old" */
    sqlite3 *target;
    struct table tables[TABLES_MAX];
    size_t table_count;
    struct ticket *tickets;
    size_t ticket_count;
    int64_t batch_size, batch_count;
    struct table text; /* of the full-text index: id and its columns */
    bool people_change, agents_change, rotation_changes;
    sqlite3_stmt *begin, *commit, *person, *agent, *rotation, *cube, *day;
    int64_t rows, upserts, updates;
};

static _Noreturn void die(sqlite3 *db, const char *what)
{
    fprintf(stderr, "raw_rows: %s: %s\n", what, db ? sqlite3_errmsg(db) : "failed");
    exit(1);
}

static sqlite3_stmt *prepare(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;

    if (sqlite3_prepare_v3(db, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, NULL) != SQLITE_OK)
        die(db, sql);
    return stmt;
}

static void step(sqlite3 *db, sqlite3_stmt *stmt)
{
    int rc = sqlite3_step(stmt);

    if (rc != SQLITE_DONE && rc != SQLITE_ROW)
        die(db, sqlite3_sql(stmt));
    sqlite3_reset(stmt);
}

static void must_exec(sqlite3 *db, const char *sql)
{
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        die(db, sql);
}

static int64_t number(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt = prepare(db, sql);
    int64_t result;

    if (sqlite3_step(stmt) != SQLITE_ROW)
        die(db, sql);
    result = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return result;
}

static void *must_grow(void *old, size_t bytes)
{
    void *grown = realloc(old, bytes);

    if (!grown)
        die(NULL, "memory");
    return grown;
}

/* ---- What the server wrote ---- */

static void load_tickets(struct replay *r)
{
    sqlite3_stmt *stmt = prepare(
        r->after,
        "SELECT id, status, priority, category_id, coalesce(assignee_id, 0), requester_id, "
        "created_ms / 86400000, created_ms FROM ticket WHERE id > (SELECT coalesce(max(id), 0) "
        "FROM old.ticket) ORDER BY id");
    size_t room = 0;

    while (sqlite3_step(stmt) == SQLITE_ROW) {
        if (r->ticket_count == room) {
            room = room ? room * 2 : 1024;
            r->tickets = must_grow(r->tickets, room * sizeof(*r->tickets));
        }
        int64_t *field = &r->tickets[r->ticket_count++].id;
        for (int i = 0; i < 8; i++)
            field[i] = sqlite3_column_int64(stmt, i);
    }
    sqlite3_finalize(stmt);
    if (r->ticket_count == 0)
        die(NULL, "no new tickets");
    r->batch_count = ((int64_t)r->ticket_count + r->batch_size - 1) / r->batch_size;
}

/* Batch of a ticket, or -1 if it is none of the new ones. Numbers ascend, nearly without gaps. */
static int64_t batch_of_ticket(const struct replay *r, int64_t id)
{
    size_t low = 0, high = r->ticket_count;

    while (low < high) {
        size_t middle = (low + high) / 2;
        if (r->tickets[middle].id < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < r->ticket_count && r->tickets[low].id == id ? (int64_t)low / r->batch_size : -1;
}

static int by_batch(const void *a, const void *b)
{
    const struct row *x = a, *y = b;

    return (x->batch > y->batch) - (x->batch < y->batch);
}

/* sql gives the ticket (or NULL) first, then the row's columns. */
static void load_rows(struct replay *r, struct table *t, const char *sql)
{
    sqlite3_stmt *stmt = prepare(r->after, sql);
    size_t homeless = 0;

    t->column_count = sqlite3_column_count(stmt) - 1;
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        struct row *row;

        if (t->row_count == t->room) {
            t->room = t->room ? t->room * 2 : 256;
            t->rows = must_grow(t->rows, t->room * sizeof(*t->rows));
        }
        row = &t->rows[t->row_count++];
        row->values = must_grow(NULL, sizeof(sqlite3_value *) * (size_t)t->column_count);
        for (int i = 0; i < t->column_count; i++)
            row->values[i] = sqlite3_value_dup(sqlite3_column_value(stmt, i + 1));
        row->batch = sqlite3_column_type(stmt, 0) == SQLITE_NULL
                         ? -1
                         : batch_of_ticket(r, sqlite3_column_int64(stmt, 0));
        homeless += row->batch < 0;
    }
    sqlite3_finalize(stmt);
    /* Rows that belong to no ticket are spread evenly over the batches. */
    for (size_t i = 0, seen = 0; i < t->row_count; i++) {
        if (t->rows[i].batch < 0)
            t->rows[i].batch = (int64_t)(seen++ * (size_t)r->batch_count / homeless);
    }
    if (t->row_count)
        qsort(t->rows, t->row_count, sizeof(*t->rows), by_batch);
}

static bool has_column(struct replay *r, const char *table, const char *column)
{
    char sql[SQL_SIZE];

    snprintf(sql, sizeof(sql), "SELECT count(*) FROM pragma_table_info('%s') WHERE name = '%s'",
             table, column);
    return number(r->after, sql) > 0;
}

/* The ticket that a row of a table belongs to, as SQL. */
static const char *ticket_of(struct replay *r, const char *table)
{
    if (strcmp(table, "ticket") == 0)
        return "n.id";
    if (strcmp(table, "requester") == 0)
        return "(SELECT min(t.id) FROM ticket t WHERE t.requester_id = n.id)";
    if (strcmp(table, "event") == 0)
        return "CASE WHEN n.entity = 1 THEN n.entity_id END";
    if (strcmp(table, "job") == 0)
        return "n.ref";
    return has_column(r, table, "ticket_id") ? "n.ticket_id" : "NULL";
}

static void primary_key_join(struct replay *r, const char *table, char *out, size_t size)
{
    char sql[256];
    sqlite3_stmt *stmt;
    size_t used = 0;

    snprintf(sql, sizeof(sql), "SELECT name FROM pragma_table_info('%s') WHERE pk > 0 ORDER BY pk",
             table);
    stmt = prepare(r->after, sql);
    while (sqlite3_step(stmt) == SQLITE_ROW)
        used += (size_t)snprintf(out + used, size - used, "%so.%s IS n.%s", used ? " AND " : "",
                                 sqlite3_column_text(stmt, 0), sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    if (!used)
        snprintf(out, size, "o.rowid = n.rowid");
}

static void prepare_insert(struct replay *r, struct table *t, const char *into)
{
    char sql[SQL_SIZE];
    size_t used = (size_t)snprintf(sql, sizeof(sql), "INSERT INTO %s VALUES(", into);

    for (int i = 0; i < t->column_count; i++)
        used += (size_t)snprintf(sql + used, sizeof(sql) - used, "%s?", i ? "," : "");
    snprintf(sql + used, sizeof(sql) - used, ")");
    t->insert = prepare(r->target, sql);
}

static void load_table(struct replay *r, const char *name)
{
    struct table *t = &r->tables[r->table_count];
    char join[1024], sql[SQL_SIZE];

    if (r->table_count == TABLES_MAX)
        die(NULL, "too many tables");
    primary_key_join(r, name, join, sizeof(join));
    snprintf(t->name, sizeof(t->name), "%s", name);
    snprintf(sql, sizeof(sql),
             "SELECT %s, n.* FROM main.%s n WHERE NOT EXISTS (SELECT 1 FROM old.%s o WHERE %s) "
             "ORDER BY 1",
             ticket_of(r, name), name, name, join);
    load_rows(r, t, sql);
    if (t->row_count == 0)
        return;
    prepare_insert(r, t, name);
    r->rows += (int64_t)t->row_count;
    r->table_count++;
}

static bool is_counter(const char *name)
{
    return strcmp(name, "ticket_count") == 0 || strcmp(name, "report_day") == 0 ||
           strcmp(name, "round_robin") == 0;
}

static void load_tables(struct replay *r)
{
    /* In the order of their making, so that a row comes after what it refers to. */
    sqlite3_stmt *stmt = prepare(
        r->after,
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' "
        "AND name NOT LIKE 'ticket_fts%' AND sql NOT LIKE 'CREATE VIRTUAL%' ORDER BY rowid");

    while (sqlite3_step(stmt) == SQLITE_ROW) {
        const char *name = (const char *)sqlite3_column_text(stmt, 0);
        if (!is_counter(name))
            load_table(r, name);
    }
    sqlite3_finalize(stmt);
}

static bool rows_changed(struct replay *r, const char *table)
{
    char sql[256];

    snprintf(sql, sizeof(sql),
             "SELECT count(*) FROM (SELECT * FROM main.%s EXCEPT SELECT * FROM old.%s)", table,
             table);
    return number(r->after, sql) > 0;
}

static void load_text(struct replay *r)
{
    load_rows(r, &r->text,
              "SELECT id, id, subject, description, public_text, internal_text FROM ticket_text "
              "WHERE id > "
              "(SELECT coalesce(max(id), 0) FROM old.ticket) ORDER BY id");
    r->text.insert =
        prepare(r->target,
                "INSERT INTO ticket_fts(rowid, subject, description, public_text, internal_text) "
                "VALUES(?, ?, ?, ?, ?)");
    r->rows += (int64_t)r->text.row_count;
}

static void prepare_updates(struct replay *r)
{
    r->people_change = rows_changed(r, "requester");
    r->agents_change = rows_changed(r, "agent");
    r->rotation_changes = rows_changed(r, "round_robin");
    r->begin = prepare(r->target, "BEGIN IMMEDIATE");
    r->commit = prepare(r->target, "COMMIT");
    r->person = prepare(
        r->target,
        "UPDATE requester SET ticket_count = ticket_count + 1, last_ticket_ms = ?2 WHERE id = ?1");
    r->agent = prepare(r->target, "UPDATE agent SET current_tickets = current_tickets + 1, "
                                  "last_assigned_ms = ?2 WHERE id = ?1");
    r->rotation = prepare(r->target, "INSERT INTO round_robin(pool, last_agent_id) VALUES(0, ?1) "
                                     "ON CONFLICT(pool) DO UPDATE SET "
                                     "last_agent_id = excluded.last_agent_id");
    r->cube = prepare(r->target, "INSERT INTO ticket_count(status, priority, category_id, "
                                 "assignee_id, slot, n) VALUES(?1, ?2, ?3, ?4, 0, 1) "
                                 "ON CONFLICT DO UPDATE SET n = ticket_count.n + excluded.n");
    r->day = prepare(
        r->target,
        "INSERT INTO report_day VALUES(?1, ?2, ?3, ?4, 0, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0) "
        "ON CONFLICT DO UPDATE SET "
        "total = report_day.total + 1, new_n = report_day.new_n + 1, open_n = report_day.open_n + "
        "1, "
        "pending_n = report_day.pending_n + 1, resolved_n = report_day.resolved_n + 1, closed_n = "
        "report_day.closed_n + 1, "
        "cancelled_n = report_day.cancelled_n + 1, solved_n = report_day.solved_n + 1, solved_ms = "
        "report_day.solved_ms + 1, "
        "responded_n = report_day.responded_n + 1, responded_ms = report_day.responded_ms + 1, "
        "outcome_n = report_day.outcome_n + 1, met_n = report_day.met_n + 1");
}

/* ---- Writing ---- */

static void insert_row(struct replay *r, struct table *t, const struct row *row)
{
    for (int i = 0; i < t->column_count; i++)
        sqlite3_bind_value(t->insert, i + 1, row->values[i]);
    step(r->target, t->insert);
}

static void insert_batch(struct replay *r, struct table *t, int64_t batch)
{
    while (t->next < t->row_count && t->rows[t->next].batch <= batch)
        insert_row(r, t, &t->rows[t->next++]);
}

static void update_one(struct replay *r, sqlite3_stmt *stmt, int64_t id, int64_t at_ms)
{
    sqlite3_bind_int64(stmt, 1, id);
    if (sqlite3_bind_parameter_count(stmt) > 1)
        sqlite3_bind_int64(stmt, 2, at_ms);
    step(r->target, stmt);
    r->updates++;
}

struct key {
    int64_t v[4];
};

static int by_key(const void *a, const void *b)
{
    return memcmp(a, b, sizeof(struct key));
}

/* Each key of a batch once. */
static void upsert_keys(struct replay *r, sqlite3_stmt *stmt, struct key *keys, size_t count)
{
    qsort(keys, count, sizeof(*keys), by_key);
    for (size_t i = 0; i < count; i++) {
        if (i && by_key(&keys[i], &keys[i - 1]) == 0)
            continue;
        for (int k = 0; k < 4; k++)
            sqlite3_bind_int64(stmt, k + 1, keys[i].v[k]);
        step(r->target, stmt);
        r->upserts++;
    }
}

static void write_counters(struct replay *r, const struct ticket *first, size_t count)
{
    struct key *cube = must_grow(NULL, count * sizeof(*cube));
    struct key *days = must_grow(NULL, count * 2 * DIMENSIONS * sizeof(*days));
    size_t day_count = 0;

    for (size_t i = 0; i < count; i++) {
        const struct ticket *t = &first[i];
        const int64_t of[DIMENSIONS] = {0, t->priority, t->category, t->assignee};

        cube[i] = (struct key){{t->status, t->priority, t->category, t->assignee}};
        for (int dimension = 0; dimension < DIMENSIONS; dimension++) {
            days[day_count++] = (struct key){{0, dimension, t->day, of[dimension]}};
            if (t->assignee && dimension < 3)
                days[day_count++] = (struct key){{t->assignee, dimension, t->day, of[dimension]}};
        }
    }
    upsert_keys(r, r->cube, cube, count);
    upsert_keys(r, r->day, days, day_count);
    free(cube);
    free(days);
}

static void write_batch(struct replay *r, int64_t batch)
{
    size_t first = (size_t)(batch * r->batch_size);
    size_t count = r->ticket_count - first < (size_t)r->batch_size ? r->ticket_count - first
                                                                   : (size_t)r->batch_size;

    step(r->target, r->begin);
    for (size_t i = 0; i < r->table_count; i++)
        insert_batch(r, &r->tables[i], batch);
    for (size_t i = first; i < first + count; i++) {
        const struct ticket *t = &r->tickets[i];
        if (r->people_change)
            update_one(r, r->person, t->requester, t->created_ms);
        if (r->agents_change && t->assignee)
            update_one(r, r->agent, t->assignee, t->created_ms);
        if (r->rotation_changes && t->assignee)
            update_one(r, r->rotation, t->assignee, 0);
    }
    write_counters(r, &r->tickets[first], count);
    insert_batch(r, &r->text, batch);
    step(r->target, r->commit);
}

static double seconds_now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (double)ts.tv_sec + (double)ts.tv_nsec / 1e9;
}

static sqlite3 *open_db(const char *path, int flags)
{
    sqlite3 *db;

    if (sqlite3_open_v2(path, &db, flags | SQLITE_OPEN_NOMUTEX, NULL) != SQLITE_OK)
        die(db, path);
    return db;
}

int main(int argc, char **argv)
{
    struct replay *r = calloc(1, sizeof(*r));
    double started, seconds;
    char *attach;

    if (!r || argc != 5 || atoll(argv[4]) < 1) {
        fprintf(stderr, "usage: raw_rows BEFORE AFTER TARGET TICKETS_PER_BATCH\n");
        return 2;
    }
    r->batch_size = atoll(argv[4]);
    r->after = open_db(argv[2], SQLITE_OPEN_READWRITE);
    attach = sqlite3_mprintf("ATTACH %Q AS old", argv[1]);
    must_exec(r->after, attach);
    sqlite3_free(attach);
    r->target = open_db(argv[3], SQLITE_OPEN_READWRITE);
    /* As the server's writer has them. */
    must_exec(r->target,
              "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON; "
              "PRAGMA wal_autocheckpoint=4000; PRAGMA journal_size_limit=67108864; PRAGMA "
              "temp_store=MEMORY; PRAGMA cache_size=-32768");
    load_tickets(r);
    load_tables(r);
    load_text(r);
    prepare_updates(r);
    started = seconds_now();
    for (int64_t batch = 0; batch < r->batch_count; batch++)
        write_batch(r, batch);
    seconds = seconds_now() - started;
    printf("{\"tickets\": %zu, \"batches\": %lld, \"rows\": %lld, \"updates\": %lld, \"upserts\": "
           "%lld, "
           "\"seconds\": %.3f, \"per_second\": %.1f}\n",
           r->ticket_count, (long long)r->batch_count, (long long)r->rows, (long long)r->updates,
           (long long)r->upserts, seconds, (double)r->ticket_count / seconds);
    return 0;
}
