#include "base/limits.h"
#include "sla/policies.h"
#include "sla/sla_api.h"

enum { POLICY_DESCRIPTION_MAX_CHARS = 2000, POLICY_POSITION_MAX = 1000000 };

#define ROW(id, value, name) {name, value, false},
#define ALIAS(id, value, name) {name, value, true},
static const struct enum_name priority_names[] = {
    TICKET_PRIORITY_WORDS(ROW) TICKET_PRIORITY_ALIASES(ALIAS){NULL, 0, false}};
static const struct enum_name tier_names[] = {REQUESTER_TIER_WORDS(ROW){NULL, 0, false}};
#undef ROW
#undef ALIAS

/* ---- shapes ---- */

struct conditions {
    uint64_t present; /* when it is read */
    struct int_list priorities;
    struct text_list categories;
    struct int_list tiers;
};
#define AT(member) offsetof(struct conditions, member)
static const struct field conditions_fields[] = {
    {"priorities", FIELD_ENUMS, AT(priorities), .names = priority_names, .about = "empty: any",
     .max_items = TICKET_PRIORITY_COUNT},
    {"categories", FIELD_TEXTS, AT(categories), .max = NAME_MAX_CHARS,
     .max_items = POLICY_CATEGORIES_MAX, .about = "names or ids; empty: any"},
    {"tiers", FIELD_ENUMS, AT(tiers), .names = tier_names, .about = "empty: any",
     .max_items = REQUESTER_TIER_COUNT},
};
#undef AT
static const struct shape conditions_input_shape = SHAPE(
    "SlaConditionsInput", "Which tickets a policy is for", struct conditions, conditions_fields);
static const struct shape conditions_shape = SHAPE_OUT(
    "SlaConditions", "Which tickets a policy is for", struct conditions, conditions_fields);

struct policy_view {
    struct uuid id;
    const char *name;
    const char *description;
    const struct conditions *conditions;
    int64_t response_minutes;
    int64_t resolution_minutes;
    struct uuid calendar_id;
    const char *calendar;
    int64_t position;
    bool is_active;
    int64_t created_ms;
    int64_t updated_ms;
};
#define AT(member) offsetof(struct policy_view, member)
static const struct field policy_fields[] = {
    {"id", FIELD_UUID, AT(id), .required = true},
    {"name", FIELD_TEXT, AT(name), .required = true},
    {"description", FIELD_TEXT, AT(description)},
    {"conditions", FIELD_OBJECT, AT(conditions), .required = true, .of = &conditions_shape},
    {"responseTimeMinutes", FIELD_INT, AT(response_minutes), .required = true},
    {"resolutionTimeMinutes", FIELD_INT, AT(resolution_minutes), .required = true},
    {"calendarId", FIELD_UUID, AT(calendar_id), .about = "null: round the clock"},
    {"calendar", FIELD_TEXT, AT(calendar), .about = "its name"},
    {"position", FIELD_INT, AT(position), .required = true, .about = "the first match is taken"},
    {"isActive", FIELD_BOOL, AT(is_active), .required = true},
    {"createdAt", FIELD_TIME, AT(created_ms), .required = true},
    {"updatedAt", FIELD_TIME, AT(updated_ms), .required = true},
};
#undef AT
static const struct shape policy_shape =
    SHAPE_OUT("SlaPolicy", "A service level: times that are promised to some tickets",
              struct policy_view, policy_fields);

struct policies_view {
    struct object_list policies;
};
static const struct field policies_fields[] = {
    {"policies", FIELD_OBJECTS, offsetof(struct policies_view, policies), .required = true,
     .of = &policy_shape},
};
static const struct shape policies_shape =
    SHAPE_OUT("SlaPolicies", "All policies, in the order in which they are tried",
              struct policies_view, policies_fields);

struct policy_body {
    uint64_t present;
    const char *name;
    const char *description;
    const struct conditions *conditions;
    int64_t response_minutes;
    int64_t resolution_minutes;
    int64_t response_hours;
    int64_t resolution_hours;
    const char *calendar;
    int64_t position;
    bool is_active;
};
#define AT(member) offsetof(struct policy_body, member)
#define POLICY_BODY_FIELDS(needed)                                                                 \
    {"name", FIELD_TEXT, AT(name), .required = (needed), .min = 1, .max = NAME_MAX_CHARS},         \
        {"description", FIELD_TEXT, AT(description), .nullable = true,                             \
         .max = POLICY_DESCRIPTION_MAX_CHARS},                                                     \
        {"conditions", FIELD_OBJECT, AT(conditions), .of = &conditions_input_shape,                \
         .about = "what is not named matches any"},                                                \
        {"responseTimeMinutes",     FIELD_INT,                                                     \
         AT(response_minutes),      .min = 1,                                                      \
         .max = POLICY_MINUTES_MAX, .about = "time to the first public answer of an agent"},       \
        {"resolutionTimeMinutes", FIELD_INT, AT(resolution_minutes), .min = 1,                     \
         .max = POLICY_MINUTES_MAX},                                                               \
        {"responseTimeHours",                                                                      \
         FIELD_INT,                                                                                \
         AT(response_hours),                                                                       \
         .min = 1,                                                                                 \
         .max = POLICY_MINUTES_MAX / 60,                                                           \
         .about = "instead of responseTimeMinutes"},                                               \
        {"resolutionTimeHours",          FIELD_INT,                                                \
         AT(resolution_hours),           .min = 1,                                                 \
         .max = POLICY_MINUTES_MAX / 60, .about = "instead of resolutionTimeMinutes"},             \
        {"calendarId",          FIELD_TEXT,                                                        \
         AT(calendar),          .nullable = true,                                                  \
         .max = NAME_MAX_CHARS, .about = "id or name; null: round the clock"},                     \
        {"position",                                                                               \
         FIELD_INT,                                                                                \
         AT(position),                                                                             \
         .min = 0,                                                                                 \
         .max = POLICY_POSITION_MAX,                                                               \
         .about = "the first match is taken; a new one comes last unless it says"},                \
    {                                                                                              \
        "isActive", FIELD_BOOL, AT(is_active), .fallback = "true"                                  \
    }
static const struct field policy_input_fields[] = {POLICY_BODY_FIELDS(true)};
static const struct field policy_patch_fields[] = {POLICY_BODY_FIELDS(false)};
#undef AT
static const struct shape policy_input_shape =
    SHAPE("SlaPolicyInput", "A policy as it is written", struct policy_body, policy_input_fields);
static const struct shape policy_patch_shape =
    SHAPE("SlaPolicyPatch", "What is to be different", struct policy_body, policy_patch_fields);

/* ---- bodies into changes ---- */

/* A time in minutes or, as the seed has it, in hours; never both. */
static err take_time(struct request *r, const struct shape *shape, const char *minutes_name,
                     int64_t minutes, const char *hours_name, int64_t hours, unsigned bit,
                     struct policy_change *change, int64_t *out)
{
    bool in_hours = shape_sent(shape, r->body, hours_name);
    bool in_minutes = shape_sent(shape, r->body, minutes_name);

    if (in_hours && in_minutes)
        return fault_field(&r->fault, hours_name, "say %s or this, not both", minutes_name);
    if (in_hours || in_minutes)
        change->set |= bit;
    *out = in_hours ? hours * 60 : minutes;
    return OK;
}

static void take_conditions(const struct policy_body *body, struct policy_change *change)
{
    const struct conditions *c = body->conditions;

    if (!c)
        return;
    change->set |= POLICY_PRIORITIES | POLICY_CATEGORIES | POLICY_TIERS;
    change->priorities = c->priorities.v;
    change->priority_count = c->priorities.n;
    change->categories = c->categories.v;
    change->category_count = c->categories.n;
    change->tiers = c->tiers.v;
    change->tier_count = c->tiers.n;
}

static err change_of(struct request *r, const struct shape *shape, struct policy_change *out)
{
    static const struct {
        const char *name;
        unsigned bit;
    } plain[] = {{"name", POLICY_NAME},
                 {"description", POLICY_DESCRIPTION},
                 {"calendarId", POLICY_CALENDAR},
                 {"position", POLICY_POSITION},
                 {"isActive", POLICY_ACTIVE}};
    const struct policy_body *body = r->body;
    struct policy_change change = {
        .name = body->name,
        .description = body->description,
        .calendar_ref = body->calendar,
        .position = body->position,
        .is_active = body->is_active,
    };

    for (size_t i = 0; i < COUNT_OF(plain); i++) {
        if (shape_sent(shape, body, plain[i].name))
            change.set |= plain[i].bit;
    }
    take_conditions(body, &change);
    TRY(take_time(r, shape, "responseTimeMinutes", body->response_minutes, "responseTimeHours",
                  body->response_hours, POLICY_RESPONSE, &change, &change.response_minutes));
    TRY(take_time(r, shape, "resolutionTimeMinutes", body->resolution_minutes,
                  "resolutionTimeHours", body->resolution_hours, POLICY_RESOLUTION, &change,
                  &change.resolution_minutes));
    *out = change;
    return OK;
}

/* ---- handlers ---- */

static struct policy_view view_of(struct arena *a, const struct policy *p)
{
    struct conditions *conditions = ARENA_NEW(a, struct conditions);

    conditions->priorities = (struct int_list){p->priorities, p->priority_count};
    conditions->categories = (struct text_list){p->categories, p->category_count};
    conditions->tiers = (struct int_list){p->tiers, p->tier_count};
    return (struct policy_view){
        .id = p->uuid,
        .name = p->name,
        .description = p->description,
        .conditions = conditions,
        .response_minutes = p->response_minutes,
        .resolution_minutes = p->resolution_minutes,
        .calendar_id = p->calendar_uuid,
        .calendar = p->calendar,
        .position = p->position,
        .is_active = p->is_active,
        .created_ms = p->created_ms,
        .updated_ms = p->updated_ms,
    };
}

static err answer_policy(struct request *r, int status, const struct policy *policy)
{
    struct policy_view view = view_of(r->arena, policy);

    return answer(r, status, &policy_shape, &view);
}

static err policies_get(struct request *r, struct tx *tx)
{
    struct policy_list list;
    struct policy_view *views;
    struct policies_view out;

    TRY(policies_all(tx, &list));
    views = ARENA_ARRAY(tx->arena, struct policy_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        views[i] = view_of(tx->arena, &list.v[i]);
    out.policies = (struct object_list){views, list.n};
    return answer(r, 200, &policies_shape, &out);
}

static err policy_get(struct request *r, struct tx *tx)
{
    struct policy policy;

    TRY(policy_find(tx, request_param(r, "id"), &policy));
    return answer_policy(r, 200, &policy);
}

static err policies_post(struct request *r, struct tx *tx)
{
    struct policy_change change;
    struct policy policy;

    TRY(change_of(r, &policy_input_shape, &change));
    TRY(policy_create(tx, &change, &policy));
    return answer_policy(r, 201, &policy);
}

static err policy_patch(struct request *r, struct tx *tx)
{
    struct policy_change change;
    struct policy policy;

    TRY(change_of(r, &policy_patch_shape, &change));
    TRY(policy_update(tx, request_param(r, "id"), &change, &policy));
    return answer_policy(r, 200, &policy);
}

static err policy_delete(struct request *r, struct tx *tx)
{
    TRY(policy_remove(tx, request_param(r, "id")));
    return answer_empty(r);
}

static const char tag[] = "Service levels";
const struct route policy_routes[] = {
    {"GET", "/api/sla-policies", ACCESS_AGENT, RUN_READ, policies_get, .status = 200,
     .answer = &policies_shape, .tag = tag, .summary = "All service level policies"},
    {"POST", "/api/sla-policies", ACCESS_SUPERVISOR, RUN_WRITE, policies_post,
     .body_kind = BODY_JSON, .body = &policy_input_shape, .status = 201, .answer = &policy_shape,
     .tag = tag, .summary = "Add a policy for tickets that come from now on"},
    {"GET", "/api/sla-policies/:id", ACCESS_AGENT, RUN_READ, policy_get, .status = 200,
     .answer = &policy_shape, .tag = tag, .summary = "One service level policy"},
    {"PATCH", "/api/sla-policies/:id", ACCESS_SUPERVISOR, RUN_WRITE, policy_patch,
     .body_kind = BODY_JSON, .body = &policy_patch_shape, .status = 200, .answer = &policy_shape,
     .tag = tag, .summary = "Change a policy; what was promised already stays"},
    {"DELETE", "/api/sla-policies/:id", ACCESS_SUPERVISOR, RUN_WRITE, policy_delete, .status = 204,
     .tag = tag, .summary = "Delete a policy that no ticket was promised"},
};
const size_t policy_route_count = COUNT_OF(policy_routes);
