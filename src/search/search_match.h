/* search_match.h -- a search in the engine's own language. Private to this folder.
 *
 * On both engines by the same words: PostgreSQL's are cut by the tokenizer of SQLite's index (store/text_words.h).
 * Its own parser is never asked: it would take addresses, hyphens and URLs apart in other ways. */
#ifndef FD_SEARCH_MATCH_H
#define FD_SEARCH_MATCH_H

#include "search/search_query.h"
#include "store/store.h"

struct search_match {
    enum engine engine;
    const char *whole; /* FTS5's expression, or a tsquery */
    /* PostgreSQL alone: */
    const char *
        indexed; /* whole without word*, whose hits the index gathers one and all; "": nothing is left */
    const char *terms; /* by which a hit is ranked: tsqueries, one a line */
};
/* query->wanted is not 0. public_only: never by the words of internal notes. */
MUST_CHECK err search_match_make(struct arena *a, enum engine engine,
                                 const struct search_query *query, bool public_only,
                                 struct search_match *out);
/* Does it hold word*? */
bool search_match_gathers(const struct search_match *match);

#endif
