#include "base/limits.h"
#include "http/exchange.h"

#include <string.h>
#include <strings.h>

/* "application/json", with or without parameters. */
static bool is_json_type(const char *type)
{
    static const char json[] = "application/json";
    size_t len = sizeof(json) - 1;

    return type && strncasecmp(type, json, len) == 0 &&
           (type[len] == '\0' || type[len] == ';' || type[len] == ' ');
}

static err too_large(struct exchange *x)
{
    return fault_set(&x->request.fault, ERR_TOO_LARGE, "The body is larger than %d bytes",
                     HTTP_BODY_MAX_BYTES);
}

err body_expect(struct exchange *x)
{
    struct request *r = &x->request;

    if (r->route->body_kind == BODY_UPLOAD)
        return upload_expect(x);
    if (!x->has_body)
        return OK;
    if (r->route->body_kind == BODY_JSON && !is_json_type(request_header(r, "Content-Type")))
        return fault_set(&r->fault, ERR_MEDIA_TYPE,
                         "The body must be sent as Content-Type: application/json");
    return x->body_size > HTTP_BODY_MAX_BYTES ? too_large(x) : OK;
}

err body_take(struct exchange *x, const char *data, size_t size)
{
    x->received += (int64_t)size;
    if (x->request.route->body_kind == BODY_UPLOAD)
        return upload_take(x, data, size);
    if (x->received > HTTP_BODY_MAX_BYTES)
        return too_large(x);
    if (x->body.len == 0 && x->body_size > 0)
        buf_reserve(&x->body, (size_t)x->body_size);
    buf_add(&x->body, data, size);
    return OK;
}

/* Nothing, or {} as some clients send to be safe. */
static bool says_nothing(const struct buf *body)
{
    char seen[3] = "";
    size_t n = 0;

    for (size_t i = 0; i < body->len; i++) {
        if (strchr(" \t\r\n", body->data[i]) && body->data[i])
            continue;
        if (n == 2)
            return false;
        seen[n++] = body->data[i];
    }
    return n == 0 || (n == 2 && memcmp(seen, "{}", 2) == 0);
}

err body_finish(struct exchange *x)
{
    struct request *r = &x->request;
    const struct shape *shape = r->route->body;
    const char *text = x->body.len ? buf_text(&x->body) : "{}";
    void *out;

    switch (r->route->body_kind) {
    case BODY_NONE:
        if (!says_nothing(&x->body))
            return fault_field(&r->fault, "body", "this address takes no body");
        return OK;
    case BODY_JSON:
        out = arena_zalloc(&x->arena, shape->size);
        r->body = out;
        return shape_read_text(shape, text, x->body.len ? x->body.len : 2, &x->arena, &r->fault,
                               out);
    case BODY_UPLOAD:
        return upload_finish(x);
    }
    return OK;
}
