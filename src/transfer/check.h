/* check.h -- does everything agree that is kept in more than one place? Reads all of the desk. */
#ifndef FD_TRANSFER_CHECK_H
#define FD_TRANSFER_CHECK_H

#include "store/store.h"

struct check_report {
    void (*problem)(void *ctx, const char *text);
    void *ctx;
    void (*stage)(void *ctx, const char *name); /* may be NULL */
    bool deep;                                  /* read each file and compare its hash */
    int64_t problems;
    int64_t tickets, comments, attachments, events, files;
    int64_t orphans; /* files that nothing names: merely space */
    int64_t orphan_bytes;
};
MUST_CHECK err desk_check(struct store *store, struct check_report *report);
/* Makes anew what is derived: counters, loads, search index. */
MUST_CHECK err desk_repair(struct store *store);

#endif
