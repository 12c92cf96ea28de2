#include "app/live.h"

#include "base/clock.h"
#include "base/json_out.h"
#include "base/log.h"
#include "event/event.h"
#include "people/access.h"
#include "queries.gen.h"

#include <pthread.h>
#include <stdlib.h>

/* Commits of other processes are seen by looking this often. */
enum { LOOK_EVERY_MS = 200, EVENTS_A_READ = 500 };

struct live {
    struct store *store;
    struct sse_hub *hub;
    struct job_runner *jobs;
    pthread_t thread;
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    bool wake;
    bool closing;
    int64_t last_id; /* published up to here, -1: not known yet; the thread's own */
    int64_t seen;
};

static const char *event_json(struct tx *tx, const struct event_row *row)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);
    const char *text;

    json_open(&j, '{');
    JSON_PUT(&j, int, "eventId", row->id);
    JSON_PUT(&j, text, "entity", entity_name((enum entity)row->entity));
    JSON_PUT(&j, uuid, "id", row->entity_uuid);
    JSON_PUT(&j, int, "number", row->entity_id);
    JSON_PUT(&j, text, "changeType", row->kind);
    JSON_PUT(&j, time, "createdAt", row->at_ms);
    json_key(&j, "changedBy");
    json_open(&j, '{');
    JSON_PUT(&j, text, "type", actor_type_name((enum actor_type)row->actor_type));
    JSON_PUT(&j, text, "name", row->actor_name);
    json_close(&j, '}');
    JSON_PUT(&j, raw, "changedFrom", row->changed_from);
    JSON_PUT(&j, raw, "changedTo", row->changed_to);
    json_close(&j, '}');
    text = arena_strn(tx->arena, buf_text(&b), b.len);
    buf_done(&b);
    return text;
}

/* Only tickets are live: the rest is for the audit log. */
static void to_sse(struct tx *tx, const struct event_rows *rows, struct sse_event **out,
                   size_t *out_count)
{
    struct sse_event *events = ARENA_ARRAY(tx->arena, struct sse_event, rows->n + 1);
    size_t n = 0;

    for (size_t i = 0; i < rows->n; i++) {
        const struct event_row *row = &rows->v[i];

        if (row->entity != ENTITY_TICKET)
            continue;
        events[n++] = (struct sse_event){
            .id = row->id,
            .name = arena_printf(tx->arena, "ticket.%s", row->kind),
            .json = event_json(tx, row),
            .requester_id = row->requester_id,
            .agents_only = row->agents_only,
        };
    }
    *out = events;
    *out_count = n;
}

err live_catch_up(struct tx *tx, const struct actor *actor, int64_t after_id, size_t limit,
                  struct sse_event **out, size_t *out_count)
{
    struct event_rows rows;

    if (actor_is_agent(actor))
        TRY(q_tickets_events_after(tx, ENTITY_TICKET, after_id, (int64_t)limit, &rows));
    else
        TRY(q_event_after_for_requester(tx, actor->id, ENTITY_TICKET, after_id, (int64_t)limit,
                                        &rows));
    to_sse(tx, &rows, out, out_count);
    return OK;
}

struct look {
    struct live *live;
    bool more;
};

static err read_newest(struct tx *tx, void *arg)
{
    struct live *live = arg;
    struct event_newest_row newest;

    TRY(q_event_newest(tx, &newest));
    live->last_id = newest.id;
    return OK;
}

static err publish_new(struct tx *tx, void *arg)
{
    struct look *look = arg;
    struct live *live = look->live;
    struct event_rows rows;
    struct sse_event *events;
    size_t n;

    if (live->last_id < 0)
        return read_newest(tx, live);
    TRY(q_event_after(tx, live->last_id, EVENTS_A_READ, &rows));
    to_sse(tx, &rows, &events, &n);
    if (n > 0)
        sse_hub_publish(live->hub, events, n);
    if (rows.n > 0)
        live->last_id = rows.v[rows.n - 1].id;
    look->more = rows.n == EVENTS_A_READ;
    return OK;
}

/* False when the table could not be read: what is new there is still to be told. */
static bool publish(struct live *live)
{
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    struct look look = {.live = live};
    err e;

    arena_init(&arena);
    do {
        e = store_read(live->store, &setup, publish_new, &look);
        arena_reset(&arena);
    } while (e == OK && look.more);
    arena_done(&arena);
    if (e != OK)
        log_warn("live.read", "error=%s", err_code(e));
    job_runner_wake(live->jobs);
    return e == OK;
}

/* Until woken or a while has passed; false when closing. */
static bool wait_a_little(struct live *live, bool *out_woken)
{
    struct timespec until = clock_steady_in(LOOK_EVERY_MS);
    bool open;

    pthread_mutex_lock(&live->mutex);
    if (!live->wake && !live->closing)
        pthread_cond_timedwait(&live->woken, &live->mutex, &until);
    *out_woken = live->wake;
    live->wake = false;
    open = !live->closing;
    pthread_mutex_unlock(&live->mutex);
    return open;
}

static void *live_main(void *arg)
{
    struct live *live = arg;
    bool woken;
    bool behind = false;

    while (wait_a_little(live, &woken)) {
        bool changed = store_changed(live->store, &live->seen);

        if (woken || changed || behind)
            behind = !publish(live);
    }
    return NULL;
}

struct live *live_new(struct store *store, struct sse_hub *hub, struct job_runner *jobs)
{
    struct live *live = calloc(1, sizeof(*live));
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};

    ENSURE(live != NULL);
    live->store = store;
    live->hub = hub;
    live->last_id = -1;
    live->jobs = jobs;
    arena_init(&arena);
    if (store_read(store, &setup, read_newest, live) != OK)
        log_warn("live.start", "newest=unknown");
    arena_done(&arena);
    pthread_mutex_init(&live->mutex, NULL);
    clock_cond_init(&live->woken);
    ENSURE(pthread_create(&live->thread, NULL, live_main, live) == 0);
    return live;
}

void live_stop(struct live *live)
{
    if (!live)
        return;
    pthread_mutex_lock(&live->mutex);
    live->closing = true;
    pthread_cond_signal(&live->woken);
    pthread_mutex_unlock(&live->mutex);
    pthread_join(live->thread, NULL);
}

void live_free(struct live *live)
{
    if (!live)
        return;
    pthread_mutex_destroy(&live->mutex);
    pthread_cond_destroy(&live->woken);
    free(live);
}

void live_wake(struct live *live)
{
    if (!live)
        return;
    pthread_mutex_lock(&live->mutex);
    live->wake = true;
    pthread_cond_signal(&live->woken);
    pthread_mutex_unlock(&live->mutex);
}
