#include "base/limits.h"
#include "base/utf8.h"
#include "http/exchange.h"

#include <arpa/inet.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

struct framing {
    int lengths;
    int encodings;
    int hosts;
    bool
        odd_name; /* "Content-Length : 5": some proxies read it as the header, the library doesn't */
    const char *length;
    const char *encoding;
};

static enum MHD_Result note_framing(void *arg, enum MHD_ValueKind kind, const char *name,
                                    const char *value)
{
    struct framing *f = arg;

    f->odd_name = f->odd_name || !*name || name[strcspn(name, " \t")];
    if (strcasecmp(name, "Content-Length") == 0) {
        f->lengths++;
        f->length = value;
    } else if (strcasecmp(name, "Transfer-Encoding") == 0) {
        f->encodings++;
        f->encoding = value;
    } else if (strcasecmp(name, "Host") == 0) {
        f->hosts++;
    }
    return MHD_YES;
}

/* RFC 9112 section 6.3: two opinions about where a body ends are how requests are smuggled past a
 * proxy. The library lets them through. */
static err check_framing(struct exchange *x, const char *version)
{
    struct framing f = {0};
    const char *why = NULL;

    MHD_get_connection_values(x->mhd, MHD_HEADER_KIND, note_framing, &f);
    x->has_body = f.encodings > 0 || f.lengths > 0;
    x->body_size = -1;
    if (f.lengths > 1)
        why = "Content-Length is given more than once";
    else if (f.lengths && f.encodings)
        why = "Content-Length and Transfer-Encoding exclude each other";
    else if (f.encodings > 1)
        why = "Transfer-Encoding is given more than once";
    else if (f.encodings && strcasecmp(f.encoding, "chunked") != 0)
        why = "Only the Transfer-Encoding chunked is understood";
    else if (f.encodings && strcmp(version, "HTTP/1.1") != 0)
        why = "Transfer-Encoding needs HTTP/1.1";
    else if (f.odd_name)
        why = "The name of a header must not contain spaces";
    else if (f.hosts > 1)
        why = "Host is given more than once";
    else if (f.lengths && (!*f.length || f.length[strspn(f.length, "0123456789")]))
        why = "Content-Length is not a number";
    if (why) {
        x->close = true;
        return fault_set(&x->request.fault, ERR_INVALID, "%s", why);
    }
    if (f.lengths) {
        x->body_size = strlen(f.length) > 18 ? INT64_MAX : strtoll(f.length, NULL, 10);
        x->has_body = x->body_size > 0;
    }
    return OK;
}

/* The path in origin form; proxies may send the absolute form (RFC 9112 section 3.2.2). */
static const char *path_start(const char *uri)
{
    const char *authority;

    if (uri[0] == '/')
        return uri;
    authority = strstr(uri, "://");
    if (!authority)
        return uri;
    authority += 3;
    return authority + strcspn(authority, "/?#");
}

static err take_params(struct exchange *x, const struct route_match *match)
{
    struct request *r = &x->request;

    for (size_t i = 0; i < ROUTE_PARAMS_MAX && match->params[i].start; i++) {
        const char *name = route_param_name(match->route, i, &x->arena);

        if (!name)
            break;
        r->params[i].name = name;
        r->params[i].value =
            url_decode(&x->arena, match->params[i].start, match->params[i].len, false);
        if (!r->params[i].value)
            return fault_set(&r->fault, ERR_INVALID,
                             "The address is not valid: percent-encoded UTF-8 without NUL is "
                             "expected");
        r->param_count++;
    }
    return OK;
}

static err match_route(struct exchange *x, const char *path, size_t len)
{
    struct route_match match = {0};
    struct request *r = &x->request;

    if (!url_decode(&x->arena, path, len, false))
        return fault_set(&r->fault, ERR_INVALID,
                         "The address is not valid: percent-encoded UTF-8 without NUL is expected");
    router_find(x->server->router, r->method, path, len, &match);
    x->allowed = match.allowed;
    if (!match.allowed)
        return fault_set(&r->fault, ERR_NOT_FOUND, "There is nothing at this address");
    r->route = match.route;
    if (!match.route)
        return strcmp(r->method, "OPTIONS") == 0 ? OK : ERR_METHOD;
    return take_params(x, &match);
}

err admit_headers(struct exchange *x, const char *method, const char *version)
{
    struct request *r = &x->request;
    const char *path = path_start(x->raw_uri);
    size_t len = strcspn(path, "?#");

    x->is_head = strcmp(method, "HEAD") == 0;
    r->method = arena_str(&x->arena, method);
    r->path = arena_strn(&x->arena, path, len);
    TRY(check_framing(x, version));
    if (strlen(x->raw_uri) > HTTP_URL_MAX_BYTES)
        return fault_set(&r->fault, ERR_INVALID, "The address is longer than %d bytes",
                         HTTP_URL_MAX_BYTES);
    TRY(match_route(x, path, len));
    path += len;
    if (*path == '?' && path[1])
        TRY(url_pairs(&x->arena, arena_strn(&x->arena, path + 1, strcspn(path + 1, "#")), &r->fault,
                      &x->pairs, &x->pair_count));
    return OK;
}

bool admit_answers(struct exchange *x)
{
    struct request *r = &x->request;

    if (r->route)
        return false;
    answer_empty(r);
    answer_header(r, "Allow", allowed_text(x->allowed, &x->arena));
    return true;
}

static bool is_trusted_proxy(const struct http_options *o, const char *ip)
{
    for (size_t i = 0; i < o->trusted_proxy_count; i++) {
        if (strcmp(o->trusted_proxies[i], ip) == 0)
            return true;
    }
    return false;
}

/* The address of the client: of the connection, or what the proxy we trust says it saw. */
static const char *client_ip(struct exchange *x)
{
    const char *forwarded, *last;
    unsigned char address[sizeof(struct in6_addr)];

    if (!is_trusted_proxy(&x->server->options, x->peer->ip))
        return x->peer->ip;
    forwarded = request_header(&x->request, "X-Forwarded-For");
    if (!forwarded)
        return x->peer->ip;
    last = strrchr(forwarded, ',');
    last = utf8_trim(&x->arena, last ? last + 1 : forwarded);
    if (inet_pton(AF_INET, last, address) == 1 || inet_pton(AF_INET6, last, address) == 1)
        return last;
    return x->peer->ip;
}

static err authenticate(struct exchange *x, struct tx *tx)
{
    struct request *r = &x->request;
    const struct http_options *o = &x->server->options;
    struct actor nobody = {
        .name = "anonymous", .ip = client_ip(x), .user_agent = request_header(r, "User-Agent")};
    struct actor actor = nobody;
    err e = OK;

    r->actor = nobody;
    if (o->authenticate && tx)
        e = o->authenticate(r, tx, &actor);
    if ((e == ERR_UNAUTHENTICATED || e == ERR_FORBIDDEN) && r->route->access == ACCESS_ANYONE &&
        !request_header(r, "Authorization")) {
        r->fault = (struct fault){.arena = &x->arena};
        actor = nobody;
        e = OK;
    }
    if (e != OK)
        return e;
    actor.ip = actor.ip ? actor.ip : nobody.ip;
    actor.user_agent = actor.user_agent ? actor.user_agent : nobody.user_agent;
    r->actor = actor;
    if (tx)
        tx->actor = actor;
    return OK;
}

static enum scope needed_scope(const struct request *r)
{
    if (strcmp(r->route->method, "GET") == 0)
        return SCOPE_READ;
    return r->route->access == ACCESS_ADMIN ? SCOPE_ADMIN : SCOPE_WRITE;
}

static enum role needed_role(enum access access)
{
    switch (access) {
    case ACCESS_ANYONE:
    case ACCESS_SIGNED_IN:
        return ROLE_NONE;
    case ACCESS_AGENT:
        return ROLE_AGENT;
    case ACCESS_SUPERVISOR:
        return ROLE_SUPERVISOR;
    case ACCESS_ADMIN:
        return ROLE_ADMIN;
    }
    ENSURE(!"a known access");
    return ROLE_ADMIN;
}

static err check_access(struct request *r)
{
    const struct actor *actor = &r->actor;

    if (actor->type == ACTOR_ANONYMOUS)
        return r->route->access == ACCESS_ANYONE ? OK : ERR_UNAUTHENTICATED;
    if (actor->scope < needed_scope(r))
        return fault_set(&r->fault, ERR_FORBIDDEN, "This token's scope is \"%s\", \"%s\" is needed",
                         scope_name(actor->scope), scope_name(needed_scope(r)));
    if (r->route->access >= ACCESS_AGENT && actor->type == ACTOR_REQUESTER)
        return fault_set(&r->fault, ERR_FORBIDDEN, "Only agents may do this");
    if (actor->role < needed_role(r->route->access))
        return fault_set(&r->fault, ERR_FORBIDDEN, "This needs the role \"%s\"",
                         role_name(needed_role(r->route->access)));
    return OK;
}

err admit_caller(struct exchange *x, struct tx *tx)
{
    TRY(authenticate(x, tx));
    return check_access(&x->request);
}

/* The upload routes' own parameter, which their shapes need not name. */
static bool is_file_name(const struct exchange *x, const struct name_value *pair)
{
    const struct shape *shape = x->request.route->query;

    if (x->request.route->body_kind != BODY_UPLOAD || strcmp(pair->name, "fileName") != 0)
        return false;
    for (size_t i = 0; shape && i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].name, "fileName") == 0)
            return false;
    }
    return true;
}

err admit_query(struct exchange *x)
{
    struct request *r = &x->request;
    struct name_value *pairs;
    size_t n = 0;
    err e = OK;

    if (x->raw_query)
        TRY(url_pairs(&x->arena, x->raw_query, &r->fault, &x->pairs, &x->pair_count));
    pairs = ARENA_ARRAY(&x->arena, struct name_value, x->pair_count);
    for (size_t i = 0; i < x->pair_count; i++) {
        if (!is_file_name(x, &x->pairs[i]))
            pairs[n++] = x->pairs[i];
    }
    if (r->route->query) {
        void *out = arena_zalloc(&x->arena, r->route->query->size);

        r->query = out;
        return shape_read_query(r->route->query, pairs, n, &x->arena, &r->fault, out);
    }
    for (size_t i = 0; i < n; i++)
        e = fault_field(&r->fault, pairs[i].name, "unknown parameter");
    return e;
}
