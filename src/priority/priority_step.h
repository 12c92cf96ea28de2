/* priority_step.h -- how urgent a new ticket is: what was said, or else the score.
 *
 * Runs once, when a ticket is born. What people say later stands; the score keeps telling how the
 * ticket began. */
#ifndef FD_PRIORITY_STEP_H
#define FD_PRIORITY_STEP_H

#include "ticket/change.h"

MUST_CHECK err priority_prepare(struct tx *tx, struct ticket_change *change);
MUST_CHECK err priority_follow(struct tx *tx, struct ticket_change *change);

/* How the score came about, for people. */
struct priority_part {
    const char *what; /* as struct score_part; "given": somebody said the priority */
    int64_t points;
    const char *detail;
};
struct priority_explanation {
    bool given;
    int64_t score;
    struct priority_part *parts;
    size_t part_count;
};
/* {0} of a ticket that was never scored. */
MUST_CHECK err priority_explain(struct tx *tx, int64_t ticket_id, struct priority_explanation *out);

#endif
