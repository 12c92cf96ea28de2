/* session_api.c -- /api/session: sign in, who am I, sign out, change the password. */
#include "people/session.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/settings.h"
#include "people/people_api.h"
#include "people/people_shapes_api.h"
#include "people/rate_api.h"

#include <string.h>

/* ---- shapes ---- */

static const struct enum_name caller_words[] = {
    {"agent", ACTOR_AGENT, false}, {"requester", ACTOR_REQUESTER, false}, {NULL, 0, false}};

struct user_view {
    struct uuid id;
    int type;
    const char *name;
    const char *email;
    int role;
};
static const struct field user_fields[] = {
    {"id", FIELD_UUID, offsetof(struct user_view, id), .required = true},
    {"type", FIELD_ENUM, offsetof(struct user_view, type), .required = true, .names = caller_words},
    {"name", FIELD_TEXT, offsetof(struct user_view, name), .required = true},
    {"email", FIELD_TEXT, offsetof(struct user_view, email), .required = true},
    {"role", FIELD_ENUM, offsetof(struct user_view, role), .nullable = true, .names = role_words,
     .about = "null: a requester"},
};
static const struct shape user_shape =
    SHAPE_OUT("User", "Who is calling", struct user_view, user_fields);

struct session_view {
    const struct user_view *user;
    const struct agent_view *agent;
    int scope;
    const char *csrf_token;
    int64_t expires_ms;
};
static const struct field session_fields[] = {
    {"user", FIELD_OBJECT, offsetof(struct session_view, user), .required = true,
     .of = &user_shape},
    {"agent", FIELD_OBJECT, offsetof(struct session_view, agent), .of = &agent_shape,
     .about = "null: a requester"},
    {"scope", FIELD_ENUM, offsetof(struct session_view, scope), .required = true,
     .names = scope_words},
    {"csrfToken", FIELD_TEXT, offsetof(struct session_view, csrf_token),
     .about = "to be sent as X-CSRF-Token with every change; null with an API token"},
    {"expiresAt", FIELD_TIME, offsetof(struct session_view, expires_ms),
     .about = "when one must sign in again; null with an API token"},
};
static const struct shape session_shape = SHAPE_OUT(
    "Session", "Who is calling, and with what rights", struct session_view, session_fields);

struct sign_in_body {
    uint64_t present;
    const char *email;
    const char *password;
};
static const struct field sign_in_fields[] = {
    {"email", FIELD_TEXT, offsetof(struct sign_in_body, email), .required = true,
     .max_bytes = EMAIL_MAX_BYTES},
    {"password", FIELD_TEXT, offsetof(struct sign_in_body, password), .required = true,
     .max_bytes = PASSWORD_MAX_BYTES},
};
static const struct shape sign_in_shape =
    SHAPE("SignIn", "An agent's address and password", struct sign_in_body, sign_in_fields);

struct password_body {
    uint64_t present;
    const char *current;
    const char *password;
};
static const struct field password_fields[] = {
    {"currentPassword", FIELD_TEXT, offsetof(struct password_body, current), .required = true,
     .max_bytes = PASSWORD_MAX_BYTES},
    {"newPassword", FIELD_TEXT, offsetof(struct password_body, password), .required = true,
     .max_bytes = PASSWORD_MAX_BYTES},
};
static const struct shape password_shape =
    SHAPE("PasswordChange", "The old and the new password", struct password_body, password_fields);

/* ---- handlers ---- */

static err answer_agent_session(struct request *r, int status, const struct agent *agent,
                                enum scope scope, const char *csrf_token, int64_t expires_ms)
{
    struct agent_view agent_view = agent_view_of(agent);
    struct user_view user = {agent->uuid, ACTOR_AGENT, agent->name, agent->email, (int)agent->role};
    struct session_view view = {&user, &agent_view, (int)scope, csrf_token, expires_ms};

    return answer(r, status, &session_shape, &view);
}

/* HttpOnly: scripts can't read it. SameSite=Lax: other sites' forms don't send it. */
static void set_cookie(struct request *r, const struct tx *tx, const char *token, int64_t max_age_s)
{
    const char *url = tx->settings ? tx->settings->public_url : NULL;
    bool secure = url && strncmp(url, "https://", 8) == 0;

    answer_header(r, "Set-Cookie",
                  arena_printf(r->arena,
                               SESSION_COOKIE "=%s; Path=/; HttpOnly; SameSite=Lax; "
                                              "Max-Age=%lld%s",
                               token, (long long)max_age_s, secure ? "; Secure" : ""));
}

static err session_post(struct request *r, struct tx *tx)
{
    const struct sign_in_body *body = r->body;
    struct signed_in in;
    err e = sign_in(tx, body->email, body->password, &in);

    if (e != OK)
        return request_retry_after(r, e, in.retry_after_ms);
    set_cookie(r, tx, in.token, (in.expires_ms - tx->now_ms) / MS_PER_SECOND);
    return answer_agent_session(r, 201, &in.agent, SCOPE_ADMIN, in.csrf_token, in.expires_ms);
}

static err session_get(struct request *r, struct tx *tx)
{
    const struct actor *actor = &tx->actor;
    const char *cookie = request_cookie(r, SESSION_COOKIE);
    struct session session = {0};
    struct requester requester;
    struct agent agent;

    if (actor->type == ACTOR_REQUESTER) {
        struct user_view user = {.id = actor->uuid, .type = ACTOR_REQUESTER, .name = actor->name};
        struct session_view view = {.user = &user, .scope = (int)actor->scope};

        TRY(requester_load(tx, actor->id, &requester));
        user.email = requester.email;
        return answer(r, 200, &session_shape, &view);
    }
    if (cookie && !request_header(r, "Authorization"))
        TRY(session_find(tx, cookie, &session));
    TRY(agent_load(tx, arena_printf(r->arena, "%lld", (long long)actor->id), &agent));
    return answer_agent_session(r, 200, &agent, actor->scope, session.csrf_token,
                                session.expires_ms);
}

static err session_delete(struct request *r, struct tx *tx)
{
    const char *cookie = request_cookie(r, SESSION_COOKIE);

    if (!cookie || request_header(r, "Authorization"))
        return fault_set(tx->fault, ERR_CONFLICT,
                         "There is no session to end: revoke the API token instead");
    TRY(sign_out(tx, cookie));
    answer_empty(r);
    set_cookie(r, tx, "", 0);
    return OK;
}

static err password_post(struct request *r, struct tx *tx)
{
    const struct password_body *body = r->body;
    const char *cookie = request_cookie(r, SESSION_COOKIE);
    struct session session = {0};
    int64_t retry_after_ms = 0;

    if (tx->actor.scope < SCOPE_ADMIN)
        return fault_set(tx->fault, ERR_FORBIDDEN, "This needs the scope \"admin\"");
    if (cookie && !request_header(r, "Authorization"))
        TRY(session_find(tx, cookie, &session));
    TRY(request_retry_after(
        r, password_change(tx, body->current, body->password, session.id, &retry_after_ms),
        retry_after_ms));
    return answer_empty(r);
}

static const struct route routes[] = {
    {"POST", "/api/session", ACCESS_ANYONE, RUN_REPORT, session_post, .body_kind = BODY_JSON,
     .body = &sign_in_shape, .status = 201, .answer = &session_shape, .tag = "Session",
     .summary = "Sign in; the session is in the cookie " SESSION_COOKIE, .secret_answer = true},
    {"GET", "/api/session", ACCESS_SIGNED_IN, RUN_READ, session_get, .status = 200,
     .answer = &session_shape, .tag = "Session", .summary = "Who am I"},
    {"DELETE", "/api/session", ACCESS_SIGNED_IN, RUN_WRITE, session_delete, .status = 204,
     .tag = "Session", .summary = "Sign out"},
    {"POST", "/api/session/password", ACCESS_AGENT, RUN_REPORT, password_post,
     .body_kind = BODY_JSON, .body = &password_shape, .status = 204, .tag = "Session",
     .summary = "Change one's own password; all other sessions end"},
};
const struct route_table session_routes = ROUTES(routes);
