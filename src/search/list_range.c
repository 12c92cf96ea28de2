#include "search/list_range.h"

enum { CHUNK_MIN = 4, CHUNK_MAX = 512, RANGE_PARAMS = 4, EQ_MAX = 4 };

struct range_queries {
    const struct query *keys[2]; /* newest first, oldest first. NULL: takes rows */
    const struct query *rows[2];
    int eq_count; /* 0 to 4 numbers */
    bool text;    /* or one text */
};

#define ROWS(name) .rows = {&query_list_##name##_down_rows, &query_list_##name##_up_rows}
#define BOTH(name)                                                                                 \
    .keys = {&query_list_##name##_down_keys, &query_list_##name##_up_keys}, ROWS(name)

static const struct range_queries queries[RANGE_KIND_COUNT] = {
    [RANGE_CREATED] = {BOTH(created), .eq_count = 0},
    [RANGE_STATUS] = {BOTH(status), .eq_count = 1},
    [RANGE_STATE] = {BOTH(state), .eq_count = 3},
    [RANGE_ASSIGNEE] = {BOTH(assignee), .eq_count = 4},
    [RANGE_UNASSIGNED] = {BOTH(unassigned), .eq_count = 3},
    [RANGE_REQUESTER] = {BOTH(requester), .eq_count = 1},
    [RANGE_GROUP] = {BOTH(group), .eq_count = 2},
    [RANGE_UPDATED] = {BOTH(updated), .eq_count = 1},
    [RANGE_DUE] = {BOTH(due), .eq_count = 1},
    [RANGE_UNDUE] = {ROWS(undue), .eq_count = 1},
    [RANGE_NUMBER] = {ROWS(number), .eq_count = 0},
    [RANGE_TAG] = {BOTH(tag), .text = true},
    [RANGE_EXTERNAL] = {ROWS(external), .text = true},
};

const struct query *range_query(enum range_kind kind, bool ascending, bool rows_whole)
{
    const struct range_queries *q = &queries[kind];

    return rows_whole || !q->keys[0] ? q->rows[ascending] : q->keys[ascending];
}

int range_param_count(enum range_kind kind)
{
    return RANGE_PARAMS + (queries[kind].text ? 1 : queries[kind].eq_count);
}

struct range *range_add(struct arena *a, struct range_set *set, enum range_kind kind)
{
    if (set->n == set->cap) {
        size_t bigger = set->cap ? set->cap * 2 : 8;

        set->v = arena_grow(a, set->v, set->cap * sizeof(set->v[0]), bigger * sizeof(set->v[0]));
        set->cap = bigger;
    }
    set->v[set->n] = (struct range){.kind = kind};
    return &set->v[set->n++];
}

static void read_row(struct rows *rows, bool whole, struct list_row *out)
{
    out->key = rows_int(rows, 0);
    out->id = rows_int(rows, 1);
    if (!whole)
        return;
    out->created_ms = rows_int(rows, 2);
    out->updated_ms = rows_int(rows, 3);
    out->due_ms = rows_int(rows, 4);
    out->status = rows_int(rows, 5);
    out->priority = rows_int(rows, 6);
    out->category_id = rows_int(rows, 7);
    out->assignee_id = rows_int(rows, 8);
    out->requester_id = rows_int(rows, 9);
    out->group_id = rows_int(rows, 10);
}

/* The next rows of one range, twice as many as last time. */
static err refill(struct merge *m, struct range *range)
{
    const struct query *query = range_query(range->kind, m->ascending, m->rows_whole);
    struct value params[RANGE_PARAMS + EQ_MAX] = {
        value_int(range->chunk),
        value_int(range->last.key),
        value_int(range->last.id),
        value_int(m->ascending ? m->set->window.to_ms : m->set->window.from_ms),
    };
    struct rows rows;

    if (queries[range->kind].text)
        params[RANGE_PARAMS] = value_text(range->text);
    for (int i = 0; i < queries[range->kind].eq_count; i++)
        params[RANGE_PARAMS + i] = value_int(range->eq[i]);
    if ((int64_t)range->cap < range->chunk) {
        range->rows = ARENA_ARRAY(m->tx->arena, struct list_row, (size_t)range->chunk);
        range->cap = (size_t)range->chunk;
    }
    range->n = range->at = 0;
    TRY(query_run(m->tx, query, params, range_param_count(range->kind), &rows));
    while (rows_next(&rows))
        read_row(&rows, m->rows_whole, &range->rows[range->n++]);
    TRY(rows_end(&rows));
    range->ended = (int64_t)range->n < range->chunk;
    if (range->n > 0)
        range->last = (struct place){range->rows[range->n - 1].key, range->rows[range->n - 1].id};
    if (range->chunk < CHUNK_MAX)
        range->chunk *= 2;
    return OK;
}

/* ---- a heap of the ranges by their next row ---- */

static bool comes_first(const struct merge *m, const struct range *a, const struct range *b)
{
    const struct list_row *x = &a->rows[a->at], *y = &b->rows[b->at];

    if (x->key != y->key)
        return m->ascending ? x->key < y->key : x->key > y->key;
    return m->ascending ? x->id < y->id : x->id > y->id;
}

static void sift_down(struct merge *m, size_t i)
{
    for (;;) {
        size_t first = i, child = 2 * i + 1;
        struct range *swapped;

        for (size_t c = child; c < child + 2 && c < m->heap_n; c++) {
            if (comes_first(m, m->heap[c], m->heap[first]))
                first = c;
        }
        if (first == i)
            return;
        swapped = m->heap[i];
        m->heap[i] = m->heap[first];
        m->heap[first] = swapped;
        i = first;
    }
}

static struct place beginning(const struct merge *m)
{
    return m->ascending ? (struct place){m->set->window.from_ms, INT64_MIN}
                        : (struct place){m->set->window.to_ms, INT64_MAX};
}

err merge_start(struct merge *m, struct tx *tx, struct range_set *set, bool ascending, int64_t want,
                const struct place *after)
{
    int64_t chunk = set->n ? want / (int64_t)set->n + 1 : 1;

    *m = (struct merge){.tx = tx,
                        .set = set,
                        .ascending = ascending,
                        .rows_whole = set->filtered,
                        .heap = ARENA_ARRAY(tx->arena, struct range *, set->n)};
    if (chunk < CHUNK_MIN)
        chunk = CHUNK_MIN;
    for (size_t i = 0; i < set->n; i++) {
        struct range *range = &set->v[i];

        range->chunk = chunk;
        range->last = after ? *after : beginning(m);
        TRY(refill(m, range));
        if (range->n > 0)
            m->heap[m->heap_n++] = range;
    }
    for (size_t i = m->heap_n / 2; i-- > 0;)
        sift_down(m, i);
    return OK;
}

static err advance(struct merge *m)
{
    struct range *range = m->heap[0];

    if (++range->at == range->n && !range->ended)
        TRY(refill(m, range));
    if (range->at == range->n)
        m->heap[0] = m->heap[--m->heap_n];
    sift_down(m, 0);
    return OK;
}

/* The row given out last stays where it is until now, so that the caller can look at it. */
err merge_next(struct merge *m, const struct list_row **out)
{
    if (m->last_id && m->heap_n > 0)
        TRY(advance(m));
    /* A ticket with two of the tags stands in two ranges, at the same place. */
    while (m->heap_n > 0 && m->heap[0]->rows[m->heap[0]->at].id == m->last_id)
        TRY(advance(m));
    *out = m->heap_n > 0 ? &m->heap[0]->rows[m->heap[0]->at] : NULL;
    if (*out) {
        m->last_id = (*out)->id;
        m->walked++;
    }
    return OK;
}
