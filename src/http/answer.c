#include "http/exchange.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

/* Nothing of an earlier run may stay. */
static void clear_body(struct request *r, int status)
{
    buf_clear(&r->out);
    r->status = status;
    r->content_type = NULL;
    r->file_path = NULL;
    if (r->has_file)
        close(r->file_fd);
    r->has_file = false;
    r->later = NULL;
    r->file_offset = 0;
    r->stream = NULL;
}

void answer_reset(struct request *r)
{
    clear_body(r, 0);
    r->header_count = 0;
    r->fault = (struct fault){.arena = r->arena};
}

struct json_out answer_json(struct request *r, int status)
{
    clear_body(r, status);
    r->content_type = "application/json";
    return json_to(&r->out);
}

err answer(struct request *r, int status, const struct shape *shape, const void *data)
{
    struct json_out j = answer_json(r, status);

    shape_write(shape, data, &j);
    return OK;
}

err answer_empty(struct request *r)
{
    clear_body(r, 204);
    return OK;
}

err answer_text(struct request *r, int status, const char *content_type)
{
    clear_body(r, status);
    r->content_type = arena_str(r->arena, content_type);
    return OK;
}

err answer_file(struct request *r, const char *path, const char *content_type)
{
    clear_body(r, 200);
    r->content_type = arena_str(r->arena, content_type);
    r->file_path = arena_str(r->arena, path);
    return OK;
}

err answer_descriptor(struct request *r, int fd, const char *content_type)
{
    clear_body(r, 200);
    r->content_type = arena_str(r->arena, content_type);
    r->file_fd = fd;
    r->has_file = true;
    return OK;
}

err answer_later(struct request *r, err (*work)(struct request *r, void *arg), void *arg)
{
    clear_body(r, 200);
    r->later = work;
    r->later_arg = arg;
    return OK;
}

void answer_header(struct request *r, const char *name, const char *value)
{
    bool several = strcasecmp(name, "Set-Cookie") == 0 || strcasecmp(name, "Link") == 0;
    size_t i = 0;

    ENSURE(!strpbrk(name, "\r\n") && !strpbrk(value, "\r\n"));
    while (i < r->header_count && (several || strcasecmp(r->headers[i].name, name) != 0))
        i++;
    ENSURE(i < COUNT_OF(r->headers));
    r->headers[i] = (struct name_value){arena_str(r->arena, name), arena_str(r->arena, value)};
    if (i == r->header_count)
        r->header_count++;
}

void answer_etag(struct request *r, int64_t version)
{
    char tag[32];

    snprintf(tag, sizeof(tag), "\"%lld\"", (long long)version);
    answer_header(r, "ETag", tag);
}

/* What happened inside is no business of the client: no store's sentence, no retry. */
static err outward(err e)
{
    switch ((int)e) {
    case ERR_RETRY:
        return ERR_BUSY;
    case ERR_IO:
        return ERR_INTERNAL;
    default:
        return e;
    }
}

/* One sentence for those who don't read the list of fields. */
static const char *sentence(const struct request *r, err e, int status)
{
    const struct fault *fault = &r->fault;

    if (status >= 500)
        return err_text(e);
    if (!fault->message && fault->fields)
        return arena_printf(r->arena, "%s: %s", fault->fields->path, fault->fields->msg);
    return fault_text(fault, e);
}

void answer_failure(struct exchange *x)
{
    struct request *r = &x->request;
    err e = outward(x->failed);
    int status = err_http_status(e);
    const struct fault_field *field;
    struct json_out j = answer_json(r, status);

    json_open(&j, '{');
    JSON_PUT(&j, text, "error", sentence(r, e, status));
    JSON_PUT(&j, text, "code", err_code(e));
    if (r->fault.fields && status < 500) {
        json_key(&j, "errors");
        json_open(&j, '[');
        for (field = r->fault.fields; field; field = field->next) {
            json_open(&j, '{');
            JSON_PUT(&j, text, "path", field->path);
            JSON_PUT(&j, text, "msg", field->msg);
            json_close(&j, '}');
        }
        json_close(&j, ']');
    }
    json_close(&j, '}');
    if (e == ERR_UNAUTHENTICATED)
        answer_header(r, "WWW-Authenticate", "Bearer realm=\"Frontdesk\"");
    if (e == ERR_METHOD)
        answer_header(r, "Allow", allowed_text(x->allowed, &x->arena));
    if (status == 503)
        answer_header(r, "Retry-After", "1");
}
