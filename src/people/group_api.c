/* group_api.c -- /api/groups. Agents may read, supervisors write. */
#include "people/group.h"

#include "base/limits.h"
#include "people/people_api.h"
#include "people/people_shapes_api.h"

enum { GROUP_DESCRIPTION_MAX_CHARS = 2000 };

/* ---- shapes ---- */

struct group_view {
    struct uuid id;
    const char *name;
    const char *description;
    struct object_list members;
    int64_t created_ms;
    int64_t updated_ms;
};
static const struct field group_fields[] = {
    {"id", FIELD_UUID, offsetof(struct group_view, id), .required = true},
    {"name", FIELD_TEXT, offsetof(struct group_view, name), .required = true},
    {"description", FIELD_TEXT, offsetof(struct group_view, description)},
    {"members", FIELD_OBJECTS, offsetof(struct group_view, members), .required = true,
     .of = &person_shape},
    {"createdAt", FIELD_TIME, offsetof(struct group_view, created_ms), .required = true},
    {"updatedAt", FIELD_TIME, offsetof(struct group_view, updated_ms), .required = true},
};
static const struct shape group_shape =
    SHAPE_OUT("Group", "A team of agents", struct group_view, group_fields);

struct group_list_view {
    struct object_list groups;
    int64_t total;
};
static const struct field group_list_fields[] = {
    {"groups", FIELD_OBJECTS, offsetof(struct group_list_view, groups), .required = true,
     .of = &group_shape},
    {"total", FIELD_INT, offsetof(struct group_list_view, total), .required = true},
};
static const struct shape group_list_shape =
    SHAPE_OUT("GroupList", "All groups, by name", struct group_list_view, group_list_fields);

struct group_body {
    uint64_t present;
    const char *name;
    const char *description;
    struct text_list members;
};
#define GROUP_BODY_FIELDS(is_required)                                                             \
    {"name",   FIELD_TEXT,           offsetof(struct group_body, name), .required = (is_required), \
     .min = 1, .max = NAME_MAX_CHARS},                                                             \
        {"description", FIELD_TEXT, offsetof(struct group_body, description), .nullable = true,    \
         .max = GROUP_DESCRIPTION_MAX_CHARS},                                                      \
    {                                                                                              \
        "members", FIELD_TEXTS, offsetof(struct group_body, members),                              \
            .min = 1, .max = NAME_MAX_CHARS, .max_items = PEOPLE_LIST_MAX,                         \
            .about = "ids or addresses of agents; replaces all"                                    \
    }
static const struct field group_input_fields[] = {GROUP_BODY_FIELDS(true)};
static const struct field group_patch_fields[] = {GROUP_BODY_FIELDS(false)};
static const struct shape group_input_shape =
    SHAPE("GroupInput", "A new group", struct group_body, group_input_fields);
static const struct shape group_patch_shape =
    SHAPE("GroupPatch", "What is to be different", struct group_body, group_patch_fields);

struct member_body {
    uint64_t present;
    const char *agent_id;
};
static const struct field member_fields[] = {
    {"agentId", FIELD_TEXT, offsetof(struct member_body, agent_id), .required = true,
     .max_bytes = EMAIL_MAX_BYTES, .about = "id or address"},
};
static const struct shape member_shape =
    SHAPE("GroupMemberInput", "Who is to join", struct member_body, member_fields);

/* ---- handlers ---- */

static struct group_view view_of(struct arena *a, const struct group *group)
{
    struct person_view *members = ARENA_ARRAY(a, struct person_view, group->member_count + 1);

    for (size_t i = 0; i < group->member_count; i++)
        members[i] = (struct person_view){group->members[i].uuid, group->members[i].name,
                                          group->members[i].email};
    return (struct group_view){
        .id = group->uuid,
        .name = group->name,
        .description = group->description,
        .members = {members, group->member_count},
        .created_ms = group->created_ms,
        .updated_ms = group->updated_ms,
    };
}

static err answer_group(struct request *r, int status, const struct group *group)
{
    struct group_view view = view_of(r->arena, group);

    return answer(r, status, &group_shape, &view);
}

static struct group_change change_of(const struct shape *shape, const struct group_body *body)
{
    struct group_change change = {
        .name = body->name,
        .description = body->description,
        .members = {body->members.v, body->members.n},
    };

    if (shape_sent(shape, body, "name"))
        change.set |= GROUP_NAME;
    if (shape_sent(shape, body, "description"))
        change.set |= GROUP_DESCRIPTION;
    if (shape_sent(shape, body, "members"))
        change.set |= GROUP_MEMBERS;
    return change;
}

static err groups_get(struct request *r, struct tx *tx)
{
    struct group_list list;
    struct group_list_view view;
    struct group_view *v;

    TRY(group_list(tx, &list));
    v = ARENA_ARRAY(r->arena, struct group_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        v[i] = view_of(r->arena, &list.v[i]);
    view = (struct group_list_view){{v, list.n}, (int64_t)list.n};
    return answer(r, 200, &group_list_shape, &view);
}

static err group_get(struct request *r, struct tx *tx)
{
    struct group group;

    TRY(group_load(tx, request_param(r, "id"), &group));
    return answer_group(r, 200, &group);
}

static err group_post(struct request *r, struct tx *tx)
{
    struct group_change input = change_of(&group_input_shape, r->body);
    struct group group;

    TRY(group_make(tx, &input, &group));
    return answer_group(r, 201, &group);
}

static err group_patch(struct request *r, struct tx *tx)
{
    struct group_change change = change_of(&group_patch_shape, r->body);
    struct group group;

    TRY(group_change(tx, request_param(r, "id"), &change, &group));
    return answer_group(r, 200, &group);
}

static err group_delete_one(struct request *r, struct tx *tx)
{
    TRY(group_delete(tx, request_param(r, "id")));
    return answer_empty(r);
}

static err member_post(struct request *r, struct tx *tx)
{
    const struct member_body *body = r->body;
    struct group group;

    TRY(group_member_add(tx, request_param(r, "id"), body->agent_id, &group));
    return answer_group(r, 200, &group);
}

static err member_delete(struct request *r, struct tx *tx)
{
    struct group group;

    TRY(group_member_remove(tx, request_param(r, "id"), request_param(r, "agentId"), &group));
    return answer_group(r, 200, &group);
}

static const struct route routes[] = {
    {"GET", "/api/groups", ACCESS_AGENT, RUN_READ, groups_get, .status = 200,
     .answer = &group_list_shape, .tag = "Groups", .summary = "All groups with their members"},
    {"POST", "/api/groups", ACCESS_SUPERVISOR, RUN_WRITE, group_post, .body_kind = BODY_JSON,
     .body = &group_input_shape, .status = 201, .answer = &group_shape, .tag = "Groups",
     .summary = "Make a group"},
    {"GET", "/api/groups/:id", ACCESS_AGENT, RUN_READ, group_get, .status = 200,
     .answer = &group_shape, .tag = "Groups", .summary = "One group, by id or name"},
    {"PATCH", "/api/groups/:id", ACCESS_SUPERVISOR, RUN_WRITE, group_patch, .body_kind = BODY_JSON,
     .body = &group_patch_shape, .status = 200, .answer = &group_shape, .tag = "Groups",
     .summary = "Change a group"},
    {"DELETE", "/api/groups/:id", ACCESS_SUPERVISOR, RUN_WRITE, group_delete_one, .status = 204,
     .tag = "Groups", .summary = "Delete a group that no ticket and no rule points to"},
    {"POST", "/api/groups/:id/members", ACCESS_SUPERVISOR, RUN_WRITE, member_post,
     .body_kind = BODY_JSON, .body = &member_shape, .status = 200, .answer = &group_shape,
     .tag = "Groups", .summary = "Add an agent to a group"},
    {"DELETE", "/api/groups/:id/members/:agentId", ACCESS_SUPERVISOR, RUN_WRITE, member_delete,
     .status = 200, .answer = &group_shape, .tag = "Groups",
     .summary = "Take an agent out of a group"},
};
const struct route_table group_routes = ROUTES(routes);
