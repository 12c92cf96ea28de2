/* history.h -- what a change leaves on record; for apply.c. */
#ifndef FD_TICKET_HISTORY_H
#define FD_TICKET_HISTORY_H

#include "ticket/change.h"

/* Is there anything to write? */
bool ticket_differs(const struct ticket *a, const struct ticket *b);
err ticket_history_write(struct tx *tx, const struct ticket_change *change);
err ticket_comment_event(struct tx *tx, const struct ticket *ticket, const struct comment *comment);

#endif
