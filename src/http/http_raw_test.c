/* What a broken or hostile client does: smuggling, slowness, half-closed and pipelined
 * connections, too much of everything. */
#include "http/test_desk.h"

#include "base/clock.h"
#include "http/exchange.h"

#define POST_NOTE "POST /api/notes HTTP/1.1\r\nHost: x\r\nConnection: close\r\n" JSON_TYPE
#define GET_NOTE "GET /api/notes/1 HTTP/1.1\r\nHost: x\r\n"

struct raw {
    const char *text;
    int status;
};

#define SAY_TEXT(fd, text) say((fd), (text), sizeof(text) - 1)
#define ASK_TEXT(d, text) ask_bytes((d), (text), sizeof(text) - 1)

static void check_raw(struct desk *d, const struct raw *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        char *heard = ask_bytes(d, samples[i].text, strlen(samples[i].text));

        assert_status(heard, samples[i].status);
        /* One answer and no more: what followed was never taken for a request. */
        assert_lacks(heard + 1, "HTTP/1.1 ");
    }
}

static void ambiguous_lengths_are_refused(void **state)
{
    static const struct raw samples[] = {
        {"POST /api/notes HTTP/1.1\r\nHost: x\r\n" JSON_TYPE
         "Content-Length: 12\r\nTransfer-Encoding: chunked\r\n\r\n"
         "0\r\n\r\nGET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
         400},
        {"POST /api/notes HTTP/1.1\r\nHost: x\r\n" JSON_TYPE
         "Content-Length: 12\r\nContent-Length: 2\r\n\r\n{}"
         "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
         400},
        {"GET /api/notes/1 HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\nContent-Length: 0\r\n\r\n"
         "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n",
         400},
        {"GET /api/notes/1 HTTP/1.1\r\nHost: x\r\nHost: y\r\n\r\n", 400},
        {"POST /api/notes HTTP/1.1\r\nHost: x\r\n" JSON_TYPE "Transfer-Encoding: gzip\r\n\r\n{}",
         400},
        {"POST /api/notes HTTP/1.0\r\nHost: x\r\n" JSON_TYPE "Transfer-Encoding: chunked\r\n\r\n"
         "0\r\n\r\n",
         400},
        {"POST /api/notes HTTP/1.1\r\nHost: x\r\n" JSON_TYPE "Content-Length : 2\r\n\r\n{}", 400},
    };

    check_raw(*state, samples, COUNT_OF(samples));
}

static void addresses_must_be_utf8(void **state)
{
    static const struct raw samples[] = {
        {"GET /api/notes/%ff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
        {"GET /api/notes/%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
        {"GET /api/notes/%4 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
        {"GET /api/notes/%zz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
        {"GET /api/notes/1?page=%c3%28 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
        {"GET /api/notes/1?page=%00 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
        {"GET /api/notes/1?%ff=1 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
        {"GET /api/notes/\xff HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 400},
        {"GET /api/notes/1?page=%31 HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", 200},
    };

    check_raw(*state, samples, COUNT_OF(samples));
}

static void addresses_have_limits(void **state)
{
    struct desk *d = *state;
    static const char prefix[] = "/api/notes/";
    struct buf query = {0};
    char path[HTTP_URL_MAX_BYTES + 2];

    for (size_t n = HTTP_URL_MAX_BYTES; n <= HTTP_URL_MAX_BYTES + 1; n++) {
        memset(path, 'a', n);
        memcpy(path, prefix, sizeof(prefix) - 1);
        path[n] = '\0';
        assert_status(ask(d, arena_printf(&d->arena, "GET %s", path), NULL, NULL),
                      n == HTTP_URL_MAX_BYTES ? 200 : 400);
    }
    for (int n = HTTP_QUERY_PARAMS_MAX; n <= HTTP_QUERY_PARAMS_MAX + 1; n++) {
        buf_clear(&query);
        buf_str(&query, "GET /api/notes/1?page=1");
        for (int i = 1; i < n; i++)
            buf_str(&query, "&");
        assert_status(ask(d, query.data, NULL, NULL), n == HTTP_QUERY_PARAMS_MAX ? 200 : 400);
    }
    buf_done(&query);
}

/* A note whose body has exactly n bytes. */
static char *note_of(struct desk *d, size_t n, const char *headers)
{
    char *body = arena_alloc(&d->arena, n + 1);

    memset(body, ' ', n);
    memcpy(body, "{\"text\":\"a\"", 11);
    body[n - 1] = '}';
    body[n] = '\0';
    return ask(d, "POST /api/notes", headers, body);
}

static void bodies_have_a_limit(void **state)
{
    struct desk *d = *state;
    struct buf chunked = {0};

    assert_status(note_of(d, HTTP_BODY_MAX_BYTES, JSON_TYPE), 201);
    assert_status(note_of(d, HTTP_BODY_MAX_BYTES + 1, JSON_TYPE), 413);
    assert_status(note_of(d, 5 * HTTP_BODY_MAX_BYTES, JSON_TYPE), 413);
    assert_status(note_of(d, HTTP_BODY_MAX_BYTES + 1, JSON_TYPE "Expect: 100-continue\r\n"), 413);
    buf_str(&chunked, POST_NOTE "Transfer-Encoding: chunked\r\n\r\n");
    for (int i = 0; i < 40; i++) {
        buf_str(&chunked, "8000\r\n");
        buf_reserve(&chunked, 0x8000);
        memset(chunked.data + chunked.len, ' ', 0x8000);
        chunked.len += 0x8000;
        buf_str(&chunked, "\r\n");
    }
    buf_str(&chunked, "0\r\n\r\n");
    assert_status(ask_bytes(d, chunked.data, chunked.len), 413);
    buf_done(&chunked);
    assert_status(ASK_TEXT(d, POST_NOTE "Content-Length: 99999999999999999999\r\n\r\n{}"), 413);
}

static void chunked_bodies_are_read(void **state)
{
    static const char text[] = POST_NOTE "Transfer-Encoding: chunked\r\n\r\n"
                                         "5\r\n{\"tex\r\n9;ext=1\r\nt\":\"abc\"}\r\n0\r\n\r\n";
    char *heard = ask_bytes(*state, text, sizeof(text) - 1);

    assert_status(heard, 201);
    assert_has(heard, "\"text\":\"abc\"");
}

static void hostile_json_is_refused(void **state)
{
    struct desk *d = *state;
    char *deep = malloc(20001);

    memset(deep, '[', 10000);
    memset(deep + 10000, ']', 10000);
    deep[20000] = '\0';
    assert_has(ask(d, "POST /api/notes", JSON_TYPE, deep), "nested too deeply");
    free(deep);
    assert_has(ask(d, "POST /api/notes", JSON_TYPE, "{\"text\":\"\xc3\x28\"}"),
               "is not valid UTF-8");
    assert_has(ask(d, "POST /api/notes", JSON_TYPE, "{\"text\":\"\\u0000\"}"),
               "must not contain \\\\u0000");
    assert_has(ASK_TEXT(d, POST_NOTE "Content-Length: 3\r\n\r\n{\0}"), "NUL");
}

static void pipelined_requests_are_answered_in_order(void **state)
{
    struct desk *d = *state;
    static const char text[] = GET_NOTE "\r\n"
                                        "POST /api/notes HTTP/1.1\r\nHost: x\r\n" JSON_TYPE
                                        "Content-Length: 14\r\n\r\n{\"text\":\"two\"}"
                                        "GET /nothing HTTP/1.1\r\nHost: x\r\n\r\n"
                                        "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: "
                                        "close\r\n\r\n";
    char *heard = ask_bytes(d, text, sizeof(text) - 1);
    char *second = strstr(heard, "\"text\":\"two\"");
    char *third = strstr(heard, "HTTP/1.1 404");
    char *fourth = strstr(heard, "\r\n\r\nfine");

    assert_status(heard, 200);
    assert_has(heard, "\"text\":\"two\"");
    assert_has(heard, "HTTP/1.1 404");
    assert_has(heard, "\r\n\r\nfine");
    assert_true(second < third && third < fourth);
}

static void a_half_closed_clients_request_is_done(void **state)
{
    struct desk *d = *state;
    static const char text[] = POST_NOTE "Content-Length: 14\r\n\r\n{\"text\":\"two\"}";
    int64_t before = atomic_load(&runs);
    int fd = dial(d);
    char *heard;

    say(fd, text, sizeof(text) - 1);
    shutdown(fd, SHUT_WR);
    heard = hear(d, fd, NULL, 2000);
    /* The library hangs up if it sees the client's end before the answer is ready. */
    if (*heard)
        assert_has(heard, "\"text\":\"two\"");
    for (int i = 0; i < 200 && atomic_load(&runs) == before; i++)
        usleep(10000);
    assert_int_equal(atomic_load(&runs), before + 1);
    close(fd);
}

static void an_interrupted_request_leaves_nothing(void **state)
{
    struct desk *d = *state;
    int64_t before = atomic_load(&runs);
    int fd = dial(d);

    SAY_TEXT(fd, POST_NOTE "Content-Length: 14\r\n\r\n{\"text\":");
    close(fd);
    fd = dial(d);
    SAY_TEXT(fd, "POST /api/files HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer agent:write:1\r\n"
                 "Content-Length: 1000\r\n\r\nhello");
    usleep(100000);
    close(fd);
    usleep(200000);
    assert_int_equal(atomic_load(&runs), before);
    assert_int_equal(rmdir(d->uploads), 0); /* it is empty */
    assert_int_equal(mkdir(d->uploads, 0700), 0);
}

static void huge_headers_are_refused(void **state)
{
    struct desk *d = *state;
    struct buf text = {0};

    buf_str(&text, GET_NOTE "X-Long: ");
    for (int i = 0; i < 40000; i++)
        buf_char(&text, 'x');
    buf_str(&text, "\r\n\r\n");
    assert_has(ask_bytes(d, text.data, text.len), "HTTP/1.1 4");
    buf_done(&text);
}

/* A byte now and then keeps the library's own timeout away, not ours. Each starts well and then
 * drips; ms of patience, and by when it is over (the reaper looks once a second). */
static char *drip(struct desk *d, const char *start, int64_t *out_ms)
{
    int64_t begin_us = clock_steady_us();
    char *heard = NULL;
    int fd;

    atomic_store(&d->server->patience_us, 500000);
    fd = dial(d);
    say(fd, start, strlen(start));
    for (int i = 0; i < 50 && !heard; i++) {
        struct pollfd p = {.fd = fd, .events = POLLIN};

        if (poll(&p, 1, 100) > 0)
            heard = hear(d, fd, NULL, 100);
        else
            say(fd, "x", 1);
    }
    atomic_store(&d->server->patience_us, HTTP_IDLE_TIMEOUT_S * INT64_C(1000000));
    *out_ms = (clock_steady_us() - begin_us) / 1000;
    close(fd);
    return heard;
}

static void dripping_clients_are_cut_off(void **state)
{
    struct desk *d = *state;
    char *heard;
    int64_t ms;

    heard = drip(d, GET_NOTE "X-Slow: ", &ms);
    assert_non_null(heard);
    assert_status(heard, 408);
    assert_has(heard, "{\"error\":\"The request took too long to arrive\",\"code\":\"timeout\"}");
    assert_in_range(ms, 400, 3000);
    heard = drip(d, POST_NOTE "Content-Length: 1000\r\n\r\n{", &ms);
    assert_non_null(heard);
    assert_string_equal(heard, "");
    assert_in_range(ms, 400, 3000);
}

static void a_slow_writer_is_no_slow_client(void **state)
{
    struct desk *d = *state;

    atomic_store(&d->server->patience_us, 300000);
    assert_status(ask(d, "POST /api/notes", JSON_TYPE, "{\"text\":\"a\",\"waitMs\":2500}"), 201);
    atomic_store(&d->server->patience_us, HTTP_IDLE_TIMEOUT_S * INT64_C(1000000));
}

static void many_writers_are_all_answered(void **state)
{
    enum { CLIENTS = 100 };
    struct desk *d = *state;
    static const char text[] = POST_NOTE "Content-Length: 14\r\n\r\n{\"text\":\"two\"}";
    int fds[CLIENTS];

    for (int i = 0; i < CLIENTS; i++)
        say(fds[i] = dial(d), text, sizeof(text) - 1);
    for (int i = 0; i < CLIENTS; i++) {
        assert_status(hear(d, fds[i], NULL, 3000), 201);
        close(fds[i]);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ambiguous_lengths_are_refused),
        cmocka_unit_test(addresses_must_be_utf8),
        cmocka_unit_test(addresses_have_limits),
        cmocka_unit_test(bodies_have_a_limit),
        cmocka_unit_test(chunked_bodies_are_read),
        cmocka_unit_test(hostile_json_is_refused),
        cmocka_unit_test(pipelined_requests_are_answered_in_order),
        cmocka_unit_test(a_half_closed_clients_request_is_done),
        cmocka_unit_test(an_interrupted_request_leaves_nothing),
        cmocka_unit_test(huge_headers_are_refused),
        cmocka_unit_test(many_writers_are_all_answered),
        cmocka_unit_test(dripping_clients_are_cut_off),
        cmocka_unit_test(a_slow_writer_is_no_slow_client),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
