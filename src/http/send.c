#include "base/clock.h"
#include "base/log.h"
#include "http/exchange.h"

#include <string.h>
#include <strings.h>

const int64_t http_duration_bounds_us[11] = {100,   250,   500,    1000,   2500,   5000,
                                             10000, 25000, 100000, 500000, 2500000};

static const char *own_header(const struct request *r, const char *name)
{
    for (size_t i = 0; i < r->header_count; i++) {
        if (strcasecmp(r->headers[i].name, name) == 0)
            return r->headers[i].value;
    }
    return NULL;
}

/* If-None-Match compares weakly (RFC 9110 section 13.1.2). */
bool answer_is_known(const struct exchange *x)
{
    const struct request *r = &x->request;
    const char *tag = own_header(r, "ETag");
    const char *list;
    size_t len;

    if (!tag || r->status != 200 || strcmp(r->route->method, "GET") != 0)
        return false;
    list = request_header(r, "If-None-Match");
    if (!list)
        return false;
    if (strcmp(list, "*") == 0)
        return true;
    len = strlen(tag);
    for (const char *at = strstr(list, tag); at; at = strstr(at + 1, tag)) {
        if (at[len] == '\0' || at[len] == ',' || at[len] == ' ')
            return true;
    }
    return false;
}

static const struct name_value safe_headers[] = {
    {"X-Content-Type-Options", "nosniff"},
    {"Referrer-Policy", "no-referrer"},
    {"X-Frame-Options", "DENY"},
    {"Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'"},
};

static void add_headers(struct exchange *x, struct MHD_Response *response)
{
    struct request *r = &x->request;

    for (size_t i = 0; i < COUNT_OF(safe_headers); i++) {
        if (r->header_count == 0 || !own_header(r, safe_headers[i].name))
            MHD_add_response_header(response, safe_headers[i].name, safe_headers[i].value);
    }
    for (size_t i = 0; i < r->header_count; i++)
        MHD_add_response_header(response, r->headers[i].name, r->headers[i].value);
    if (r->path && strncmp(r->path, "/api", 4) == 0 && !own_header(r, "Cache-Control"))
        MHD_add_response_header(response, "Cache-Control", "no-store");
    if (r->content_type)
        MHD_add_response_header(response, "Content-Type", r->content_type);
    MHD_add_response_header(response, "X-Request-Id", r->request_id);
    if (x->close || atomic_load_explicit(&x->server->closing, memory_order_relaxed))
        MHD_add_response_header(response, "Connection", "close");
}

/* The answer's bytes stay in the exchange, which lives until they are out. */
static struct MHD_Response *make_response(struct exchange *x)
{
    struct request *r = &x->request;

    if (r->stream)
        return stream_response(x);
    if (r->file_path || r->has_file)
        return send_file_response(x);
    return MHD_create_response_from_buffer(r->out.len, r->out.data ? r->out.data : x->id_text,
                                           MHD_RESPMEM_PERSISTENT);
}

static void count(struct exchange *x, int64_t took_us)
{
    struct http_server *s = x->server;
    int class = x->request.status / 100;
    size_t bucket = 0;

    while (bucket < COUNT_OF(http_duration_bounds_us) && took_us > http_duration_bounds_us[bucket])
        bucket++;
    if (class >= 0 && class < 6)
        atomic_fetch_add_explicit(&s->requests[class], 1, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->duration_us_sum, took_us, memory_order_relaxed);
    atomic_fetch_add_explicit(&s->duration_bucket[bucket], 1, memory_order_relaxed);
}

static void log_answer(const struct exchange *x, int64_t took_us)
{
    const struct request *r = &x->request;
    enum log_level level = r->status >= 500 ? LOG_WARN : LOG_DEBUG;
    char path[LOG_QUOTED_SIZE], why[LOG_QUOTED_SIZE];

    if (!log_enabled(level))
        return;
    log_line(level, "request", "method=%s path=%s status=%d us=%lld ip=%s id=%s why=%s", r->method,
             log_quoted(r->path, path), r->status, (long long)took_us, x->peer->ip, x->id_text,
             log_quoted(r->status >= 400 ? fault_text(&r->fault, x->failed) : "", why));
}

/* Last stop of every request, whatever became of it. */
enum MHD_Result send_answer(struct exchange *x)
{
    struct request *r = &x->request;
    struct MHD_Response *response;
    enum MHD_Result result;
    int64_t took_us;

    if (x->failed != OK)
        answer_failure(x);
    else if (r->status == 0 && !r->stream)
        answer_empty(r);
    if (answer_is_known(x)) {
        answer_empty(r);
        r->status = 304;
    }
    response = make_response(x);
    if (!response && x->failed == OK) {
        x->failed = r->stream ? ERR_BUSY : ERR_IO;
        r->stream = NULL;
        answer_failure(x);
        response = make_response(x);
    }
    if (!response)
        return MHD_NO;
    x->stage = r->stream ? STAGE_STREAMING : STAGE_ANSWERED;
    x->close = x->close || r->stream;
    add_headers(x, response);
    took_us = clock_steady_us() - x->started_us;
    count(x, took_us);
    log_answer(x, took_us);
    result = MHD_queue_response(x->mhd, (unsigned)r->status, response);
    MHD_destroy_response(response);
    return result;
}
