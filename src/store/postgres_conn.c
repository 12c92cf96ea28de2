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
err pg_broke(struct pg_conn *c, const char *at)
{
    char quoted[LOG_QUOTED_SIZE];
    char message[LOG_QUOTED_SIZE];

    snprintf(message, sizeof(message), "%.*s", (int)strcspn(PQerrorMessage(c->pg), "\n"),
             PQerrorMessage(c->pg));
    if (!c->broken)
        log_warn("store.connection_lost", "at=%s message=%s", at, log_quoted(message, quoted));
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
        return c->failed != OK ? c->failed : pg_broke(c, what);
    e = err_of_state(state, &broken, &quiet);
    if (strcmp(state, "25006") == 0 && !c->writable) { /* a reading unit that tried to write */
        e = ERR_STORE;
        broken = false;
    }
    if (!quiet)
        log_error("store.error", "at=%s sqlstate=%s message=%s", what, state,
                  log_quoted(message ? message : "", quoted));
    return broken ? pg_broke(c, what) : e;
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
        return pg_broke(c, "send");
    if (unsent > 0)
        p.events |= POLLOUT;
    do {
        n = poll(&p, 1, c->unlimited ? -1 : left_us > 0 ? (int)(left_us / 1000) + 1 : 0);
    } while (n < 0 && errno == EINTR);
    if (n == 0)
        return pg_broke(c, "deadline");
    if ((p.revents & (POLLIN | POLLHUP | POLLERR)) && !PQconsumeInput(c->pg))
        return pg_broke(c, "receive");
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
    return fine ? OK : pg_broke(c, "sync");
}

static err judge(struct pg_conn *c, const PGresult *result, const struct pg_pending *p)
{
    err e;

    switch (PQresultStatus(result)) {
    case PGRES_TUPLES_OK:
    case PGRES_COMMAND_OK:
        if (!p->sure || strcmp(PQcmdTuples((PGresult *)result), "0") != 0)
            return OK;
        return c->failed = ERR_RETRY; /* the whole batch runs again */
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
        return pg_broke(c, p.what);
    if (p.kind == PG_ANSWER_SYNC)
        return take_sync(c, result);
    e = judge(c, result, &p);
    if (!c->broken && next_result(c, &end) == OK && end) {
        PQclear(end);
        e = pg_broke(c, "protocol");
    }
    if (e == OK && out) {
        PQclear(*out);
        *out = result;
    } else {
        PQclear(result);
    }
    return e;
}

struct pg_pending *pg_push(struct pg_conn *c, enum pg_answer kind, const char *what)
{
    struct pg_pending *p = &c->pending[c->pending_end++ % PG_PENDING_MAX];

    *p = (struct pg_pending){.kind = kind, .what = what, .unit = c->unit};
    return p;
}

err pg_hand_over(struct pg_conn *c)
{
    if (!PQpipelineSync(c->pg) || PQflush(c->pg) < 0)
        return pg_broke(c, "send");
    pg_push(c, PG_ANSWER_SYNC, "sync");
    c->unflushed = 0;
    return OK;
}

/* Takes the answers up to `end`; the last statement's rows go to *out (may be NULL). */
err pg_take_until(struct pg_conn *c, unsigned end, PGresult **out)
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
    TRY(pg_gather_send(c));
    if (c->broken)
        return ERR_RETRY;
    if (c->pending_end == c->pending_first)
        return c->failed;
    if (c->unflushed > 0)
        TRY(pg_hand_over(c));
    ((struct pg_store *)c->conn.store)->round_trips++;
    (void)pg_take_until(c, c->pending_end, NULL); /* an error is in failed */
    return c->failed;
}

/* Room for what a statement needs: a savepoint, a Prepare, itself, a Sync. */
err pg_make_room(struct pg_conn *c)
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
        TRY(pg_hand_over(c));
    (void)pg_take_until(c, c->pending_end, NULL);
    return c->broken ? ERR_RETRY : OK;
}

/* ---- statements ---- */

/* Sends a statement without parameters; what is its text, which is static. */
err pg_send_text(struct pg_conn *c, const char *sql)
{
    TRY(pg_gather_send(c));
    if (c->broken)
        return ERR_RETRY;
    TRY(pg_make_room(c));
    if (!PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1))
        return pg_broke(c, sql);
    pg_push(c, PG_ANSWER_STATEMENT, sql);
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
    c->gather.query = NULL;
    if (pg_recover(c) == OK) {
        c->failed = OK;
        if (pg_do(c, "ROLLBACK") != OK)
            (void)pg_broke(c, "ROLLBACK");
    }
    c->failed = OK;
    c->unlimited = false;
    c->savepoint_due = c->savepoint_set = false;
}

err pg_end_reading(struct pg_conn *c)
{
    c->unlimited = false;
    TRY(pg_send_text(c, "COMMIT"));
    return pg_hand_over(c);
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

err pg_outside_pipeline(struct pg_conn *c, PGresult *(*run)(PGconn *pg, const void *arg),
                        const void *arg, const char *what)
{
    PGresult *result;
    err e = OK;

    TRY(pg_settle(c));
    if (!PQexitPipelineMode(c->pg) || PQsetnonblocking(c->pg, 0) != 0)
        return pg_broke(c, what);
    result = run(c->pg, arg);
    if (PQresultStatus(result) != PGRES_COMMAND_OK && PQresultStatus(result) != PGRES_TUPLES_OK) {
        e = c->failed = error_of(c, result, what);
        c->failed_unit = c->unit;
    }
    PQclear(result);
    if (!PQenterPipelineMode(c->pg) || PQsetnonblocking(c->pg, 1) != 0)
        return pg_broke(c, what);
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
