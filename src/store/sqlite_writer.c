/* sqlite_writer.c -- one writer, group commit.
 *
 * Units wait in a queue. The writer takes all that wait (up to WRITE_BATCH_MAX), runs each in its
 * own savepoint, flushes what they put off, commits once and only then tells each that it is
 * done. While one commit waits for the disk the next batch gathers, so the batch grows with the
 * load by itself.
 *
 * If the batch as a whole fails, nothing of it is kept and each unit runs again alone, so that a
 * bad one can't take its neighbours with it. If it could not even begin, all are told so at once:
 * alone, each would wait for the same lock again.
 */
#include "store/sqlite.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <stdlib.h>
#include <sys/statvfs.h>

/* Sets the unit's result. An error of its own: the batch can't go on, or what a failed unit wrote
 * would be committed with its neighbours. */
static err run_in_savepoint(struct sqlite_conn *writer, struct tx *tx, struct unit *unit)
{
    err e;

    TRY(sqlite_exec(writer, "SAVEPOINT unit"));
    e = unit->run(tx, unit->arg);
    if (sqlite3_get_autocommit(writer->db))
        return e == OK ? ERR_STORE : e; /* sqlite ended the whole transaction itself */
    if (e != OK)
        TRY(sqlite_exec(writer, "ROLLBACK TO unit"));
    TRY(sqlite_exec(writer, "RELEASE unit"));
    unit->result = e;
    return OK;
}

/* Appends a unit's deferrals (newest first) to the batch's list, oldest first. */
static void keep_deferrals(struct tx *tx, struct deferral ***tail)
{
    struct deferral *reversed = NULL;

    while (tx->deferrals) {
        struct deferral *next = tx->deferrals->next;
        tx->deferrals->next = reversed;
        reversed = tx->deferrals;
        tx->deferrals = next;
    }
    **tail = reversed;
    while (**tail)
        *tail = &(**tail)->next;
}

static bool disk_is_full(struct sqlite_store *store)
{
    struct statvfs fs;

    if (!store->disk_reserve_bytes || statvfs(store->store.data_dir, &fs) != 0)
        return false;
    return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize < store->disk_reserve_bytes;
}

/* Another process may have taken numbers meanwhile. */
static void forget_sequences_if_changed(struct sqlite_conn *writer)
{
    int64_t version = sqlite_pragma_int(writer, "PRAGMA data_version");

    if (version == writer->data_version)
        return;
    writer->data_version = version;
    for (int i = 0; i < SEQ_COUNT; i++)
        writer->next_id[i] = 0;
}

static int64_t next_moment(struct sqlite_store *store)
{
    store->last_now_ms = clock_moment_after(store->last_now_ms, clock_now_ms());
    return store->last_now_ms;
}

static err run_units(struct sqlite_store *store, struct arena *batch_arena, struct unit *units)
{
    struct sqlite_conn *writer = store->writer;
    struct deferral *deferrals = NULL;
    struct deferral **tail = &deferrals;
    struct unit_setup flush_setup = {.arena = batch_arena, .actor = actor_system()};
    struct tx flush_tx;
    bool alone = units->next == NULL;

    for (struct unit *u = units; u; u = u->next) {
        struct tx tx = unit_tx(&store->store, &writer->conn, &u->setup, true);

        if (!u->setup.now_ms)
            tx.now_ms = next_moment(store);
        tx.batch_arena = batch_arena;
        if (alone)
            u->result = u->run(&tx, u->arg);
        else
            TRY(run_in_savepoint(writer, &tx, u));
        if (sqlite3_get_autocommit(writer->db))
            return u->result == OK ? ERR_STORE : u->result;
        if (u->result == OK)
            keep_deferrals(&tx, &tail);
        else if (alone)
            return u->result;
    }
    flush_tx = unit_tx(&store->store, &writer->conn, &flush_setup, true);
    flush_tx.batch_arena = batch_arena;
    return deferrals_flush(&flush_tx, deferrals);
}

/* One transaction; OK when durable. Each unit's own result is in it. *out_begun: units may have
 * run; else the disk is full, or another process kept the database to itself for too long. */
static err run_batch(struct sqlite_store *store, struct arena *batch_arena, struct unit *units,
                     bool *out_begun)
{
    struct sqlite_conn *writer = store->writer;
    err e;

    *out_begun = false;
    if (disk_is_full(store))
        return ERR_FULL;
    TRY(sqlite_exec(writer, "BEGIN IMMEDIATE"));
    *out_begun = true;
    forget_sequences_if_changed(writer);
    e = run_units(store, batch_arena, units);
    if (e == OK)
        e = sqlite_exec(writer, "COMMIT");
    if (e != OK && !sqlite3_get_autocommit(writer->db) && sqlite_exec(writer, "ROLLBACK") != OK)
        log_error("store.rollback", "failed=1");
    return e;
}

static int64_t finish(struct unit *units)
{
    int64_t committed = 0;

    while (units) {
        struct unit *next = units->next;

        committed += units->result == OK;
        units->done(units->arg, units->result);
        free(units);
        units = next;
    }
    return committed;
}

static void run_alone(struct sqlite_store *store, struct arena *batch_arena, struct unit *units)
{
    while (units) {
        struct unit *next = units->next;
        bool begun;
        err e;

        units->next = NULL;
        arena_reset(batch_arena);
        e = run_batch(store, batch_arena, units, &begun);
        if (e != OK)
            units->result = e;
        store->units += finish(units);
        store->batches++;
        units = next;
    }
}

static struct unit *take_batch(struct sqlite_store *store)
{
    struct unit *units, *last;
    int n = 1;

    pthread_mutex_lock(&store->queue_mutex);
    while (!store->queue_head && !store->closing)
        pthread_cond_wait(&store->queue_filled, &store->queue_mutex);
    units = last = store->queue_head;
    if (units) {
        for (; last->next && n < WRITE_BATCH_MAX; n++)
            last = last->next;
        store->queue_head = last->next;
        if (!store->queue_head)
            store->queue_tail = &store->queue_head;
        last->next = NULL;
        store->queue_length -= n;
    }
    pthread_mutex_unlock(&store->queue_mutex);
    return units;
}

static void *writer_main(void *arg)
{
    struct sqlite_store *store = arg;
    struct arena batch_arena;
    struct unit *units;

    arena_init(&batch_arena);
    while ((units = take_batch(store))) {
        bool begun;
        err e;

        arena_reset(&batch_arena);
        e = run_batch(store, &batch_arena, units, &begun);
        if (e == OK || !begun || !units->next) {
            for (struct unit *u = units; e != OK && u; u = u->next)
                u->result = e;
            store->batches++;
            store->units += finish(units);
        } else {
            run_alone(store, &batch_arena, units);
        }
        if (store->committed)
            store->committed(store->committed_ctx);
    }
    arena_done(&batch_arena);
    return NULL;
}

err sqlite_submit(struct store *store, const struct unit_setup *setup, unit_fn *run,
                  void (*done)(void *arg, err result), void *arg)
{
    struct sqlite_store *s = (struct sqlite_store *)store;
    struct unit *unit = malloc(sizeof(*unit));
    err e = OK;

    ENSURE(unit != NULL);
    *unit = (struct unit){.setup = *setup, .run = run, .done = done, .arg = arg};
    pthread_mutex_lock(&s->queue_mutex);
    if (s->closing) {
        e = ERR_SHUTDOWN;
    } else if (s->queue_length >= WRITE_QUEUE_MAX) {
        e = ERR_BUSY;
        s->refused++;
    } else {
        *s->queue_tail = unit;
        s->queue_tail = &unit->next;
        s->queue_length++;
        pthread_cond_signal(&s->queue_filled);
    }
    pthread_mutex_unlock(&s->queue_mutex);
    if (e != OK)
        free(unit);
    return e;
}

err sqlite_writer_start(struct sqlite_store *store)
{
    store->queue_tail = &store->queue_head;
    if (pthread_create(&store->writer_thread, NULL, writer_main, store) != 0)
        return ERR_INTERNAL;
    store->writer_running = true;
    return OK;
}

/* What is queued is still run: it may be acknowledged. */
void sqlite_writer_stop(struct sqlite_store *store)
{
    pthread_mutex_lock(&store->queue_mutex);
    store->closing = true;
    pthread_cond_signal(&store->queue_filled);
    pthread_mutex_unlock(&store->queue_mutex);
    if (store->writer_running)
        pthread_join(store->writer_thread, NULL);
    store->writer_running = false;
}
