/* http.h -- requests, answers and routes; the HTTP library stays behind this face.
 *
 * A route is one line of a table: method, path, who may, what is sent, what comes back, which
 * function. The server matches, authenticates, checks rights and shapes, opens the transaction,
 * calls the handler and answers. A handler reads as a straight line:
 *
 *     static err ticket_get(struct request *r, struct tx *tx)
 *     {
 *         struct ticket_view view;
 *         TRY(ticket_find(tx, request_param(r, "id"), &view));
 *         return answer(r, 200, &ticket_shape, &view);
 *     }
 *
 * A write's handler runs on the writer inside its savepoint and may run again (store.h): answer()
 * starts the answer anew each time. Whatever a handler returns but OK becomes the error answer.
 */
#ifndef FD_HTTP_H
#define FD_HTTP_H

#include "http/shape.h"
#include "store/store.h"

enum { ROUTE_PARAMS_MAX = 4 };

enum run_as {
    RUN_READ,   /* read transaction, inline on the loop thread: short reads only */
    RUN_REPORT, /* read transaction on a reader worker: may take long */
    RUN_WRITE,  /* writing unit; the connection is suspended until it is durable */
    RUN_PLAIN,  /* no transaction (tx is NULL): health, metrics, openapi. Inline, must be quick */
    RUN_EVENTS, /* server-sent events: handler runs as RUN_READ once to decide (fills r->stream) */
};

/* Least who may call; verbs check the object. */
enum access {
    ACCESS_ANYONE,    /* also without signing in (rate limits are the handler's) */
    ACCESS_SIGNED_IN, /* requester or agent */
    ACCESS_AGENT,
    ACCESS_SUPERVISOR,
    ACCESS_ADMIN,
};

struct request;
typedef err handler_fn(struct request *r, struct tx *tx);

enum body_kind {
    BODY_NONE = 0, /* a body is ignored if empty or {}, else 400 */
    BODY_JSON,     /* .body says which shape; an absent body reads as {} */
    BODY_UPLOAD,   /* raw bytes or multipart/form-data with files: streamed to disk -> r->uploads */
};

struct route {
    const char *method; /* "GET" */
    const char *path;   /* "/api/tickets/:id/comments" */
    enum access access;
    enum run_as run;
    handler_fn *handle;
    const struct shape *query; /* NULL: takes no query parameters */
    enum body_kind body_kind;
    const struct shape *body;
    int status;                 /* of success: 200, 201, 204 */
    const struct shape *answer; /* for OpenAPI; NULL: see answer_type */
    const char *answer_type;    /* e.g. "text/csv"; beside answer: JSON or this, as asked for */
    const char *tag;            /* "Tickets": groups the documentation */
    const char *summary;        /* one sentence */
    bool secret_answer; /* holds a secret: never kept for Idempotency-Key, a repeat is 409 */
};

/* A list of route tables makes the server's table (app/routes.c). */
struct route_table {
    const struct route *routes;
    size_t count;
};
#define ROUTES(table)                                                                              \
    {                                                                                              \
        (table), COUNT_OF(table)                                                                   \
    }

/* A file that was uploaded: lies in options->upload_dir until options->keep_upload has taken it, before
 * the handler runs. Whatever is still there when the request ends is deleted. */
struct upload {
    const char *path;
    const char *file_name; /* as sent, cleaned; never NULL */
    int64_t size;
    unsigned char sha256[32];
    const char *mime_type; /* keep_upload's word on it; NULL without one */
    struct upload *next;
};

struct stream_setup; /* http/sse.h */
struct exchange;     /* the server's own */

struct request {
    const struct route *route;
    const char *method;
    const char *path;
    struct arena *arena;
    struct actor actor;
    struct fault fault;
    const void *query; /* struct of route->query */
    const void *body;  /* struct of route->body */
    const struct upload *uploads;
    const char *request_id;
    void *app; /* what http_options carries */
    /* the answer */
    int status;
    struct buf out;
    const char *content_type;
    struct name_value headers[16];
    size_t header_count;
    int64_t file_offset; /* answer_file */
    const char *file_path;
    int file_fd;   /* answer_descriptor; the answer's to close */
    bool has_file; /* file_fd is one */
    err (*later)(struct request *r, void *arg);
    void *later_arg;
    struct stream_setup *stream;
    /* the server's own */
    struct name_value params[ROUTE_PARAMS_MAX];
    size_t param_count;
    struct exchange *exchange;
};

/* ---- for handlers ---- */
/* ":id" of the route; ENSUREs that the route has it. */
const char *request_param(const struct request *r, const char *name);
/* NULL if absent. Names without regard to case. */
const char *request_header(const struct request *r, const char *name);
const char *request_cookie(const struct request *r, const char *name);
/* Version of If-Match ("12" or W/"12"), 0 if absent or "*"; ERR_INVALID if it is something else (an unknown tag can only fail: then -1). */
int64_t request_if_match(const struct request *r);

/* Starts the answer anew: status, and JSON of data. Always returns OK. */
err answer(struct request *r, int status, const struct shape *shape, const void *data);
/* Starts a JSON answer that the handler writes itself. */
struct json_out answer_json(struct request *r, int status);
/* 204 */
err answer_empty(struct request *r);
/* Text of another type: buffer is filled by the handler afterwards (r->out). */
err answer_text(struct request *r, int status, const char *content_type);
/* A file of the data directory, sent with sendfile. Range requests are honoured. */
err answer_file(struct request *r, const char *path, const char *content_type);
/* The same of an open file, which is the answer's to close. */
err answer_descriptor(struct request *r, int fd, const char *content_type);
/* The answer is made by `work` when the handler is done: on a worker, without a transaction. For what waits
 * for a disk or another machine. Headers that the handler adds after this stay. RUN_READ only. */
err answer_later(struct request *r, err (*work)(struct request *r, void *arg), void *arg);
/* Adds a header to the answer (value copied; CR and LF refused). */
void answer_header(struct request *r, const char *name, const char *value);
/* ETag of a version number. */
void answer_etag(struct request *r, int64_t version);

/* ---- for app ---- */
struct http_server;

/* Who used which key for what. */
struct idempotency_key {
    enum actor_type actor_type;
    int64_t actor_id;
    const char *key;        /* of strangers: with their address in front, so that they don't meet */
    unsigned char hash[32]; /* of method, path, query, body and uploads */
};
struct kept_answer {
    int status;               /* 0: it was secret and is not kept */
    const char *content_type; /* may be NULL */
    const char *body;
};

struct http_options {
    struct store *store;
    const char *listen; /* "127.0.0.1:8080", "[::1]:8080", port 0: any */
    int listen_fd;      /* a listening socket (> 2: socket activation), used instead */
    const struct route_table *tables;
    size_t table_count;
    void *app;
    /* Finds out who calls, from Authorization or cookie; runs in a read transaction. OK with ACTOR_ANONYMOUS
     * if no credentials were sent; ERR_UNAUTHENTICATED if they are wrong; ERR_FORBIDDEN (CSRF). Where
     * ACCESS_ANYONE is enough and nothing but a stale cookie came, both count as anonymous: else
     * nobody could sign in anew. NULL: everybody is anonymous. r->actor.ip is already there. */
    err (*authenticate)(struct request *r, struct tx *tx, struct actor *out);
    /* Idempotency-Key of POSTs that write; both run in the write's own transaction, before and
     * after the handler. NULL: the header is ignored. http/idempotency.h has them. */
    err (*idempotency_find)(struct tx *tx, const struct idempotency_key *key,
                            struct kept_answer *out); /* ERR_NOT_FOUND: carry on */
    err (*idempotency_keep)(struct tx *tx, const struct idempotency_key *key,
                            const struct kept_answer *answer);
    const char *upload_dir; /* where uploads are written first */
    /* Takes an upload to where it stays, and makes it durable, on a worker before the handler's unit. NULL: it
     * lies in upload_dir, not synced. */
    err (*keep_upload)(struct request *r, struct store *store, struct upload *upload);
    int64_t upload_max_bytes;
    const char *const *trusted_proxies; /* addresses whose X-Forwarded-For is believed; lives on */
    size_t trusted_proxy_count;
    int threads; /* 0: HTTP_THREADS */
    struct fault *fault;
};
MUST_CHECK err http_server_start(const struct http_options *options, struct http_server **out);
int http_server_port(const struct http_server *server);
/* Finishes requests in flight (at most grace_ms), ends streams, frees. False: somebody still works with it and with the
 * store, so neither may be taken away any more. */
bool http_server_stop(struct http_server *server, int grace_ms);
/* The OpenAPI 3.1 document of the tables. */
void openapi_write(const struct route_table *tables, size_t count, const char *version,
                   struct json_out *j);

/* Counters for /metrics, filled by the server. */
struct http_metrics {
    int64_t requests[6]; /* by status class: [2] is 2xx */
    int64_t connections; /* open now */
    int64_t streams;     /* SSE streams open now */
    int64_t duration_us_sum;
    int64_t duration_bucket[12]; /* see http_duration_bounds_us */
};
void http_server_metrics(struct http_server *server, struct http_metrics *out);
extern const int64_t http_duration_bounds_us[11];

#endif
