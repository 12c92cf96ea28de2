#include "sla/policies.h"

#include "base/clock.h"
#include "base/ref.h"
#include "category/category.h"
#include "people/access.h"
#include "people/diff.h"
#include "queries.gen.h"
#include "sla/calendars.h"
#include "sla/targets.h"

#include <jansson.h>
#include <string.h>

/* ---- stored conditions: JSON arrays of numbers ---- */

static const char *numbers_json(struct arena *a, const int64_t *v, size_t n)
{
    const char *list = "";

    for (size_t i = 0; i < n; i++)
        list = arena_printf(a, "%s%s%lld", list, i ? "," : "", (long long)v[i]);
    return arena_printf(a, "[%s]", list);
}

static const char *words_json(struct arena *a, const int *v, size_t n)
{
    int64_t *wide = ARENA_ARRAY(a, int64_t, n + 1);

    for (size_t i = 0; i < n; i++)
        wide[i] = v[i];
    return numbers_json(a, wide, n);
}

static int64_t *numbers_of(struct arena *a, const char *json, size_t *out_n)
{
    json_t *list = json_loads(json, 0, NULL);
    size_t n = json_array_size(list);
    int64_t *v = ARENA_ARRAY(a, int64_t, n + 1);

    for (size_t i = 0; i < n; i++)
        v[i] = json_integer_value(json_array_get(list, i));
    json_decref(list);
    *out_n = n;
    return v;
}

static int *words_of(struct arena *a, const char *json, int count, size_t *out_n)
{
    size_t n, kept = 0;
    int64_t *wide = numbers_of(a, json, &n);
    int *v = ARENA_ARRAY(a, int, n + 1);

    for (size_t i = 0; i < n; i++) {
        if (wide[i] >= 0 && wide[i] < count)
            v[kept++] = (int)wide[i];
    }
    *out_n = kept;
    return v;
}

static err name_categories(struct tx *tx, struct policy *p)
{
    size_t kept = 0;

    p->categories = ARENA_ARRAY(tx->arena, const char *, p->category_count + 1);
    for (size_t i = 0; i < p->category_count; i++) {
        struct category category;
        err e = category_load(tx, p->category_ids[i], &category);

        if (e == ERR_NOT_FOUND)
            category.name = "(deleted)"; /* and so the policy matches nothing by mistake */
        else
            TRY(e);
        p->categories[kept++] = category.name;
    }
    return OK;
}

static err of_row(struct tx *tx, const struct policy_row *row, struct policy *out)
{
    struct arena *a = tx->arena;
    struct policy p = {
        .id = row->id,
        .uuid = row->uuid,
        .name = row->name,
        .description = row->description,
        .position = row->position,
        .response_minutes = row->response_minutes,
        .resolution_minutes = row->resolution_minutes,
        .calendar_id = row->calendar_id,
        .calendar_uuid = row->calendar_uuid,
        .calendar = row->calendar_name,
        .is_active = row->is_active,
        .created_ms = row->created_ms,
        .updated_ms = row->updated_ms,
    };

    p.priorities = words_of(a, row->priorities, TICKET_PRIORITY_COUNT, &p.priority_count);
    p.tiers = words_of(a, row->tiers, REQUESTER_TIER_COUNT, &p.tier_count);
    p.category_ids = numbers_of(a, row->categories, &p.category_count);
    TRY(name_categories(tx, &p));
    *out = p;
    return OK;
}

err policy_find(struct tx *tx, const char *ref, struct policy *out)
{
    struct policy_row row;
    struct ref r;
    err e = ref_parse(ref, &r) ? q_policy_by_ref(tx, r.number, r.uuid, &row) : ERR_NOT_FOUND;

    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "Service level policy not found");
    TRY(e);
    return of_row(tx, &row, out);
}

err policies_all(struct tx *tx, struct policy_list *out)
{
    struct policy_list list;
    struct policy_rows rows;

    TRY(q_policy_list(tx, &rows));
    list.n = rows.n;
    list.v = ARENA_ARRAY(tx->arena, struct policy, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        TRY(of_row(tx, &rows.v[i], &list.v[i]));
    *out = list;
    return OK;
}

/* ---- changes ---- */

static err take_categories(struct tx *tx, const struct policy_change *c, struct policy *p)
{
    if (!(c->set & POLICY_CATEGORIES))
        return OK;
    p->category_count = c->category_count;
    p->category_ids = ARENA_ARRAY(tx->arena, int64_t, c->category_count + 1);
    p->categories = ARENA_ARRAY(tx->arena, const char *, c->category_count + 1);
    for (size_t i = 0; i < c->category_count; i++) {
        struct category category;
        const char *names;
        err e = category_find(tx, c->categories[i], &category);

        if (e == ERR_NOT_FOUND) {
            TRY(category_names(tx, &names));
            return fault_field(tx->fault, arena_printf(tx->arena, "conditions.categories[%zu]", i),
                               "there is no such category: use one of %s", names);
        }
        TRY(e);
        p->category_ids[i] = category.id;
        p->categories[i] = category.name;
    }
    return OK;
}

static err take_calendar(struct tx *tx, const struct policy_change *c, struct policy *p)
{
    struct calendar_record calendar = {0};
    err e = OK;

    if (!(c->set & POLICY_CALENDAR))
        return OK;
    if (c->calendar_ref)
        e = calendar_record_find(tx, c->calendar_ref, &calendar);
    if (e == ERR_NOT_FOUND)
        return fault_field(tx->fault, "calendarId", "there is no such calendar");
    TRY(e);
    p->calendar_id = calendar.id;
    p->calendar_uuid = calendar.uuid;
    p->calendar = calendar.name;
    return OK;
}

/* Hours so few that the times promised take ten years would stop every ticket that comes. */
static err check_reachable(struct tx *tx, const struct policy *p)
{
    int64_t longest =
        p->response_minutes > p->resolution_minutes ? p->response_minutes : p->resolution_minutes;
    const struct calendar *calendar;
    int64_t due_ms;

    TRY(sla_calendar_load(tx, p->calendar_id, &calendar));
    if (calendar_add(calendar, tx->now_ms, longest * MS_PER_MINUTE, &due_ms) != OK)
        return fault_field(tx->fault, "calendarId",
                           "its hours are too few for the times of this policy");
    return OK;
}

static err take(struct tx *tx, const struct policy_change *c, struct policy *p)
{
    if (c->set & POLICY_NAME)
        p->name = c->name;
    if (c->set & POLICY_DESCRIPTION)
        p->description = c->description;
    if (c->set & POLICY_PRIORITIES) {
        p->priorities = c->priorities;
        p->priority_count = c->priority_count;
    }
    TRY(take_categories(tx, c, p));
    if (c->set & POLICY_TIERS) {
        p->tiers = c->tiers;
        p->tier_count = c->tier_count;
    }
    if (c->set & POLICY_RESPONSE)
        p->response_minutes = c->response_minutes;
    if (c->set & POLICY_RESOLUTION)
        p->resolution_minutes = c->resolution_minutes;
    TRY(take_calendar(tx, c, p));
    if (c->set & POLICY_POSITION)
        p->position = c->position;
    if (c->set & POLICY_ACTIVE)
        p->is_active = c->is_active;
    if (p->response_minutes <= 0)
        return fault_field(tx->fault, "responseTimeMinutes", "is required");
    if (p->resolution_minutes <= 0)
        return fault_field(tx->fault, "resolutionTimeMinutes", "is required");
    return check_reachable(tx, p);
}

static const char *priorities_text(struct arena *a, const struct policy *p)
{
    const char **names = ARENA_ARRAY(a, const char *, p->priority_count + 1);

    for (size_t i = 0; i < p->priority_count; i++)
        names[i] = ticket_priority_names[p->priorities[i]];
    return json_text_array(a, names, p->priority_count);
}

static const char *tiers_text(struct arena *a, const struct policy *p)
{
    const char **names = ARENA_ARRAY(a, const char *, p->tier_count + 1);

    for (size_t i = 0; i < p->tier_count; i++)
        names[i] = requester_tier_names[p->tiers[i]];
    return json_text_array(a, names, p->tier_count);
}

static err tell(struct tx *tx, const struct policy *from, const struct policy *to, const char *kind)
{
    struct arena *a = tx->arena;
    const struct policy *known = to->id ? to : from;
    struct event event = {.entity = ENTITY_SLA_POLICY,
                          .entity_id = known->id,
                          .entity_uuid = known->uuid,
                          .kind = kind,
                          .agents_only = true};
    struct diff diff = {0};

    diff_text(&diff, "name", from->name, to->name);
    diff_text(&diff, "description", from->description, to->description);
    diff_int(&diff, "position", from->position, to->position);
    diff_json(&diff, "priorities", priorities_text(a, from), priorities_text(a, to));
    diff_json(&diff, "categories", json_text_array(a, from->categories, from->category_count),
              json_text_array(a, to->categories, to->category_count));
    diff_json(&diff, "tiers", tiers_text(a, from), tiers_text(a, to));
    diff_int(&diff, "responseTimeMinutes", from->response_minutes, to->response_minutes);
    diff_int(&diff, "resolutionTimeMinutes", from->resolution_minutes, to->resolution_minutes);
    diff_text(&diff, "calendar", from->calendar, to->calendar);
    diff_bool(&diff, "isActive", from->is_active, to->is_active);
    return diff_emit(&diff, tx, &event);
}

err policy_create(struct tx *tx, const struct policy_change *input, struct policy *out)
{
    struct arena *a = tx->arena;
    struct policy p = {.uuid = uuid_new(tx->now_ms),
                       .is_active = true,
                       .created_ms = tx->now_ms,
                       .updated_ms = tx->now_ms};
    struct policy_last_position_row last;
    struct policy_insert_row made;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(q_policy_last_position(tx, &last));
    p.position = last.position + 1;
    TRY(take(tx, input, &p));
    TRY(q_policy_insert(tx,
                        &(struct q_policy_insert_args){
                            .uuid = p.uuid,
                            .name = p.name,
                            .description = p.description,
                            .position = p.position,
                            .priorities = words_json(a, p.priorities, p.priority_count),
                            .categories = numbers_json(a, p.category_ids, p.category_count),
                            .tiers = words_json(a, p.tiers, p.tier_count),
                            .response_minutes = p.response_minutes,
                            .resolution_minutes = p.resolution_minutes,
                            .calendar_id = p.calendar_id,
                            .is_active = p.is_active,
                            .now_ms = tx->now_ms,
                        },
                        &made));
    p.id = made.id;
    TRY(tell(tx, &(struct policy){0}, &p, "created"));
    *out = p;
    return OK;
}

err policy_update(struct tx *tx, const char *ref, const struct policy_change *change,
                  struct policy *out)
{
    struct arena *a = tx->arena;
    struct policy before;
    struct policy p;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(policy_find(tx, ref, &before));
    p = before;
    TRY(take(tx, change, &p));
    p.updated_ms = tx->now_ms;
    TRY(q_policy_update(tx, &(struct q_policy_update_args){
                                .id = p.id,
                                .name = p.name,
                                .description = p.description,
                                .position = p.position,
                                .priorities = words_json(a, p.priorities, p.priority_count),
                                .categories = numbers_json(a, p.category_ids, p.category_count),
                                .tiers = words_json(a, p.tiers, p.tier_count),
                                .response_minutes = p.response_minutes,
                                .resolution_minutes = p.resolution_minutes,
                                .calendar_id = p.calendar_id,
                                .is_active = p.is_active,
                                .now_ms = tx->now_ms,
                            }));
    TRY(tell(tx, &before, &p, "updated"));
    *out = p;
    return OK;
}

err policy_remove(struct tx *tx, const char *ref)
{
    struct policy p;
    struct policy_in_use_row used;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(policy_find(tx, ref, &p));
    TRY(q_policy_in_use(tx, p.id, &used));
    if (used.yes)
        return fault_set(tx->fault, ERR_CONFLICT,
                         "Tickets were promised this service level: switch it off instead");
    TRY(q_policy_delete(tx, p.id));
    return tell(tx, &p, &(struct policy){0}, "deleted");
}
