/* desk_copy.h -- what backup and restore have in common: a desk's directory that is whole or not there.
 *
 * Both make the copy under another name, prove it, and only then give it its own. */
#ifndef FD_DESK_COPY_H
#define FD_DESK_COPY_H

#include "cli/open.h"
#include "cli/progress.h"

struct desk_copy {
    struct desk *desk;   /* its store, while open, is the copy's */
    const char *from;    /* data directory or backup */
    const char *partial; /* where the copy grows */
    struct progress progress;
    int64_t files;
    int64_t problems;
};

/* For store_backup and tree_copy. */
void desk_copy_progress(void *copy, int64_t done, int64_t all);
/* Opens the copy's database (which brings an older one up to date, and refuses a newer one), links the
 * files it names from `from`, copies frontdesk.conf, and proves all of it. Closes the store. */
MUST_CHECK err desk_copy_complete(struct desk_copy *copy, bool verify);

#endif
