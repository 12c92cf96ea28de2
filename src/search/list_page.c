#include "search/list_plan.h"

#include <stdlib.h>

void found_add(struct arena *a, struct found_list *list, const struct list_row *row, double rank)
{
    if (list->n == list->cap) {
        size_t bigger = list->cap ? list->cap * 2 : 64;

        list->v =
            arena_grow(a, list->v, list->cap * sizeof(list->v[0]), bigger * sizeof(list->v[0]));
        list->cap = bigger;
    }
    list->v[list->n++] = (struct found){.row = *row, .rank = rank};
}

err found_read(struct tx *tx, const struct list_filter *filter, struct range_set *set, int64_t most,
               struct found_list *out, bool *out_complete)
{
    bool filtered = set->filtered;
    struct merge merge;
    const struct list_row *row;
    err e;

    *out = (struct found_list){0};
    *out_complete = false;
    set->filtered = true; /* rows are read whole: they are sorted by any of their values */
    e = merge_start(&merge, tx, set, false, most, NULL);
    set->filtered = filtered;
    TRY(e);
    while (merge.walked <= most) {
        bool fits = true;

        TRY(merge_next(&merge, &row));
        if (!row) {
            *out_complete = true;
            return OK;
        }
        if (filtered)
            TRY(list_row_fits(tx, filter, row, &fits));
        if (fits)
            found_add(tx->arena, out, row, 0);
    }
    return OK;
}

static int newest_first(const void *a, const void *b)
{
    return spot_compare(&((const struct found *)a)->spot, &((const struct found *)b)->spot, false);
}

static int oldest_first(const void *a, const void *b)
{
    return spot_compare(&((const struct found *)a)->spot, &((const struct found *)b)->spot, true);
}

void page_of_found(struct tx *tx, const struct list_ask *ask, const struct cursor *after,
                   struct found_list *found, struct list_page *out)
{
    size_t begin = after ? 0 : (size_t)((ask->page - 1) * ask->limit);

    for (size_t i = 0; i < found->n; i++)
        found->v[i].spot = spot_of(ask->sort, ask->ascending, &found->v[i].row, found->v[i].rank);
    if (found->n > 1)
        qsort(found->v, found->n, sizeof(found->v[0]),
              ask->ascending ? oldest_first : newest_first);
    while (after && begin < found->n &&
           spot_compare(&found->v[begin].spot, &after->spot, ask->ascending) <= 0)
        begin++;
    out->v = ARENA_ARRAY(tx->arena, struct list_hit, (size_t)ask->limit);
    while (begin < found->n && out->n < (size_t)ask->limit) {
        const struct found *f = &found->v[begin++];

        out->v[out->n++] = (struct list_hit){.id = f->row.id, .rank = f->rank};
    }
    if (out->n > 0 && begin < found->n)
        out->next_cursor =
            cursor_write(tx->arena, ask,
                         &(struct cursor){.spot = found->v[begin - 1].spot, .page = out->page + 1});
}
