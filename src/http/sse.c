#include "base/limits.h"
#include "http/sse_hub.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

static void *beat(void *arg)
{
    struct sse_hub *hub = arg;

    pthread_mutex_lock(&hub->lock);
    while (!hub->stop) {
        struct timespec until;

        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec += hub->heartbeat_ms / 1000;
        until.tv_nsec += hub->heartbeat_ms % 1000 * 1000000;
        if (until.tv_nsec >= 1000000000) {
            until.tv_nsec -= 1000000000;
            until.tv_sec++;
        }
        /* Woken early only to stop or to beat at another pace. */
        if (pthread_cond_timedwait(&hub->wake, &hub->lock, &until) == 0)
            continue;
        for (struct sse_stream *s = hub->streams; s; s = s->next) {
            s->ping = true;
            stream_wake(s);
        }
    }
    pthread_mutex_unlock(&hub->lock);
    return NULL;
}

struct sse_hub *sse_hub_new(void)
{
    struct sse_hub *hub = calloc(1, sizeof(*hub));
    pthread_condattr_t attr;

    ENSURE(hub != NULL);
    hub->heartbeat_ms = SSE_HEARTBEAT_S * 1000;
    pthread_mutex_init(&hub->lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&hub->wake, &attr);
    pthread_condattr_destroy(&attr);
    ENSURE(pthread_create(&hub->heart, NULL, beat, hub) == 0);
    return hub;
}

void sse_hub_free(struct sse_hub *hub)
{
    if (!hub)
        return;
    pthread_mutex_lock(&hub->lock);
    ENSURE(!hub->streams);
    hub->stop = true;
    pthread_cond_signal(&hub->wake);
    pthread_mutex_unlock(&hub->lock);
    pthread_join(hub->heart, NULL);
    for (size_t i = 0; i < SSE_BACKLOG_EVENTS; i++)
        free(hub->ring[i].text);
    pthread_cond_destroy(&hub->wake);
    pthread_mutex_destroy(&hub->lock);
    free(hub);
}

void sse_hub_set_heartbeat(struct sse_hub *hub, int ms)
{
    pthread_mutex_lock(&hub->lock);
    hub->heartbeat_ms = ms;
    pthread_cond_signal(&hub->wake);
    pthread_mutex_unlock(&hub->lock);
}

bool stream_may_see(const struct sse_stream *s, int64_t requester_id, bool agents_only)
{
    if (s->actor.type != ACTOR_REQUESTER)
        return true;
    return !agents_only && requester_id != 0 && requester_id == s->actor.id;
}

void event_format(struct buf *out, const struct sse_event *event)
{
    buf_printf(out, "id: %lld\nevent: %s\ndata: ", (long long)event->id, event->name);
    buf_str(out, event->json);
    buf_str(out, "\n\n");
}

static void ring_add(struct sse_hub *hub, const struct sse_event *event)
{
    struct ring_event *slot = &hub->ring[hub->head % SSE_BACKLOG_EVENTS];
    struct buf text = {0};

    if (!hub->any)
        hub->floor_id = event->id - 1;
    hub->any = true;
    if (hub->head - hub->tail == SSE_BACKLOG_EVENTS) {
        hub->floor_id = slot->id;
        hub->tail++;
        free(slot->text);
    }
    event_format(&text, event);
    *slot = (struct ring_event){.id = event->id,
                                .requester_id = event->requester_id,
                                .agents_only = event->agents_only,
                                .len = (uint32_t)text.len,
                                .text = text.data};
    hub->head++;
}

void sse_hub_publish(struct sse_hub *hub, const struct sse_event *events, size_t count)
{
    uint64_t before;

    pthread_mutex_lock(&hub->lock);
    before = hub->head;
    for (size_t i = 0; i < count; i++)
        ring_add(hub, &events[i]);
    for (struct sse_stream *s = hub->streams; s; s = s->next) {
        bool sees = false;

        for (size_t i = 0; i < count && !sees; i++)
            sees = stream_may_see(s, events[i].requester_id, events[i].agents_only);
        if (sees) {
            stream_wake(s);
        } else if (count > 0 && s->live && s->place == before) {
            /* Nothing for it: it moves on in its sleep, or it would fall out of the ring. */
            s->place = hub->head;
            s->after_id = events[count - 1].id;
        }
    }
    pthread_mutex_unlock(&hub->lock);
}

void stream_join(struct sse_hub *hub, struct sse_stream *s)
{
    s->next = hub->streams;
    if (hub->streams)
        hub->streams->prev = s;
    hub->streams = s;
    if (!hub->any || s->after_id < hub->floor_id)
        return; /* begins with the table */
    s->live = true;
    s->place = hub->head;
    while (s->place > hub->tail && hub->ring[(s->place - 1) % SSE_BACKLOG_EVENTS].id > s->after_id)
        s->place--;
}

void stream_leave(struct sse_stream *s)
{
    if (s->prev)
        s->prev->next = s->next;
    else
        s->hub->streams = s->next;
    if (s->next)
        s->next->prev = s->prev;
}

void stream_wake(struct sse_stream *s)
{
    if (!s->asleep)
        return;
    s->asleep = false;
    MHD_resume_connection(s->mhd);
    atomic_fetch_sub(&s->server->suspended, 1);
}

void sse_hub_wake_all(struct sse_hub *hub)
{
    pthread_mutex_lock(&hub->lock);
    for (struct sse_stream *s = hub->streams; s; s = s->next)
        stream_wake(s);
    pthread_mutex_unlock(&hub->lock);
}
