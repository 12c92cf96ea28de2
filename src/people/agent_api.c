/* agent_api.c -- /api/agents. Agents may read, admins write; presence is everybody's own. */
#include "base/limits.h"
#include "people/apart.h"
#include "people/password.h"
#include "people/people_api.h"
#include "people/people_shapes_api.h"

/* ---- shapes ---- */

struct agent_query {
    uint64_t present;
    int status;
    int role;
    const char *group;
    bool is_active;
    const char *q;
    const char *cursor;
    int64_t limit;
};
static const struct field agent_query_fields[] = {
    {"status", FIELD_ENUM, offsetof(struct agent_query, status), .names = presence_words},
    {"role", FIELD_ENUM, offsetof(struct agent_query, role), .names = role_words},
    {"group", FIELD_TEXT, offsetof(struct agent_query, group), .max = NAME_MAX_CHARS,
     .about = "name or id"},
    {"isActive", FIELD_BOOL, offsetof(struct agent_query, is_active)},
    {"q", FIELD_TEXT, offsetof(struct agent_query, q), .max = NAME_MAX_CHARS,
     .about = "part of the name or address"},
    {"cursor", FIELD_TEXT, offsetof(struct agent_query, cursor), .max_bytes = 2048,
     .about = "nextCursor of the page before"},
    {"limit", FIELD_INT, offsetof(struct agent_query, limit), .min = 1, .max = PEOPLE_LIST_MAX,
     .fallback = "1000"},
};
static const struct shape agent_query_shape =
    SHAPE("AgentQuery", "Which agents", struct agent_query, agent_query_fields);

struct agent_list_view {
    struct object_list agents;
    int64_t total;
    const char *next_cursor;
};
static const struct field agent_list_fields[] = {
    {"agents", FIELD_OBJECTS, offsetof(struct agent_list_view, agents), .required = true,
     .of = &agent_shape},
    {"total", FIELD_INT, offsetof(struct agent_list_view, total), .required = true},
    {"nextCursor", FIELD_TEXT, offsetof(struct agent_list_view, next_cursor)},
};
static const struct shape agent_list_shape =
    SHAPE_OUT("AgentList", "Agents by name", struct agent_list_view, agent_list_fields);

struct agent_body {
    uint64_t present;
    const char *name;
    const char *email;
    int role;
    struct text_list groups;
    struct text_list skills;
    int64_t max_concurrent_tickets;
    int status;
    const char *password;
    bool is_active;
};
#define AGENT_BODY_FIELDS(is_required)                                                             \
    {"name",   FIELD_TEXT,           offsetof(struct agent_body, name), .required = (is_required), \
     .min = 1, .max = NAME_MAX_CHARS},                                                             \
        {"email", FIELD_EMAIL, offsetof(struct agent_body, email), .required = (is_required)},     \
        {"role", FIELD_ENUM, offsetof(struct agent_body, role), .names = role_words,               \
         .fallback = "agent"},                                                                     \
        {"groups",                                                                                 \
         FIELD_TEXTS,                                                                              \
         offsetof(struct agent_body, groups),                                                      \
         .min = 1,                                                                                 \
         .max = NAME_MAX_CHARS,                                                                    \
         .max_items = 100,                                                                         \
         .about = "names or ids"},                                                                 \
        {"skills", FIELD_TEXTS,          offsetof(struct agent_body, skills),                      \
         .min = 1, .max = TAG_MAX_CHARS, .max_items = 100},                                        \
        {"maxConcurrentTickets",                                                                   \
         FIELD_INT,                                                                                \
         offsetof(struct agent_body, max_concurrent_tickets),                                      \
         .min = 0,                                                                                 \
         .max = ASSIGN_CAPACITY_MAX,                                                               \
         .fallback = "5"},                                                                         \
        {"status", FIELD_ENUM, offsetof(struct agent_body, status), .names = presence_words,       \
         .fallback = "offline"},                                                                   \
    {                                                                                              \
        "password", FIELD_TEXT, offsetof(struct agent_body, password),                             \
            .max_bytes = PASSWORD_MAX_BYTES, .about = "without one there is no signing in"         \
    }
static const struct field agent_input_fields[] = {AGENT_BODY_FIELDS(true)};
static const struct field agent_patch_fields[] = {
    AGENT_BODY_FIELDS(false),
    {"isActive", FIELD_BOOL, offsetof(struct agent_body, is_active)},
};
static const struct shape agent_input_shape =
    SHAPE("AgentInput", "A new agent", struct agent_body, agent_input_fields);
static const struct shape agent_patch_shape =
    SHAPE("AgentPatch", "What is to be different", struct agent_body, agent_patch_fields);

struct status_body {
    uint64_t present;
    int status;
};
static const struct field status_fields[] = {
    {"status", FIELD_ENUM, offsetof(struct status_body, status), .required = true,
     .names = presence_words},
};
static const struct shape status_shape =
    SHAPE("AgentStatus", "Presence", struct status_body, status_fields);

/* ---- handlers ---- */

static err answer_agent(struct request *r, int status, const struct agent *agent)
{
    struct agent_view view = agent_view_of(agent);

    return answer(r, status, &agent_shape, &view);
}

static err agents_get(struct request *r, struct tx *tx)
{
    const struct agent_query *q = r->query;
    struct agent_filter filter = {
        .presence = shape_sent(&agent_query_shape, q, "status") ? q->status : -1,
        .role = (enum role)q->role,
        .group_ref = q->group,
        .is_active = !shape_sent(&agent_query_shape, q, "isActive") ? TRI_UNKNOWN
                     : q->is_active                                 ? TRI_YES
                                                                    : TRI_NO,
        .q = q->q,
        .cursor = q->cursor,
        .limit = q->limit ? q->limit : PEOPLE_LIST_MAX,
    };
    struct agent_list list;
    struct agent_list_view view;
    struct agent_view *v;

    TRY(agent_list(tx, &filter, &list));
    v = ARENA_ARRAY(r->arena, struct agent_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        v[i] = agent_view_of(&list.v[i]);
    view = (struct agent_list_view){{v, list.n}, list.total, list.next_cursor};
    return answer(r, 200, &agent_list_shape, &view);
}

static err agent_get(struct request *r, struct tx *tx)
{
    struct agent agent;

    TRY(agent_load(tx, request_param(r, "id"), &agent));
    return answer_agent(r, 200, &agent);
}

static struct agent_change change_of(const struct shape *shape, const struct agent_body *body)
{
    static const struct {
        const char *name;
        unsigned bit;
    } bits[] = {
        {"name", AGENT_NAME},       {"email", AGENT_EMAIL},
        {"role", AGENT_ROLE},       {"groups", AGENT_GROUPS},
        {"skills", AGENT_SKILLS},   {"maxConcurrentTickets", AGENT_MAX_TICKETS},
        {"status", AGENT_PRESENCE}, {"password", AGENT_PASSWORD},
    };
    struct agent_change change = {
        .name = body->name,
        .email = body->email,
        .role = (enum role)body->role,
        .groups = {body->groups.v, body->groups.n},
        .skills = {body->skills.v, body->skills.n},
        .max_concurrent_tickets = body->max_concurrent_tickets,
        .presence = (enum presence)body->status,
        .is_active = body->is_active,
    };

    for (size_t i = 0; i < COUNT_OF(bits); i++) {
        if (shape_sent(shape, body, bits[i].name))
            change.set |= bits[i].bit;
    }
    if (shape == &agent_patch_shape && shape_sent(shape, body, "isActive"))
        change.set |= AGENT_ACTIVE;
    return change;
}

struct agent_write {
    const char *ref; /* NULL: a new one */
    struct agent_change change;
    struct agent after;
};

static err write_unit(struct tx *tx, void *arg)
{
    struct agent_write *w = arg;

    return w->ref ? agent_change(tx, w->ref, &w->change, &w->after)
                  : agent_make(tx, &w->change, &w->after);
}

/* On a worker: a password is hashed here, then the rest is written. */
static err write_agent(struct request *r, struct tx *tx, const char *ref, const struct shape *shape)
{
    const struct agent_body *body = r->body;
    struct agent_write w = {.ref = ref, .change = change_of(shape, body)};

    if (w.change.set & AGENT_PASSWORD) {
        TRY(password_check(tx->fault, "password", body->password, body->email));
        TRY(password_hash(r->arena, body->password, &w.change.password_hash));
    }
    TRY(write_apart(tx, write_unit, &w));
    return answer_agent(r, ref ? 200 : 201, &w.after);
}

static err agent_post(struct request *r, struct tx *tx)
{
    return write_agent(r, tx, NULL, &agent_input_shape);
}

static err agent_patch(struct request *r, struct tx *tx)
{
    return write_agent(r, tx, request_param(r, "id"), &agent_patch_shape);
}

static err agent_delete(struct request *r, struct tx *tx)
{
    struct agent_change change = {.set = AGENT_ACTIVE, .is_active = false};
    struct agent after;

    TRY(agent_change(tx, request_param(r, "id"), &change, &after));
    return answer_empty(r);
}

static err agent_status(struct request *r, struct tx *tx)
{
    const struct status_body *body = r->body;
    struct agent_change change = {.set = AGENT_PRESENCE, .presence = (enum presence)body->status};
    struct agent after;

    TRY(agent_change(tx, request_param(r, "id"), &change, &after));
    return answer_agent(r, 200, &after);
}

#define STATUS_ROUTE(http_method)                                                                  \
    {                                                                                              \
        (http_method), "/api/agents/:id/status", ACCESS_AGENT, RUN_WRITE, agent_status,            \
            .body_kind = BODY_JSON, .body = &status_shape, .status = 200, .answer = &agent_shape,  \
            .tag = "Agents",                                                                       \
            .summary = "Say whether somebody is there: oneself, or anybody as a supervisor"        \
    }

static const struct route routes[] = {
    {"GET", "/api/agents", ACCESS_AGENT, RUN_READ, agents_get, .query = &agent_query_shape,
     .status = 200, .answer = &agent_list_shape, .tag = "Agents", .summary = "List agents"},
    {"POST", "/api/agents", ACCESS_ADMIN, RUN_REPORT, agent_post, .body_kind = BODY_JSON,
     .body = &agent_input_shape, .status = 201, .answer = &agent_shape, .tag = "Agents",
     .summary = "Add an agent"},
    {"GET", "/api/agents/:id", ACCESS_AGENT, RUN_READ, agent_get, .status = 200,
     .answer = &agent_shape, .tag = "Agents", .summary = "One agent, by id or address"},
    {"PATCH", "/api/agents/:id", ACCESS_ADMIN, RUN_REPORT, agent_patch, .body_kind = BODY_JSON,
     .body = &agent_patch_shape, .status = 200, .answer = &agent_shape, .tag = "Agents",
     .summary = "Change an agent; a new password ends their sessions"},
    {"DELETE", "/api/agents/:id", ACCESS_ADMIN, RUN_WRITE, agent_delete, .status = 204,
     .tag = "Agents", .summary = "Deactivate an agent: sessions and tokens end"},
    STATUS_ROUTE("POST"),
    STATUS_ROUTE("PATCH"),
    STATUS_ROUTE("PUT"),
};
const struct route_table agent_routes = ROUTES(routes);
