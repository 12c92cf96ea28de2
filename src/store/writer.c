#include "store/writer.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <stdlib.h>

/* ---- one batch ---- */

/* Appends a unit's deferrals to the batch's list. */
static void keep_deferrals(struct tx *tx, struct deferral ***tail)
{
    **tail = deferrals_take(tx);
    while (**tail)
        *tail = &(**tail)->next;
}

static int64_t next_moment(struct writer *w)
{
    w->last_now_ms = clock_moment_after(w->last_now_ms, clock_now_ms());
    return w->last_now_ms;
}

/* Sets the unit's result. An error of its own: the batch can't go on, or what a failed unit wrote
 * would be committed with its neighbours. */
static err run_among_others(struct writer *w, struct tx *tx, struct unit *unit)
{
    TRY(w->ops->unit_begin(w));
    unit->result = unit->run(tx, unit->arg);
    TRY(w->ops->lost(w, unit->result));
    return w->ops->unit_end(w, unit->result == OK, &unit->result);
}

static err run_one(struct writer *w, struct arena *batch_arena, struct unit *unit, bool alone,
                   struct deferral ***tail)
{
    struct tx tx = unit_tx(w->store, w->conn, &unit->setup, true);

    if (!unit->setup.now_ms)
        tx.now_ms = next_moment(w);
    tx.batch_arena = batch_arena;
    if (alone)
        unit->result = unit->run(&tx, unit->arg);
    else
        TRY(run_among_others(w, &tx, unit));
    TRY(w->ops->lost(w, unit->result));
    if (unit->result == OK)
        keep_deferrals(&tx, tail);
    return alone ? unit->result : OK;
}

static err run_units(struct writer *w, struct arena *batch_arena, struct unit *units)
{
    struct deferral *deferrals = NULL;
    struct deferral **tail = &deferrals;
    struct unit_setup flush_setup = {.arena = batch_arena, .actor = actor_system()};
    struct tx flush_tx;
    bool alone = units->next == NULL;

    for (struct unit *u = units; u; u = u->next)
        TRY(run_one(w, batch_arena, u, alone, &tail));
    flush_tx = unit_tx(w->store, w->conn, &flush_setup, true);
    flush_tx.batch_arena = batch_arena;
    return deferrals_flush(&flush_tx, deferrals);
}

/* One transaction; OK when durable. Each unit's own result is in it. *out_begun: units may have
 * run; else the disk is full, or another kept the database to itself for too long. */
static err run_batch(struct writer *w, struct arena *batch_arena, struct unit *units,
                     bool *out_begun)
{
    err e;

    *out_begun = false;
    w->unknown = false;
    TRY(w->ops->begin(w));
    *out_begun = true;
    e = run_units(w, batch_arena, units);
    if (e == OK)
        e = w->ops->commit(w);
    if (e != OK)
        w->ops->rollback(w);
    return e;
}

static err run_batch_again(struct writer *w, struct arena *batch_arena, struct unit *units,
                           bool *out_begun)
{
    err e = ERR_RETRY;

    for (int tries = 0; e == ERR_RETRY && tries < UNIT_TRIES_MAX; tries++) {
        if (tries > 0)
            w->retries++;
        arena_reset(batch_arena);
        e = run_batch(w, batch_arena, units, out_begun);
    }
    w->batches++;
    return e;
}

static void finish(struct writer *w, struct unit *units)
{
    while (units) {
        struct unit *next = units->next;

        w->units += units->result == OK;
        units->done(units->arg, units->result);
        free(units);
        units = next;
    }
}

static void run_alone(struct writer *w, struct arena *batch_arena, struct unit *units)
{
    while (units) {
        struct unit *next = units->next;
        bool begun;
        err e;

        units->next = NULL;
        e = run_batch_again(w, batch_arena, units, &begun);
        if (e != OK)
            units->result = e;
        finish(w, units);
        units = next;
    }
}

static void run_and_tell(struct writer *w, struct arena *batch_arena, struct unit *units)
{
    bool begun;
    err e = run_batch_again(w, batch_arena, units, &begun);

    if (e != OK && begun && units->next && !w->unknown) {
        run_alone(w, batch_arena, units);
        return;
    }
    for (struct unit *u = units; e != OK && u; u = u->next)
        u->result = e;
    finish(w, units);
}

/* ---- the queue ---- */

static struct unit *take_batch(struct writer *w)
{
    struct unit *units, *last;
    int n = 1;

    pthread_mutex_lock(&w->mutex);
    while (!w->head && !w->closing)
        pthread_cond_wait(&w->filled, &w->mutex);
    units = last = w->head;
    if (units) {
        for (; last->next && n < w->batch_max; n++)
            last = last->next;
        w->head = last->next;
        if (!w->head)
            w->tail = &w->head;
        last->next = NULL;
        w->length -= n;
    }
    pthread_mutex_unlock(&w->mutex);
    return units;
}

static void *writer_main(void *arg)
{
    struct writer *w = arg;
    struct arena batch_arena;
    struct unit *units;

    arena_init(&batch_arena);
    while ((units = take_batch(w))) {
        run_and_tell(w, &batch_arena, units);
        if (w->committed)
            w->committed(w->committed_ctx);
    }
    arena_done(&batch_arena);
    return NULL;
}

err writer_submit(struct writer *w, const struct unit_setup *setup, unit_fn *run,
                  void (*done)(void *arg, err result), void *arg)
{
    struct unit *unit = malloc(sizeof(*unit));
    err e = OK;

    ENSURE(unit != NULL);
    *unit = (struct unit){.setup = *setup, .run = run, .done = done, .arg = arg};
    pthread_mutex_lock(&w->mutex);
    if (w->closing) {
        e = ERR_SHUTDOWN;
    } else if (w->length >= WRITE_QUEUE_MAX) {
        e = ERR_BUSY;
        w->refused++;
    } else {
        *w->tail = unit;
        w->tail = &unit->next;
        w->length++;
        pthread_cond_signal(&w->filled);
    }
    pthread_mutex_unlock(&w->mutex);
    if (e != OK)
        free(unit);
    return e;
}

void writer_metrics(struct writer *w, struct store_metrics *out)
{
    pthread_mutex_lock(&w->mutex);
    out->queued = w->length;
    pthread_mutex_unlock(&w->mutex);
    out->units = w->units;
    out->batches = w->batches;
    out->refused = w->refused;
    out->retries = w->retries;
}

void writer_init(struct writer *w, struct store *store, const struct writer_ops *ops, int batch_max)
{
    w->store = store;
    w->ops = ops;
    w->batch_max = batch_max;
    w->tail = &w->head;
    pthread_mutex_init(&w->mutex, NULL);
    pthread_cond_init(&w->filled, NULL);
}

err writer_start(struct writer *w)
{
    if (pthread_create(&w->thread, NULL, writer_main, w) != 0)
        return ERR_INTERNAL;
    w->running = true;
    return OK;
}

void writer_stop(struct writer *w)
{
    pthread_mutex_lock(&w->mutex);
    w->closing = true;
    pthread_cond_signal(&w->filled);
    pthread_mutex_unlock(&w->mutex);
    if (w->running)
        pthread_join(w->thread, NULL);
    w->running = false;
}
