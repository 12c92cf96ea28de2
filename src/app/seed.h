/* seed.h -- what a new desk begins with. */
#ifndef FD_SEED_H
#define FD_SEED_H

#include "store/store.h"

/* In the transaction that makes the schema: categories, the fallback answer, the first jobs. */
err desk_seed(struct tx *tx);

#endif
