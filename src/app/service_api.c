/* service_api.c -- health, metrics, the API's own description, the live stream. */
#include "app/app.h"

#include "app/live.h"
#include "base/clock.h"
#include "queries.gen.h"

#include <inttypes.h>
#include <stdlib.h>
#include <unistd.h>

static err healthz(struct request *r, struct tx *tx)
{
    answer_text(r, 200, "text/plain; charset=utf-8");
    buf_str(&r->out, "ok\n");
    return OK;
}

/* Ready: the database answers, and no newer node has led it further than this program can follow. */
static err readyz(struct request *r, struct tx *tx)
{
    TRY(store_schema_check(tx));
    return healthz(r, tx);
}

static int64_t resident_bytes(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    long pages = 0;

    if (!f)
        return 0;
    if (fscanf(f, "%*s %ld", &pages) != 1)
        pages = 0;
    fclose(f);
    return (int64_t)pages * sysconf(_SC_PAGESIZE);
}

static void metric(struct buf *b, const char *name, const char *type, const char *help, int64_t n)
{
    buf_printf(b, "# HELP %s %s\n# TYPE %s %s\n%s %" PRId64 "\n", name, help, name, type, name, n);
}

static void put_durations(struct buf *b, const struct http_metrics *m)
{
    static const char name[] = "frontdesk_http_request_duration_seconds";
    int64_t sum = 0;

    buf_printf(b, "# HELP %s time from request to answer\n# TYPE %s histogram\n", name, name);
    for (size_t i = 0; i < COUNT_OF(http_duration_bounds_us); i++) {
        sum += m->duration_bucket[i];
        buf_printf(b, "%s_bucket{le=\"%g\"} %" PRId64 "\n", name,
                   (double)http_duration_bounds_us[i] / 1e6, sum);
    }
    sum += m->duration_bucket[COUNT_OF(http_duration_bounds_us)];
    buf_printf(b, "%s_bucket{le=\"+Inf\"} %" PRId64 "\n%s_sum %g\n%s_count %" PRId64 "\n", name,
               sum, name, (double)m->duration_us_sum / 1e6, name, sum);
}

static err metrics(struct request *r, struct tx *tx)
{
    const struct app *app = r->app;
    struct http_server *server = app->http;
    struct http_metrics http = {0};
    struct store_metrics store = {0};
    struct buf *b = &r->out;

    if (server)
        http_server_metrics(server, &http);
    store_metrics(app->store, &store);
    answer_text(r, 200, "text/plain; version=0.0.4; charset=utf-8");
    buf_str(b, "# HELP frontdesk_http_requests_total answers by status class\n"
               "# TYPE frontdesk_http_requests_total counter\n");
    for (int i = 1; i < 6; i++)
        buf_printf(b, "frontdesk_http_requests_total{class=\"%dxx\"} %" PRId64 "\n", i,
                   http.requests[i]);
    metric(b, "frontdesk_http_connections", "gauge", "open connections", http.connections);
    metric(b, "frontdesk_event_streams", "gauge", "open live streams", http.streams);
    put_durations(b, &http);
    metric(b, "frontdesk_store_units_total", "counter", "units of work committed", store.units);
    metric(b, "frontdesk_store_batches_total", "counter", "commits", store.batches);
    metric(b, "frontdesk_store_refused_total", "counter", "writes refused because too many waited",
           store.refused);
    metric(b, "frontdesk_store_queue", "gauge", "writes waiting", store.queued);
    metric(b, "frontdesk_store_round_trips_total", "counter",
           "answers of PostgreSQL that were waited for", store.round_trips);
    metric(b, "frontdesk_store_retries_total", "counter",
           "batches run again after a deadlock or a lost connection", store.retries);
    metric(b, "frontdesk_store_replica_reads_total", "counter", "reports that a replica answered",
           store.replica_reads);
    metric(b, "frontdesk_store_replica_late_total", "counter",
           "reports that no replica could answer, being behind or down", store.replica_late);
    metric(b, "frontdesk_resident_bytes", "gauge", "resident memory", resident_bytes());
    metric(b, "frontdesk_start_time_seconds", "gauge", "when the server started, Unix time",
           app->started_ms / 1000);
    return OK;
}

static err openapi(struct request *r, struct tx *tx)
{
    const struct app *app = r->app;

    answer_text(r, 200, "application/json");
    buf_add(&r->out, app->openapi.data, app->openapi.len);
    return OK;
}

static err events(struct request *r, struct tx *tx)
{
    const struct app *app = r->app;
    const char *last = request_header(r, "Last-Event-ID");
    struct stream_setup *stream = ARENA_NEW(r->arena, struct stream_setup);
    struct event_newest_row newest;

    TRY(q_event_newest(tx, &newest));
    *stream = (struct stream_setup){
        .hub = app->hub, .after_id = newest.id, .actor = r->actor, .catch_up = live_catch_up};
    if (last && *last) {
        char *end;
        int64_t id = strtoll(last, &end, 10);

        if (*end || id < 0)
            return fault_field(&r->fault, "Last-Event-ID", "must be the id of an event");
        stream->after_id = id < newest.id ? id : newest.id;
    }
    r->stream = stream;
    return OK;
}

const struct route service_routes[] = {
    {.method = "GET",
     .path = "/healthz",
     .access = ACCESS_ANYONE,
     .run = RUN_PLAIN,
     .handle = healthz,
     .status = 200,
     .answer_type = "text/plain",
     .tag = "Service",
     .summary = "Is the process alive?"},
    {.method = "GET",
     .path = "/readyz",
     .access = ACCESS_ANYONE,
     .run = RUN_READ,
     .handle = readyz,
     .status = 200,
     .answer_type = "text/plain",
     .tag = "Service",
     .summary = "Can it serve: does the database answer?"},
    {.method = "GET",
     .path = "/metrics",
     .access = ACCESS_ANYONE,
     .run = RUN_PLAIN,
     .handle = metrics,
     .status = 200,
     .answer_type = "text/plain",
     .tag = "Service",
     .summary = "Counters for Prometheus"},
    {.method = "GET",
     .path = "/api/openapi.json",
     .access = ACCESS_ANYONE,
     .run = RUN_PLAIN,
     .handle = openapi,
     .status = 200,
     .tag = "Service",
     .summary = "This description"},
    {.method = "GET",
     .path = "/api/events",
     .access = ACCESS_SIGNED_IN,
     .run = RUN_EVENTS,
     .handle = events,
     .status = 200,
     .answer_type = "text/event-stream",
     .tag = "Events",
     .summary = "Changes of tickets as they happen; Last-Event-ID resumes"},
};
const size_t service_route_count = COUNT_OF(service_routes);
