/* authenticate_api.c -- who sends this request? One indexed look-up, on every request. */
#include "people/people_api.h"
#include "people/session.h"
#include "people/token.h"
#include "people/use_note.h"

#include <string.h>
#include <strings.h>

enum { BEARER_MAX_BYTES = 200 };

static bool is_token_char(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
}

/* RFC 6750 section 2.1. NULL if it is not of that form; then it is no token of ours either. */
static const char *bearer_token(const char *header)
{
    const char *token;
    size_t len = 0;

    if (strncasecmp(header, "Bearer ", 7) != 0)
        return NULL;
    token = header + 7;
    token += strspn(token, " ");
    while (is_token_char(token[len]))
        len++;
    return len > 0 && len <= BEARER_MAX_BYTES && token[len] == '\0' ? token : NULL;
}

static err by_token(struct request *r, struct tx *tx, const char *header, struct actor *out)
{
    const char *token = bearer_token(header);
    err e;

    if (!token)
        return fault_set(&r->fault, ERR_UNAUTHENTICATED,
                         "The Authorization header must read: Bearer TOKEN");
    e = token_actor(tx, token, out);
    if (e == ERR_UNAUTHENTICATED)
        return fault_set(&r->fault, e, "This API token is unknown, expired or revoked");
    return e;
}

static bool changes_nothing(const char *method)
{
    return strcmp(method, "GET") == 0 || strcmp(method, "HEAD") == 0 ||
           strcmp(method, "OPTIONS") == 0;
}

static err by_session(struct request *r, struct tx *tx, const char *cookie, struct actor *out)
{
    struct session session;
    err e = session_find(tx, cookie, &session);

    if (e == ERR_UNAUTHENTICATED)
        return fault_set(&r->fault, e, "You are signed out: sign in again");
    TRY(e);
    if (!changes_nothing(r->method) &&
        !secret_equal(request_header(r, "X-CSRF-Token"), session.csrf_token))
        return fault_set(&r->fault, ERR_FORBIDDEN,
                         "The X-CSRF-Token header is missing or not this session's");
    session.actor.ip = out->ip;
    session.actor.user_agent = out->user_agent;
    *out = session.actor;
    use_note(tx, USE_OF_DESK, session.actor.id, session.last_active_ms);
    return OK;
}

err people_authenticate(struct request *r, struct tx *tx, struct actor *out)
{
    const char *header = request_header(r, "Authorization");
    const char *cookie;

    if (header)
        return by_token(r, tx, header, out);
    cookie = request_cookie(r, SESSION_COOKIE);
    if (cookie && *cookie)
        return by_session(r, tx, cookie, out);
    return OK;
}
