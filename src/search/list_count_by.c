/* list_count_by.c -- tickets by status, priority, category and assignee, for the statistics. */
#include "search/list.h"

#include "base/limits.h"
#include "report/counters.h"
#include "search/list_plan.h"

enum { WALK_MAX = 2 * LIST_COUNT_CAP };

/* Numbers by id; few, so a list does. */
struct tally {
    struct {
        int64_t id;
        int64_t n;
    } * v;
    size_t n, cap;
};
struct tallies {
    struct tally status, priority, category, assignee;
    int64_t total;
};

static void tally_add(struct arena *a, struct tally *tally, int64_t id, int64_t n)
{
    size_t i = 0;

    while (i < tally->n && tally->v[i].id != id)
        i++;
    if (i == tally->cap) {
        size_t bigger = tally->cap ? tally->cap * 2 : 16;

        tally->v =
            arena_grow(a, tally->v, tally->cap * sizeof(tally->v[0]), bigger * sizeof(tally->v[0]));
        tally->cap = bigger;
    }
    if (i == tally->n) {
        tally->v[i].id = id;
        tally->v[i].n = 0;
        tally->n++;
    }
    tally->v[i].n += n;
}

/* ---- from the counters ---- */

static err count_cells_of_agents(struct tx *tx, const struct list_filter *f, struct tallies *t)
{
    const struct value params[] = {value_int(f->priorities.n ? f->priorities.v[0] : 0),
                                   value_int(f->priorities.n ? f->priorities.v[f->priorities.n - 1]
                                                             : TICKET_PRIORITY_COUNT - 1)};
    struct rows rows;

    if (!f->priorities.n && !f->categories.n) {
        TRY(query_run(tx, &query_count_agents_by_status, NULL, 0, &rows));
        while (rows_next(&rows)) {
            if (id_list_has(&f->statuses, rows_int(&rows, 1)))
                tally_add(tx->arena, &t->assignee, rows_int(&rows, 0), rows_int(&rows, 2));
        }
        return rows_end(&rows);
    }
    TRY(query_run(tx, &query_count_agents_cells, params, 2, &rows));
    while (rows_next(&rows)) {
        if (id_list_has(&f->priorities, rows_int(&rows, 1)) &&
            id_list_has(&f->categories, rows_int(&rows, 2)) &&
            id_list_has(&f->statuses, rows_int(&rows, 3)))
            tally_add(tx->arena, &t->assignee, rows_int(&rows, 0), rows_int(&rows, 4));
    }
    return rows_end(&rows);
}

/* Everybody's cells first; then, unless the filter names assignees, the split by assignee. */
static err count_in_cube(struct tx *tx, const struct list_filter *f, struct tallies *t)
{
    struct list_filter nobody = *f;
    struct cube cube;

    TRY(cube_read(tx, f, true, &cube));
    t->total = cube.total;
    for (size_t i = 0; i < cube.n; i++) {
        const struct cube_cell *cell = &cube.v[i];

        tally_add(tx->arena, &t->status, cell->status, cell->n);
        tally_add(tx->arena, &t->priority, cell->priority, cell->n);
        tally_add(tx->arena, &t->category, cell->category_id, cell->n);
        if (cell->assignee_id != COUNT_ALL)
            tally_add(tx->arena, &t->assignee, cell->assignee_id, cell->n);
    }
    if (f->assignees.n)
        return OK;
    nobody.assignees = (struct id_list){0};
    id_list_add(tx->arena, &nobody.assignees, 0);
    TRY(cube_read(tx, &nobody, false, &cube));
    if (cube.total)
        tally_add(tx->arena, &t->assignee, 0, cube.total);
    return count_cells_of_agents(tx, f, t);
}

/* ---- ticket by ticket, up to the cap ---- */

static void count_row(struct arena *a, const struct list_row *row, struct tallies *t)
{
    t->total++;
    tally_add(a, &t->status, row->status, 1);
    tally_add(a, &t->priority, row->priority, 1);
    tally_add(a, &t->category, row->category_id, 1);
    tally_add(a, &t->assignee, row->assignee_id, 1);
}

static err count_walking(struct tx *tx, const struct list_filter *f, struct tallies *t,
                         bool *out_exact)
{
    struct cube cube;
    struct range_set set;
    struct merge merge;
    const struct list_row *row;
    bool filtered;

    TRY(cube_read(tx, f, f->assignees.n > 0, &cube));
    if (!plan_window(tx->arena, f, SORT_CREATED, &set))
        plan_created(tx->arena, f, &cube, &set);
    filtered = set.filtered;
    set.filtered = true; /* rows whole */
    TRY(merge_start(&merge, tx, &set, false, 256, NULL));
    *out_exact = false;
    while (t->total < LIST_COUNT_CAP && merge.walked < WALK_MAX) {
        bool fits = true;

        TRY(merge_next(&merge, &row));
        if (!row) {
            *out_exact = true;
            return OK;
        }
        if (filtered)
            TRY(list_row_fits(tx, f, row, &fits));
        if (fits)
            count_row(tx->arena, row, t);
    }
    return OK;
}

static err count_search(struct tx *tx, const struct list_filter *f, struct tallies *t,
                        bool *out_exact)
{
    struct found_list found;

    TRY(text_candidates(tx, f, false, &found, out_exact));
    for (size_t i = 0; i < found.n; i++)
        count_row(tx->arena, &found.v[i].row, t);
    return OK;
}

/* ---- names ---- */

static const char *status_of(int64_t id)
{
    return ticket_status_name((enum ticket_status)id);
}

static const char *priority_of(int64_t id)
{
    return ticket_priority_name((enum ticket_priority)id);
}

static struct stat_counts named(struct arena *a, const struct tally *tally,
                                const char *(*name)(int64_t id))
{
    struct stat_counts counts = {ARENA_ARRAY(a, struct stat_count, tally->n + 1), 0};

    for (size_t i = 0; i < tally->n; i++) {
        if (tally->v[i].n > 0)
            counts.v[counts.n++] = (struct stat_count){name(tally->v[i].id), tally->v[i].n};
    }
    return counts;
}

static int64_t tallied(const struct tally *tally, int64_t id)
{
    for (size_t i = 0; i < tally->n; i++) {
        if (tally->v[i].id == id)
            return tally->v[i].n;
    }
    return 0;
}

static err name_categories(struct tx *tx, const struct tally *tally, struct stat_counts *out)
{
    struct stat_categories_rows rows;

    TRY(q_stat_categories(tx, &rows));
    *out = (struct stat_counts){ARENA_ARRAY(tx->arena, struct stat_count, rows.n + 1), 0};
    for (size_t i = 0; i < rows.n; i++) {
        int64_t n = tallied(tally, rows.v[i].id);

        if (n > 0)
            out->v[out->n++] = (struct stat_count){rows.v[i].name, n};
    }
    return OK;
}

static err name_agents(struct tx *tx, const struct tally *tally, struct stat_counts *out)
{
    struct stat_agents_rows rows;
    char uuid[UUID_TEXT_SIZE];
    int64_t nobodys = tallied(tally, 0);

    TRY(q_stat_agents(tx, &rows));
    *out = (struct stat_counts){ARENA_ARRAY(tx->arena, struct stat_count, rows.n + 1), 0};
    for (size_t i = 0; i < rows.n; i++) {
        int64_t n = tallied(tally, rows.v[i].id);

        if (n > 0)
            out->v[out->n++] =
                (struct stat_count){arena_str(tx->arena, uuid_text(rows.v[i].uuid, uuid)), n};
    }
    if (nobodys > 0)
        out->v[out->n++] = (struct stat_count){"unassigned", nobodys};
    return OK;
}

err list_count_by(struct tx *tx, const struct list_filter *f, struct list_statistics *out)
{
    struct tallies t = {0};

    *out = (struct list_statistics){.total_is_exact = true};
    if (f->nothing)
        return OK;
    if (f->searching)
        TRY(count_search(tx, f, &t, &out->total_is_exact));
    else if (filter_is_counted(f))
        TRY(count_in_cube(tx, f, &t));
    else
        TRY(count_walking(tx, f, &t, &out->total_is_exact));
    out->total = t.total;
    out->by_status = named(tx->arena, &t.status, status_of);
    out->by_priority = named(tx->arena, &t.priority, priority_of);
    TRY(name_categories(tx, &t.category, &out->by_category));
    return name_agents(tx, &t.assignee, &out->by_assignee);
}
