/* postgres_lane.c -- the writer: one batch at a time in the whole cluster.
 *
 * A batch begins by locking the one row of writer_lane and holds it to its end, so batches of all
 * nodes follow each other as those of the embedded engine do: what a unit reads nobody changes
 * meanwhile, numbers are the table's highest plus one, events are numbered in the order in which
 * they are committed. The server hands the row to those who wait in turn.
 *
 * When the connection breaks in COMMIT nobody knows what became of the batch. So each batch also
 * writes its number into this node's own row: the next to get the lane on this node looks there.
 * It waits for the row's lock like any other, and so for the end of the session it lost. */
#include "store/postgres.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static struct pg_store *store_of(struct writer *w)
{
    return (struct pg_store *)w->store;
}

static void nap(void)
{
    struct timespec t = {.tv_nsec = DB_DOWN_PAUSE_MS * 1000000L};

    nanosleep(&t, NULL);
}

static void drop(struct pg_store *store)
{
    pg_conn_close(store->writing);
    store->writing = NULL;
}

struct lane {
    int64_t batch;
    int64_t at_ms;
    int64_t config; /* how often what the writers keep was changed */
};

/* Opens a transaction that has the lane. */
static err take_lane(struct pg_store *store, struct lane *out)
{
    struct pg_conn *c;
    struct rows rows;

    if (!store->writing)
        TRY(pg_conn_open(store, store->url, "writer", NULL, &store->writing));
    c = store->writing;
    store->writing_pid = PQbackendPID(c->pg);
    c->failed = OK;
    TRY(pg_send_text(c, "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE"));
    TRY(pg_run(&c->conn, NULL, "SELECT batch, at_ms, config FROM writer_lane FOR UPDATE", NULL, 0,
               &rows));
    if (pg_next(&rows))
        *out = (struct lane){pg_col_int(&rows, 0), pg_col_int(&rows, 1), pg_col_int(&rows, 2)};
    else
        rows.failed = ERR_STORE;
    return pg_end(&rows);
}

/* The same, for as long as the database may be only restarting, or another takes over from it. */
static err take_lane_patiently(struct pg_store *store, int patience_ms, struct lane *out)
{
    int64_t until_us = clock_steady_us() + (int64_t)patience_ms * 1000;
    bool was_down = store->down;
    err e;

    for (;;) {
        e = take_lane(store, out);
        if (e == OK) {
            store->down = false;
            return OK;
        }
        if (store->writing)
            pg_rollback(store->writing);
        if (store->writing && store->writing->broken)
            drop(store);
        if ((e != ERR_STORE && e != ERR_RETRY) || store->writing)
            return e;
        /* Who waited for it once has waited enough: until it is back the rest is told at once. */
        if (was_down || store->closing || clock_steady_us() > until_us)
            break;
        nap();
    }
    if (!store->down)
        log_error("store.down", "waited_ms=%d", patience_ms);
    store->down = true;
    return ERR_STORE;
}

static err begin(struct writer *w)
{
    struct pg_store *store = store_of(w);
    struct lane lane;

    TRY(take_lane_patiently(store, DB_PATIENCE_MS, &lane));
    if (lane.batch != store->lane_batch || lane.batch == 0) {
        for (int i = 0; i < SEQ_COUNT; i++)
            store->writing->next_id[i] = 0;
    }
    store->lane_batch = lane.batch;
    if (lane.config != store->writing->config)
        pg_kept_clear(store->writing);
    store->writing->config = lane.config;
    store->writing->forgot = false;
    if (lane.at_ms > w->last_now_ms)
        w->last_now_ms = lane.at_ms;
    w->conn = &store->writing->conn;
    return OK;
}

/* ---- units ---- */

static err unit_begin(struct writer *w)
{
    struct pg_store *store = store_of(w);
    struct pg_conn *c = store->writing;

    c->unit++;
    c->wrote = false;
    c->savepoint_due = store->careful;
    c->savepoint_set = false;
    return c->failed;
}

/* Units seldom fail after they have begun to write, and a savepoint each would cost all of them two
 * statements. So the batch goes without; when a unit does fail so, it runs again with savepoints. */
static err unit_end(struct writer *w, bool keep, err *io_result)
{
    struct pg_store *store = store_of(w);
    struct pg_conn *c = store->writing;
    bool set = c->savepoint_set;

    if (!keep && c->wrote && !set) {
        store->careful = true;
        return ERR_RETRY;
    }
    c->savepoint_due = c->savepoint_set = false;
    if (!keep && set)
        (void)pg_settle(c); /* else a write that fails now would take the ROLLBACK TO with it */
    if (c->broken)
        return ERR_RETRY;
    if (c->failed != OK) {
        /* An earlier unit's write failed only now, or outside of any savepoint. */
        if (c->failed_unit != c->unit || !set)
            return c->failed;
        *io_result = keep ? c->failed : *io_result;
        keep = false;
        TRY(pg_recover(c));
        c->failed = OK;
    }
    if (!set)
        return OK;
    if (!keep)
        TRY(pg_send_text(c, "ROLLBACK TO SAVEPOINT unit"));
    return pg_send_text(c, "RELEASE SAVEPOINT unit");
}

static err lost(struct writer *w, err unit_result)
{
    struct pg_conn *c = store_of(w)->writing;

    return c->broken || c->failed == ERR_RETRY ? ERR_RETRY : OK;
}

/* ---- the end of a batch ---- */

static err write_marks(struct pg_store *store, int64_t now_ms)
{
    static const char lane_sql[] = "UPDATE writer_lane SET batch = $1, at_ms = $2, config = $3";
    static const char node_sql[] =
        "INSERT INTO node(id, batch, seen_ms) VALUES (CAST($1 AS uuid), $2, $3) ON CONFLICT (id) "
        "DO UPDATE SET batch = excluded.batch, seen_ms = excluded.seen_ms";
    struct pg_conn *c = store->writing;
    char id[UUID_TEXT_SIZE];
    const struct value lane[] = {value_int(store->lane_batch + 1), value_int(now_ms),
                                 value_int(c->config + c->forgot)};
    const struct value node[] = {value_text(uuid_text(store->node, id)),
                                 value_int(store->batch + 1), value_int(now_ms)};

    TRY(pg_exec(&c->conn, NULL, lane_sql, lane, 3, NULL));
    TRY(pg_exec(&c->conn, NULL, node_sql, node, 3, NULL));
    return pg_send_text(c, "NOTIFY frontdesk");
}

static err node_batch(struct pg_store *store, int64_t *out)
{
    struct pg_conn *c = store->writing;
    char id[UUID_TEXT_SIZE];
    const struct value params[] = {value_text(uuid_text(store->node, id))};
    struct rows rows;

    TRY(pg_run(&c->conn, NULL, "SELECT batch FROM node WHERE id = CAST($1 AS uuid)", params, 1,
               &rows));
    *out = pg_next(&rows) ? pg_col_int(&rows, 0) : 0;
    return pg_end(&rows);
}

/* A statement_timeout in COMMIT would end the wait for the standby and still say that all is well. */
static err send_commit(struct pg_conn *c)
{
    TRY(pg_send_text(c, "SET LOCAL statement_timeout = 0"));
    return pg_send_text(c, "COMMIT");
}

/* A server that was killed and starts again shows what its own log has, though perhaps no standby has it and
 * another takes over in a moment. A commit of our own behind it waits for the standby: then it stays. */
static err make_sure(struct pg_store *store)
{
    struct pg_conn *c = store->writing;

    TRY(pg_exec(&c->conn, NULL, "UPDATE writer_lane SET batch = batch", NULL, 0, NULL));
    TRY(pg_settle(c));
    TRY(send_commit(c));
    return pg_settle(c);
}

static err look_for_batch(struct pg_store *store, bool *out_there)
{
    struct lane lane;
    int64_t batch = 0;
    err e;

    drop(store);
    store->down = false;
    TRY(take_lane_patiently(store, DB_OUTCOME_PATIENCE_MS, &lane));
    e = node_batch(store, &batch);
    *out_there = e == OK && batch == store->batch + 1;
    if (*out_there)
        e = make_sure(store);
    if (e != OK || !*out_there)
        pg_rollback(store->writing);
    if (store->writing->broken)
        drop(store);
    return e;
}

/* OK: the batch whose COMMIT was not answered is there. ERR_RETRY: it is not, and never will be. ERR_UNSURE: the
 * database did not come back in time, or the session that was lost still holds the lane. */
static err find_outcome(struct writer *w)
{
    struct pg_store *store = store_of(w);
    int64_t until_us = clock_steady_us() + DB_OUTCOME_PATIENCE_MS * INT64_C(1000);
    bool there = false;
    err e;

    do {
        e = look_for_batch(store, &there);
    } while ((e == ERR_RETRY || e == ERR_BUSY) && clock_steady_us() < until_us);
    if (e != OK) {
        log_error("store.outcome_unknown", "batch=%lld", (long long)store->batch + 1);
        store->batch++; /* its number is not used again, whatever became of it */
        w->unknown = true;
        return ERR_UNSURE;
    }
    log_warn("store.outcome", "batch=%lld committed=%d", (long long)store->batch + 1, there);
    store->lane_batch = -1; /* numbers are asked for anew */
    return there ? OK : ERR_RETRY;
}

/* Before anybody is told: who reads next must not be sent to a replica that lacks this. */
static void know_position(struct pg_store *store)
{
    int64_t lsn;

    if (!store->replica_url)
        return;
    if (!store->writing || pg_read_lsn(store->writing, &lsn) != OK)
        lsn = INT64_MAX; /* the replicas rest until somebody knows more */
    pg_know_lsn(store, store->newest_lsn, lsn);
    if (store->newest_lsn < lsn)
        store->newest_lsn = lsn; /* the listener was quicker, with less */
}

static err commit(struct writer *w)
{
    struct pg_store *store = store_of(w);
    struct pg_conn *c = store->writing;
    err e = c->failed;

    if (e == OK)
        e = write_marks(store, w->last_now_ms);
    if (e == OK)
        e = pg_settle(c); /* nothing of it fails from here on */
    if (e != OK)
        return e;
    e = send_commit(c);
    if (e == OK)
        e = pg_settle(c);
    c->unlimited = false;
    if (e == ERR_RETRY)
        e = find_outcome(w);
    if (e != OK)
        return e;
    store->batch++;
    store->careful = false;
    if (store->lane_batch >= 0)
        store->lane_batch++;
    if (store->writing && store->writing->forgot)
        store->writing->config++;
    know_position(store);
    store->changes++;
    store->batches_done++;
    return OK;
}

static void rollback(struct writer *w)
{
    struct pg_store *store = store_of(w);

    if (!store->writing)
        return;
    pg_rollback(store->writing);
    store->lane_batch = -1; /* numbers that were taken are free again */
    if (store->writing->broken)
        drop(store);
}

const struct writer_ops pg_lane_ops = {
    .begin = begin,
    .unit_begin = unit_begin,
    .unit_end = unit_end,
    .lost = lost,
    .commit = commit,
    .rollback = rollback,
};

err pg_submit(struct store *store, const struct unit_setup *setup, unit_fn *run,
              void (*done)(void *arg, err result), void *arg)
{
    return writer_submit(&((struct pg_store *)store)->writer, setup, run, done, arg);
}

/* ---- numbers ---- */

static err ask_numbers(struct pg_conn *c)
{
    char sql[1024];
    int n = snprintf(sql, sizeof(sql), "SELECT ");
    struct rows rows;

    for (int i = 0; i < SEQ_COUNT; i++)
        n += snprintf(sql + n, sizeof(sql) - (size_t)n,
                      "%scoalesce((SELECT max(id) FROM %s), 0) + 1", i ? ", " : "",
                      sequence_table((enum sequence)i));
    TRY(pg_run(&c->conn, NULL, sql, NULL, 0, &rows));
    if (pg_next(&rows)) {
        for (int i = 0; i < SEQ_COUNT; i++) {
            if (c->next_id[i] == 0)
                c->next_id[i] = pg_col_int(&rows, i);
        }
    }
    return pg_end(&rows);
}

err pg_sequence_next(struct conn *conn, enum sequence seq, int64_t *out)
{
    struct pg_conn *c = (struct pg_conn *)conn;

    if (c->next_id[seq] == 0)
        TRY(ask_numbers(c));
    *out = c->next_id[seq]++;
    return OK;
}
