/* search_step.h -- the full-text index follows every change of what a ticket says, in the same transaction.
 *
 * SQLite's index keeps no copy of the text: to take a document out, it must be told the very words that went in. So
 * the old document is read before anything is written (prepare), and the index itself is written once a batch: FTS5
 * empties its buffers at every savepoint. Deleted tickets are not in the index.
 */
#ifndef FD_SEARCH_STEP_H
#define FD_SEARCH_STEP_H

#include "ticket/change.h"

/* Steps of ticket_apply: what it said before; and of a new ticket, what it says. The rest is read from the rows at the
 * batch's end. */
MUST_CHECK err search_prepare(struct tx *tx, struct ticket_change *change);
MUST_CHECK err search_follow(struct tx *tx, struct ticket_change *change);
/* Notes what the ticket says now, before its rows change by another way than its own ticket_apply (merging). */
MUST_CHECK err search_text_will_change(struct tx *tx, int64_t ticket_id);
/* Makes the whole index anew: for `frontdesk check --repair`. */
MUST_CHECK err search_rebuild(struct tx *tx);
/* Tells if the index does not agree with the text, where the engine cannot tell by itself (store_check). */
MUST_CHECK err search_check(struct tx *tx, void (*problem)(void *ctx, const char *text), void *ctx);

#endif
