/* token_api.c -- /api/tokens. */
#include "people/token.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/ref.h"
#include "people/people_api.h"
#include "people/people_shapes_api.h"

/* ---- shapes ---- */

struct token_view {
    struct uuid id;
    const char *name;
    int scope;
    const char *hint;
    const struct person_view *agent;
    const struct person_view *requester;
    int64_t created_ms;
    int64_t expires_ms;
    int64_t revoked_ms;
    int64_t last_used_ms;
    const char *token; /* only when it is made */
};
#define TOKEN_FIELDS                                                                               \
    {"id", FIELD_UUID, offsetof(struct token_view, id), .required = true},                         \
        {"name", FIELD_TEXT, offsetof(struct token_view, name), .required = true},                 \
        {"scope", FIELD_ENUM, offsetof(struct token_view, scope), .required = true,                \
         .names = scope_words},                                                                    \
        {"hint", FIELD_TEXT, offsetof(struct token_view, hint), .required = true,                  \
         .about = "how it begins, to tell tokens apart"},                                          \
        {"agent", FIELD_OBJECT, offsetof(struct token_view, agent), .of = &person_shape,           \
         .about = "whose it is"},                                                                  \
        {"requester", FIELD_OBJECT, offsetof(struct token_view, requester), .of = &person_shape,   \
         .about = "or whose it is"},                                                               \
        {"createdAt", FIELD_TIME, offsetof(struct token_view, created_ms), .required = true},      \
        {"expiresAt", FIELD_TIME, offsetof(struct token_view, expires_ms), .required = true},      \
        {"revokedAt", FIELD_TIME, offsetof(struct token_view, revoked_ms)},                        \
    {                                                                                              \
        "lastUsedAt", FIELD_TIME, offsetof(struct token_view, last_used_ms),                       \
            .about = "to the minute"                                                               \
    }
static const struct field token_fields[] = {TOKEN_FIELDS};
static const struct shape token_shape =
    SHAPE_OUT("Token", "An API token, without its secret", struct token_view, token_fields);
static const struct field new_token_fields[] = {
    TOKEN_FIELDS,
    {"token", FIELD_TEXT, offsetof(struct token_view, token), .required = true,
     .about = "shown this once"},
};
static const struct shape new_token_shape =
    SHAPE_OUT("NewToken", "An API token that was just made", struct token_view, new_token_fields);

struct token_list_view {
    struct object_list tokens;
    const char *next_cursor;
};
static const struct field token_list_fields[] = {
    {"tokens", FIELD_OBJECTS, offsetof(struct token_list_view, tokens), .required = true,
     .of = &token_shape},
    {"nextCursor", FIELD_TEXT, offsetof(struct token_list_view, next_cursor)},
};
static const struct shape token_list_shape =
    SHAPE_OUT("TokenList", "Newest first", struct token_list_view, token_list_fields);

struct token_query {
    uint64_t present;
    bool all;
    const char *cursor;
    int64_t limit;
};
static const struct field token_query_fields[] = {
    {"all", FIELD_BOOL, offsetof(struct token_query, all),
     .about = "everybody's, not only one's own (admins)"},
    {"cursor", FIELD_REF, offsetof(struct token_query, cursor),
     .about = "nextCursor of the page before"},
    {"limit", FIELD_INT, offsetof(struct token_query, limit), .min = 1, .max = LIST_LIMIT_MAX,
     .fallback = "100"},
};
static const struct shape token_query_shape =
    SHAPE("TokenQuery", "Which tokens", struct token_query, token_query_fields);

struct token_body {
    uint64_t present;
    const char *name;
    int scope;
    int64_t expires_ms;
    int64_t expires_in_days;
    const char *agent_id;
    const char *requester_id;
};
static const struct field token_input_fields[] = {
    {"name", FIELD_TEXT, offsetof(struct token_body, name), .required = true, .max = NAME_MAX_CHARS,
     .about = "what it is for"},
    {"scope", FIELD_ENUM, offsetof(struct token_body, scope), .names = scope_words,
     .fallback = "write"},
    {"expiresAt", FIELD_TIME, offsetof(struct token_body, expires_ms)},
    {"expiresInDays", FIELD_INT, offsetof(struct token_body, expires_in_days), .min = 1,
     .max = TOKEN_DAYS_MAX, .fallback = "365"},
    {"agentId", FIELD_TEXT, offsetof(struct token_body, agent_id), .max_bytes = EMAIL_MAX_BYTES,
     .about = "another agent, by id or address (admins)"},
    {"requesterId", FIELD_REF, offsetof(struct token_body, requester_id),
     .about = "a requester, as whom the token acts (admins)"},
};
static const struct shape token_input_shape =
    SHAPE("TokenInput", "A new API token", struct token_body, token_input_fields);

/* ---- handlers ---- */

static struct token_view view_of(struct arena *a, const struct token *token)
{
    return (struct token_view){
        .id = token->uuid,
        .name = token->name,
        .scope = (int)token->scope,
        .hint = token->hint,
        .agent = person_view_of(a, &token->agent),
        .requester = person_view_of(a, &token->requester),
        .created_ms = token->created_ms,
        .expires_ms = token->expires_ms,
        .revoked_ms = token->revoked_ms,
        .last_used_ms = token->last_used_ms,
    };
}

static err tokens_get(struct request *r, struct tx *tx)
{
    const struct token_query *q = r->query;
    struct token_list list;
    struct token_list_view view = {0};
    struct token_view *v;
    struct ref before = {0};

    if (q->cursor && (!ref_parse(q->cursor, &before) || before.number == 0))
        return fault_field(tx->fault, "cursor", "is not one that this list gave");
    TRY(token_list(tx, q->all, before.number, q->limit ? q->limit : LIST_LIMIT_MAX, &list));
    v = ARENA_ARRAY(r->arena, struct token_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        v[i] = view_of(r->arena, &list.v[i]);
    view.tokens = (struct object_list){v, list.n};
    if (list.next_before_id)
        view.next_cursor = arena_printf(r->arena, "%lld", (long long)list.next_before_id);
    return answer(r, 200, &token_list_shape, &view);
}

static err token_post(struct request *r, struct tx *tx)
{
    const struct token_body *body = r->body;
    struct token_input input = {
        .name = body->name,
        .scope =
            shape_sent(&token_input_shape, body, "scope") ? (enum scope)body->scope : SCOPE_WRITE,
        .expires_ms = body->expires_ms,
        .agent_ref = body->agent_id,
        .requester_ref = body->requester_id,
    };
    char text[TOKEN_TEXT_SIZE];
    struct token token;
    struct token_view view;

    if (body->expires_ms && body->expires_in_days)
        return fault_field(tx->fault, "expiresInDays", "can't be used with expiresAt");
    if (body->expires_in_days)
        input.expires_ms = tx->now_ms + body->expires_in_days * MS_PER_DAY;
    TRY(token_create(tx, &input, text, &token));
    view = view_of(r->arena, &token);
    view.token = text;
    answer_header(r, "Cache-Control", "no-store");
    return answer(r, 201, &new_token_shape, &view);
}

static err token_delete(struct request *r, struct tx *tx)
{
    TRY(token_revoke(tx, request_param(r, "id")));
    return answer_empty(r);
}

static const struct route routes[] = {
    {"GET", "/api/tokens", ACCESS_SIGNED_IN, RUN_READ, tokens_get, .query = &token_query_shape,
     .status = 200, .answer = &token_list_shape, .tag = "Tokens",
     .summary = "One's own API tokens, or all (admins)"},
    {"POST", "/api/tokens", ACCESS_SIGNED_IN, RUN_WRITE, token_post, .body_kind = BODY_JSON,
     .body = &token_input_shape, .status = 201, .answer = &new_token_shape, .tag = "Tokens",
     .summary = "Make an API token; it is shown this once", .secret_answer = true},
    {"DELETE", "/api/tokens/:id", ACCESS_SIGNED_IN, RUN_WRITE, token_delete, .status = 204,
     .tag = "Tokens", .summary = "Revoke an API token"},
};
const struct route_table token_routes = ROUTES(routes);
