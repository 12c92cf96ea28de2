/* agent.c -- reading agents. */
#include "people/agent_store.h"

#include "base/ref.h"
#include "base/utf8.h"
#include "people/cursor.h"

#include <stdlib.h>

static struct agent agent_of_row(const struct agent_row *row)
{
    return (struct agent){
        .id = row->id,
        .uuid = row->uuid,
        .name = row->name,
        .email = row->email,
        .role = (enum role)row->role,
        .max_concurrent_tickets = row->max_concurrent_tickets,
        .current_tickets = row->current_tickets,
        .presence = (enum presence)row->presence,
        .is_active = row->is_active,
        .last_active_ms = row->last_active_ms,
        .created_ms = row->created_ms,
        .updated_ms = row->updated_ms,
    };
}

static void names_add(struct arena *a, struct names *names, const char *name)
{
    size_t cap = names->n ? (names->n + 3) / 4 * 4 : 0; /* grows by four */

    if (names->n == cap)
        names->v = arena_grow(a, names->v, cap * sizeof(char *), (cap + 4) * sizeof(char *));
    names->v[names->n++] = name;
}

static err load_names(struct tx *tx, struct agent *agent)
{
    struct agent_groups_of_rows groups;
    struct agent_skills_of_rows skills;

    TRY(q_agent_groups_of(tx, agent->id, &groups));
    for (size_t i = 0; i < groups.n; i++)
        names_add(tx->arena, &agent->groups, groups.v[i].name);
    TRY(q_agent_skills_of(tx, agent->id, &skills));
    for (size_t i = 0; i < skills.n; i++)
        names_add(tx->arena, &agent->skills, skills.v[i].skill);
    return OK;
}

err agent_load_id(struct tx *tx, int64_t id, struct agent *out)
{
    struct agent_row row;
    struct agent agent;

    TRY(q_agent_by_ref(tx, id, (struct uuid){{0}}, &row));
    agent = agent_of_row(&row);
    TRY(load_names(tx, &agent));
    *out = agent;
    return OK;
}

err agent_load(struct tx *tx, const char *text, struct agent *out)
{
    struct agent_row row;
    struct ref ref;
    struct agent agent;
    err e;

    if (ref_parse(text, &ref))
        e = q_agent_by_ref(tx, ref.number, ref.uuid, &row);
    else
        e = q_agent_by_key(tx, utf8_fold(tx->arena, utf8_trim(tx->arena, text)), &row);
    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "Agent not found");
    TRY(e);
    agent = agent_of_row(&row);
    TRY(load_names(tx, &agent));
    *out = agent;
    return OK;
}

static struct agent *agent_in(struct agent_list *list, const int64_t *order, size_t n, int64_t id)
{
    size_t low = 0, high = n;

    while (low < high) {
        size_t mid = (low + high) / 2;

        if (list->v[order[mid]].id < id)
            low = mid + 1;
        else
            high = mid;
    }
    return low < n && list->v[order[low]].id == id ? &list->v[order[low]] : NULL;
}

static int by_agent_id(const void *a, const void *b, void *list)
{
    const struct agent *v = ((const struct agent_list *)list)->v;
    int64_t x = v[*(const int64_t *)a].id, y = v[*(const int64_t *)b].id;

    return (x > y) - (x < y);
}

/* All memberships and skills in two walks instead of two queries an agent. */
static err load_all_names(struct tx *tx, struct agent_list *list)
{
    struct agent_groups_all_rows groups;
    struct agent_skills_all_rows skills;
    int64_t *order = ARENA_ARRAY(tx->arena, int64_t, list->n + 1);

    for (size_t i = 0; i < list->n; i++)
        order[i] = (int64_t)i;
    qsort_r(order, list->n, sizeof(order[0]), by_agent_id, list);
    TRY(q_agent_groups_all(tx, &groups));
    for (size_t i = 0; i < groups.n; i++) {
        struct agent *agent = agent_in(list, order, list->n, groups.v[i].agent_id);
        if (agent)
            names_add(tx->arena, &agent->groups, groups.v[i].name);
    }
    TRY(q_agent_skills_all(tx, &skills));
    for (size_t i = 0; i < skills.n; i++) {
        struct agent *agent = agent_in(list, order, list->n, skills.v[i].agent_id);
        if (agent)
            names_add(tx->arena, &agent->skills, skills.v[i].skill);
    }
    return OK;
}

err agent_list(struct tx *tx, const struct agent_filter *filter, struct agent_list *out)
{
    struct agent_list list = {0};
    struct agent_rows rows;
    struct agent_count_row count;
    struct group_ref group = {0};
    struct q_agent_list_args args = {
        .presence_plus_one = filter->presence + 1,
        .role = filter->role,
        .is_active = filter->is_active,
        .limit_n = filter->limit + 1,
    };

    if (filter->group_ref)
        TRY(group_find(tx, filter->group_ref, "group", &group));
    args.group_id = group.id;
    if (filter->q)
        args.pattern = arena_printf(tx->arena, "%%%s%%", like_escaped(tx->arena, filter->q));
    TRY(name_cursor_parse(tx->arena, tx->fault, filter->cursor, &args.after_name, &args.after_id));
    TRY(q_agent_list(tx, &args, &rows));
    TRY(q_agent_count(tx, args.presence_plus_one, args.role, args.group_id, args.is_active,
                      args.pattern, &count));
    list.n = rows.n > (size_t)filter->limit ? (size_t)filter->limit : rows.n;
    list.v = ARENA_ARRAY(tx->arena, struct agent, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        list.v[i] = agent_of_row(&rows.v[i]);
    list.total = count.n;
    if (rows.n > list.n && list.n > 0)
        list.next_cursor =
            name_cursor_text(tx->arena, list.v[list.n - 1].name, list.v[list.n - 1].id);
    TRY(load_all_names(tx, &list));
    *out = list;
    return OK;
}
