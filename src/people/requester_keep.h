/* requester_keep.h -- what agents do with requesters: list, make, correct. */
#ifndef FD_REQUESTER_KEEP_H
#define FD_REQUESTER_KEEP_H

#include "people/people.h"

struct requester_filter {
    const char *q;            /* how the address or the name begins; NULL: any */
    const char *organization; /* exactly; NULL: any */
    int tier;                 /* -1: any */
    const char *cursor;       /* next_cursor of the page before; not with q */
    int64_t limit;
};
struct requester_list {
    struct requester *v;
    size_t n;
    const char *next_cursor; /* NULL: that was all. Always with q: refine it */
};
/* By name. */
MUST_CHECK err requester_list(struct tx *tx, const struct requester_filter *filter,
                              struct requester_list *out);

/* Agents. ERR_CONFLICT with a sentence if the address is taken. */
MUST_CHECK err requester_add(struct tx *tx, const struct requester_input *input,
                             struct requester *out);

enum requester_field {
    REQUESTER_NAME = 1 << 0,
    REQUESTER_EMAIL = 1 << 1,
    REQUESTER_PHONE = 1 << 2,
    REQUESTER_USER_ID = 1 << 3,
    REQUESTER_ORGANIZATION = 1 << 4,
    REQUESTER_TIER = 1 << 5,
};
/* Members of input count when their bit is in `set`; NULL empties phone, user_id, organization. Agents. */
MUST_CHECK err requester_change(struct tx *tx, const char *ref, unsigned set,
                                const struct requester_input *input, struct requester *out);

#endif
