#include "search/list.h"

#include "base/limits.h"
#include "search/list_plan.h"

enum { COUNT_WALK_MAX = 2 * LIST_COUNT_CAP };

/* Counts what no counter knows, up to a cap; rows alone when the ranges are exact. */
static err count_walking(struct tx *tx, const struct list_filter *filter, const struct cube *cube,
                         struct list_page *out)
{
    struct range_set set;
    struct merge merge;
    const struct list_row *row;

    plan_created(tx->arena, filter, cube, &set);
    TRY(merge_start(&merge, tx, &set, false, 256, NULL));
    while (out->total <= LIST_COUNT_CAP && merge.walked < COUNT_WALK_MAX) {
        bool fits = true;

        TRY(merge_next(&merge, &row));
        if (!row) {
            out->total_is_exact = true;
            return OK;
        }
        if (set.filtered)
            TRY(list_row_fits(tx, filter, row, &fits));
        out->total += fits;
    }
    if (out->total > LIST_COUNT_CAP)
        out->total = LIST_COUNT_CAP;
    return OK;
}

static err count(struct tx *tx, const struct list_filter *filter, const struct cube *cube,
                 struct list_page *out)
{
    if (!filter_is_counted(filter))
        return count_walking(tx, filter, cube, out);
    out->total = cube->total;
    out->total_is_exact = true;
    return OK;
}

/* ---- walking the ranges ---- */

struct walk {
    const struct list_ask *ask;
    const struct cube *cube;
    const struct cursor *after;
    int64_t skip; /* rows of earlier pages */
    int64_t budget;
    struct spot last; /* of the row looked at last */
    bool more;        /* there is something beyond the page */
    struct list_page *out;
};

/* One row that fits: to skip, to take, or the sign that there is more. True when the page is done. */
static bool take(struct walk *w, const struct list_row *row, const struct spot *spot)
{
    if (w->skip > 0) {
        w->skip--;
    } else if (w->out->n == (size_t)w->ask->limit) {
        w->more = true;
        return true;
    } else {
        w->out->v[w->out->n++] = (struct list_hit){.id = row->id};
    }
    w->last = *spot;
    return false;
}

static err walk_level(struct tx *tx, struct walk *w, int level, bool *out_done)
{
    const struct list_ask *ask = w->ask;
    bool from_cursor = w->after && w->after->spot.level == level;
    struct range_set set;
    struct merge merge;
    const struct list_row *row;

    plan_level(tx->arena, &ask->filter, w->cube, ask->sort, ask->ascending, level, &set);
    TRY(merge_start(&merge, tx, &set, ask->ascending, w->skip + ask->limit + 1 - (int64_t)w->out->n,
                    from_cursor ? &w->after->spot.place : NULL));
    for (;;) {
        struct spot spot = {.level = level};
        bool fits = true;

        TRY(merge_next(&merge, &row));
        if (!row)
            return OK;
        spot.place = (struct place){row->key, row->id};
        if (set.filtered)
            TRY(list_row_fits(tx, &ask->filter, row, &fits));
        if (fits && take(w, row, &spot)) {
            *out_done = true;
            return OK;
        }
        if (!fits)
            w->last = spot;
        if (set.filtered && --w->budget <= 0) {
            w->more = true;
            *out_done = true;
            return OK;
        }
    }
}

static err find_walking(struct tx *tx, const struct list_ask *ask, const struct cursor *after,
                        const struct cube *cube, struct list_page *out)
{
    struct walk w = {.ask = ask,
                     .cube = cube,
                     .after = after,
                     .skip = after ? 0 : (ask->page - 1) * ask->limit,
                     .out = out};
    int levels = plan_levels(&ask->filter, ask->sort);
    bool done = false;

    w.budget = list_bounds.walked + w.skip;
    out->v = ARENA_ARRAY(tx->arena, struct list_hit, (size_t)ask->limit);
    for (int level = after ? after->spot.level : 0; level < levels && !done; level++)
        TRY(walk_level(tx, &w, level, &done));
    if (w.more)
        out->next_cursor =
            cursor_write(tx->arena, ask, &(struct cursor){.spot = w.last, .page = out->page + 1});
    return OK;
}

/* Reads all and sorts, where that is less work than walking an index of another order. */
static err find_sorting(struct tx *tx, const struct list_ask *ask, const struct cursor *after,
                        const struct cube *cube, struct list_page *out, bool *out_complete)
{
    struct range_set set;
    struct found_list found;

    *out_complete = false;
    if (!plan_window(tx->arena, &ask->filter, ask->sort, &set)) {
        if (ask->sort == SORT_CREATED || !plan_may_be_small(&ask->filter, cube))
            return OK;
        plan_created(tx->arena, &ask->filter, cube, &set);
    }
    TRY(found_read(tx, &ask->filter, &set, list_bounds.sorted, &found, out_complete));
    if (!*out_complete)
        return OK;
    out->total = (int64_t)found.n;
    out->total_is_exact = true;
    page_of_found(tx, ask, after, &found, out);
    return OK;
}

static err check_depth(struct tx *tx, const struct list_ask *ask)
{
    if (!ask->cursor && ask->page > LIST_PAGE_ROWS_MAX / ask->limit)
        return fault_field(tx->fault, "page",
                           "pages reach %d tickets deep: go further with cursor, or filter",
                           LIST_PAGE_ROWS_MAX);
    return OK;
}

err list_find(struct tx *tx, const struct list_ask *ask, struct list_page *out)
{
    struct cursor cursor = {0};
    const struct cursor *after = ask->cursor ? &cursor : NULL;
    struct cube cube;
    bool complete;

    TRY(check_depth(tx, ask));
    if (after)
        TRY(cursor_read(tx, ask, &cursor));
    *out = (struct list_page){.page = after ? cursor.page : ask->page};
    if (ask->filter.nothing) {
        out->total_is_exact = true;
        return OK;
    }
    if (ask->filter.searching)
        return text_find(tx, ask, after, out);
    TRY(cube_read(tx, &ask->filter, ask->sort == SORT_PRIORITY || ask->filter.assignees.n > 0,
                  &cube));
    TRY(find_sorting(tx, ask, after, &cube, out, &complete));
    if (complete)
        return OK;
    TRY(count(tx, &ask->filter, &cube, out));
    return find_walking(tx, ask, after, &cube, out);
}
