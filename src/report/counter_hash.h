/* counter_hash.h -- adds up deltas by counter before they are written: many changes, few rows. */
#ifndef FD_REPORT_COUNTER_HASH_H
#define FD_REPORT_COUNTER_HASH_H

#include "report/counters.h"

enum counter_table { COUNTER_TICKETS, COUNTER_DAY };

/* Key columns in the order of the table's primary key; unused ones 0. */
struct counter_key {
    int64_t table; /* enum counter_table */
    int64_t v[4];
};
struct counter_cell {
    struct counter_key key;
    struct report_sums sums; /* of COUNTER_TICKETS only SUM_TOTAL */
    bool used;
};
struct counter_hash {
    struct arena *arena;
    struct counter_cell *cells;
    size_t cap; /* power of two, or 0 */
    size_t n;
};

/* The cell of this key, made if it is not there. Valid until the next call. */
struct counter_cell *counter_hash_at(struct counter_hash *hash, const struct counter_key *key);
/* Adds a ticket to each counter that it belongs to (11 of them with an assignee), or takes it away. */
void counter_hash_add(struct counter_hash *hash, const struct ticket_facts *facts, int sign);
/* Moves the used cells to the front, in the order of their keys; the hash is only a list from then on. */
void counter_hash_sort(struct counter_hash *hash);
bool report_sums_zero(const struct report_sums *sums);

#endif
