/* sse.h -- live events (WHATWG HTML section 9.2, server-sent events) to many browsers.
 *
 * One hub keeps the newest events in a ring. The publisher appends; each stream has a place in the ring and
 * formats what its reader may see. A stream that fell out of the ring, or resumes from an older event, reads
 * the table through `catch_up`. Idle streams cost their connection and about 200 bytes.
 */
#ifndef FD_SSE_H
#define FD_SSE_H

#include "base/actor.h"
#include "base/buf.h"

struct tx;

struct sse_event {
    int64_t id;           /* ascending without regard to gaps */
    const char *name;     /* "ticket.created" */
    const char *json;     /* data, without newlines */
    int64_t requester_id; /* the ticket's requester: requesters see only their own */
    bool agents_only;     /* internal notes and the like */
};

struct sse_hub;
struct sse_hub *sse_hub_new(void);
void sse_hub_free(struct sse_hub *hub);
/* Copies; wakes the streams that may see it. Ids must ascend, and what is published must be
 * committed: a stream that reads the table starts with the ring where the reading began. */
void sse_hub_publish(struct sse_hub *hub, const struct sse_event *events, size_t count);

/* What a RUN_EVENTS handler leaves in r->stream (in the request's arena). */
struct stream_setup {
    struct sse_hub *hub;
    int64_t after_id; /* Last-Event-ID, or the newest id when the stream was opened */
    struct actor actor;
    /* Reads stored events with id > after_id that actor may see, oldest first, at most limit; copies into a. Runs in a read transaction. */
    err (*catch_up)(struct tx *tx, const struct actor *actor, int64_t after_id, size_t limit,
                    struct sse_event **out, size_t *out_count);
};

#endif
