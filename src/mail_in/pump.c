#include "mail_in/pump.h"

#include "mail_in/intake.h"

#include <pthread.h>
#include <stdlib.h>
#include <time.h>

/* Enough to fill the writer's batches; a message's memory is held meanwhile. */
enum { UNDER_WAY_MAX = 128, GROUP = UNDER_WAY_MAX / 2, BUSY_TRIES = 100, BUSY_PAUSE_MS = 50 };

struct slot {
    struct mail_pump *pump;
    struct arena arena;
    struct intake intake;
    struct unit_setup setup;
    void *tag;
    bool is_kept;    /* its files are durable: it may be decided */
    bool is_settled; /* guarded by the pump's mutex */
    err result;
};

struct mail_pump {
    struct store *store;
    const struct settings *settings;
    mail_pump_fn *done;
    void *ctx;
    pthread_mutex_t mutex;
    pthread_cond_t settled;
    struct slot slots[UNDER_WAY_MAX]; /* a ring */
    size_t first, count;
    size_t unsent; /* the last ones: read, but their files are not durable yet */
    struct file_batch files;
};

struct mail_pump *mail_pump_new(struct store *store, const struct settings *settings,
                                mail_pump_fn *done, void *ctx)
{
    struct mail_pump *pump = calloc(1, sizeof(*pump));

    ENSURE(pump != NULL);
    pump->store = store;
    pump->settings = settings;
    pump->done = done;
    pump->ctx = ctx;
    file_batch_init(&pump->files, store);
    pthread_mutex_init(&pump->mutex, NULL);
    pthread_cond_init(&pump->settled, NULL);
    for (size_t i = 0; i < UNDER_WAY_MAX; i++) {
        pump->slots[i].pump = pump;
        arena_init(&pump->slots[i].arena);
    }
    return pump;
}

/* Both of these run on the writer's thread, with the same argument. */
static err decide(struct tx *tx, void *arg)
{
    return intake_decide(tx, &((struct slot *)arg)->intake);
}

static void on_written(void *arg, err result)
{
    struct slot *slot = arg;
    struct mail_pump *pump = slot->pump;

    pthread_mutex_lock(&pump->mutex);
    slot->result = result;
    slot->is_settled = true;
    pthread_cond_signal(&pump->settled);
    pthread_mutex_unlock(&pump->mutex);
}

static err wait_for(struct slot *slot)
{
    struct mail_pump *pump = slot->pump;
    err result;

    pthread_mutex_lock(&pump->mutex);
    while (!slot->is_settled)
        pthread_cond_wait(&pump->settled, &pump->mutex);
    result = slot->result;
    pthread_mutex_unlock(&pump->mutex);
    return result;
}

/* Another process may hold the database for a moment: a pipe would have to send all again. */
static err write_patiently(struct slot *slot, err result)
{
    for (int i = 0; i < BUSY_TRIES && slot->is_kept && result == ERR_BUSY; i++) {
        nanosleep(&(struct timespec){.tv_nsec = BUSY_PAUSE_MS * 1000000L}, NULL);
        result = store_write(slot->pump->store, &slot->setup, intake_decide, &slot->intake);
    }
    return result;
}

/* One flush for the files of the whole group, then its messages may be decided. */
static void send_group(struct mail_pump *pump)
{
    err durable = file_batch_commit(&pump->files);

    for (; pump->unsent > 0; pump->unsent--) {
        struct slot *slot =
            &pump->slots[(pump->first + pump->count - pump->unsent) % UNDER_WAY_MAX];
        err e = durable;

        slot->is_kept = durable == OK;
        if (slot->is_settled)
            continue;
        if (e == OK)
            e = store_submit(pump->store, &slot->setup, decide, on_written, slot);
        if (e != OK)
            on_written(slot, e);
    }
}

static void finish_sent(struct mail_pump *pump)
{
    struct slot *slot = &pump->slots[pump->first];
    struct mail_result taken = {0};
    err result = write_patiently(slot, wait_for(slot));

    if (result != OK && slot->is_kept && intake_try_plain(&slot->intake, result))
        result = write_patiently(
            slot, store_write(pump->store, &slot->setup, intake_decide, &slot->intake));
    if (result == OK)
        taken = intake_result(&slot->intake);
    pump->done(pump->ctx, slot->tag, result, &taken);
    arena_reset(&slot->arena);
    pump->first = (pump->first + 1) % UNDER_WAY_MAX;
    pump->count--;
}

static void finish_first(struct mail_pump *pump)
{
    if (pump->count == pump->unsent)
        send_group(pump);
    finish_sent(pump);
}

static struct slot *next_slot(struct mail_pump *pump)
{
    if (pump->count == UNDER_WAY_MAX)
        finish_first(pump);
    return &pump->slots[(pump->first + pump->count) % UNDER_WAY_MAX];
}

struct arena *mail_pump_arena(struct mail_pump *pump)
{
    return &next_slot(pump)->arena;
}

void mail_pump_put(struct mail_pump *pump, const void *raw, size_t len, void *tag)
{
    struct slot *slot = next_slot(pump);
    err e;

    slot->tag = tag;
    slot->is_settled = false;
    slot->is_kept = false;
    slot->intake = (struct intake){
        .settings = pump->settings,
        .store = pump->store,
        .raw = raw,
        .len = len,
        .arena = &slot->arena,
        .files = &pump->files,
    };
    slot->setup = (struct unit_setup){.arena = &slot->arena, .actor = actor_system()};
    pump->count++;
    e = intake_read(&slot->intake);
    pump->unsent++;
    if (e != OK)
        on_written(slot, e);
    if (pump->unsent == GROUP)
        send_group(pump);
}

void mail_pump_drain(struct mail_pump *pump)
{
    send_group(pump);
    while (pump->count > 0)
        finish_first(pump);
}

void mail_pump_free(struct mail_pump *pump)
{
    if (!pump)
        return;
    mail_pump_drain(pump);
    for (size_t i = 0; i < UNDER_WAY_MAX; i++)
        arena_done(&pump->slots[i].arena);
    file_batch_done(&pump->files);
    pthread_cond_destroy(&pump->settled);
    pthread_mutex_destroy(&pump->mutex);
    free(pump);
}
