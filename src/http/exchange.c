#include "http/exchange.h"

#include "base/clock.h"
#include "base/limits.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { POOL_MAX = 256, KEPT_BUFFER_MAX = 64 * 1024 };

static struct exchange *pool_take(struct http_server *s)
{
    struct exchange *x;

    pthread_mutex_lock(&s->pool_lock);
    x = s->pool;
    if (x) {
        s->pool = x->next;
        s->pool_count--;
    }
    pthread_mutex_unlock(&s->pool_lock);
    if (!x) {
        x = calloc(1, sizeof(*x));
        ENSURE(x != NULL);
        arena_init(&x->arena);
    }
    return x;
}

static void exchange_free(struct exchange *x)
{
    arena_done(&x->arena);
    buf_done(&x->body);
    buf_done(&x->request.out);
    free(x);
}

static void trim_buffer(struct buf *b)
{
    if (b->cap > KEPT_BUFFER_MAX)
        buf_done(b);
    else
        buf_clear(b);
}

static void pool_give(struct http_server *s, struct exchange *x)
{
    struct arena arena;
    struct buf body, out;
    bool keep;

    arena_reset(&x->arena);
    trim_buffer(&x->body);
    trim_buffer(&x->request.out);
    arena = x->arena;
    body = x->body;
    out = x->request.out;
    memset(x, 0, sizeof(*x));
    x->arena = arena;
    x->body = body;
    x->request.out = out;
    pthread_mutex_lock(&s->pool_lock);
    keep = s->pool_count < POOL_MAX;
    if (keep) {
        x->next = s->pool;
        s->pool = x;
        s->pool_count++;
    }
    pthread_mutex_unlock(&s->pool_lock);
    if (!keep)
        exchange_free(x);
}

void exchange_pool_free(struct http_server *s)
{
    while (s->pool) {
        struct exchange *x = s->pool;

        s->pool = x->next;
        exchange_free(x);
    }
}

/* 16 hexadecimal digits: the process's random start, counted on. */
static void write_id(uint64_t n, char *out)
{
    for (int i = 15; i >= 0; i--, n >>= 4)
        out[i] = "0123456789abcdef"[n & 15];
    out[16] = '\0';
}

/* Called when the request line is there, before the headers. */
void *exchange_begin(void *server, const char *uri, struct MHD_Connection *mhd)
{
    struct http_server *s = server;
    struct exchange *x = pool_take(s);
    struct request *r = &x->request;

    atomic_fetch_add(&s->in_flight, 1);
    x->server = s;
    x->mhd = mhd;
    x->started_us = clock_steady_us();
    x->raw_uri = arena_str(&x->arena, uri);
    x->files_tail = (struct upload **)&r->uploads;
    r->exchange = x;
    r->arena = &x->arena;
    r->app = s->options.app;
    r->fault = (struct fault){.arena = &x->arena};
    write_id(s->id_base + atomic_fetch_add_explicit(&s->id_next, 1, memory_order_relaxed),
             x->id_text);
    r->request_id = x->id_text;
    return x;
}

static void expect_body(struct exchange *x)
{
    if (x->has_body)
        peer_expect(x->peer, x->body_size >= 0 ? x->body_size : HTTP_DRAIN_MAX_BYTES);
}

/* A refusal while a body is still coming: an answer now would be lost in the reset that closing
 * an unread connection causes, so a body of moderate size is read and dropped first. A client that
 * waits for "100 Continue" is told at once. */
static enum MHD_Result refuse(struct exchange *x)
{
    const char *expect = request_header(&x->request, "Expect");
    bool waits = expect && strcasecmp(expect, "100-continue") == 0;

    if (!x->has_body && !x->close) {
        x->stage = STAGE_READY;
        return MHD_YES;
    }
    if (x->close || waits || x->body_size > HTTP_DRAIN_MAX_BYTES) {
        x->close = true;
        return send_answer(x);
    }
    x->stage = STAGE_DRAINING;
    expect_body(x);
    return MHD_YES;
}

static enum MHD_Result drain(struct exchange *x, size_t *size)
{
    x->received += (int64_t)*size;
    if (*size == 0)
        return send_answer(x);
    *size = 0;
    return x->received > HTTP_DRAIN_MAX_BYTES ? MHD_NO : MHD_YES;
}

/* Headers are complete. Everything that can be refused without the body is refused here, and a
 * request that reads and has no body is done here. Its answer waits for the next call all the
 * same: the library closes a connection that is answered in its first. */
static enum MHD_Result admitted(struct exchange *x)
{
    if (x->failed == OK && !x->handled)
        x->failed = body_expect(x);
    if (x->failed != OK)
        return refuse(x);
    if (x->handled) {
        x->stage = STAGE_READY;
        return MHD_YES;
    }
    x->stage = STAGE_RECEIVING;
    expect_body(x);
    return MHD_YES;
}

static enum MHD_Result first_call(struct exchange *x, const char *method, const char *version)
{
    x->peer->has_asked = true;
    peer_expect_nothing(x->peer);
    x->failed = admit_headers(x, method, version);
    if (x->failed != OK)
        return refuse(x);
    if (admit_answers(x))
        return refuse(x);
    if (run_waits(x, true))
        return admit_elsewhere(x) ? MHD_YES : refuse(x);
    x->handled = run_inline(x, true);
    return admitted(x);
}

/* Resumed. The library makes its first call once more. */
static enum MHD_Result first_call_again(struct exchange *x)
{
    if (!atomic_load_explicit(&x->handed_back, memory_order_acquire))
        return MHD_YES;
    atomic_store(&x->handed_back, false);
    return admitted(x);
}

static enum MHD_Result receive(struct exchange *x, const char *data, size_t *size)
{
    x->failed = body_take(x, data, *size);
    *size = 0;
    if (x->failed != OK) {
        upload_discard(x);
        x->stage = STAGE_DRAINING;
    }
    return MHD_YES;
}

/* A client that has the very file is told so without fetching it. */
static enum MHD_Result answer_now(struct exchange *x)
{
    bool put_off = x->failed == OK && x->request.later && !answer_is_known(x);

    return put_off ? run_later(x) : send_answer(x);
}

/* The body is complete. */
static enum MHD_Result last_call(struct exchange *x)
{
    enum run_as run = x->request.route->run;

    peer_expect_nothing(x->peer);
    x->failed = body_finish(x);
    if (x->failed == OK)
        x->failed = idempotency_key_read(x);
    if (x->failed != OK)
        return send_answer(x);
    if (run == RUN_WRITE || run == RUN_REPORT || run_waits(x, false)) {
        run_elsewhere(x);
        return MHD_YES;
    }
    run_inline(x, false);
    return answer_now(x);
}

static enum MHD_Result step(struct exchange *x, const char *method, const char *version,
                            const char *data, size_t *size)
{
    switch (x->stage) {
    case STAGE_NEW:
        return first_call(x, method, version);
    case STAGE_ADMITTING:
        return first_call_again(x);
    case STAGE_RECEIVING:
        return *size > 0 ? receive(x, data, size) : last_call(x);
    case STAGE_DRAINING:
        return drain(x, size);
    case STAGE_READY:
        return answer_now(x);
    case STAGE_WAITING:
        return atomic_load_explicit(&x->handed_back, memory_order_acquire) ? answer_now(x)
                                                                           : MHD_YES;
    case STAGE_ANSWERED:
    case STAGE_STREAMING:
        *size = 0;
        return MHD_YES;
    }
    return MHD_NO;
}

enum MHD_Result exchange_step(void *server, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **context)
{
    struct exchange *x = *context;
    struct peer *peer;
    enum MHD_Result result;

    ENSURE(x != NULL);
    if (!x->peer)
        x->peer = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_SOCKET_CONTEXT)->socket_context;
    peer = x->peer;
    result = step(x, method, version, data, size);
    /* A suspended exchange belongs to another thread now. */
    if (x->stage != STAGE_STREAMING)
        return result;
    /* A stream may live for hours: it has what it needs, the exchange goes on to the next. */
    exchange_end(server, mhd, context, MHD_REQUEST_TERMINATED_COMPLETED_OK);
    peer_expect_nothing(peer);
    return result;
}

/* The answer is out, or the connection broke. */
void exchange_end(void *server, struct MHD_Connection *mhd, void **context,
                  enum MHD_RequestTerminationCode why)
{
    struct http_server *s = server;
    struct exchange *x = *context;

    if (!x)
        return;
    *context = NULL;
    upload_discard(x);
    answer_reset(&x->request); /* a file that was never sent */
    if (x->peer)
        peer_expect(x->peer, -1);
    pool_give(s, x);
    atomic_fetch_sub(&s->in_flight, 1);
}
