/* test_desk.h -- a small server with a handful of routes, and a client that speaks raw bytes.
 * For the tests of http/ only. */
#ifndef FD_HTTP_TEST_DESK_H
#define FD_HTTP_TEST_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/limits.h"
#include "http/http.h"
#include "http/idempotency.h"
#include "http/sse.h"
#include "store/test_place.h"

struct desk {
    struct test_place place;
    char uploads[80];
    struct store *store;
    struct http_server *server;
    struct sse_hub *hub;
    struct arena arena;
    struct fault fault;
    int port;
};

struct note_input {
    uint64_t present;
    const char *text;
    int64_t wait_ms;
};
static const struct field note_input_fields[] = {
    {"text", FIELD_TEXT, offsetof(struct note_input, text), .required = true, .max = 20},
    {"waitMs", FIELD_INT, offsetof(struct note_input, wait_ms), .max = 5000},
};
static const struct shape note_input_shape =
    SHAPE("NoteInput", "A note", struct note_input, note_input_fields);

struct note {
    const char *id;
    const char *text;
    int64_t runs;
    struct text_list files;
};
static const struct field note_fields[] = {
    {"id", FIELD_REF, offsetof(struct note, id)},
    {"text", FIELD_TEXT, offsetof(struct note, text)},
    {"runs", FIELD_INT, offsetof(struct note, runs)},
    {"files", FIELD_TEXTS, offsetof(struct note, files)},
};
static const struct shape note_shape = SHAPE_OUT("Note", "A note", struct note, note_fields);

struct note_query {
    uint64_t present;
    int64_t page;
};
static const struct field note_query_fields[] = {
    {"page", FIELD_INT, offsetof(struct note_query, page), .min = 1, .max = 100, .fallback = "1"},
};
static const struct shape note_query_shape =
    SHAPE("NoteQuery", NULL, struct note_query, note_query_fields);

static _Atomic int64_t runs;

static err note_get(struct request *r, struct tx *tx)
{
    struct note note = {.id = request_param(r, "id"), .text = r->actor.ip, .runs = tx->actor.id};

    answer_etag(r, 7);
    return answer(r, 200, &note_shape, &note);
}

static err note_post(struct request *r, struct tx *tx)
{
    const struct note_input *in = r->body;
    struct note note = {.text = in->text, .runs = atomic_fetch_add(&runs, 1) + 1};

    ENSURE(tx->writable);
    if (in->wait_ms)
        usleep((unsigned)in->wait_ms * 1000);
    if (strcmp(in->text, "fail") == 0)
        return fault_set(&r->fault, ERR_CONFLICT, "It failed as you wished");
    return answer(r, 201, &note_shape, &note);
}

static err plain_get(struct request *r, struct tx *tx)
{
    ENSURE(!tx);
    answer_text(r, 200, "text/plain");
    buf_str(&r->out, "fine");
    return OK;
}

static err boom_get(struct request *r, struct tx *tx)
{
    return fault_set(&r->fault, ERR_STORE, "SELECT secret FROM table");
}

static err rate_get(struct request *r, struct tx *tx)
{
    answer_header(r, "Retry-After", "60");
    return ERR_RATE;
}

static err files_post(struct request *r, struct tx *tx)
{
    struct note note = {.runs = atomic_fetch_add(&runs, 1) + 1};
    size_t n = 0;

    for (const struct upload *u = r->uploads; u; u = u->next)
        n++;
    note.files.v = ARENA_ARRAY(r->arena, const char *, n);
    for (const struct upload *u = r->uploads; u; u = u->next) {
        ENSURE(access(u->path, R_OK) == 0);
        note.files.v[note.files.n++] = arena_printf(r->arena, "%s %lld %02x%02x", u->file_name,
                                                    (long long)u->size, u->sha256[0], u->sha256[1]);
    }
    return answer(r, 201, &note_shape, &note);
}

static err file_get(struct request *r, struct tx *tx)
{
    struct desk *desk = r->app;

    answer_etag(r, 3);
    return answer_file(r,
                       arena_printf(r->arena, "%s/%s", desk->place.dir, request_param(r, "name")),
                       "text/plain");
}

/* What the events' table holds: 1 to 250, of requesters 1 and 2 in turn, and what tests publish. */
static struct table {
    pthread_mutex_t lock;
    size_t n;
    struct sse_event v[20000];
} table = {.lock = PTHREAD_MUTEX_INITIALIZER};

static inline void table_add(int64_t id, int64_t requester_id, bool agents_only)
{
    pthread_mutex_lock(&table.lock);
    ENSURE(table.n < COUNT_OF(table.v));
    table.v[table.n++] =
        (struct sse_event){.id = id, .requester_id = requester_id, .agents_only = agents_only};
    pthread_mutex_unlock(&table.lock);
}

static err events_catch_up(struct tx *tx, const struct actor *actor, int64_t after_id, size_t limit,
                           struct sse_event **out, size_t *out_count)
{
    size_t n = 0;

    *out = ARENA_ARRAY(tx->arena, struct sse_event, limit);
    pthread_mutex_lock(&table.lock);
    for (size_t i = 0; i < table.n && n < limit; i++) {
        struct sse_event *e = &(*out)[n];

        *e = table.v[i];
        e->name = "stored";
        e->json = arena_printf(tx->arena, "{\"n\":%lld}", (long long)e->id);
        n += e->id > after_id &&
             (actor->type != ACTOR_REQUESTER || (actor->id == e->requester_id && !e->agents_only));
    }
    pthread_mutex_unlock(&table.lock);
    *out_count = n;
    return OK;
}

static int64_t table_newest(void)
{
    int64_t id;

    pthread_mutex_lock(&table.lock);
    id = table.n ? table.v[table.n - 1].id : 0;
    pthread_mutex_unlock(&table.lock);
    return id;
}

static err events_get(struct request *r, struct tx *tx)
{
    struct desk *desk = r->app;
    const char *after = request_header(r, "Last-Event-ID");

    r->stream = ARENA_NEW(r->arena, struct stream_setup);
    *r->stream = (struct stream_setup){.hub = desk->hub,
                                       .after_id = after ? atoll(after) : table_newest(),
                                       .actor = r->actor,
                                       .catch_up = events_catch_up};
    return OK;
}

static const struct route test_routes[] = {
    {"GET", "/api/notes/:id", ACCESS_ANYONE, RUN_READ, note_get, .query = &note_query_shape,
     .status = 200, .answer = &note_shape, .tag = "Notes", .summary = "One note"},
    {"POST", "/api/notes", ACCESS_ANYONE, RUN_WRITE, note_post, .body_kind = BODY_JSON,
     .body = &note_input_shape, .status = 201, .answer = &note_shape, .tag = "Notes",
     .summary = "Writes a note"},
    {"POST", "/api/secrets", ACCESS_ANYONE, RUN_WRITE, note_post, .body_kind = BODY_JSON,
     .body = &note_input_shape, .status = 201, .answer = &note_shape, .tag = "Notes",
     .summary = "Writes a secret note", .secret_answer = true},
    {"GET", "/api/report", ACCESS_ANYONE, RUN_REPORT, rate_get, .status = 200, .tag = "Notes",
     .summary = "Too often"},
    {"GET", "/api/mine/:id", ACCESS_SIGNED_IN, RUN_READ, note_get, .status = 200,
     .answer = &note_shape, .tag = "Notes", .summary = "My note"},
    {"GET", "/api/agent/:id", ACCESS_AGENT, RUN_READ, note_get, .status = 200,
     .answer = &note_shape, .tag = "Notes", .summary = "An agent's note"},
    {"POST", "/api/agent/:id", ACCESS_AGENT, RUN_WRITE, note_post, .body_kind = BODY_JSON,
     .body = &note_input_shape, .status = 201, .tag = "Notes", .answer = &note_shape,
     .summary = "Writes as an agent"},
    {"DELETE", "/api/admin/:id", ACCESS_ADMIN, RUN_WRITE, note_get, .status = 200,
     .answer = &note_shape, .tag = "Notes", .summary = "Deletes a note"},
    {"POST", "/api/files", ACCESS_AGENT, RUN_WRITE, files_post, .body_kind = BODY_UPLOAD,
     .status = 201, .answer = &note_shape, .tag = "Files", .summary = "Uploads files"},
    {"GET", "/api/files/:name", ACCESS_ANYONE, RUN_READ, file_get, .status = 200,
     .answer_type = "text/plain", .tag = "Files", .summary = "Downloads a file"},
    {"GET", "/api/events", ACCESS_SIGNED_IN, RUN_EVENTS, events_get, .status = 200, .tag = "Events",
     .summary = "Live events"},
    {"GET", "/api/boom", ACCESS_ANYONE, RUN_READ, boom_get, .status = 200, .tag = "Notes",
     .summary = "Breaks"},
    {"GET", "/healthz", ACCESS_ANYONE, RUN_PLAIN, plain_get, .status = 200,
     .answer_type = "text/plain", .tag = "Health", .summary = "Is it alive?"},
};

/* "Bearer agent:write:5", "Bearer requester:admin:1"; a cookie is always stale. */
static err test_authenticate(struct request *r, struct tx *tx, struct actor *out)
{
    const char *header = request_header(r, "Authorization");
    char who[32], may[32];
    int id;

    if (!header)
        return request_cookie(r, "frontdesk_session") ? ERR_UNAUTHENTICATED : OK;
    if (sscanf(header, "Bearer %31[a-z]:%31[a-z]:%d", who, may, &id) != 3)
        return ERR_UNAUTHENTICATED;
    out->id = id;
    out->type = ACTOR_AGENT;
    if (!scope_parse(may, &out->scope))
        return ERR_UNAUTHENTICATED;
    if (strcmp(who, "requester") == 0)
        out->type = ACTOR_REQUESTER;
    else if (!role_parse(who, &out->role))
        return ERR_UNAUTHENTICATED;
    return OK;
}

static inline void desk_start(struct desk *d)
{
    static const struct route_table tables[] = {ROUTES(test_routes)};
    static const char *proxies[] = {"192.0.2.1", NULL};
    struct http_options options = {.store = d->store,
                                   .listen = "127.0.0.1:0",
                                   .listen_fd = -1,
                                   .tables = tables,
                                   .table_count = 1,
                                   .app = d,
                                   .authenticate = test_authenticate,
                                   .idempotency_find = idempotency_find,
                                   .idempotency_keep = idempotency_keep,
                                   .upload_dir = d->uploads,
                                   .upload_max_bytes = 3 * 1024 * 1024,
                                   .trusted_proxies = proxies,
                                   .trusted_proxy_count = 2,
                                   .threads = 2,
                                   .fault = &d->fault};

    proxies[1] = getenv("TEST_PROXY") ? getenv("TEST_PROXY") : "192.0.2.2";
    assert_int_equal(http_server_start(&options, &d->server), OK);
    d->port = http_server_port(d->server);
}

static inline int desk_setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));
    struct store_options options = {.create = true};

    test_place_make(&d->place);
    snprintf(d->uploads, sizeof(d->uploads), "%s/incoming", d->place.dir);
    assert_int_equal(mkdir(d->uploads, 0700), 0);
    arena_init(&d->arena);
    d->fault.arena = &d->arena;
    options.data_dir = d->place.dir;
    options.database_url = d->place.database_url;
    options.fault = &d->fault;
    assert_int_equal(store_open(&options, &d->store), OK);
    d->hub = sse_hub_new();
    for (int64_t id = 1; id <= 250; id++)
        table_add(id, id % 2 + 1, false);
    desk_start(d);
    *state = d;
    return 0;
}

static inline int desk_teardown(void **state)
{
    struct desk *d = *state;

    http_server_stop(d->server, 1000);
    sse_hub_free(d->hub);
    store_close(d->store);
    test_place_remove(&d->place);
    arena_done(&d->arena);
    free(d);
    return 0;
}

static inline int dial(const struct desk *d)
{
    struct sockaddr_in at = {.sin_family = AF_INET,
                             .sin_port = htons((uint16_t)d->port),
                             .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
    return fd;
}

static inline void say(int fd, const void *text, size_t len)
{
    const char *at = text;

    while (len > 0) {
        ssize_t n = send(fd, at, len, MSG_NOSIGNAL);

        if (n <= 0)
            return; /* the other side had enough; what it said is what counts */
        at += n;
        len -= (size_t)n;
    }
}

/* Reads until the other side closes, `until` was seen (if not NULL), or ms of silence. */
static inline char *hear(struct desk *d, int fd, const char *until, int ms)
{
    struct buf heard = {0};
    char piece[4096];
    char *result;

    for (;;) {
        struct pollfd p = {.fd = fd, .events = POLLIN};
        ssize_t n;

        if (until && heard.len && strstr(heard.data, until))
            break;
        if (poll(&p, 1, ms) <= 0)
            break;
        n = recv(fd, piece, sizeof(piece), 0);
        if (n <= 0)
            break;
        buf_add(&heard, piece, (size_t)n);
    }
    result = arena_strn(&d->arena, buf_text(&heard), heard.len);
    buf_done(&heard);
    return result;
}

/* One connection: says it all, hears all that comes back. */
static inline char *ask_bytes(struct desk *d, const void *text, size_t len)
{
    int fd = dial(d);
    char *heard;

    say(fd, text, len);
    heard = hear(d, fd, NULL, 3000);
    close(fd);
    return heard;
}

/* head: "GET /x" and header lines between \r\n; Host and Connection: close are added. */
static inline char *ask(struct desk *d, const char *line, const char *headers, const char *body)
{
    const char *length =
        body ? arena_printf(&d->arena, "Content-Length: %zu\r\n", strlen(body)) : "";
    const char *text =
        arena_printf(&d->arena, "%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n%s%s\r\n%s", line,
                     headers ? headers : "", length, body ? body : "");

    return ask_bytes(d, text, strlen(text));
}

#define JSON_TYPE "Content-Type: application/json\r\n"

static inline void assert_has(const char *heard, const char *what)
{
    if (!strstr(heard, what))
        fail_msg("\"%s\" is not in:\n%s", what, heard);
}

static inline void assert_lacks(const char *heard, const char *what)
{
    if (strstr(heard, what))
        fail_msg("\"%s\" is in:\n%s", what, heard);
}

static inline void assert_status(const char *heard, int status)
{
    char start[32];

    snprintf(start, sizeof(start), "HTTP/1.1 %d ", status);
    if (strncmp(heard, start, strlen(start)) != 0)
        fail_msg("not %d:\n%s", status, heard);
}

#endif
