/* Live events: order, rights, resuming, falling out of the ring, heartbeats, the end. */
#include "http/test_desk.h"

#include "http/sse_hub.h"

#if defined(__SANITIZE_ADDRESS__)
    #define SANITIZED
#elif defined(__has_feature)
    #if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
        #define SANITIZED
    #endif
#endif

#define REQUESTER "Authorization: Bearer requester:read:1\r\n"
#define AGENT "Authorization: Bearer agent:read:1\r\n"

static int listen_as(const struct desk *d, const char *who, const char *after)
{
    char text[256];
    int fd = dial(d);

    snprintf(text, sizeof(text), "GET /api/events HTTP/1.1\r\nHost: x\r\n%s%s%s%s\r\n", who,
             after ? "Last-Event-ID: " : "", after ? after : "", after ? "\r\n" : "");
    say(fd, text, strlen(text));
    return fd;
}

static void publish(struct desk *d, int64_t id, int64_t requester_id, bool agents_only)
{
    char json[64];
    struct sse_event event = {.id = id,
                              .name = "live",
                              .json = json,
                              .requester_id = requester_id,
                              .agents_only = agents_only};

    snprintf(json, sizeof(json), "{\"n\":%lld}", (long long)id);
    table_add(id, requester_id, agents_only);
    sse_hub_publish(d->hub, &event, 1);
}

/* Events of streams count up from first to last, none missing, none twice. */
static void assert_ids(const char *heard, int64_t first, int64_t last)
{
    for (const char *at = heard; (at = strstr(at, "id: ")); at++)
        assert_int_equal(atoll(at + 4), first++);
    assert_int_equal(first, last + 1);
}

static void events_arrive_in_order_and_only_where_they_may(void **state)
{
    struct desk *d = *state;
    int agent = listen_as(d, AGENT, NULL), requester = listen_as(d, REQUESTER, NULL);
    char *heard = hear(d, agent, "retry: 2000\n\n", 2000);

    assert_status(heard, 200);
    assert_has(heard, "Content-Type: text/event-stream\r\n");
    assert_has(hear(d, requester, "retry: 2000\n\n", 2000), "retry");
    publish(d, 301, 1, false);
    publish(d, 302, 2, false);
    publish(d, 303, 1, true);
    publish(d, 304, 1, false);
    heard = hear(d, agent, "\"n\":304}\n\n", 2000);
    assert_has(heard, "id: 301\nevent: ");
    assert_has(heard, "id: 302\n");
    assert_has(heard, "id: 303\n");
    heard = hear(d, requester, "\"n\":304}\n\n", 2000);
    assert_has(heard, "id: 301\n");
    assert_lacks(heard, "id: 302\n");
    assert_lacks(heard, "id: 303\n");
    close(agent);
    close(requester);
}

static void a_stream_resumes_from_the_ring(void **state)
{
    struct desk *d = *state;
    int fd;
    char *heard;

    for (int64_t id = 401; id <= 410; id++)
        publish(d, id, 1, false);
    fd = listen_as(d, AGENT, "405");
    heard = hear(d, fd, "\"n\":410}\n\n", 2000);
    assert_has(heard, "id: 406\n");
    assert_lacks(heard, "id: 405\n");
    close(fd);
}

static void older_events_come_from_the_table(void **state)
{
    struct desk *d = *state;
    int fd = listen_as(d, REQUESTER, "10");
    char *heard;
    int64_t next = 12;

    publish(d, 501, 1, false);
    heard = hear(d, fd, "\"n\":501}\n\n", 2000);
    for (const char *at = heard; next <= 250 && (at = strstr(at, "id: ")); at++, next += 2)
        assert_int_equal(atoll(at + 4), next);
    assert_int_equal(next, 252);
    close(fd);
}

static void a_slow_reader_falls_out_of_the_ring_and_loses_no_place(void **state)
{
    struct desk *d = *state;
    int fd = listen_as(d, AGENT, NULL);
    char *heard;

    hear(d, fd, "retry", 2000);
    for (int64_t id = 1000; id < 1000 + 2 * SSE_BACKLOG_EVENTS; id++)
        publish(d, id, 7, false);
    heard = hear(d, fd, "\"n\":9191}\n\n", 3000);
    assert_ids(heard, 1000, 999 + 2 * SSE_BACKLOG_EVENTS);
    close(fd);
}

static void long_events_come_whole(void **state)
{
    enum { LONG = 100000 };
    struct desk *d = *state;
    char *json = malloc(LONG + 1);
    struct sse_event event = {.id = 30000, .name = "long", .json = json};
    int fd = listen_as(d, AGENT, NULL);
    char *heard;
    size_t xs = 0;

    hear(d, fd, "retry", 2000);
    memset(json, 'x', LONG);
    json[LONG] = '\0';
    sse_hub_publish(d->hub, &event, 1);
    publish(d, 30001, 1, false);
    heard = hear(d, fd, "\"n\":30001}\n\n", 3000);
    for (const char *at = heard; *at; at++)
        xs += *at == 'x';
    assert_int_equal(xs, LONG);
    close(fd);
    free(json);
}

static void idle_streams_hear_a_heartbeat(void **state)
{
    struct desk *d = *state;
    int fd = listen_as(d, AGENT, NULL);

    sse_hub_set_heartbeat(d->hub, 50);
    assert_has(hear(d, fd, ": ping\n\n", 2000), ": ping");
    assert_has(hear(d, fd, ": ping\n\n", 2000), ": ping");
    sse_hub_set_heartbeat(d->hub, 20000);
    close(fd);
}

static void strangers_hear_nothing(void **state)
{
    assert_status(ask(*state, "GET /api/events", NULL, NULL), 401);
}

static void nothing_is_lost_under_load(void **state)
{
    enum { STREAMS = 40, EVENTS = 3000 };
    struct desk *d = *state;
    int fds[STREAMS];

    for (int i = 0; i < STREAMS; i++)
        hear(d, fds[i] = listen_as(d, AGENT, NULL), "retry", 2000);
    for (int64_t id = 40001; id <= 40000 + EVENTS; id++)
        publish(d, id, 1, false);
    for (int i = 0; i < STREAMS; i++) {
        char *heard = hear(d, fds[i], "\"n\":43000}\n\n", 5000);

        assert_ids(heard, 40001, 40000 + EVENTS);
        close(fds[i]);
    }
}

static int64_t resident_kb(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    long size, resident = 0;

    assert_non_null(file);
    assert_int_equal(fscanf(file, "%ld %ld", &size, &resident), 2);
    fclose(file);
    return resident * 4;
}

static void two_thousand_idle_streams_cost_little(void **state)
{
    enum { STREAMS = 2000 };
    struct desk *d = *state;
    int *fds = malloc(STREAMS * sizeof(*fds));
    struct http_metrics metrics;
    int64_t before = resident_kb();

    for (int i = 0; i < STREAMS; i++)
        fds[i] = listen_as(d, AGENT, NULL);
    for (int i = 0; i < 500; i++) {
        http_server_metrics(d->server, &metrics);
        if (metrics.streams >= STREAMS)
            break;
        usleep(10000);
    }
    assert_true(metrics.streams >= STREAMS); /* earlier ones end with a heartbeat */
    sse_hub_set_heartbeat(d->hub, 20);
    usleep(500000);
    sse_hub_set_heartbeat(d->hub, 20000);
    print_message("2000 streams: %lld KB\n", (long long)(resident_kb() - before));
#ifndef SANITIZED
    assert_in_range(resident_kb() - before, 0, 60 * 1024);
#endif
    for (int i = 0; i < STREAMS; i++)
        close(fds[i]);
    free(fds);
}

static void stopping_ends_the_streams(void **state)
{
    struct desk *d = *state;
    int fd = listen_as(d, AGENT, NULL);
    char *heard = hear(d, fd, "retry", 2000);

    http_server_stop(d->server, 2000);
    heard = hear(d, fd, NULL, 2000);
    assert_has(heard, "0\r\n\r\n"); /* the last chunk: an end, not a break */
    close(fd);
    desk_start(d);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(events_arrive_in_order_and_only_where_they_may),
        cmocka_unit_test(a_stream_resumes_from_the_ring),
        cmocka_unit_test(older_events_come_from_the_table),
        cmocka_unit_test(a_slow_reader_falls_out_of_the_ring_and_loses_no_place),
        cmocka_unit_test(long_events_come_whole),
        cmocka_unit_test(idle_streams_hear_a_heartbeat),
        cmocka_unit_test(strangers_hear_nothing),
        cmocka_unit_test(nothing_is_lost_under_load),
        cmocka_unit_test(two_thousand_idle_streams_cost_little),
        cmocka_unit_test(stopping_ends_the_streams),
    };

    return cmocka_run_group_tests(tests, desk_setup, desk_teardown);
}
