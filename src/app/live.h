/* live.h -- carries committed events to the browsers, and wakes the jobs.
 *
 * One thread watches for commits of anybody (this server's writer, a command line beside it, later other nodes),
 * reads the new rows of the event list in order and publishes them. What it knows is always what is stored:
 * nothing is announced that was not committed. */
#ifndef FD_LIVE_H
#define FD_LIVE_H

#include "http/sse.h"
#include "job/job.h"

struct live;

struct live *live_new(struct store *store, struct sse_hub *hub, struct job_runner *jobs);
/* Reads and wakes nothing any more: before the jobs and the store end. live_wake may still be called. */
void live_stop(struct live *live);
/* When nobody can call live_wake any more. After live_stop. */
void live_free(struct live *live);
/* Something was committed here; any thread, cheap. NULL is fine: the server is only starting. */
void live_wake(struct live *live);

/* Stored events after an id that actor may see (sse.h, catch_up). */
err live_catch_up(struct tx *tx, const struct actor *actor, int64_t after_id, size_t limit,
                  struct sse_event **out, size_t *out_count);

#endif
