#include "base/clock.h"
#include "base/limits.h"
#include "http/sse_hub.h"

#include <stdlib.h>
#include <string.h>

enum { STREAM_BLOCK_BYTES = 512 }; /* only used for HTTP/1.0; longer events come in pieces */

static size_t take_pending(struct sse_stream *s, char *out, size_t max)
{
    size_t n = s->pending.len - s->pending_at;

    n = n < max ? n : max;
    if (n > 0)
        memcpy(out, s->pending.data + s->pending_at, n);
    s->pending_at += n;
    if (s->pending_at == s->pending.len) {
        buf_done(&s->pending);
        s->pending_at = 0;
    }
    return n;
}

struct catch_up_run {
    struct sse_stream *stream;
    struct sse_event *events;
    size_t count;
};

static err catch_up_unit(struct tx *tx, void *arg)
{
    struct catch_up_run *run = arg;

    run->events = NULL;
    run->count = 0;
    return run->stream->catch_up(tx, &run->stream->actor, run->stream->after_id,
                                 SSE_CATCH_UP_EVENTS, &run->events, &run->count);
}

/* Reads the table from where the stream is; without the lock, which only this stream could be
 * waiting for. head: the ring's when the reading began. What is published from then on is in the
 * ring and perhaps in the table too: the ids tell. */
static err catch_up(struct sse_stream *s, uint64_t head)
{
    struct catch_up_run run = {.stream = s};
    struct unit_setup setup = {.actor = s->actor};
    struct arena arena;
    err e = OK;

    arena_init(&arena);
    setup.arena = &arena;
    if (s->catch_up)
        e = store_read(s->server->options.store, &setup, catch_up_unit, &run);
    for (size_t i = 0; e == OK && i < run.count; i++) {
        const struct sse_event *event = &run.events[i];

        if (stream_may_see(s, event->requester_id, event->agents_only))
            event_format(&s->pending, event);
        s->after_id = event->id;
    }
    if (e == OK && run.count < SSE_CATCH_UP_EVENTS) {
        pthread_mutex_lock(&s->hub->lock); /* whoever publishes moves a live stream's place */
        s->place = head;
        s->live = true;
        pthread_mutex_unlock(&s->hub->lock);
    }
    arena_done(&arena);
    return e;
}

/* Copies events of the ring while they fit. The one that doesn't goes to pending if it is the
 * first. With the lock held. */
static size_t take_ring(struct sse_stream *s, char *out, size_t max)
{
    struct sse_hub *hub = s->hub;
    size_t n = 0;

    for (; s->place < hub->head; s->place++) {
        const struct ring_event *event = &hub->ring[s->place % SSE_BACKLOG_EVENTS];

        if (event->id <= s->after_id)
            continue;
        if (stream_may_see(s, event->requester_id, event->agents_only)) {
            if (event->len > max - n) {
                if (n > 0)
                    break;
                buf_add(&s->pending, event->text, event->len);
                n = take_pending(s, out, max);
                s->after_id = event->id;
                s->place++;
                break;
            }
            memcpy(out + n, event->text, event->len);
            n += event->len;
        }
        s->after_id = event->id;
    }
    return n;
}

static bool is_over(const struct sse_stream *s)
{
    return atomic_load(&s->server->closing) || clock_steady_us() > s->ends_us;
}

static ssize_t stream_read(void *arg, uint64_t position, char *out, size_t max)
{
    static const char ping[] = ": ping\n\n";
    struct sse_stream *s = arg;
    struct sse_hub *hub = s->hub;
    size_t n = take_pending(s, out, max);

    if (n > 0)
        return (ssize_t)n;
    pthread_mutex_lock(&hub->lock);
    while (!is_over(s) && (!s->live || s->place < hub->tail)) {
        uint64_t head = hub->head;

        s->live = false;
        pthread_mutex_unlock(&hub->lock);
        if (catch_up(s, head) != OK)
            return MHD_CONTENT_READER_END_WITH_ERROR;
        n = take_pending(s, out, max);
        if (n > 0)
            return (ssize_t)n;
        pthread_mutex_lock(&hub->lock);
    }
    if (is_over(s)) {
        pthread_mutex_unlock(&hub->lock);
        return MHD_CONTENT_READER_END_OF_STREAM;
    }
    n = take_ring(s, out, max);
    if (n == 0 && s->ping && max >= sizeof(ping) - 1) {
        memcpy(out, ping, sizeof(ping) - 1);
        n = sizeof(ping) - 1;
    }
    s->ping = false;
    if (n == 0) {
        /* Still under the lock: whoever publishes next finds it asleep and wakes it. */
        s->asleep = true;
        atomic_fetch_add(&s->server->suspended, 1);
        MHD_suspend_connection(s->mhd);
    }
    pthread_mutex_unlock(&hub->lock);
    return (ssize_t)n;
}

static void stream_free(void *arg)
{
    struct sse_stream *s = arg;

    pthread_mutex_lock(&s->hub->lock);
    stream_leave(s);
    pthread_mutex_unlock(&s->hub->lock);
    atomic_fetch_sub(&s->server->streams, 1);
    buf_done(&s->pending);
    free(s);
}

static struct sse_stream *stream_new(struct exchange *x)
{
    const struct stream_setup *setup = x->request.stream;
    struct sse_stream *s = calloc(1, sizeof(*s));

    ENSURE(s != NULL && setup->hub);
    s->hub = setup->hub;
    s->server = x->server;
    s->mhd = x->mhd;
    s->actor = setup->actor;
    /* The request's memory ends before the stream does. */
    s->actor.name = actor_type_name(setup->actor.type);
    s->actor.ip = NULL;
    s->actor.user_agent = NULL;
    s->catch_up = setup->catch_up;
    s->after_id = setup->after_id;
    s->ends_us = clock_steady_us() + (int64_t)SSE_STREAM_MAX_S * 1000000;
    buf_str(&s->pending, "retry: 2000\n\n");
    return s;
}

struct MHD_Response *stream_response(struct exchange *x)
{
    struct http_server *server = x->server;
    struct sse_hub *hub = x->request.stream->hub;
    struct sse_hub *known = NULL;
    struct MHD_Response *response;
    struct sse_stream *s;

    if (atomic_fetch_add(&server->streams, 1) >= SSE_STREAMS_MAX || atomic_load(&server->closing)) {
        atomic_fetch_sub(&server->streams, 1);
        return NULL;
    }
    if (!atomic_compare_exchange_strong(&server->hub, &known, hub))
        ENSURE(known == hub);
    s = stream_new(x);
    response = MHD_create_response_from_callback(MHD_SIZE_UNKNOWN, STREAM_BLOCK_BYTES, stream_read,
                                                 s, stream_free);
    ENSURE(response != NULL);
    pthread_mutex_lock(&hub->lock);
    stream_join(hub, s);
    pthread_mutex_unlock(&hub->lock);
    x->request.content_type = "text/event-stream";
    x->request.status = 200;
    answer_header(&x->request, "Cache-Control", "no-store");
    answer_header(&x->request, "X-Accel-Buffering", "no");
    return response;
}
