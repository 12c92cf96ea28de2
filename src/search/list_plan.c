/* list_plan.c -- chooses the ranges. The question is always: which index holds the answer already in order, and
 * if none does, which filter leaves so few tickets that they can be sorted. */
#include "search/list_plan.h"

#include "base/limits.h"
#include "report/counters.h"

struct list_bounds list_bounds = {
    .walked = 5000,
    .ranges = 512,
    .sorted = 2000,
    .hits = SEARCH_RANKED_MAX,
    .hits_walked = 5000,
    .tested = 500,
};

static bool by_state(const struct list_filter *f)
{
    return f->priorities.n || f->categories.n || f->assignees.n;
}

/* Anything that a range of states does not settle by itself. */
static bool beyond_states(const struct list_filter *f)
{
    return f->requesters.n || f->groups.n || f->tag_count || f->external_id ||
           !time_window_open(f->updated) || !time_window_open(f->due);
}

static void add_texts(struct arena *a, struct range_set *set, enum range_kind kind,
                      const char *const *texts, size_t n)
{
    for (size_t i = 0; i < n; i++)
        range_add(a, set, kind)->text = texts[i];
}

static void add_ids(struct arena *a, struct range_set *set, enum range_kind kind,
                    const struct id_list *ids)
{
    for (size_t i = 0; i < ids->n; i++)
        range_add(a, set, kind)->eq[0] = ids->v[i];
}

/* One range a status that the filter lets through; the second value is the same for all. */
static void add_statuses(struct arena *a, struct range_set *set, enum range_kind kind,
                         const struct list_filter *f, int64_t second)
{
    for (int64_t status = 0; status < TICKET_STATUS_COUNT; status++) {
        struct range *range;

        if (!id_list_has(&f->statuses, status))
            continue;
        range = range_add(a, set, kind);
        range->eq[0] = status;
        range->eq[1] = second;
    }
}

/* The states in which tickets stand; of one priority, or of any (COUNT_ALL). */
static void add_states(struct arena *a, struct range_set *set, const struct cube *cube,
                       int64_t priority)
{
    for (size_t i = 0; i < cube->n; i++) {
        const struct cube_cell *cell = &cube->v[i];
        struct range *range;

        if (priority != COUNT_ALL && cell->priority != priority)
            continue;
        range = range_add(a, set,
                          cell->assignee_id == COUNT_ALL ? RANGE_STATE
                          : cell->assignee_id == 0       ? RANGE_UNASSIGNED
                                                         : RANGE_ASSIGNEE);
        range->eq[0] = cell->status;
        range->eq[1] = cell->priority;
        range->eq[2] = cell->category_id;
        range->eq[3] = cell->assignee_id;
    }
}

static bool states_serve(const struct list_filter *f, const struct cube *cube)
{
    if (!by_state(f))
        return false;
    if (cube->total <= list_bounds.sorted)
        return true;
    return (int64_t)cube->n <= list_bounds.ranges && !f->tag_count && !f->groups.n;
}

void plan_created(struct arena *a, const struct list_filter *f, const struct cube *cube,
                  struct range_set *out)
{
    bool state_tested = f->statuses.n || by_state(f);
    bool time_tested = !time_window_open(f->updated) || !time_window_open(f->due);

    *out = (struct range_set){.window = f->created};
    if (f->external_id) {
        add_texts(a, out, RANGE_EXTERNAL, &f->external_id, 1);
        out->filtered = true;
    } else if (f->requesters.n) {
        add_ids(a, out, RANGE_REQUESTER, &f->requesters);
        out->filtered = state_tested || time_tested || f->tag_count || f->groups.n;
    } else if (states_serve(f, cube)) {
        add_states(a, out, cube, COUNT_ALL);
        out->filtered = beyond_states(f);
    } else if (f->tag_count) {
        add_texts(a, out, RANGE_TAG, f->tags, f->tag_count);
        out->filtered = state_tested || time_tested || f->groups.n;
    } else if (f->groups.n) {
        for (size_t i = 0; i < f->groups.n; i++)
            add_statuses(a, out, RANGE_GROUP, f, f->groups.v[i]);
        out->filtered = by_state(f) || time_tested;
    } else if (f->statuses.n) {
        add_statuses(a, out, RANGE_STATUS, f, 0);
        out->filtered = by_state(f) || time_tested;
    } else {
        range_add(a, out, RANGE_CREATED);
        out->filtered = by_state(f) || time_tested;
    }
}

bool plan_window(struct arena *a, const struct list_filter *f, enum list_sort sort,
                 struct range_set *out)
{
    bool by_due = !time_window_open(f->due) && sort != SORT_DUE;
    bool by_updated = !time_window_open(f->updated) && sort != SORT_UPDATED;

    if (f->external_id || (!by_due && !by_updated))
        return false;
    *out = (struct range_set){.window = by_due ? f->due : f->updated, .filtered = true};
    add_statuses(a, out, by_due ? RANGE_DUE : RANGE_UPDATED, f, 0);
    return true;
}

bool plan_may_be_small(const struct list_filter *f, const struct cube *cube)
{
    return f->external_id || f->requesters.n || f->tag_count || f->groups.n ||
           !time_window_open(f->created) || cube->total <= list_bounds.sorted;
}

int plan_levels(const struct list_filter *f, enum list_sort sort)
{
    if (sort == SORT_PRIORITY)
        return TICKET_PRIORITY_COUNT;
    return sort == SORT_DUE && time_window_open(f->due) ? 2 : 1;
}

void plan_level(struct arena *a, const struct list_filter *f, const struct cube *cube,
                enum list_sort sort, bool ascending, int level, struct range_set *out)
{
    bool others = by_state(f) || f->requesters.n || f->groups.n || f->tag_count || f->external_id;
    bool created = !time_window_open(f->created);
    bool updated = !time_window_open(f->updated);
    bool due = !time_window_open(f->due);

    *out = (struct range_set){.window = ANY_TIME};
    switch (sort) {
    case SORT_CREATED:
    case SORT_RELEVANCE:
        plan_created(a, f, cube, out);
        break;
    case SORT_UPDATED:
        out->window = f->updated;
        add_statuses(a, out, RANGE_UPDATED, f, 0);
        out->filtered = others || created || due;
        break;
    case SORT_PRIORITY:
        out->window = f->created;
        add_states(a, out, cube, ascending ? level : TICKET_PRIORITY_COUNT - 1 - level);
        out->filtered = beyond_states(f);
        break;
    case SORT_DUE:
        out->window = level == 0 ? f->due : ANY_TIME;
        add_statuses(a, out, level == 0 ? RANGE_DUE : RANGE_UNDUE, f, 0);
        out->filtered = others || created || updated;
        break;
    case SORT_NUMBER:
        range_add(a, out, RANGE_NUMBER);
        out->filtered = others || f->statuses.n || created || updated || due;
        break;
    case LIST_SORT_COUNT:
        break;
    }
}
