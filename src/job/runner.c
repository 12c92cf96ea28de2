/* runner.c -- a thread for each lane that sleeps until something is due. */
#include "base/clock.h"
#include "base/log.h"
#include "job/round.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>

/* How long a stop waits for a mail that is under way. */
enum { STOP_PATIENCE_US = 3 * 1000 * 1000 };
static _Atomic int64_t break_off_at_us; /* 0: nobody stops */

/* Looks again after this long whatever happens: the clock may have been set. */
enum { SLEEP_MOST_MS = 1000, PAUSE_AFTER_ERROR_MS = 500, SOONEST_MAX = 50 };

struct job_runner {
    struct store *store;
    const struct settings *settings;
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    unsigned wakes;
    bool closing;
    struct lane {
        struct job_runner *runner;
        int number;
        pthread_t thread;
        unsigned seen;
    } lanes[2];
};

struct soonest {
    int lane;
    int64_t at_ms;
};

/* The first moment at which a job may be taken: its due time, or the end of another's lease. */
static err find_soonest(struct tx *tx, void *arg)
{
    struct soonest *s = arg;
    struct job_rows rows;

    s->at_ms = tx->now_ms + SLEEP_MOST_MS;
    TRY(q_jobs_soonest(tx, s->lane, SOONEST_MAX, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        int64_t at = rows.v[i].due_ms;

        if (rows.v[i].leased_until_ms > at)
            at = rows.v[i].leased_until_ms;
        if (at < s->at_ms)
            s->at_ms = at;
    }
    return OK;
}

static int64_t next_look_ms(struct job_runner *runner, int lane)
{
    struct soonest s = {.lane = lane};
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    arena_init(&arena);
    e = store_read(runner->store, &setup, find_soonest, &s);
    arena_done(&arena);
    return e == OK ? s.at_ms : clock_now_ms() + PAUSE_AFTER_ERROR_MS;
}

/* Until the wall clock says at_ms or a wake-up; false when the runner closes. Never longer than
 * SLEEP_MOST_MS, counted by a clock that nobody sets. */
static bool sleep_until(struct lane *lane, int64_t at_ms)
{
    struct job_runner *runner = lane->runner;
    int64_t wait_ms = at_ms - clock_now_ms();
    struct timespec until;
    bool open;

    wait_ms = wait_ms < 0 ? 0 : wait_ms > SLEEP_MOST_MS ? SLEEP_MOST_MS : wait_ms;
    until = clock_steady_in(wait_ms);

    pthread_mutex_lock(&runner->mutex);
    while (!runner->closing && lane->seen == runner->wakes) {
        if (pthread_cond_timedwait(&runner->woken, &runner->mutex, &until) == ETIMEDOUT)
            break;
    }
    lane->seen = runner->wakes;
    open = !runner->closing;
    pthread_mutex_unlock(&runner->mutex);
    return open;
}

static bool is_open(struct job_runner *runner)
{
    bool open;

    pthread_mutex_lock(&runner->mutex);
    open = !runner->closing;
    pthread_mutex_unlock(&runner->mutex);
    return open;
}

static void *lane_main(void *arg)
{
    struct lane *lane = arg;
    struct job_runner *runner = lane->runner;
    bool open = true;

    while (open) {
        int ran;
        err e = job_round(runner->store, runner->settings, lane->number, &ran);

        if (e != OK) {
            log_warn("job.round", "lane=%d error=%s", lane->number, err_code(e));
            open = sleep_until(lane, clock_now_ms() + PAUSE_AFTER_ERROR_MS);
        } else if (ran > 0) {
            open = is_open(runner);
        } else {
            open = sleep_until(lane, next_look_ms(runner, lane->number));
        }
    }
    return NULL;
}

struct job_runner *job_runner_new(struct store *store, const struct settings *settings)
{
    struct job_runner *runner = calloc(1, sizeof(*runner));

    ENSURE(runner != NULL);
    runner->store = store;
    runner->settings = settings;
    pthread_mutex_init(&runner->mutex, NULL);
    clock_cond_init(&runner->woken);
    for (int i = 0; i < 2; i++) {
        runner->lanes[i] = (struct lane){.runner = runner, .number = i};
        ENSURE(pthread_create(&runner->lanes[i].thread, NULL, lane_main, &runner->lanes[i]) == 0);
    }
    return runner;
}

void job_runner_free(struct job_runner *runner)
{
    if (!runner)
        return;
    break_off_at_us = clock_steady_us() + STOP_PATIENCE_US;
    pthread_mutex_lock(&runner->mutex);
    runner->closing = true;
    pthread_cond_broadcast(&runner->woken);
    pthread_mutex_unlock(&runner->mutex);
    for (int i = 0; i < 2; i++)
        pthread_join(runner->lanes[i].thread, NULL);
    pthread_mutex_destroy(&runner->mutex);
    break_off_at_us = 0;
    pthread_cond_destroy(&runner->woken);
    free(runner);
}

bool job_should_break_off(void)
{
    int64_t at_us = break_off_at_us;

    return at_us && clock_steady_us() > at_us;
}

void job_runner_wake(struct job_runner *runner)
{
    pthread_mutex_lock(&runner->mutex);
    runner->wakes++;
    pthread_cond_broadcast(&runner->woken);
    pthread_mutex_unlock(&runner->mutex);
}
