/* pending.h -- a writing unit on its way, while the thread that sent it prepares the next one. */
#ifndef FD_PENDING_H
#define FD_PENDING_H

#include "store/store.h"

#include <pthread.h>

struct pending {
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    unit_fn *run;
    void *arg;
    bool running;
    err result;
};

void pending_init(struct pending *p);
void pending_done(struct pending *p);
/* From here until pending_wait what arg points to is the writer's. As store_submit; an error of
 * that is told by pending_wait too. */
void pending_start(struct pending *p, struct store *store, const struct unit_setup *setup,
                   unit_fn *run, void *arg);
/* The result of the last one; OK if there was none. */
MUST_CHECK err pending_wait(struct pending *p);

#endif
