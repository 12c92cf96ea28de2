/* search_hits.h -- the tickets that a search finds, newest or oldest first. Private to this folder.
 *
 * SQLite's index gives hits in the order of their numbers and stops where it is told to. PostgreSQL's gathers all
 * hits before it tells the first, so it is asked for one range of tickets after the other, each wider, until
 * there are enough: a search costs what it takes to find them, however many there are beyond. */
#ifndef FD_SEARCH_HITS_H
#define FD_SEARCH_HITS_H

#include "queries.gen.h"
#include "search/search_match.h"

/* At most so many, newest first. */
MUST_CHECK err hits_down(struct tx *tx, const struct search_match *match, int64_t below_id,
                         int64_t most, struct list_rows *out);
MUST_CHECK err hits_up(struct tx *tx, const struct search_match *match, int64_t above_id,
                       int64_t most, struct list_rows *out);
/* The newest, with their ranks. */
MUST_CHECK err hits_ranked(struct tx *tx, const struct search_match *match, int64_t most,
                           struct search_ranked_rows *out);
/* OK with *out_hit false if the ticket is no hit. */
MUST_CHECK err hits_test(struct tx *tx, const struct search_match *match, int64_t id, bool *out_hit,
                         double *out_rank);
/* How many there are, counted up to most. */
MUST_CHECK err hits_count(struct tx *tx, const struct search_match *match, int64_t most,
                          int64_t *out);
/* Not where the index gathers all hits of a longer word* first: once is enough of that. */
bool hits_are_cheap_to_count(const struct search_match *match, const struct search_query *query);

#endif
