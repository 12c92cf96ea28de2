#include "search/list_plan.h"

#include <string.h>

struct list_filter list_filter_any(void)
{
    return (struct list_filter){.created = ANY_TIME, .updated = ANY_TIME, .due = ANY_TIME};
}

bool time_window_open(struct time_window w)
{
    return w.from_ms == INT64_MIN && w.to_ms == INT64_MAX;
}

static bool within(struct time_window w, int64_t at_ms)
{
    return at_ms >= w.from_ms && at_ms <= w.to_ms;
}

bool id_list_has(const struct id_list *list, int64_t id)
{
    if (list->n == 0)
        return true;
    for (size_t i = 0; i < list->n; i++) {
        if (list->v[i] == id)
            return true;
    }
    return false;
}

void id_list_add(struct arena *a, struct id_list *list, int64_t id)
{
    size_t at = 0;

    while (at < list->n && list->v[at] < id)
        at++;
    if (at < list->n && list->v[at] == id)
        return;
    list->v =
        arena_grow(a, list->v, list->n * sizeof(list->v[0]), (list->n + 1) * sizeof(list->v[0]));
    memmove(&list->v[at + 1], &list->v[at], (list->n - at) * sizeof(list->v[0]));
    list->v[at] = id;
    list->n++;
}

bool filter_is_counted(const struct list_filter *f)
{
    return !f->requesters.n && !f->groups.n && !f->tag_count && !f->external_id && !f->searching &&
           time_window_open(f->created) && time_window_open(f->updated) && time_window_open(f->due);
}

static bool row_values_fit(const struct list_filter *f, const struct list_row *row)
{
    return id_list_has(&f->statuses, row->status) && id_list_has(&f->priorities, row->priority) &&
           id_list_has(&f->categories, row->category_id) &&
           id_list_has(&f->assignees, row->assignee_id) &&
           id_list_has(&f->requesters, row->requester_id) &&
           id_list_has(&f->groups, row->group_id) && within(f->created, row->created_ms) &&
           within(f->updated, row->updated_ms) &&
           (time_window_open(f->due) || (row->due_ms && within(f->due, row->due_ms)));
}

static err has_any_tag(struct tx *tx, const struct list_filter *f, const struct list_row *row,
                       bool *out)
{
    struct list_has_tag_row yes;
    bool has = false;

    for (size_t i = 0; i < f->tag_count && !has; i++) {
        err e = q_list_has_tag(tx, f->tags[i], row->created_ms, row->id, &yes);

        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        has = e == OK;
    }
    *out = has;
    return OK;
}

static err has_external_id(struct tx *tx, const char *external_id, int64_t ticket_id, bool *out)
{
    struct list_has_external_id_row yes;
    err e = q_list_has_external_id(tx, external_id, ticket_id, &yes);

    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *out = e == OK;
    return OK;
}

err list_row_fits(struct tx *tx, const struct list_filter *f, const struct list_row *row, bool *out)
{
    bool fits = row_values_fit(f, row);

    if (fits && f->tag_count)
        TRY(has_any_tag(tx, f, row, &fits));
    if (fits && f->external_id)
        TRY(has_external_id(tx, f->external_id, row->id, &fits));
    *out = fits;
    return OK;
}
