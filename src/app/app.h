/* app.h -- a running server: what its edges share (request->app). */
#ifndef FD_APP_H
#define FD_APP_H

#include "base/settings.h"
#include "http/http.h"
#include "http/sse.h"
#include "job/job.h"
#include "store/store.h"

struct live;

struct app {
    const struct settings *settings;
    struct store *store;
    /* Set while others run already: the writer wakes live, an early request asks for metrics. */
    struct http_server *_Atomic http;
    struct sse_hub *hub;
    struct live *_Atomic live;
    struct job_runner *jobs;
    int64_t started_ms;
    struct buf openapi; /* made once */
};

/* routes.c: every route of the server. */
const struct route_table *all_routes(size_t *out_count);

/* service_api.c */
extern const struct route service_routes[];
extern const size_t service_route_count;

#endif
