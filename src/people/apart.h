/* apart.h -- a write of its own from inside a reading unit on a worker: where something slow (a
 * password hash) must come first, which neither a loop thread nor the writer may wait for. */
#ifndef FD_APART_H
#define FD_APART_H

#include "store/store.h"

/* Runs and waits for durability. The unit has this one's arena, fault and actor: this thread sleeps
 * meanwhile. What it writes is not seen by the reading transaction. */
MUST_CHECK err write_apart(struct tx *tx, unit_fn *run, void *arg);

#endif
