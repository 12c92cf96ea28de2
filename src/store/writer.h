/* writer.h -- the queue of writing units and the thread that runs them in batches (group commit).
 * Shared by the drivers; nobody else includes it.
 *
 * Units wait in a queue. The writer takes all that wait, runs each in a savepoint of its own,
 * flushes what they put off, commits once and only then tells each that it is done. While one
 * commit waits for the disk the next batch gathers, so the batch grows with the load by itself.
 *
 * If the batch as a whole fails, nothing of it is kept and each unit runs again alone, so that a
 * bad one can't take its neighbours with it. If it could not even begin, all are told so at once:
 * alone, each would wait for the same lock again. ERR_RETRY (the connection broke, a deadlock)
 * runs the same batch again. */
#ifndef FD_WRITER_H
#define FD_WRITER_H

#include "store/engine.h"

#include <pthread.h>
#include <stdatomic.h>

struct unit {
    struct unit *next;
    struct unit_setup setup;
    unit_fn *run;
    void (*done)(void *arg, err result);
    void *arg;
    err result;
};

struct writer;

/* What a driver does for its writer; always called on the writer's thread. */
struct writer_ops {
    /* Opens a transaction and sets writer->conn. An error: nothing was begun. */
    err (*begin)(struct writer *w);
    /* Around a unit that is one of several. keep false: undo what it wrote. An error, or what
     * unit_end says of the unit in *io_result, ends the batch or the unit. */
    err (*unit_begin)(struct writer *w);
    err (*unit_end)(struct writer *w, bool keep, err *io_result);
    /* Has the transaction ended by itself? Then what to do with the batch. */
    err (*lost)(struct writer *w, err unit_result);
    /* OK when durable. */
    err (*commit)(struct writer *w);
    void (*rollback)(struct writer *w);
};

struct writer {
    struct store *store;
    const struct writer_ops *ops;
    struct conn *conn; /* set by begin */
    int batch_max;
    void (*committed)(void *ctx);
    void *committed_ctx;
    bool unknown; /* set by commit: the batch may be there or not, so it must not run again */
    int64_t last_now_ms; /* see clock_moment_after; begin may move it on */

    pthread_t thread;
    bool running;
    pthread_mutex_t mutex;
    pthread_cond_t filled;
    struct unit *head;
    struct unit **tail;
    int length;
    bool closing;
    _Atomic int64_t units, batches, refused, retries;
};

void writer_init(struct writer *w, struct store *store, const struct writer_ops *ops,
                 int batch_max);
MUST_CHECK err writer_start(struct writer *w);
/* What is queued is still run: it may be acknowledged. Fine if it was never started. */
void writer_stop(struct writer *w);
MUST_CHECK err writer_submit(struct writer *w, const struct unit_setup *setup, unit_fn *run,
                             void (*done)(void *arg, err result), void *arg);
void writer_metrics(struct writer *w, struct store_metrics *out);

#endif
