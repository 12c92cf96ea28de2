/* sse_hub.h -- the hub's inside: what stream.c needs of it. Private to http/.
 *
 * Events are formatted once, when they are published. Everything here is under hub->lock, also
 * suspending and resuming a stream: else a stream could go to sleep just after it was woken. */
#ifndef FD_SSE_HUB_H
#define FD_SSE_HUB_H

#include "base/limits.h"
#include "http/exchange.h"
#include "http/sse.h"

struct ring_event {
    int64_t id;
    int64_t requester_id;
    bool agents_only;
    uint32_t len;
    char *text; /* "id: ..\nevent: ..\ndata: ..\n\n" */
};

struct sse_stream {
    struct sse_hub *hub;
    struct sse_stream *prev, *next;
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct actor actor;
    err (*catch_up)(struct tx *tx, const struct actor *actor, int64_t after_id, size_t limit,
                    struct sse_event **out, size_t *out_count);
    int64_t after_id; /* the newest that was sent or passed over */
    uint64_t place;   /* in the ring, once live */
    int64_t ends_us;
    bool live; /* reads the ring; else the table */
    bool asleep;
    bool ping;
    /* What didn't fit into the library's buffer. Only the stream's own thread touches it. */
    struct buf pending;
    size_t pending_at;
};

struct sse_hub {
    pthread_mutex_t lock;
    pthread_cond_t wake; /* the heartbeat's */
    pthread_t heart;
    bool stop;
    int heartbeat_ms;
    struct sse_stream *streams;
    bool any;         /* something was published at least once */
    int64_t floor_id; /* every event after this one is in the ring */
    uint64_t tail;    /* place of the oldest */
    uint64_t head;    /* place of the next */
    struct ring_event ring[SSE_BACKLOG_EVENTS];
};

bool stream_may_see(const struct sse_stream *s, int64_t requester_id, bool agents_only);
void event_format(struct buf *out, const struct sse_event *event);
/* With the lock held. */
void stream_join(struct sse_hub *hub, struct sse_stream *s);
void stream_leave(struct sse_stream *s);
void stream_wake(struct sse_stream *s);
/* Wakes all, so that they see that their server is closing. Takes the lock. */
void sse_hub_wake_all(struct sse_hub *hub);
/* For tests: the next heartbeat and all later ones. */
void sse_hub_set_heartbeat(struct sse_hub *hub, int ms);

#endif
