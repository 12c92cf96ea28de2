/* What a well-behaved client sees: routing, rights, bodies, headers, idempotency, files. */
#include "http/test_desk.h"

static void routes_are_found_by_method_and_path(void **state)
{
    struct desk *d = *state;
    char *heard = ask(d, "GET /api/notes/a%20b%C3%A4", NULL, NULL);

    assert_status(heard, 200);
    assert_has(heard, "{\"id\":\"a bä\",\"text\":\"127.0.0.1\",");
    assert_status(ask(d, "GET /api/notes/a%2Fb?page=1", NULL, NULL), 200);
    assert_status(ask(d, "GET /api/nothing", NULL, NULL), 404);
    assert_status(ask(d, "GET /api/notes/", NULL, NULL), 404);
    assert_status(ask(d, "GET /api/notes/1/2", NULL, NULL), 404);
    assert_status(ask(d, "GET http://x/api/notes/1", NULL, NULL), 200);
    heard = ask(d, "PUT /api/notes/1", NULL, NULL);
    assert_status(heard, 405);
    assert_has(heard, "Allow: GET, HEAD, OPTIONS\r\n");
    assert_has(heard, "{\"error\":\"This address does not take that method\","
                      "\"code\":\"method_not_allowed\"}");
    heard = ask(d, "OPTIONS /api/agent/1", NULL, NULL);
    assert_status(heard, 204);
    assert_has(heard, "Allow: GET, HEAD, POST, OPTIONS\r\n");
    heard = ask(d, "HEAD /api/notes/1", NULL, NULL);
    assert_status(heard, 200);
    assert_has(heard, "Content-Length: 49\r\n");
    assert_lacks(heard, "{");
    assert_has(ask(d, "GET /healthz", NULL, NULL), "\r\n\r\nfine");
}

static void every_answer_carries_safe_headers(void **state)
{
    static const char *const lines[] = {"GET /api/notes/1", "GET /api/nothing", "GET /api/mine/1"};
    struct desk *d = *state;

    for (size_t i = 0; i < COUNT_OF(lines); i++) {
        char *heard = ask(d, lines[i], NULL, NULL);

        assert_has(heard, "X-Content-Type-Options: nosniff\r\n");
        assert_has(heard, "Referrer-Policy: no-referrer\r\n");
        assert_has(heard, "X-Frame-Options: DENY\r\n");
        assert_has(heard,
                   "Content-Security-Policy: default-src 'none'; frame-ancestors 'none'\r\n");
        assert_has(heard, "Cache-Control: no-store\r\n");
        assert_has(heard, "X-Request-Id: ");
        assert_has(heard, "Content-Type: application/json\r\n");
    }
}

static void rights_are_checked_before_the_body(void **state)
{
    static const struct {
        const char *line, *who;
        int status;
    } samples[] = {
        {"GET /api/mine/1", "", 401},
        {"GET /api/mine/1", "Authorization: Bearer nonsense\r\n", 401},
        {"GET /api/notes/1", "Authorization: Bearer nonsense\r\n", 401},
        {"GET /api/notes/1", "Cookie: a=b; frontdesk_session=old\r\n", 200},
        {"GET /api/mine/1", "Cookie: frontdesk_session=old\r\n", 401},
        {"GET /api/mine/1", "Authorization: Bearer requester:read:1\r\n", 200},
        {"GET /api/agent/1", "Authorization: Bearer requester:admin:1\r\n", 403},
        {"GET /api/agent/1", "Authorization: Bearer agent:read:1\r\n", 200},
        {"POST /api/agent/1", "Authorization: Bearer agent:read:1\r\n", 403},
        {"POST /api/agent/1", "Authorization: Bearer agent:write:1\r\n", 400},
        {"DELETE /api/admin/1", "Authorization: Bearer supervisor:admin:1\r\n", 403},
        {"DELETE /api/admin/1", "Authorization: Bearer admin:write:1\r\n", 403},
        {"DELETE /api/admin/1", "Authorization: Bearer admin:admin:1\r\n", 200},
    };
    struct desk *d = *state;

    for (size_t i = 0; i < COUNT_OF(samples); i++)
        assert_status(ask(d, samples[i].line, samples[i].who, NULL), samples[i].status);
    assert_has(ask(d, "GET /api/mine/1", NULL, NULL), "WWW-Authenticate: Bearer");
    assert_has(ask(d, "GET /api/agent/1", "Authorization: Bearer agent:read:42\r\n", NULL),
               "\"runs\":42");
}

static void wrong_input_names_each_field(void **state)
{
    struct desk *d = *state;
    char *heard = ask(d, "POST /api/notes", JSON_TYPE, "{\"waitMs\":-1,\"x\":1}");

    assert_status(heard, 400);
    assert_has(heard, "{\"error\":\"waitMs: must be at least 0\",\"code\":\"invalid\",\"errors\":["
                      "{\"path\":\"waitMs\",\"msg\":\"must be at least 0\"},"
                      "{\"path\":\"x\",\"msg\":\"unknown field\"},"
                      "{\"path\":\"text\",\"msg\":\"is required\"}]}");
    assert_has(ask(d, "GET /api/notes/1?page=0", NULL, NULL),
               "{\"path\":\"page\",\"msg\":\"must be at least 1\"}");
    assert_has(ask(d, "GET /healthz?x=1", NULL, NULL),
               "{\"path\":\"x\",\"msg\":\"unknown parameter\"}");
    assert_status(ask(d, "POST /api/notes", NULL, NULL), 400);
    assert_status(ask(d, "POST /api/notes", NULL, "{\"text\":\"a\"}"), 415);
    assert_status(ask(d, "POST /api/notes", "Content-Type: text/plain\r\n", "{}"), 415);
    assert_status(ask(d, "POST /api/notes", "Content-Type: application/json; charset=utf-8\r\n",
                      "{\"text\":\"a\"}"),
                  201);
    assert_status(ask(d, "GET /api/notes/1", NULL, " {} \n"), 200);
    assert_status(ask(d, "GET /api/notes/1", NULL, "{\"a\":1}"), 400);
    assert_has(ask(d, "POST /api/notes", JSON_TYPE, "{\"text\":\"fail\"}"),
               "{\"error\":\"It failed as you wished\",\"code\":\"conflict\"}");
}

static void inner_trouble_is_not_told(void **state)
{
    struct desk *d = *state;
    char *heard = ask(d, "GET /api/boom", NULL, NULL);

    assert_status(heard, 503);
    assert_has(heard, "Retry-After: 1\r\n");
    assert_lacks(heard, "SELECT");
    heard = ask(d, "GET /api/report", NULL, NULL);
    assert_status(heard, 429);
    assert_has(heard, "Retry-After: 60\r\n");
}

static void a_known_version_is_not_sent_again(void **state)
{
    struct desk *d = *state;
    char *heard = ask(d, "GET /api/notes/1", "If-None-Match: \"6\", W/\"7\"\r\n", NULL);

    assert_status(heard, 304);
    assert_has(heard, "ETag: \"7\"\r\n");
    assert_lacks(heard, "{");
    assert_status(ask(d, "GET /api/notes/1", "If-None-Match: \"77\"\r\n", NULL), 200);
}

static void the_same_key_does_the_work_once(void **state)
{
    struct desk *d = *state;
    const char *key = JSON_TYPE "Idempotency-Key: k1\r\n";
    const char *agent = JSON_TYPE "Idempotency-Key: k1\r\nAuthorization: Bearer agent:write:1\r\n";
    char *first = ask(d, "POST /api/notes", key, "{\"text\":\"a\"}");
    char *again = ask(d, "POST /api/notes", key, "{\"text\":\"a\"}");
    char longest[IDEMPOTENCY_KEY_MAX_BYTES + 2];

    assert_status(first, 201);
    assert_status(again, 201);
    assert_string_equal(strstr(first, "\r\n\r\n"), strstr(again, "\r\n\r\n"));
    assert_lacks(first, "Idempotent-Replayed");
    assert_has(again, "Idempotent-Replayed: true\r\n");
    assert_status(ask(d, "POST /api/notes", key, "{\"text\":\"b\"}"), 422);
    assert_status(ask(d, "POST /api/secrets", key, "{\"text\":\"a\"}"), 422);
    assert_lacks(ask(d, "POST /api/notes", agent, "{\"text\":\"a\"}"), "Idempotent-Replayed");
    key = JSON_TYPE "Idempotency-Key: k2\r\n";
    assert_status(ask(d, "POST /api/notes", key, "{\"text\":\"fail\"}"), 409);
    assert_lacks(ask(d, "POST /api/notes", key, "{\"text\":\"a\"}"), "Idempotent-Replayed");
    key = JSON_TYPE "Idempotency-Key: k3\r\n";
    assert_status(ask(d, "POST /api/secrets", key, "{\"text\":\"a\"}"), 201);
    assert_status(ask(d, "POST /api/secrets", key, "{\"text\":\"a\"}"), 409);
    key = JSON_TYPE "Idempotency-Key: \r\n";
    assert_status(ask(d, "POST /api/notes", key, "{\"text\":\"a\"}"), 400);
    for (size_t n = IDEMPOTENCY_KEY_MAX_BYTES; n <= IDEMPOTENCY_KEY_MAX_BYTES + 1; n++) {
        memset(longest, 'k', n);
        longest[n] = '\0';
        key = arena_printf(&d->arena, JSON_TYPE "Idempotency-Key: %s\r\n", longest);
        assert_status(ask(d, "POST /api/notes", key, "{\"text\":\"a\"}"),
                      n == IDEMPOTENCY_KEY_MAX_BYTES ? 201 : 400);
    }
}

static int count_uploads(const struct desk *d)
{
    char command[128];
    FILE *list;
    int n = 0;

    snprintf(command, sizeof(command), "ls %s | wc -l", d->uploads);
    list = popen(command, "r");
    assert_int_equal(fscanf(list, "%d", &n), 1);
    pclose(list);
    return n;
}

#define AGENT "Authorization: Bearer agent:write:1\r\n"

static void raw_files_are_uploaded(void **state)
{
    struct desk *d = *state;
    char *heard = ask(d, "POST /api/files?fileName=..%2Fa%C3%A4.txt", AGENT, "hello");

    assert_status(heard, 201);
    assert_has(heard, "\"files\":[\"aä.txt 5 2cf2\"]"); /* sha256("hello") = 2cf24dba... */
    heard = ask(d, "POST /api/files",
                AGENT "Content-Disposition: attachment; filename=\"x\\\\y.txt\"\r\n", "hello");
    assert_has(heard, "[\"y.txt 5 2cf2\"]");
    heard =
        ask(d, "POST /api/files",
            AGENT "Content-Disposition: attachment; filename*=UTF-8''%e2%82%ac.txt\r\n", "hello");
    assert_has(heard, "[\"€.txt 5 2cf2\"]");
    assert_has(ask(d, "POST /api/files", AGENT, "hello"), "[\"file 5 2cf2\"]");
    assert_status(ask(d, "POST /api/files", AGENT, NULL), 400);
    assert_status(ask(d, "POST /api/files", NULL, "hello"), 401);
    assert_status(ask(d, "POST /api/files", "Authorization: Bearer agent:read:1\r\n", "x"), 403);
    assert_int_equal(count_uploads(d), 0);
}

static void form_files_are_uploaded(void **state)
{
    static const char headers[] = AGENT "Content-Type: multipart/form-data; boundary=XX\r\n";
    static const char body[] =
        "--XX\r\nContent-Disposition: form-data; name=\"note\"\r\n\r\nno file\r\n"
        "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"a.txt\"\r\n"
        "Content-Type: text/plain\r\n\r\nhello\r\n"
        "--XX\r\nContent-Disposition: form-data; name=\"f\"; filename=\"b.txt\"\r\n\r\nhello\r\n"
        "--XX\r\nContent-Disposition: form-data; name=\"g\"; filename=\"empty\"\r\n\r\n\r\n"
        "--XX--\r\n";
    struct desk *d = *state;
    char *heard = ask(d, "POST /api/files", headers, body);

    assert_status(heard, 201);
    assert_has(heard, "[\"a.txt 5 2cf2\",\"b.txt 5 2cf2\",\"empty 0 e3b0\"]");
    assert_status(ask(d, "POST /api/files", headers,
                      "--XX\r\nContent-Disposition: form-data; name=\"f\"\r\n\r\nx\r\n--XX--\r\n"),
                  400);
    assert_status(ask(d, "POST /api/files", headers, "--XX\r\nContent-Disp"), 400);
    assert_status(ask(d, "POST /api/files", AGENT "Content-Type: multipart/form-data\r\n", "x"),
                  400);
    assert_int_equal(count_uploads(d), 0);
}

static void uploads_have_a_limit(void **state)
{
    enum { LIMIT = 3 * 1024 * 1024 };
    struct desk *d = *state;
    char *big = malloc(LIMIT + 2);

    memset(big, 'x', LIMIT + 1);
    big[LIMIT + 1] = '\0';
    assert_status(ask(d, "POST /api/files", AGENT, big), 413);
    big[LIMIT] = '\0';
    assert_has(ask(d, "POST /api/files", AGENT, big), "file 3145728 ");
    assert_int_equal(count_uploads(d), 0);
    free(big);
}

static void a_disk_that_takes_nothing_is_no_fault_of_the_client(void **state)
{
    struct desk *d = *state;
    char *heard;

    assert_int_equal(rmdir(d->uploads), 0);
    heard = ask(d, "POST /api/files", AGENT, "hello");
    assert_status(heard, 500);
    assert_lacks(heard, d->uploads);
    assert_int_equal(mkdir(d->uploads, 0700), 0);
    assert_status(ask(d, "POST /api/files", AGENT, "hello"), 201);
}

static void files_are_sent_whole_or_in_part(void **state)
{
    static const struct {
        const char *headers;
        int status;
        const char *expected;
    } samples[] = {
        {"", 200, "\r\n\r\n0123456789"},
        {"Range: bytes=2-4\r\n", 206, "Content-Range: bytes 2-4/10\r\n"},
        {"Range: bytes=2-4\r\n", 206, "\r\n\r\n234"},
        {"Range: bytes=8-\r\n", 206, "\r\n\r\n89"},
        {"Range: bytes=8-99\r\n", 206, "\r\n\r\n89"},
        {"Range: bytes=-3\r\n", 206, "\r\n\r\n789"},
        {"Range: bytes=-30\r\n", 206, "\r\n\r\n0123456789"},
        {"Range: bytes=10-\r\n", 416, "Content-Range: bytes */10\r\n"},
        {"Range: bytes=-0\r\n", 416, "Content-Range: bytes */10\r\n"},
        {"Range: bytes=4-2\r\n", 200, "0123456789"},
        {"Range: bytes=0-1,3-4\r\n", 200, "0123456789"},
        {"Range: lines=0-1\r\n", 200, "0123456789"},
        {"Range: bytes=2-4\r\nIf-Range: \"3\"\r\n", 206, "\r\n\r\n234"},
        {"Range: bytes=2-4\r\nIf-Range: \"2\"\r\n", 200, "0123456789"},
        {"If-None-Match: \"3\"\r\n", 304, "ETag"},
    };
    struct desk *d = *state;
    char path[128];
    FILE *file;

    snprintf(path, sizeof(path), "%s/digits", d->place.dir);
    file = fopen(path, "w");
    fputs("0123456789", file);
    fclose(file);
    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        char *heard = ask(d, "GET /api/files/digits", samples[i].headers, NULL);

        assert_status(heard, samples[i].status);
        assert_has(heard, samples[i].expected);
    }
    assert_status(ask(d, "GET /api/files/missing", NULL, NULL), 500);
}

static void each_proxy_we_trust_names_the_client(void **state)
{
    struct desk *d = *state;
    const char *headers = "X-Forwarded-For: 6.6.6.6, 192.0.2.7\r\n";

    assert_has(ask(d, "GET /api/notes/1", headers, NULL), "\"text\":\"127.0.0.1\"");
    http_server_stop(d->server, 1000);
    setenv("TEST_PROXY", "127.0.0.1", 1);
    desk_start(d);
    assert_has(ask(d, "GET /api/notes/1", headers, NULL), "\"text\":\"192.0.2.7\"");
    assert_has(ask(d, "GET /api/notes/1", "X-Forwarded-For: nonsense\r\n", NULL),
               "\"text\":\"127.0.0.1\"");
    unsetenv("TEST_PROXY");
}

static void what_runs_is_finished_before_the_stop(void **state)
{
    struct desk *d = *state;
    const char *body = "{\"text\":\"slow\",\"waitMs\":300}";
    const char *text = arena_printf(&d->arena,
                                    "POST /api/notes HTTP/1.1\r\nHost: x\r\n" JSON_TYPE
                                    "Content-Length: %zu\r\n\r\n%s",
                                    strlen(body), body);
    int fd = dial(d);
    char *heard;

    say(fd, text, strlen(text));
    usleep(100000);
    http_server_stop(d->server, 2000);
    heard = hear(d, fd, NULL, 1000);
    assert_status(heard, 201);
    assert_has(heard, "Connection: close\r\n");
    close(fd);
    desk_start(d);
}

static void requests_are_counted(void **state)
{
    struct desk *d = *state;
    struct http_metrics before, after;
    int64_t sum = 0;

    http_server_metrics(d->server, &before);
    ask(d, "GET /api/notes/1", NULL, NULL);
    ask(d, "GET /api/nothing", NULL, NULL);
    http_server_metrics(d->server, &after);
    assert_int_equal(after.requests[2] - before.requests[2], 1);
    assert_int_equal(after.requests[4] - before.requests[4], 1);
    for (size_t i = 0; i < COUNT_OF(after.duration_bucket); i++)
        sum += after.duration_bucket[i] - before.duration_bucket[i];
    assert_int_equal(sum, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(routes_are_found_by_method_and_path),
        cmocka_unit_test(every_answer_carries_safe_headers),
        cmocka_unit_test(rights_are_checked_before_the_body),
        cmocka_unit_test(wrong_input_names_each_field),
        cmocka_unit_test(inner_trouble_is_not_told),
        cmocka_unit_test(a_known_version_is_not_sent_again),
        cmocka_unit_test(the_same_key_does_the_work_once),
        cmocka_unit_test(raw_files_are_uploaded),
        cmocka_unit_test(form_files_are_uploaded),
        cmocka_unit_test(uploads_have_a_limit),
        cmocka_unit_test(a_disk_that_takes_nothing_is_no_fault_of_the_client),
        cmocka_unit_test(files_are_sent_whole_or_in_part),
        cmocka_unit_test(each_proxy_we_trust_names_the_client),
        cmocka_unit_test(what_runs_is_finished_before_the_stop),
        cmocka_unit_test(requests_are_counted),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
