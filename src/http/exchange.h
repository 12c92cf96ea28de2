/* exchange.h -- one request on its way through the server. Private to http/.
 *
 * An exchange is taken from a freelist when the request line arrives and goes back when the answer
 * is out; its arena, its body buffer and its answer buffer keep their memory. The library calls
 * exchange_step() several times: once when the headers are there, for each piece of the body, at
 * its end, and after a suspension. `stage` says what the next call means.
 *
 * While an exchange is suspended it belongs to the thread that works for it (the store's writer, a
 * worker); exchange_resume() gives it back to its loop thread and must be the last touch.
 */
#ifndef FD_EXCHANGE_H
#define FD_EXCHANGE_H

#include "http/http.h"
#include "http/route_match.h"

#include <microhttpd.h>
#include <pthread.h>
#include <sodium.h>
#include <stdatomic.h>

enum stage {
    STAGE_NEW,       /* headers have not been looked at */
    STAGE_ADMITTING, /* suspended: a worker asks the database who this is */
    STAGE_RECEIVING, /* the body is coming */
    STAGE_DRAINING,  /* refused; the body is read and dropped so that the refusal arrives */
    STAGE_READY,     /* done in the first call, to be answered in the second */
    STAGE_WAITING,   /* suspended, or resumed and not yet answered */
    STAGE_ANSWERED,
    STAGE_STREAMING, /* answered with a stream that doesn't need the exchange */
};

/* A connection, for as long as it is open. */
struct peer {
    struct http_server *server;
    struct peer *prev, *next;
    int fd;
    _Atomic bool has_asked; /* a request was complete at least once */
    _Atomic int64_t
        deadline_us; /* by then the client must have sent what we wait for; 0: no wait */
    char ip[48];
};

struct receiving_file {
    struct upload upload;
    int fd;
    crypto_hash_sha256_state hash;
};

struct exchange {
    struct request request;
    struct http_server *server;
    struct MHD_Connection *mhd;
    struct peer *peer;
    struct exchange *next; /* in the freelist or the workers' queue */
    struct arena arena;
    enum stage stage;
    _Atomic bool handed_back; /* the other thread is done with all of this */
    err failed;               /* the outcome so far */
    bool handled;             /* in the call that admitted it */
    bool close;               /* the connection can't be used after this */
    bool is_head;
    int64_t started_us;
    const char *raw_uri;
    const char *raw_query;    /* NULL: none */
    struct name_value *pairs; /* of it, decoded */
    size_t pair_count;
    /* the body */
    bool has_body;
    int64_t body_size; /* of Content-Length; -1: not told */
    int64_t received;
    struct buf body;
    struct MHD_PostProcessor *post;
    struct receiving_file *file; /* being received; NULL: none */
    struct upload **files_tail;
    size_t file_count;
    const struct idempotency_key *idempotency; /* NULL: none */
    unsigned allowed;                          /* methods of the path, when the method was wrong */
    char id_text[24];
};

struct workers;

struct http_server {
    struct http_options options;
    struct router *router;
    struct MHD_Daemon *daemon;
    int listen_fd;
    int port;
    struct workers *workers; /* for what takes long */
    struct workers
        *file_workers;       /* for files: who waits for other machines keeps no report waiting */
    struct workers *readers; /* for every read, when the database is across a network; else NULL */
    struct sse_hub *_Atomic hub; /* the one that its streams listen to; NULL before the first */

    pthread_mutex_t pool_lock;
    struct exchange *pool;
    size_t pool_count;

    pthread_mutex_t peers_lock;
    struct peer *peers;
    pthread_t reaper;
    pthread_cond_t reaper_wake;
    bool reaper_stop;            /* under peers_lock */
    _Atomic int64_t patience_us; /* HTTP_IDLE_TIMEOUT_S; tests have less */

    uint64_t id_base;
    _Atomic uint64_t id_next;
    _Atomic bool closing;      /* finish what runs, keep no connection */
    _Atomic bool sealed;       /* suspend nothing any more */
    _Atomic int64_t suspended; /* connections that the library must not be stopped with */
    _Atomic int64_t in_flight;
    _Atomic int64_t connections;
    _Atomic int64_t streams;
    _Atomic int64_t requests[6];
    _Atomic int64_t duration_us_sum;
    _Atomic int64_t duration_bucket[12];
};

static inline struct exchange *exchange_of(const struct request *r)
{
    return r->exchange;
}

/* exchange.c */
void *exchange_begin(void *server, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result exchange_step(void *server, struct MHD_Connection *mhd, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *size, void **context);
void exchange_end(void *server, struct MHD_Connection *mhd, void **context,
                  enum MHD_RequestTerminationCode why);
void exchange_pool_free(struct http_server *server);

/* admit.c: who asks, may they, and is what they ask well formed. */
MUST_CHECK err admit_headers(struct exchange *x, const char *method, const char *version);
MUST_CHECK err admit_caller(struct exchange *x, struct tx *tx);
MUST_CHECK err admit_query(struct exchange *x);
/* Does the path ask for an answer before any handler: OPTIONS? */
bool admit_answers(struct exchange *x);

/* url.c */
/* Percent-decodes len bytes into the arena; NULL if malformed, not UTF-8 or with a NUL. */
char *url_decode(struct arena *a, const char *text, size_t len, bool plus_is_space);
/* Splits "a=1&b=2" into pairs. ERR_INVALID with a sentence. */
MUST_CHECK err url_pairs(struct arena *a, const char *query, struct fault *fault,
                         struct name_value **out, size_t *out_count);

/* body.c */
MUST_CHECK err body_expect(struct exchange *x); /* may the announced body come? */
MUST_CHECK err body_take(struct exchange *x, const char *data, size_t size);
MUST_CHECK err body_finish(struct exchange *x); /* reads it through the route's shape */

/* idempotency_key.c: sets x->idempotency from the header, if this is a request for it. */
MUST_CHECK err idempotency_key_read(struct exchange *x);

/* upload.c */
MUST_CHECK err upload_expect(struct exchange *x);
MUST_CHECK err upload_take(struct exchange *x, const char *data, size_t size);
MUST_CHECK err upload_finish(struct exchange *x);
MUST_CHECK err upload_keep(struct exchange *x);
void upload_discard(struct exchange *x);

/* run.c */
/* Admits the caller (admit) and runs the handler if it is one that reads and nothing more is to
 * come: true if it did. The outcome is in x->failed. */
bool run_inline(struct exchange *x, bool admit);
/* Suspends and hands the exchange to the writer or a worker. */
void run_elsewhere(struct exchange *x);
/* Must a reader do what run_inline(x, admit) does, since the loop would wait for the network? */
bool run_waits(const struct exchange *x, bool admit);
/* Lets it do so: x->handled is what run_inline() said. False: it is refused, x->failed says why. */
bool admit_elsewhere(struct exchange *x);
/* The same for an answer that its handler put off (answer_later). */
enum MHD_Result run_later(struct exchange *x);
void exchange_resume(struct exchange *x);

/* workers.c */
struct workers *workers_new(int threads, size_t queue_max);
void workers_free(struct workers *w);
/* False when the queue is full. */
bool workers_push(struct workers *w, struct exchange *x, void (*work)(struct exchange *x));

/* answer.c */
void answer_reset(struct request *r);
/* Turns x->failed into the error answer. */
void answer_failure(struct exchange *x);

/* send.c */
enum MHD_Result send_answer(struct exchange *x);
/* The client has what it asks for: the answer is 304. */
bool answer_is_known(const struct exchange *x);
/* send_file.c: the body of an answer_file; sets the status and headers of ranges. */
struct MHD_Response *send_file_response(struct exchange *x);

/* stream.c */
struct MHD_Response *stream_response(struct exchange *x);

/* peer.c */
void peer_notify(void *server, struct MHD_Connection *mhd, void **socket_context,
                 enum MHD_ConnectionNotificationCode what);
MUST_CHECK err peers_start(struct http_server *server);
void peers_stop(struct http_server *server);
/* The client has `bytes` to send from now on (-1: headers). */
void peer_expect(struct peer *peer, int64_t bytes);
void peer_expect_nothing(struct peer *peer);

#endif
