/* requester_api.c -- /api/requesters, for agents. */
#include "base/limits.h"
#include "people/people_api.h"
#include "people/people_shapes_api.h"
#include "people/requester_keep.h"

/* ---- shapes ---- */

struct requester_view {
    struct uuid id;
    const char *name;
    const char *email;
    const char *phone;
    const char *user_id;
    const char *organization;
    int tier;
    int64_t ticket_count;
    int64_t last_ticket_ms;
    int64_t created_ms;
    int64_t updated_ms;
};
static const struct field requester_fields[] = {
    {"id", FIELD_UUID, offsetof(struct requester_view, id), .required = true},
    {"name", FIELD_TEXT, offsetof(struct requester_view, name), .required = true},
    {"email", FIELD_TEXT, offsetof(struct requester_view, email), .required = true},
    {"phone", FIELD_TEXT, offsetof(struct requester_view, phone)},
    {"userId", FIELD_TEXT, offsetof(struct requester_view, user_id),
     .about = "what the customer's own system calls them"},
    {"organization", FIELD_TEXT, offsetof(struct requester_view, organization)},
    {"tier", FIELD_ENUM, offsetof(struct requester_view, tier), .required = true,
     .names = tier_words},
    {"ticketCount", FIELD_INT, offsetof(struct requester_view, ticket_count), .required = true,
     .about = "tickets ever created"},
    {"lastTicketAt", FIELD_TIME, offsetof(struct requester_view, last_ticket_ms)},
    {"createdAt", FIELD_TIME, offsetof(struct requester_view, created_ms), .required = true},
    {"updatedAt", FIELD_TIME, offsetof(struct requester_view, updated_ms), .required = true},
};
static const struct shape requester_shape = SHAPE_OUT("RequesterDetails", "Who writes to the desk",
                                                      struct requester_view, requester_fields);

struct requester_list_view {
    struct object_list requesters;
    const char *next_cursor;
};
static const struct field requester_list_fields[] = {
    {"requesters", FIELD_OBJECTS, offsetof(struct requester_list_view, requesters),
     .required = true, .of = &requester_shape},
    {"nextCursor", FIELD_TEXT, offsetof(struct requester_list_view, next_cursor)},
};
static const struct shape requester_list_shape = SHAPE_OUT(
    "RequesterList", "Requesters by name", struct requester_list_view, requester_list_fields);

struct requester_query {
    uint64_t present;
    const char *q;
    const char *organization;
    int tier;
    const char *cursor;
    int64_t limit;
};
static const struct field requester_query_fields[] = {
    {"q", FIELD_TEXT, offsetof(struct requester_query, q), .min = 1, .max = NAME_MAX_CHARS,
     .about = "how the address or the name begins; such a list has one page"},
    {"organization", FIELD_TEXT, offsetof(struct requester_query, organization), .min = 1,
     .max = NAME_MAX_CHARS},
    {"tier", FIELD_ENUM, offsetof(struct requester_query, tier), .names = tier_words},
    {"cursor", FIELD_TEXT, offsetof(struct requester_query, cursor), .max_bytes = 2048,
     .about = "nextCursor of the page before"},
    {"limit", FIELD_INT, offsetof(struct requester_query, limit), .min = 1, .max = LIST_LIMIT_MAX,
     .fallback = "20"},
};
static const struct shape requester_query_shape =
    SHAPE("RequesterQuery", "Which requesters", struct requester_query, requester_query_fields);

#define REQUESTER_BODY_FIELDS(is_required)                                                         \
    {"name",                                                                                       \
     FIELD_TEXT,                                                                                   \
     offsetof(struct requester_body, name),                                                        \
     .min = 1,                                                                                     \
     .max = NAME_MAX_CHARS,                                                                        \
     .about = "unless said, made from the address"},                                               \
        {"email", FIELD_EMAIL, offsetof(struct requester_body, email), .required = (is_required)}, \
        {"phone", FIELD_TEXT, offsetof(struct requester_body, phone), .nullable = true,            \
         .max = PHONE_MAX_CHARS},                                                                  \
        {"userId", FIELD_TEXT, offsetof(struct requester_body, user_id), .nullable = true,         \
         .max = NAME_MAX_CHARS},                                                                   \
        {"organization", FIELD_TEXT, offsetof(struct requester_body, organization),                \
         .nullable = true, .max = NAME_MAX_CHARS},                                                 \
    {                                                                                              \
        "tier", FIELD_ENUM, offsetof(struct requester_body, tier), .names = tier_words,            \
                                                                   .fallback = "standard"          \
    }
static const struct field requester_input_fields[] = {REQUESTER_BODY_FIELDS(true)};
static const struct field requester_patch_fields[] = {REQUESTER_BODY_FIELDS(false)};
static const struct shape requester_input_shape =
    SHAPE("RequesterNew", "A new requester", struct requester_body, requester_input_fields);
static const struct shape requester_patch_shape = SHAPE(
    "RequesterPatch", "What is to be different", struct requester_body, requester_patch_fields);

/* ---- handlers ---- */

static struct requester_view view_of(const struct requester *q)
{
    return (struct requester_view){
        .id = q->uuid,
        .name = q->name,
        .email = q->email,
        .phone = q->phone,
        .user_id = q->user_id,
        .organization = q->organization,
        .tier = (int)q->tier,
        .ticket_count = q->ticket_count,
        .last_ticket_ms = q->last_ticket_ms,
        .created_ms = q->created_ms,
        .updated_ms = q->updated_ms,
    };
}

static err answer_requester(struct request *r, int status, const struct requester *requester)
{
    struct requester_view view = view_of(requester);

    return answer(r, status, &requester_shape, &view);
}

static err requesters_get(struct request *r, struct tx *tx)
{
    const struct requester_query *q = r->query;
    struct requester_filter filter = {
        .q = q->q,
        .organization = q->organization,
        .tier = shape_sent(&requester_query_shape, q, "tier") ? q->tier : -1,
        .cursor = q->cursor,
        .limit = q->limit ? q->limit : LIST_LIMIT_DEFAULT,
    };
    struct requester_list list;
    struct requester_list_view view;
    struct requester_view *v;

    TRY(requester_list(tx, &filter, &list));
    v = ARENA_ARRAY(r->arena, struct requester_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        v[i] = view_of(&list.v[i]);
    view = (struct requester_list_view){{v, list.n}, list.next_cursor};
    return answer(r, 200, &requester_list_shape, &view);
}

static err requester_get(struct request *r, struct tx *tx)
{
    struct requester requester;

    TRY(requester_find(tx, request_param(r, "id"), &requester));
    return answer_requester(r, 200, &requester);
}

static struct requester_input input_of(const struct shape *shape, const struct requester_body *body)
{
    return (struct requester_input){
        .name = body->name,
        .email = body->email,
        .phone = body->phone,
        .user_id = body->user_id,
        .organization = body->organization,
        .tier = shape_sent(shape, body, "tier") ? body->tier : -1,
    };
}

static err requester_post(struct request *r, struct tx *tx)
{
    struct requester_input input = input_of(&requester_input_shape, r->body);
    struct requester requester;

    TRY(requester_add(tx, &input, &requester));
    return answer_requester(r, 201, &requester);
}

static err requester_patch(struct request *r, struct tx *tx)
{
    static const struct {
        const char *name;
        unsigned bit;
    } bits[] = {
        {"name", REQUESTER_NAME},   {"email", REQUESTER_EMAIL},
        {"phone", REQUESTER_PHONE}, {"userId", REQUESTER_USER_ID},
        {"tier", REQUESTER_TIER},   {"organization", REQUESTER_ORGANIZATION},
    };
    struct requester_input input = input_of(&requester_patch_shape, r->body);
    struct requester requester;
    unsigned set = 0;

    for (size_t i = 0; i < COUNT_OF(bits); i++) {
        if (shape_sent(&requester_patch_shape, r->body, bits[i].name))
            set |= bits[i].bit;
    }
    TRY(requester_change(tx, request_param(r, "id"), set, &input, &requester));
    return answer_requester(r, 200, &requester);
}

static const struct route routes[] = {
    {"GET", "/api/requesters", ACCESS_AGENT, RUN_READ, requesters_get,
     .query = &requester_query_shape, .status = 200, .answer = &requester_list_shape,
     .tag = "Requesters", .summary = "List requesters"},
    {"POST", "/api/requesters", ACCESS_AGENT, RUN_WRITE, requester_post, .body_kind = BODY_JSON,
     .body = &requester_input_shape, .status = 201, .answer = &requester_shape, .tag = "Requesters",
     .summary = "Add a requester"},
    {"GET", "/api/requesters/:id", ACCESS_AGENT, RUN_READ, requester_get, .status = 200,
     .answer = &requester_shape, .tag = "Requesters", .summary = "One requester"},
    {"PATCH", "/api/requesters/:id", ACCESS_AGENT, RUN_WRITE, requester_patch,
     .body_kind = BODY_JSON, .body = &requester_patch_shape, .status = 200,
     .answer = &requester_shape, .tag = "Requesters", .summary = "Correct a requester"},
};
const struct route_table requester_routes = ROUTES(routes);
