/* job.c -- the queue, and one round of running what is due. */
#include "job/round.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <pthread.h>

enum { ROUND_MAX = 100, RETRY_FIRST_MS = 1000, RETRY_MOST_MS = 3600 * 1000 };

int job_lane(enum job_kind_id kind)
{
    ENSURE((unsigned)kind < JOB_KIND_COUNT);
    return job_kinds[kind].perform != NULL;
}

err job_set(struct tx *tx, enum job_kind_id kind, int64_t ref, int64_t due_ms)
{
    return q_job_set(tx, kind, ref, job_lane(kind), due_ms);
}

err job_leases_end(struct tx *tx, enum job_kind_id kind)
{
    return q_job_leases_end(tx, kind);
}

err job_offer(struct tx *tx, enum job_kind_id kind, int64_t ref, int64_t due_ms)
{
    return q_job_offer(tx, kind, ref, job_lane(kind), due_ms, tx->now_ms);
}

err job_clear(struct tx *tx, enum job_kind_id kind, int64_t ref)
{
    return q_job_clear(tx, kind, ref);
}

/* ---- timers ---- */

/* A round of timers: submitted together, in order, so that they share commits. */
struct timer_round {
    pthread_mutex_t mutex;
    pthread_cond_t finished;
    int running;
};

struct timer_unit {
    struct timer_round *round;
    struct arena arena;
    struct job job;
    bool took;
    err result;
};

static int64_t retry_delay_ms(int64_t attempts)
{
    int64_t delay = RETRY_FIRST_MS;

    while (attempts-- > 0 && delay < RETRY_MOST_MS)
        delay *= 2;
    return delay < RETRY_MOST_MS ? delay : RETRY_MOST_MS;
}

static err fire(struct tx *tx, void *arg)
{
    struct timer_unit *unit = arg;
    int64_t taken;

    unit->took = false;
    TRY(q_job_take(tx, unit->job.kind, unit->job.ref, tx->now_ms, &taken));
    if (!taken)
        return OK; /* moved or cleared meanwhile */
    unit->took = true;
    return job_kinds[unit->job.kind].fire(tx, &unit->job);
}

static err put_off(struct tx *tx, void *arg)
{
    struct timer_unit *unit = arg;

    return q_job_retry(tx, unit->job.kind, unit->job.ref, job_lane(unit->job.kind),
                       tx->now_ms + retry_delay_ms(unit->job.attempts), unit->job.attempts + 1,
                       err_code(unit->result));
}

static void fired(void *arg, err result)
{
    struct timer_unit *unit = arg;
    struct timer_round *round = unit->round;

    pthread_mutex_lock(&round->mutex);
    unit->result = result;
    if (--round->running == 0)
        pthread_cond_signal(&round->finished);
    pthread_mutex_unlock(&round->mutex);
}

static void submit_timer(struct store *store, struct timer_unit *unit)
{
    struct unit_setup setup = {.arena = &unit->arena, .actor = actor_system()};
    err e;

    pthread_mutex_lock(&unit->round->mutex);
    unit->round->running++;
    pthread_mutex_unlock(&unit->round->mutex);
    e = store_submit(store, &setup, fire, fired, unit);
    if (e != OK)
        fired(unit, e);
}

static err settle_timer(struct store *store, struct timer_unit *unit)
{
    struct unit_setup setup = {.arena = &unit->arena, .actor = actor_system()};

    if (unit->result == OK || unit->result == ERR_BUSY || unit->result == ERR_SHUTDOWN)
        return unit->result;
    log_error("job.failed", "kind=%s ref=%lld error=%s", job_kinds[unit->job.kind].name,
              (long long)unit->job.ref, err_code(unit->result));
    return store_write(store, &setup, put_off, unit);
}

static err run_timers(struct store *store, const struct job_row *rows, size_t n)
{
    struct timer_round round = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                                .finished = PTHREAD_COND_INITIALIZER};
    struct timer_unit units[ROUND_MAX];
    err e = OK;

    for (size_t i = 0; i < n; i++) {
        units[i] = (struct timer_unit){.round = &round, .job = job_from_row(&rows[i])};
        arena_init(&units[i].arena);
        submit_timer(store, &units[i]);
    }
    pthread_mutex_lock(&round.mutex);
    while (round.running > 0)
        pthread_cond_wait(&round.finished, &round.mutex);
    pthread_mutex_unlock(&round.mutex);
    for (size_t i = 0; i < n; i++) {
        err settled = settle_timer(store, &units[i]);

        if (e == OK)
            e = settled;
        arena_done(&units[i].arena);
    }
    return e;
}

/* ---- work with the outside ---- */

struct job job_from_row(const struct job_row *row)
{
    return (struct job){(enum job_kind_id)row->kind, row->ref, row->due_ms, row->attempts};
}

struct settlement {
    const struct job *job;
    int64_t leased_ms;
    const struct job_outcome *outcome;
};

static err settle(struct tx *tx, void *arg)
{
    const struct settlement *s = arg;

    if (s->outcome->again)
        return q_job_settle_again(tx, s->job->kind, s->job->ref, s->leased_ms, s->outcome->due_ms,
                                  s->outcome->error);
    return q_job_settle_done(tx, s->job->kind, s->job->ref, s->leased_ms);
}

static err perform(struct store *store, const struct settings *settings, const struct job_row *row)
{
    const struct job job = job_from_row(row);
    struct job_outcome outcome = {0};
    struct settlement settlement = {&job, row->leased_until_ms, &outcome};
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    arena_init(&arena);
    job_kinds[job.kind].perform(store, settings, &job, &arena, &outcome);
    e = store_write(store, &setup, settle, &settlement);
    arena_done(&arena);
    return e;
}

/* ---- a round ---- */

struct claim {
    int lane;
    struct job_rows due;
};

static err look(struct tx *tx, void *arg)
{
    struct claim *claim = arg;

    return q_jobs_due(tx, claim->lane, tx->now_ms, ROUND_MAX, &claim->due);
}

static err lease(struct tx *tx, void *arg)
{
    struct claim *claim = arg;

    TRY(q_jobs_claim(tx, claim->lane, tx->now_ms, 1, &claim->due));
    for (size_t i = 0; i < claim->due.n; i++) {
        struct job_row *row = &claim->due.v[i];

        row->leased_until_ms = tx->now_ms + job_kinds[row->kind].lease_ms;
        TRY(q_job_lease(tx, row->kind, row->ref, row->leased_until_ms));
    }
    return OK;
}

err job_round(struct store *store, const struct settings *settings, int lane, int *out_ran)
{
    struct claim claim = {.lane = lane};
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    arena_init(&arena);
    e = store_read(store, &setup, look, &claim);
    if (e == OK && lane == 1 && claim.due.n > 0)
        e = store_write(store, &setup, lease, &claim);
    if (e == OK && lane == 0)
        e = run_timers(store, claim.due.v, claim.due.n);
    for (size_t i = 0; e == OK && lane == 1 && i < claim.due.n; i++)
        e = perform(store, settings, &claim.due.v[i]);
    *out_ran = (int)claim.due.n;
    arena_done(&arena);
    return e;
}

err jobs_run_due(struct store *store, const struct settings *settings, bool outside, int *out_ran)
{
    int all = 0;
    int ran;

    do {
        TRY(job_round(store, settings, outside, &ran));
        all += ran;
    } while (ran > 0);
    if (out_ran)
        *out_ran = all;
    return OK;
}
