#include "assign/rules_api.h"

#include "assign/rules.h"
#include "base/limits.h"

enum { RULE_PRIORITY_MAX = 1000000 };

static const struct enum_name type_names[] = {
#define X(id, value, name) {name, value, false},
    RULE_TYPE_WORDS(X)
#undef X
        {NULL, 0, false},
};

/* ---- shapes ---- */

struct rule_view {
    struct uuid id;
    int type;
    const char *category;
    const char *subcategory;
    int64_t priority;
    struct uuid agent_id;
    const char *agent;
    struct uuid group_id;
    const char *group;
    bool is_active;
    int64_t created_ms;
    int64_t updated_ms;
};
#define AT(member) offsetof(struct rule_view, member)
static const struct field rule_fields[] = {
    {"id", FIELD_UUID, AT(id), .required = true},
    {"type", FIELD_ENUM, AT(type), .required = true, .names = type_names},
    {"category", FIELD_TEXT, AT(category), .required = true},
    {"subcategory", FIELD_TEXT, AT(subcategory), .about = "null: all of the category"},
    {"priority", FIELD_INT, AT(priority), .required = true, .about = "the highest is tried first"},
    {"agentId", FIELD_UUID, AT(agent_id)},
    {"agent", FIELD_TEXT, AT(agent), .about = "the agent's name"},
    {"groupId", FIELD_UUID, AT(group_id)},
    {"group", FIELD_TEXT, AT(group), .about = "the group's name"},
    {"isActive", FIELD_BOOL, AT(is_active), .required = true},
    {"createdAt", FIELD_TIME, AT(created_ms), .required = true},
    {"updatedAt", FIELD_TIME, AT(updated_ms), .required = true},
};
#undef AT
static const struct shape rule_shape = SHAPE_OUT(
    "AssignmentRule", "How tickets of a category find their agent", struct rule_view, rule_fields);

struct rules_view {
    struct object_list rules;
};
static const struct field rules_fields[] = {
    {"rules", FIELD_OBJECTS, offsetof(struct rules_view, rules), .required = true,
     .of = &rule_shape},
};
static const struct shape rules_shape =
    SHAPE_OUT("AssignmentRules", "All rules, by category, in the order in which they are tried",
              struct rules_view, rules_fields);

/* In the order of RULE_SENT_...: struct rule_input is read as it is. */
#define AT(member) offsetof(struct rule_input, member)
#define RULE_INPUT_FIELDS(needed)                                                                  \
    {"type", FIELD_ENUM, AT(type), .required = (needed), .names = type_names},                     \
        {"category",           FIELD_TEXT, AT(category),                                           \
         .required = (needed), .min = 1,   .max = NAME_MAX_CHARS,                                  \
         .about = "name or id"},                                                                   \
        {"subcategory",         FIELD_TEXT,                                                        \
         AT(subcategory),       .nullable = true,                                                  \
         .max = NAME_MAX_CHARS, .about = "null: all of the category"},                             \
        {"priority",                                                                               \
         FIELD_INT,                                                                                \
         AT(priority),                                                                             \
         .min = -RULE_PRIORITY_MAX,                                                                \
         .max = RULE_PRIORITY_MAX,                                                                 \
         .about = "the highest is tried first",                                                    \
         .fallback = "0"},                                                                         \
        {"agentId",                                                                                \
         FIELD_TEXT,                                                                               \
         AT(agent),                                                                                \
         .nullable = true,                                                                         \
         .max = EMAIL_MAX_BYTES,                                                                   \
         .about = "id or e-mail; specific_agent rules need it"},                                   \
        {"groupId",                                                                                \
         FIELD_TEXT,                                                                               \
         AT(group),                                                                                \
         .nullable = true,                                                                         \
         .max = NAME_MAX_CHARS,                                                                    \
         .about = "id or name; group rules need it, least_busy rules may have it"},                \
    {                                                                                              \
        "isActive", FIELD_BOOL, AT(is_active), .fallback = "true"                                  \
    }
static const struct field rule_input_fields[] = {RULE_INPUT_FIELDS(true)};
static const struct field rule_patch_fields[] = {RULE_INPUT_FIELDS(false)};
#undef AT
static const struct shape rule_input_shape =
    SHAPE("AssignmentRuleInput", "A rule as it is written", struct rule_input, rule_input_fields);
static const struct shape rule_patch_shape =
    SHAPE("AssignmentRulePatch", "What is to be different", struct rule_input, rule_patch_fields);

/* ---- handlers ---- */

static struct rule_view view_of(const struct rule *rule)
{
    return (struct rule_view){
        .id = rule->uuid,
        .type = rule->type,
        .category = rule->category,
        .subcategory = rule->subcategory,
        .priority = rule->priority,
        .agent_id = rule->agent.uuid,
        .agent = rule->agent.name,
        .group_id = rule->group.uuid,
        .group = rule->group.name,
        .is_active = rule->is_active,
        .created_ms = rule->created_ms,
        .updated_ms = rule->updated_ms,
    };
}

static err answer_rule(struct request *r, int status, const struct rule *rule)
{
    struct rule_view view = view_of(rule);

    return answer(r, status, &rule_shape, &view);
}

static err rules_get(struct request *r, struct tx *tx)
{
    struct rule_list list;
    struct rule_view *views;
    struct rules_view out;

    TRY(rules_all(tx, &list));
    views = ARENA_ARRAY(tx->arena, struct rule_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        views[i] = view_of(&list.v[i]);
    out.rules = (struct object_list){views, list.n};
    return answer(r, 200, &rules_shape, &out);
}

static err rule_get(struct request *r, struct tx *tx)
{
    struct rule rule;

    TRY(rule_find(tx, request_param(r, "id"), &rule));
    return answer_rule(r, 200, &rule);
}

static err rules_post(struct request *r, struct tx *tx)
{
    struct rule rule;

    TRY(rule_create(tx, r->body, &rule));
    return answer_rule(r, 201, &rule);
}

static err rule_patch(struct request *r, struct tx *tx)
{
    struct rule rule;

    TRY(rule_update(tx, request_param(r, "id"), r->body, &rule));
    return answer_rule(r, 200, &rule);
}

static err rule_delete(struct request *r, struct tx *tx)
{
    TRY(rule_remove(tx, request_param(r, "id")));
    return answer_empty(r);
}

static const char tag[] = "Assignment";
const struct route rule_routes[] = {
    {"GET", "/api/assignment-rules", ACCESS_AGENT, RUN_READ, rules_get, .status = 200,
     .answer = &rules_shape, .tag = tag, .summary = "All assignment rules"},
    {"POST", "/api/assignment-rules", ACCESS_SUPERVISOR, RUN_WRITE, rules_post,
     .body_kind = BODY_JSON, .body = &rule_input_shape, .status = 201, .answer = &rule_shape,
     .tag = tag, .summary = "Add an assignment rule"},
    {"GET", "/api/assignment-rules/:id", ACCESS_AGENT, RUN_READ, rule_get, .status = 200,
     .answer = &rule_shape, .tag = tag, .summary = "One assignment rule"},
    {"PATCH", "/api/assignment-rules/:id", ACCESS_SUPERVISOR, RUN_WRITE, rule_patch,
     .body_kind = BODY_JSON, .body = &rule_patch_shape, .status = 200, .answer = &rule_shape,
     .tag = tag, .summary = "Change an assignment rule"},
    {"DELETE", "/api/assignment-rules/:id", ACCESS_SUPERVISOR, RUN_WRITE, rule_delete,
     .status = 204, .tag = tag, .summary = "Delete an assignment rule"},
};
const size_t rule_route_count = COUNT_OF(rule_routes);
