#include "report/counters.h"
#include "search/list_plan.h"

static void keep_cell(struct arena *a, struct cube *cube, const struct cube_cell *cell)
{
    if (cube->n == cube->cap) {
        size_t bigger = cube->cap ? cube->cap * 2 : 16;

        cube->v =
            arena_grow(a, cube->v, cube->cap * sizeof(cube->v[0]), bigger * sizeof(cube->v[0]));
        cube->cap = bigger;
    }
    cube->v[cube->n++] = *cell;
    cube->total += cell->n;
}

static err read_assignee(struct tx *tx, const struct list_filter *f, bool fine, int64_t assignee_id,
                         struct cube *cube)
{
    struct count_rows rows;
    int64_t from = COUNT_ALL, to = COUNT_ALL;

    if (fine) {
        from = f->priorities.n ? f->priorities.v[0] : 0;
        to = f->priorities.n ? f->priorities.v[f->priorities.n - 1] : TICKET_PRIORITY_COUNT - 1;
    }
    TRY(q_count_cells(tx, assignee_id, from, to, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        const struct count_row *row = &rows.v[i];

        if (row->n <= 0 || !id_list_has(&f->statuses, row->status) ||
            (fine && !id_list_has(&f->priorities, row->priority)) ||
            (fine && !id_list_has(&f->categories, row->category_id)))
            continue;
        keep_cell(
            tx->arena, cube,
            &(struct cube_cell){assignee_id, row->priority, row->category_id, row->status, row->n});
    }
    return OK;
}

err cube_read(struct tx *tx, const struct list_filter *f, bool fine, struct cube *out)
{
    *out = (struct cube){0};
    fine = fine || f->priorities.n || f->categories.n;
    if (f->assignees.n == 0)
        return read_assignee(tx, f, fine, COUNT_ALL, out);
    for (size_t i = 0; i < f->assignees.n; i++)
        TRY(read_assignee(tx, f, fine, f->assignees.v[i], out));
    return OK;
}
