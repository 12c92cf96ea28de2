/* postgres.c -- the engine for a cluster: opening, reading. */
#include "store/postgres.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "store/data_dir.h"
#include "store/migrate.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { READERS_DEFAULT = 16, READ_TRIES_MAX = 3 };

/* ---- opening ---- */

/* Nodes that start together follow each other here. The number only has to be nobody else's. */
static const char begin_migration[] =
    "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout "
    "= 0; "
    "SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock(7311501)";

/* Without the lock that migrations take turns by: most who open have nothing to wait for. */
static err look_whether_up_to_date(struct conn *conn, bool *out)
{
    static const char there[] = "SELECT to_regclass('schema_migration') IS NOT NULL "
                                "AND to_regclass('copy_progress') IS NOT NULL";
    static const char newest[] = "SELECT max(number) FROM schema_migration";
    struct rows rows;

    TRY(pg_run(conn, NULL, there, NULL, 0, &rows));
    *out = pg_next(&rows) && pg_col_int(&rows, 0) != 0;
    TRY(pg_end(&rows));
    if (!*out)
        return OK;
    TRY(pg_run(conn, NULL, newest, NULL, 0, &rows));
    *out = pg_next(&rows) && pg_col_int(&rows, 0) >= all_migrations_count;
    return pg_end(&rows);
}

static err migrate(struct pg_store *store, const struct store_options *options, struct tx *tx)
{
    struct conn *conn = tx->conn;
    bool created = false;
    bool up_to_date;

    TRY(look_whether_up_to_date(conn, &up_to_date));
    if (up_to_date)
        return store_schema_check(tx);
    TRY(pg_exec_script(conn, begin_migration));
    TRY(migrate_run(tx, pg_exec_script, &created));
    if (created && !options->create)
        return fault_set(options->fault, ERR_STORE, "there is no desk in this database yet");
    if (created && options->seed)
        TRY(options->seed(tx));
    TRY(deferrals_flush(tx, deferrals_take(tx)));
    TRY(pg_settle((struct pg_conn *)conn));
    return pg_exec_script(conn, "COMMIT");
}

static err bring_up_to_date(struct pg_store *store, const struct store_options *options)
{
    struct arena arena, batch_arena;
    struct unit_setup setup = {.arena = &arena, .fault = options->fault, .actor = actor_system()};
    struct tx tx;
    err e;

    arena_init(&arena);
    arena_init(&batch_arena);
    tx = unit_tx(&store->store, &store->writing->conn, &setup, true);
    tx.batch_arena = &batch_arena;
    store->writing->unlimited = true;
    e = migrate(store, options, &tx);
    if (e != OK)
        pg_rollback(store->writing);
    store->writing->unlimited = false;
    arena_done(&arena);
    arena_done(&batch_arena);
    for (int i = 0; i < SEQ_COUNT; i++)
        store->writing->next_id[i] = 0;
    if (e != OK && options->fault && !options->fault->message)
        fault_set(options->fault, e, "cannot prepare the database: the log says why");
    return e == OK ? OK : ERR_STORE;
}

static err open_all(struct pg_store *store, const struct store_options *options)
{
    /* It holds what is only this node's, like uploads under way: commands beside do without. */
    if (options->create || options->exclusive)
        TRY(data_dir_prepare(options));
    if (options->exclusive)
        TRY(data_dir_lock(options, &store->lock_fd));
    TRY(pg_conn_open(store, store->url, "writer", options->fault, &store->writing));
    TRY(bring_up_to_date(store, options));
    TRY(writer_start(&store->writer));
    TRY(pg_listener_start(store));
    return options->exclusive ? pg_tidier_start(store) : OK;
}

static void close_writing(struct pg_store *store)
{
    static const char sql[] = "DELETE FROM node WHERE id = CAST($1 AS uuid)";
    char id[UUID_TEXT_SIZE];
    const struct value params[] = {value_text(uuid_text(store->node, id))};

    /* So that the table names who is there, or was killed. */
    if (store->writing && store->batch > 0 &&
        pg_exec(&store->writing->conn, NULL, sql, params, 1, NULL) == OK)
        (void)pg_settle(store->writing);
    pg_conn_close(store->writing);
}

static void pg_close(struct store *base)
{
    struct pg_store *store = (struct pg_store *)base;

    writer_stop(&store->writer);
    pg_listener_stop(store);
    pg_tidier_stop(store);
    for (int i = 0; i < 2; i++) {
        if (store->wake_pipe[i] >= 0)
            close(store->wake_pipe[i]);
    }
    pg_pool_close(&store->pool);
    pg_pool_close(&store->replicas);
    close_writing(store);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store->url);
    free(store->replica_url);
    free(store->store.data_dir);
    free(store);
}

static err pg_open(const struct store_options *options, struct store **out)
{
    struct pg_store *store = calloc(1, sizeof(*store));
    int readers = options->readers ? options->readers : READERS_DEFAULT;
    err e;

    ENSURE(store != NULL);
    store->store = (struct store){
        .ops = &postgres_ops, .settings = options->settings, .data_dir = strdup(options->data_dir)};
    store->url = strdup(options->database_url);
    if (options->replica_url && *options->replica_url)
        store->replica_url = strdup(options->replica_url);
    store->lock_fd = store->wake_pipe[0] = store->wake_pipe[1] = -1;
    store->lane_batch = -1;
    store->lock_wait_ms = options->lock_wait_ms ? options->lock_wait_ms : DB_LANE_WAIT_MAX_MS;
    store->node = uuid_new(clock_now_ms());
    store->committed = options->committed;
    store->committed_ctx = options->committed_ctx;
    pg_pool_init(&store->pool, store->url, "reader", readers);
    pg_pool_init(&store->replicas, store->replica_url, "replica", readers);
    writer_init(&store->writer, &store->store, &pg_lane_ops, DB_BATCH_MAX);
    store->writer.committed = options->committed;
    store->writer.committed_ctx = options->committed_ctx;
    e = open_all(store, options);
    if (e != OK) {
        pg_close(&store->store);
        return e;
    }
    *out = &store->store;
    return OK;
}

/* ---- reading ---- */

static err read_once(struct pg_store *store, struct pg_conn *c, const struct unit_setup *setup,
                     unit_fn *run, void *arg)
{
    struct tx tx = unit_tx(&store->store, &c->conn, setup, false);
    err e;

    TRY(pg_send_text(c, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"));
    e = run(&tx, arg);
    if (c->broken)
        return ERR_RETRY;
    if (c->failed != OK)
        pg_rollback(c);
    else
        (void)pg_end_reading(c);
    return e;
}

static err read_from(struct pg_store *store, struct pg_pool *pool, const struct unit_setup *setup,
                     unit_fn *run, void *arg)
{
    err e = ERR_RETRY;

    for (int tries = 0; e == ERR_RETRY && tries < READ_TRIES_MAX; tries++) {
        struct pg_conn *c;

        TRY(pg_pool_take(store, pool, &c));
        e = read_once(store, c, setup, run, arg);
        pg_pool_give_back(pool, c);
    }
    return e == ERR_RETRY ? ERR_STORE : e;
}

/* From a replica that has all that this node knows to be committed: nobody misses there what they have just been
 * told is done. False: it has not, or it could not answer; then the primary does. */
static bool read_from_replica(struct pg_store *store, const struct unit_setup *setup, unit_fn *run,
                              void *arg, err *out)
{
    struct pg_conn *c;
    int64_t lsn = 0;
    bool done;

    if (pg_pool_take(store, &store->replicas, &c) != OK)
        return false;
    done = pg_read_lsn(c, &lsn) == OK && lsn >= store->newest_lsn;
    if (done) {
        *out = read_once(store, c, setup, run, arg);
        done = *out != ERR_RETRY && *out != ERR_STORE && *out != ERR_BUSY;
    }
    pg_pool_give_back(&store->replicas, c);
    return done;
}

static err pg_read(struct store *base, const struct unit_setup *setup, unit_fn *run, void *arg)
{
    struct pg_store *store = (struct pg_store *)base;
    err e;

    if (setup->may_be_old && store->replica_url) {
        if (read_from_replica(store, setup, run, arg, &e)) {
            store->replica_reads++;
            return e;
        }
        store->replica_late++;
    }
    return read_from(store, &store->pool, setup, run, arg);
}

static bool pg_changed(struct store *base, int64_t *seen)
{
    int64_t now = ((struct pg_store *)base)->changes;

    if (now == *seen)
        return false;
    *seen = now;
    return true;
}

static void pg_metrics(struct store *base, struct store_metrics *out)
{
    struct pg_store *store = (struct pg_store *)base;

    writer_metrics(&store->writer, out);
    out->round_trips = store->round_trips;
    out->replica_reads = store->replica_reads;
    out->replica_late = store->replica_late;
}

const struct engine_ops postgres_ops = {
    .engine = ENGINE_POSTGRES,
    .open = pg_open,
    .close = pg_close,
    .read = pg_read,
    .submit = pg_submit,
    .changed = pg_changed,
    .metrics = pg_metrics,
    .backup = pg_backup,
    .check = pg_check,
    .prepare = pg_prepare,
    .run = pg_run,
    .next = pg_next,
    .end = pg_end,
    .exec = pg_exec,
    .col_int = pg_col_int,
    .col_real = pg_col_real,
    .col_bytes = pg_col_bytes,
    .col_null = pg_col_null,
    .sequence_next = pg_sequence_next,
    .put_rows = pg_put_rows,
    .no_deadline = pg_no_deadline,
};
