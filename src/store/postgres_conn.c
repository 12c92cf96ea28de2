/* postgres_conn.c -- one connection, always in pipeline mode.
 *
 * A statement is sent at once and its answer waited for only where somebody needs it: a read waits
 * for its rows, a write is put off. All that was sent before is answered before, so an error of a
 * write that was put off is found by the next read, or at the end. It is kept in `failed` until the
 * transaction, or the savepoint, is rolled back.
 *
 * Whenever something is handed to the network a Sync goes with it: after an error the server skips
 * everything up to one, and only after one does it watch over a client that froze inside a
 * transaction (idle_in_transaction_session_timeout). */
#include "store/postgres.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLDEST_SERVER = 150000 };

/* ---- errors ---- */

/* By SQLSTATE, its whole or its class. https://www.postgresql.org/docs/15/errcodes-appendix.html */
static const struct {
    const char *state;
    err e;
    bool broken; /* of no use any more */
    bool quiet;  /* happens to the best of programs */
} states[] = {
    {"40", ERR_RETRY, false, true},      /* serialization failure, deadlock */
    {"55P03", ERR_BUSY, false, true},    /* lock_timeout */
    {"57014", ERR_BUSY, false, false},   /* statement_timeout */
    {"57P", ERR_RETRY, true, true},      /* shutting down, crashed, starting */
    {"08", ERR_RETRY, true, true},       /* connection */
    {"25006", ERR_RETRY, true, false},   /* read only: it is no primary any more */
    {"25P03", ERR_RETRY, true, false},   /* we froze inside a transaction */
    {"26000", ERR_RETRY, true, true},    /* a pooler gave us another session */
    {"0A000", ERR_RETRY, true, false},   /* a migration changed what a prepared statement gives */
    {"53100", ERR_FULL, false, false},   /* disk full */
    {"53", ERR_BUSY, true, false},       /* too many connections, out of memory */
    {"23", ERR_CONFLICT, false, true},   /* a constraint */
    {"22021", ERR_INVALID, false, true}, /* a character that can't be kept */
};

static err err_of_state(const char *state, bool *out_broken, bool *out_quiet)
{
    for (size_t i = 0; i < COUNT_OF(states); i++) {
        if (strncmp(state, states[i].state, strlen(states[i].state)) == 0) {
            *out_broken = states[i].broken;
            *out_quiet = states[i].quiet;
            return states[i].e;
        }
    }
    *out_broken = *out_quiet = false;
    return ERR_STORE;
}

/* Nothing more comes from this connection. */
static err broke(struct pg_conn *c, const char *at)
{
    char quoted[LOG_QUOTED_SIZE];

    if (!c->broken)
        log_warn("store.connection_lost", "at=%s message=%s", at,
                 log_quoted(PQerrorMessage(c->pg), quoted));
    c->broken = true;
    c->failed = ERR_RETRY;
    c->pending_first = c->pending_end;
    return ERR_RETRY;
}

static err error_of(struct pg_conn *c, const PGresult *result, const char *what)
{
    const char *state = PQresultErrorField(result, PG_DIAG_SQLSTATE);
    const char *message = PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
    char quoted[LOG_QUOTED_SIZE];
    bool broken, quiet;
    err e;

    if (!state || strcmp(state, "25P02") == 0) /* the transaction has failed before */
        return c->failed != OK ? c->failed : broke(c, what);
    e = err_of_state(state, &broken, &quiet);
    if (strcmp(state, "25006") == 0 && !c->writable) { /* a reading unit that tried to write */
        e = ERR_STORE;
        broken = false;
    }
    if (!quiet)
        log_error("store.error", "at=%s sqlstate=%s message=%s", what, state,
                  log_quoted(message ? message : "", quoted));
    return broken ? broke(c, what) : e;
}

void pg_forget_failure(struct pg_conn *c)
{
    c->failed = OK;
}

/* ---- the network ---- */

static err wait_io(struct pg_conn *c, int64_t until_us)
{
    struct pollfd p = {.fd = PQsocket(c->pg), .events = POLLIN};
    int unsent = PQflush(c->pg);
    int64_t left_us = until_us - clock_steady_us();
    int n;

    if (unsent < 0)
        return broke(c, "send");
    if (unsent > 0)
        p.events |= POLLOUT;
    do {
        n = poll(&p, 1, c->unlimited ? -1 : left_us > 0 ? (int)(left_us / 1000) + 1 : 0);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return broke(c, "deadline");
    if ((p.revents & (POLLIN | POLLHUP | POLLERR)) && !PQconsumeInput(c->pg))
        return broke(c, "receive");
    return OK;
}

static err next_result(struct pg_conn *c, PGresult **out)
{
    int64_t until_us = clock_steady_us() + (int64_t)DB_ANSWER_MAX_MS * 1000;

    while (PQisBusy(c->pg))
        TRY(wait_io(c, until_us));
    *out = PQgetResult(c->pg);
    return OK;
}

static err take_sync(struct pg_conn *c, PGresult *result)
{
    bool fine = PQresultStatus(result) == PGRES_PIPELINE_SYNC;

    PQclear(result);
    c->aborted = false;
    return fine ? OK : broke(c, "sync");
}

static err judge(struct pg_conn *c, const PGresult *result, const struct pg_pending *p)
{
    err e;

    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        return OK;
    case PGRES_PIPELINE_ABORTED:
        e = c->failed != OK ? c->failed : ERR_STORE;
        break;
    default:
        e = error_of(c, result, p->what);
        c->aborted = true;
        if (c->failed == OK) {
            c->failed = e;
            c->failed_unit = p->unit;
        }
    }
    if (p->kind == PG_ANSWER_PREPARE)
        *p->prepared = false;
    return e;
}

/* The oldest answer that is due. */
static err take_answer(struct pg_conn *c, PGresult **out)
{
    struct pg_pending p = c->pending[c->pending_first++ % PG_PENDING_MAX];
    PGresult *result, *end;
    err e;

    TRY(next_result(c, &result));
    if (!result)
        return broke(c, p.what);
    if (p.kind == PG_ANSWER_SYNC)
        return take_sync(c, result);
    e = judge(c, result, &p);
    if (!c->broken && next_result(c, &end) == OK && end) {
        PQclear(end);
        e = broke(c, "protocol");
    }
    if (e == OK && out) {
        PQclear(*out);
        *out = result;
    } else {
        PQclear(result);
    }
    return e;
}

static struct pg_pending *push(struct pg_conn *c, enum pg_answer kind, const char *what)
{
    struct pg_pending *p = &c->pending[c->pending_end++ % PG_PENDING_MAX];

    *p = (struct pg_pending){.kind = kind, .what = what, .unit = c->unit};
    return p;
}

static err hand_over(struct pg_conn *c)
{
    if (!PQpipelineSync(c->pg) || PQflush(c->pg) < 0)
        return broke(c, "send");
    push(c, PG_ANSWER_SYNC, "sync");
    c->unflushed = 0;
    return OK;
}

/* Takes the answers up to `end`; the last statement's rows go to *out (may be NULL). */
static err take_until(struct pg_conn *c, unsigned end, PGresult **out)
{
    err first = OK;

    while (!c->broken && (int)(end - c->pending_first) > 0) {
        bool last = c->pending_first + 1 == end;
        err e = take_answer(c, last ? out : NULL);

        if (first == OK)
            first = e;
    }
    return c->broken ? ERR_RETRY : first;
}

err pg_settle(struct pg_conn *c)
{
    if (c->broken)
        return ERR_RETRY;
    if (c->pending_end == c->pending_first)
        return c->failed;
    if (c->unflushed > 0)
        TRY(hand_over(c));
    ((struct pg_store *)c->conn.store)->round_trips++;
    (void)take_until(c, c->pending_end, NULL); /* an error is in failed */
    return c->failed;
}

/* Room for what a statement needs: a savepoint, a Prepare, itself, a Sync. */
static err make_room(struct pg_conn *c)
{
    if (c->pending_end - c->pending_first <= PG_PENDING_MAX - 8)
        return OK;
    (void)pg_settle(c);
    return c->broken ? ERR_RETRY : OK;
}

err pg_recover(struct pg_conn *c)
{
    if (c->broken)
        return ERR_RETRY;
    if (!c->aborted && c->pending_end == c->pending_first)
        return OK;
    if (c->unflushed > 0 || c->pending_end == c->pending_first)
        TRY(hand_over(c));
    (void)take_until(c, c->pending_end, NULL);
    return c->broken ? ERR_RETRY : OK;
}

/* ---- statements ---- */

/* Sends a statement without parameters; what is its text, which is static. */
err pg_send_text(struct pg_conn *c, const char *sql)
{
    if (c->broken)
        return ERR_RETRY;
    TRY(make_room(c));
    if (!PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1))
        return broke(c, sql);
    push(c, PG_ANSWER_STATEMENT, sql);
    c->unflushed++;
    return OK;
}

err pg_do(struct pg_conn *c, const char *sql)
{
    TRY(pg_send_text(c, sql));
    return pg_settle(c);
}

void pg_rollback(struct pg_conn *c)
{
    if (pg_recover(c) == OK) {
        c->failed = OK;
        if (pg_do(c, "ROLLBACK") != OK)
            (void)broke(c, "ROLLBACK");
    }
    c->failed = OK;
    c->unlimited = false;
    c->savepoint_due = c->savepoint_set = false;
}

err pg_end_reading(struct pg_conn *c)
{
    c->unlimited = false;
    TRY(pg_send_text(c, "COMMIT"));
    return hand_over(c);
}

const char pg_lsn_sql[] =
    "SELECT CAST(pg_wal_lsn_diff(CASE WHEN pg_is_in_recovery() THEN pg_last_wal_replay_lsn() "
    "ELSE pg_current_wal_insert_lsn() END, '0/0') AS bigint)";

err pg_read_lsn(struct pg_conn *c, int64_t *out)
{
    struct rows rows;

    TRY(pg_run(&c->conn, NULL, pg_lsn_sql, NULL, 0, &rows));
    *out = pg_next(&rows) ? pg_col_int(&rows, 0) : 0;
    return pg_end(&rows);
}

static err prepare_named(struct pg_conn *c, const char *name, const char *what, const char *sql,
                         const char *types, bool *prepared)
{
    Oid oids[64];
    int n = (int)strlen(types);

    if (*prepared)
        return OK;
    ENSURE(n <= (int)COUNT_OF(oids));
    for (int i = 0; i < n; i++)
        oids[i] = pg_type_of_letter(types[i]);
    if (!PQsendPrepare(c->pg, name, sql, n, oids))
        return broke(c, what);
    push(c, PG_ANSWER_PREPARE, what)->prepared = prepared;
    *prepared = true;
    return OK;
}

enum { NAME_SIZE = 32 };

static err prepare_query(struct pg_conn *c, const struct query *query, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "q%d", query->index);
    return prepare_named(c, name, query->name, query->sql[ENGINE_POSTGRES], query->types,
                         &c->prepared[query->index]);
}

/* FNV-1a; the texts come from a handful of fragments, so slots rarely clash. */
static unsigned text_slot(const char *sql, const char *types)
{
    uint32_t h = 2166136261u;

    for (; *sql; sql++)
        h = (h ^ (unsigned char)*sql) * 16777619u;
    for (; *types; types++)
        h = (h ^ (unsigned char)*types) * 16777619u;
    return h % PG_TEXT_SLOTS;
}

static err forget_text(struct pg_conn *c, struct pg_text *slot, unsigned index)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "DEALLOCATE t%u_%u", index, slot->generation);
    if (slot->prepared && !PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1))
        return broke(c, "DEALLOCATE");
    if (slot->prepared)
        push(c, PG_ANSWER_STATEMENT, "DEALLOCATE");
    free(slot->sql);
    *slot = (struct pg_text){.generation = slot->generation + 1};
    return OK;
}

/* Parameters are declared as the values are; NULL as text, which any comparison takes. */
static err prepare_text(struct pg_conn *c, const char *sql, const struct value *params, int count,
                        char name[NAME_SIZE])
{
    char types[64];
    struct pg_text *slot;
    unsigned index;

    ENSURE(count < (int)sizeof(types));
    for (int i = 0; i < count; i++)
        types[i] = pg_letter_of_value(&params[i]);
    types[count] = '\0';
    index = text_slot(sql, types);
    slot = &c->texts[index];
    if (slot->sql && (strcmp(slot->sql, sql) != 0 || strcmp(slot->types, types) != 0))
        TRY(forget_text(c, slot, index));
    if (!slot->sql) {
        slot->sql = strdup(sql);
        ENSURE(slot->sql != NULL);
        strcpy(slot->types, types);
    }
    snprintf(name, NAME_SIZE, "t%u_%u", index, slot->generation);
    return prepare_named(c, name, "text", slot->sql, types, &slot->prepared);
}

err pg_prepare(struct conn *conn, const struct query *query)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    char name[NAME_SIZE];

    if (c->broken)
        return ERR_RETRY;
    TRY(make_room(c));
    TRY(prepare_query(c, query, name));
    c->unflushed++;
    return pg_settle(c);
}

static bool only_reads(const char *sql)
{
    return strncmp(sql, "SELECT", 6) == 0;
}

/* A statement of the transaction, on its way. */
static err send(struct pg_conn *c, const struct query *query, const char *sql,
                const struct value *params, int count)
{
    char name[NAME_SIZE];
    struct pg_params p;

    if (c->broken)
        return ERR_RETRY;
    if (c->aborted)
        TRY(pg_recover(c));
    TRY(make_room(c));
    if (c->savepoint_due && !only_reads(sql)) {
        c->savepoint_due = false;
        c->savepoint_set = true;
        TRY(pg_send_text(c, "SAVEPOINT unit"));
    }
    TRY(query ? prepare_query(c, query, name) : prepare_text(c, sql, params, count, name));
    arena_reset(&c->scratch);
    p = pg_params_make(&c->scratch, query ? query->types : NULL, params, count);
    if (!PQsendQueryPrepared(c->pg, name, p.count, p.values, p.lengths, p.formats, 1))
        return broke(c, query ? query->name : "text");
    push(c, PG_ANSWER_STATEMENT, query ? query->name : "text");
    c->unflushed++;
    return OK;
}

static err answer(struct pg_conn *c, PGresult **out)
{
    unsigned end = c->pending_end;

    TRY(hand_over(c));
    ((struct pg_store *)c->conn.store)->round_trips++;
    return take_until(c, end, out);
}

err pg_run(struct conn *conn, const struct query *query, const char *sql,
           const struct value *params, int param_count, struct rows *out_rows)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    struct pg_rows *r;
    PGresult *result = NULL;
    err e;

    TRY(send(c, query, sql, params, param_count));
    e = answer(c, &result);
    if (e != OK) {
        PQclear(result);
        return e;
    }
    if (!query && strncmp(sql, "ROLLBACK TO", 11) == 0)
        c->failed = OK;
    r = malloc(sizeof(*r));
    ENSURE(r != NULL);
    *r = (struct pg_rows){.result = result, .row = -1};
    *out_rows = (struct rows){.conn = conn, .stmt = r, .failed = OK};
    return OK;
}

err pg_exec(struct conn *conn, const struct query *query, const char *sql,
            const struct value *params, int param_count, int64_t *out_changed)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    PGresult *result = NULL;
    err e;

    TRY(send(c, query, sql, params, param_count));
    if (!out_changed)
        return c->unflushed >= PG_FLUSH_EVERY ? hand_over(c) : OK;
    e = answer(c, &result);
    if (e == OK)
        *out_changed = strtoll(PQcmdTuples(result), NULL, 10);
    PQclear(result);
    return e;
}

/* ---- opening ---- */

static void no_notices(void *ctx, const char *message)
{
}

/* The server's words, in one line. They name host and user, never the password. */
static err cannot_connect(struct fault *fault, PGconn *pg)
{
    char words[400];
    size_t n = 0;

    for (const char *c = PQerrorMessage(pg); *c && n + 1 < sizeof(words); c++) {
        if (*c != '\n')
            words[n++] = *c == '\t' ? ' ' : *c;
        else if (c[1] && n + 3 < sizeof(words))
            words[n++] = ';', words[n++] = ' ';
    }
    words[n] = '\0';
    return fault_set(fault, ERR_STORE, "cannot use the database: %s", words);
}

static err configure(const struct pg_store *store, PGconn *pg, const char *role,
                     struct fault *fault)
{
    char sql[512];
    PGresult *result;
    bool fine;

    if (PQserverVersion(pg) < OLDEST_SERVER)
        return fault_set(fault, ERR_STORE,
                         "the database server is PostgreSQL %d: Frontdesk needs %d or newer",
                         PQserverVersion(pg) / 10000, OLDEST_SERVER / 10000);
    snprintf(sql, sizeof(sql),
             "SET statement_timeout = %d; SET lock_timeout = %d; SET timezone = 'UTC'; "
             "SET jit = off; SET plan_cache_mode = force_generic_plan; "
             "SET client_min_messages = error; SET idle_in_transaction_session_timeout = %d; "
             "SELECT set_config('synchronous_commit', 'on', false) "
             "WHERE current_setting('synchronous_commit') = 'off'",
             DB_STATEMENT_MAX_MS, store->lock_wait_ms,
             strcmp(role, "writer") == 0 ? DB_IDLE_BATCH_MAX_MS : 0);
    result = PQexec(pg, sql);
    fine = PQresultStatus(result) == PGRES_TUPLES_OK;
    PQclear(result);
    return fine ? OK : cannot_connect(fault, pg);
}

err pg_connect(const struct pg_store *store, const char *url, const char *role, struct fault *fault,
               PGconn **out)
{
    char connect_s[16];
    char name[40];
    /* Of two that are alike the later counts: what stands before the URL is a default. */
    const char *const keys[] = {"connect_timeout",  "target_session_attrs",
                                "keepalives_idle",  "keepalives_interval",
                                "keepalives_count", "tcp_user_timeout",
                                "application_name", "dbname",
                                "client_encoding",  NULL};
    const char *const values[] = {connect_s, strcmp(role, "replica") == 0 ? "any" : "read-write",
                                  "5",       "2",
                                  "3",       "10000",
                                  name,      url,
                                  "UTF8",    NULL};
    PGconn *pg;
    err e;

    snprintf(connect_s, sizeof(connect_s), "%d", DB_CONNECT_MAX_S);
    snprintf(name, sizeof(name), "frontdesk %s", role);
    pg = PQconnectdbParams(keys, values, 1);
    ENSURE(pg != NULL);
    e = PQstatus(pg) == CONNECTION_OK ? configure(store, pg, role, fault)
                                      : cannot_connect(fault, pg);
    if (e != OK) {
        PQfinish(pg);
        return e;
    }
    PQsetNoticeProcessor(pg, no_notices, NULL);
    *out = pg;
    return OK;
}

err pg_conn_open(struct pg_store *store, const char *url, const char *role, struct fault *fault,
                 struct pg_conn **out)
{
    struct pg_conn *c = calloc(1, sizeof(*c));
    err e;

    ENSURE(c != NULL);
    c->conn = (struct conn){.ops = &postgres_ops, .store = &store->store};
    c->prepared = calloc((size_t)all_queries_count, sizeof(c->prepared[0]));
    ENSURE(c->prepared != NULL);
    c->writable = strcmp(role, "writer") == 0;
    arena_init(&c->scratch);
    e = pg_connect(store, url, role, fault, &c->pg);
    if (e == OK && (!PQenterPipelineMode(c->pg) || PQsetnonblocking(c->pg, 1) != 0))
        e = cannot_connect(fault, c->pg);
    if (e != OK) {
        pg_conn_close(c);
        return e;
    }
    *out = c;
    return OK;
}

void pg_conn_close(struct pg_conn *c)
{
    if (!c)
        return;
    for (int i = 0; i < PG_TEXT_SLOTS; i++)
        free(c->texts[i].sql);
    if (c->pg)
        PQfinish(c->pg);
    arena_done(&c->scratch);
    free(c->prepared);
    free(c);
}

err pg_outside_pipeline(struct pg_conn *c, PGresult *(*run)(PGconn *pg, const void *arg),
                        const void *arg, const char *what)
{
    PGresult *result;
    err e = OK;

    TRY(pg_settle(c));
    if (!PQexitPipelineMode(c->pg) || PQsetnonblocking(c->pg, 0) != 0)
        return broke(c, what);
    result = run(c->pg, arg);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) {
        e = c->failed = error_of(c, result, what);
        c->failed_unit = c->unit;
    }
    PQclear(result);
    if (!PQenterPipelineMode(c->pg) || PQsetnonblocking(c->pg, 1) != 0)
        return broke(c, what);
    return e;
}

static PGresult *run_script(PGconn *pg, const void *sql)
{
    return PQexec(pg, sql);
}

err pg_exec_script(struct conn *conn, const char *sql)
{
    return pg_outside_pipeline((struct pg_conn *)conn, run_script, sql, "script");
}
