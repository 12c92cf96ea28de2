/* search_index.h -- the full-text index of the engine, written and checked. Private to this folder.
 *
 * SQLite's FTS5 cuts a document into words itself and keeps no copy: to take it out, it must be told the very text
 * that went in. PostgreSQL's is a row of words for each ticket, cut here (search_words.h). */
#ifndef FD_SEARCH_INDEX_H
#define FD_SEARCH_INDEX_H

#include "queries.gen.h"

/* Must search_index_replace be told what the ticket said before? */
bool search_index_needs_old(const struct tx *tx);
/* old, now: NULL if the ticket was, or is, not to be found by its text. */
MUST_CHECK err search_index_replace(struct tx *tx, int64_t ticket_id,
                                    const struct search_document *old,
                                    const struct search_document *now);

#endif
