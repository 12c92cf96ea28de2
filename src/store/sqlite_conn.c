/* sqlite_conn.c -- one connection: opening, prepared statements, rows. */
#include "store/sqlite.h"

#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WRITER_CACHE_KIB = 32 * 1024, READER_CACHE_KIB = 4 * 1024 };

err sqlite_err(sqlite3 *db, int rc, const char *what)
{
    char quoted[LOG_QUOTED_SIZE];

    switch (rc & 0xff) {
    case SQLITE_OK:
    case SQLITE_ROW:
    case SQLITE_DONE:
        return OK;
    case SQLITE_CONSTRAINT:
        return ERR_CONFLICT;
    case SQLITE_FULL:
        log_error("store.full", "at=%s", what);
        return ERR_FULL;
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        log_warn("store.locked", "at=%s", what);
        return ERR_BUSY;
    default:
        log_error("store.error", "at=%s code=%d message=%s", what, rc,
                  log_quoted(db ? sqlite3_errmsg(db) : sqlite3_errstr(rc), quoted));
        return ERR_STORE;
    }
}

err sqlite_exec(struct sqlite_conn *conn, const char *sql)
{
    return sqlite_err(conn->db, sqlite3_exec(conn->db, sql, NULL, NULL, NULL), sql);
}

err sqlite_exec_script(struct conn *conn, const char *sql)
{
    struct sqlite_conn *c = (struct sqlite_conn *)conn;

    return sqlite_err(c->db, sqlite3_exec(c->db, sql, NULL, NULL, NULL), "migration");
}

int64_t sqlite_pragma_int(struct sqlite_conn *conn, const char *sql)
{
    struct rows rows;
    int64_t n = 0;

    if (sqlite_run(&conn->conn, NULL, sql, NULL, 0, &rows) != OK)
        return 0;
    if (sqlite_next(&rows))
        n = sqlite3_column_int64(rows.stmt, 0);
    return sqlite_end(&rows) == OK ? n : 0;
}

static err configure(struct sqlite_conn *conn)
{
    char sql[128];

    sqlite3_extended_result_codes(conn->db, 1);
    sqlite3_busy_timeout(conn->db, ((struct sqlite_store *)conn->conn.store)->lock_wait_ms);
    if (conn->writable) {
        TRY(sqlite_exec(conn, "PRAGMA journal_mode=WAL"));
        TRY(sqlite_exec(conn, "PRAGMA synchronous=FULL"));
        TRY(sqlite_exec(conn, "PRAGMA foreign_keys=ON"));
        TRY(sqlite_exec(conn, "PRAGMA wal_autocheckpoint=4000"));
        TRY(sqlite_exec(conn, "PRAGMA journal_size_limit=67108864"));
    } else {
        /* Readers share the system's page cache instead of a private copy each. */
        TRY(sqlite_exec(conn, "PRAGMA mmap_size=2147418112"));
        TRY(sqlite_exec(conn, "PRAGMA query_only=ON"));
    }
    TRY(sqlite_rank_register(conn->db));
    TRY(sqlite_exec(conn, "PRAGMA temp_store=MEMORY"));
    snprintf(sql, sizeof(sql), "PRAGMA cache_size=-%d",
             conn->writable ? WRITER_CACHE_KIB : READER_CACHE_KIB);
    return sqlite_exec(conn, sql);
}

err sqlite_conn_open(struct sqlite_store *store, bool writable, struct fault *fault,
                     struct sqlite_conn **out)
{
    struct sqlite_conn *conn = calloc(1, sizeof(*conn));
    int flags = SQLITE_OPEN_NOMUTEX |
                (writable ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
    int rc;

    ENSURE(conn != NULL);
    conn->conn = (struct conn){.ops = &sqlite_ops, .store = &store->store};
    conn->writable = writable;
    conn->stmts = calloc((size_t)all_queries_count, sizeof(conn->stmts[0]));
    ENSURE(conn->stmts != NULL);
    rc = sqlite3_open_v2(store->db_path, &conn->db, flags, NULL);
    if (rc != SQLITE_OK || configure(conn) != OK) {
        err e = fault_set(fault, ERR_STORE, "cannot use the database in the data directory: %s",
                          conn->db ? sqlite3_errmsg(conn->db) : sqlite3_errstr(rc));
        sqlite_conn_close(conn);
        return e;
    }
    *out = conn;
    return OK;
}

void sqlite_conn_close(struct sqlite_conn *conn)
{
    if (!conn)
        return;
    for (int i = 0; i < all_queries_count; i++)
        sqlite3_finalize(conn->stmts[i]);
    for (int i = 0; i < TEXT_CACHE_SLOTS; i++) {
        sqlite3_finalize(conn->texts[i].stmt);
        free(conn->texts[i].sql);
    }
    sqlite3_close(conn->db);
    free(conn->stmts);
    free(conn);
}

static err prepare(struct sqlite_conn *conn, const char *sql, sqlite3_stmt **out)
{
    int rc = sqlite3_prepare_v3(conn->db, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);

    return sqlite_err(conn->db, rc, sql);
}

/* FNV-1a; the texts come from a handful of fragments, so slots rarely clash. */
static unsigned text_slot(const char *sql)
{
    uint32_t h = 2166136261u;

    for (; *sql; sql++)
        h = (h ^ (unsigned char)*sql) * 16777619u;
    return h % TEXT_CACHE_SLOTS;
}

/* Composed texts say $1; sqlite takes that for a name, ?1 for a number. */
static char *numbered(const char *sql)
{
    char *copy = strdup(sql);

    ENSURE(copy != NULL);
    for (char *c = copy; *c; c++) {
        if (c[0] == '$' && c[1] >= '0' && c[1] <= '9')
            *c = '?';
    }
    return copy;
}

static err prepared_text(struct sqlite_conn *conn, const char *sql, sqlite3_stmt **out)
{
    struct text_stmt *slot = &conn->texts[text_slot(sql)];
    char *text;
    err e;

    if (slot->sql && strcmp(slot->sql, sql) == 0 && !sqlite3_stmt_busy(slot->stmt)) {
        *out = slot->stmt;
        return OK;
    }
    if (slot->stmt && sqlite3_stmt_busy(slot->stmt)) {
        ENSURE(!"a composed statement is already running in its slot");
    }
    sqlite3_finalize(slot->stmt);
    free(slot->sql);
    *slot = (struct text_stmt){0};
    text = numbered(sql);
    e = prepare(conn, text, &slot->stmt);
    free(text);
    if (e != OK)
        return e;
    slot->sql = strdup(sql);
    ENSURE(slot->sql != NULL);
    *out = slot->stmt;
    return OK;
}

static int bind(sqlite3_stmt *stmt, int i, const struct value *v)
{
    switch (v->type) {
    case VALUE_NULL:
        return sqlite3_bind_null(stmt, i);
    case VALUE_INT:
        return sqlite3_bind_int64(stmt, i, v->i);
    case VALUE_REAL:
        return sqlite3_bind_double(stmt, i, v->d);
    case VALUE_TEXT:
        return sqlite3_bind_text64(stmt, i, v->s.data, v->s.len, SQLITE_STATIC, SQLITE_UTF8);
    case VALUE_BLOB:
        return sqlite3_bind_blob64(stmt, i, v->s.data, v->s.len, SQLITE_STATIC);
    }
    return SQLITE_MISUSE;
}

err sqlite_prepare(struct conn *conn, const struct query *query)
{
    struct sqlite_conn *c = (struct sqlite_conn *)conn;
    sqlite3_stmt **stmt = &c->stmts[query->index];

    return *stmt ? OK : prepare(c, query->sql[ENGINE_SQLITE], stmt);
}

err sqlite_run(struct conn *conn, const struct query *query, const char *sql,
               const struct value *params, int param_count, struct rows *out_rows)
{
    struct sqlite_conn *c = (struct sqlite_conn *)conn;
    sqlite3_stmt *stmt;

    if (query) {
        TRY(sqlite_prepare(conn, query));
        stmt = c->stmts[query->index];
        ENSURE(!sqlite3_stmt_busy(stmt));
    } else {
        TRY(prepared_text(c, sql, &stmt));
    }
    for (int i = 0; i < param_count; i++) {
        int rc = bind(stmt, i + 1, &params[i]);
        if (rc != SQLITE_OK)
            return sqlite_err(c->db, rc, query ? query->name : sql);
    }
    *out_rows = (struct rows){.conn = conn, .stmt = stmt, .failed = OK};
    return OK;
}

bool sqlite_next(struct rows *rows)
{
    struct sqlite_conn *c = (struct sqlite_conn *)rows->conn;
    int rc = sqlite3_step(rows->stmt);

    if (rc == SQLITE_ROW)
        return true;
    if (rc != SQLITE_DONE)
        rows->failed = sqlite_err(c->db, rc, sqlite3_sql(rows->stmt));
    return false;
}

err sqlite_end(struct rows *rows)
{
    sqlite3_reset(rows->stmt);
    return rows->failed;
}

err sqlite_exec_query(struct conn *conn, const struct query *query, const char *sql,
                      const struct value *params, int param_count, int64_t *out_changed)
{
    struct rows rows;

    TRY(sqlite_run(conn, query, sql, params, param_count, &rows));
    while (sqlite_next(&rows))
        continue;
    TRY(sqlite_end(&rows));
    if (out_changed)
        *out_changed = sqlite3_changes64(((struct sqlite_conn *)conn)->db);
    if (query && query->sure && sqlite3_changes64(((struct sqlite_conn *)conn)->db) == 0)
        return ERR_RETRY;
    return OK;
}

err sqlite_sequence_next(struct conn *conn, enum sequence seq, int64_t *out)
{
    struct sqlite_conn *c = (struct sqlite_conn *)conn;

    if (c->next_id[seq] == 0) {
        char sql[96];

        snprintf(sql, sizeof(sql), "SELECT coalesce(max(id), 0) + 1 FROM %s", sequence_table(seq));
        c->next_id[seq] = sqlite_pragma_int(c, sql);
        if (c->next_id[seq] == 0)
            return ERR_STORE;
    }
    *out = c->next_id[seq]++;
    return OK;
}
