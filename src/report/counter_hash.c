#include "report/counter_hash.h"

#include "base/clock.h"

#include <stdlib.h>
#include <string.h>

static size_t key_slot(const struct counter_key *key, size_t cap)
{
    uint64_t h = (uint64_t)key->table;

    for (size_t i = 0; i < COUNT_OF(key->v); i++) {
        h = (h ^ (uint64_t)key->v[i]) * UINT64_C(0x9E3779B97F4A7C15);
        h ^= h >> 29;
    }
    return (size_t)h & (cap - 1);
}

static struct counter_cell *find_slot(struct counter_cell *cells, size_t cap,
                                      const struct counter_key *key)
{
    size_t i = key_slot(key, cap);

    while (cells[i].used && memcmp(&cells[i].key, key, sizeof(*key)) != 0)
        i = (i + 1) & (cap - 1);
    return &cells[i];
}

static void grow(struct counter_hash *hash)
{
    size_t cap = hash->cap ? hash->cap * 4 : 256;
    struct counter_cell *cells = ARENA_ARRAY(hash->arena, struct counter_cell, cap);

    for (size_t i = 0; i < hash->cap; i++) {
        if (hash->cells[i].used)
            *find_slot(cells, cap, &hash->cells[i].key) = hash->cells[i];
    }
    hash->cells = cells;
    hash->cap = cap;
}

struct counter_cell *counter_hash_at(struct counter_hash *hash, const struct counter_key *key)
{
    struct counter_cell *cell;

    if (hash->n * 2 >= hash->cap)
        grow(hash);
    cell = find_slot(hash->cells, hash->cap, key);
    if (!cell->used) {
        *cell = (struct counter_cell){.key = *key, .used = true};
        hash->n++;
    }
    return cell;
}

/* Which sum of report_day counts a status; in progress is open to a reader of reports. */
static const enum report_sum status_sums[TICKET_STATUS_COUNT] = {
    [STATUS_NEW] = SUM_NEW,
    [STATUS_OPEN] = SUM_OPEN,
    [STATUS_IN_PROGRESS] = SUM_OPEN,
    [STATUS_PENDING] = SUM_PENDING,
    [STATUS_RESOLVED] = SUM_RESOLVED,
    [STATUS_CLOSED] = SUM_CLOSED,
    [STATUS_CANCELLED] = SUM_CANCELLED,
};

static int64_t duration_ms(int64_t from_ms, int64_t to_ms)
{
    return to_ms > from_ms ? to_ms - from_ms : 0;
}

void report_sums_add(struct report_sums *sums, const struct ticket_facts *f, int sign)
{
    if (!f->counted)
        return;
    ENSURE(f->status >= 0 && f->status < TICKET_STATUS_COUNT);
    sums->v[SUM_TOTAL] += sign;
    sums->v[status_sums[f->status]] += sign;
    if (f->resolved_ms) {
        sums->v[SUM_SOLVED_N] += sign;
        sums->v[SUM_SOLVED_MS] += sign * duration_ms(f->created_ms, f->resolved_ms);
    }
    if (f->response_ms) {
        sums->v[SUM_RESPONDED_N] += sign;
        sums->v[SUM_RESPONDED_MS] += sign * duration_ms(f->created_ms, f->response_ms);
    }
    if (f->resolution_met != TRI_UNKNOWN) {
        sums->v[SUM_OUTCOME_N] += sign;
        sums->v[SUM_MET_N] += f->resolution_met == TRI_YES ? sign : 0;
    }
}

static void add_day(struct counter_hash *hash, const struct ticket_facts *f, int sign,
                    int64_t agent_id, enum report_dimension dimension, int64_t key)
{
    struct counter_key k = {COUNTER_DAY, {agent_id, dimension, time_utc_day(f->created_ms), key}};

    report_sums_add(&counter_hash_at(hash, &k)->sums, f, sign);
}

void counter_hash_add(struct counter_hash *hash, const struct ticket_facts *f, int sign)
{
    const struct counter_key states[] = {
        {COUNTER_TICKETS, {f->assignee_id, f->priority, f->category_id, f->status}},
        {COUNTER_TICKETS, {f->assignee_id, COUNT_ALL, COUNT_ALL, f->status}},
        {COUNTER_TICKETS, {COUNT_ALL, f->priority, f->category_id, f->status}},
        {COUNTER_TICKETS, {COUNT_ALL, COUNT_ALL, COUNT_ALL, f->status}},
    };

    if (!f->counted)
        return;
    for (size_t i = 0; i < COUNT_OF(states); i++)
        counter_hash_at(hash, &states[i])->sums.v[SUM_TOTAL] += sign;
    add_day(hash, f, sign, 0, REPORT_ALL, 0);
    add_day(hash, f, sign, 0, REPORT_PRIORITY, f->priority);
    add_day(hash, f, sign, 0, REPORT_CATEGORY, f->category_id);
    if (!f->assignee_id)
        return;
    add_day(hash, f, sign, 0, REPORT_AGENT, f->assignee_id);
    add_day(hash, f, sign, f->assignee_id, REPORT_ALL, 0);
    add_day(hash, f, sign, f->assignee_id, REPORT_PRIORITY, f->priority);
    add_day(hash, f, sign, f->assignee_id, REPORT_CATEGORY, f->category_id);
}

static int by_key(const void *a, const void *b)
{
    const struct counter_key *x = &((const struct counter_cell *)a)->key;
    const struct counter_key *y = &((const struct counter_cell *)b)->key;

    if (x->table != y->table)
        return x->table < y->table ? -1 : 1;
    for (size_t i = 0; i < COUNT_OF(x->v); i++) {
        if (x->v[i] != y->v[i])
            return x->v[i] < y->v[i] ? -1 : 1;
    }
    return 0;
}

void counter_hash_sort(struct counter_hash *hash)
{
    size_t n = 0;

    for (size_t i = 0; i < hash->cap; i++) {
        if (hash->cells[i].used)
            hash->cells[n++] = hash->cells[i];
    }
    if (n > 1)
        qsort(hash->cells, n, sizeof(hash->cells[0]), by_key);
}

bool report_sums_zero(const struct report_sums *sums)
{
    for (int i = 0; i < SUM_COUNT; i++) {
        if (sums->v[i] != 0)
            return false;
    }
    return true;
}
