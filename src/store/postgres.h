/* postgres.h -- shared by the files of the PostgreSQL engine; nobody else includes it.
 *
 *   postgres.c         opening, closing, reading
 *   postgres_open.c    making a connection
 *   postgres_run.c     statements, prepared once, and their rows
 *   postgres_pool.c    connections for reading
 *   postgres_conn.c    one connection: its pipeline of statements and their answers
 *   postgres_kept.c    rows of configuration that the writer need not ask for again
 *   postgres_gather.c  rows for one table, inserted together
 *   postgres_rows.c    values out and in, in PostgreSQL's binary form
 *   postgres_lane.c    the writer: one batch at a time in the whole cluster
 *   postgres_copy.c    many rows at once
 *   postgres_listen.c  hears of other nodes' commits
 *   postgres_tidy.c    merges what was added to the search index, beside the lane
 *   postgres_care.c    check; where to look for a backup
 */
#ifndef FD_POSTGRES_H
#define FD_POSTGRES_H

#include "store/writer.h"

#include <libpq-fe.h>

enum {
    PG_TEXT_SLOTS = 1024,
    PG_KEPT_SLOTS = 256,
    PG_PARAMS_MAX = 1024, /* of a statement */
    PG_GATHER_MAX = 32,   /* rows; a power of two */
    PG_PENDING_MAX = 128, /* statements under way; a power of two */
    PG_FLUSH_EVERY = 8,   /* statements put off that are handed to the network together */
};

/* A statement that has been sent and not yet answered. */
struct pg_pending {
    enum pg_answer { PG_ANSWER_STATEMENT, PG_ANSWER_PREPARE, PG_ANSWER_SYNC } kind;
    const char *what; /* for the log; borrowed from a query, or static */
    bool *prepared;   /* PREPARE: to be taken back if it fails */
    unsigned unit;    /* which unit of the batch sent it */
    bool sure;        /* ERR_RETRY if it changed no row */
};

struct pg_text {
    char *sql;
    char *types; /* of its parameters, as struct query's */
    bool prepared;
    unsigned generation; /* part of its name: a slot is used again */
};

/* A result; rows that are kept and rows that are being walked over may share one. */
struct pg_result {
    PGresult *pg;
    int users;
};

struct pg_kept {
    const struct query *query; /* NULL: the slot is free */
    unsigned char key[32];     /* hash of the parameters */
    struct pg_result *result;
};

/* Rows of one INSERT that have not been sent yet. */
struct pg_gather {
    const struct query *query; /* NULL: none */
    struct arena arena;
    struct value *params;
    int rows;
};

struct pg_conn {
    struct conn conn;
    PGconn *pg;
    bool writable;
    bool broken;    /* connect anew */
    bool *prepared; /* by query index */
    struct pg_text texts[PG_TEXT_SLOTS];

    struct pg_pending pending[PG_PENDING_MAX];
    unsigned pending_first, pending_end; /* ever growing; taken modulo PG_PENDING_MAX */
    unsigned unflushed;
    bool aborted; /* the server skips everything up to the next sync */
    err failed;   /* the transaction's first error; until it is rolled back */
    unsigned failed_unit;
    unsigned unit;      /* that is running */
    bool unlimited;     /* no deadlines: migrations, making an index anew */
    bool savepoint_due; /* to be set before the unit's first writing statement */
    bool savepoint_set;
    struct arena scratch; /* parameters of the statement that is sent */

    /* The writer's */
    struct pg_gather gather;
    struct pg_kept kept[PG_KEPT_SLOTS];
    int64_t config;             /* the state of the configuration that they are of */
    bool forgot;                /* this batch changes it: nothing is kept until it ends */
    bool wrote;                 /* this unit has */
    int64_t next_id[SEQ_COUNT]; /* 0: ask */
    struct pg_conn *next_free;
};

struct pg_pool {
    const char *url, *role;
    pthread_mutex_t mutex;
    pthread_cond_t freed;
    struct pg_conn *free;
    int open, most;
    _Atomic int64_t down_until_us; /* nobody tries to connect before: steady clock */
};

struct pg_store {
    struct store store;
    char *url;
    char *replica_url; /* or NULL */
    struct pg_pool pool;
    struct pg_pool replicas;
    _Atomic int64_t
        newest_lsn; /* place in the server's log up to which this node knows of commits */
    _Atomic int64_t round_trips;
    _Atomic int64_t replica_reads, replica_late;

    struct writer writer;
    struct pg_conn *writing; /* NULL: to be connected */
    struct uuid node;
    int64_t batch;      /* that this node ran last */
    int64_t lane_batch; /* of the whole cluster, as this node left it */
    bool down;          /* the writer could not reach it */
    bool careful;       /* each unit of the batch gets a savepoint */
    int lock_fd;        /* exclusive servers; -1 */

    pthread_t listener;
    pthread_t tidier;
    bool tidying;
    _Atomic int64_t batches_done; /* of this node */
    bool listening;
    int wake_pipe[2]; /* ends the listener's sleep */
    _Atomic bool closing;
    _Atomic int64_t changes;
    _Atomic int writing_pid; /* the writer's session, which need not be told of itself */
    int lock_wait_ms;
    void (*committed)(void *ctx);
    void *committed_ctx;
};

/* postgres_conn.c, for the files that send. */
err pg_broke(struct pg_conn *c, const char *at); /* nothing more comes of it: ERR_RETRY */
struct pg_pending *pg_push(struct pg_conn *c, enum pg_answer kind, const char *what);
err pg_make_room(struct pg_conn *c); /* for a savepoint, a Prepare, a statement, a Sync */
err pg_hand_over(struct pg_conn *c); /* to the network */
/* Takes the answers up to `end`; the last statement's rows go to *out (may be NULL). */
err pg_take_until(struct pg_conn *c, unsigned end, PGresult **out);

/* postgres_open.c. fault (may be NULL) gets a sentence without the password. */
err pg_conn_open(struct pg_store *store, const char *url, const char *role, struct fault *fault,
                 struct pg_conn **out);
void pg_conn_close(struct pg_conn *c);
/* The connection to listen on is plain: without a pipeline. */
err pg_connect(struct pg_store *store, const char *url, const char *role, struct fault *fault,
               PGconn **out);
/* Asks on a plain connection; NULL (which PQresultStatus and PQclear take) when no answer came in time or the store
 * closes: the connection is of no use then. */
PGresult *pg_ask_plain(struct pg_store *store, PGconn *pg, const char *sql);
/* Sends; the answer is only looked at for its error. what must outlive the connection. */
err pg_send_text(struct pg_conn *c, const char *sql);
/* The same, and waits for it and for all before it. */
err pg_do(struct pg_conn *c, const char *sql);
/* Several statements at once, by the simple protocol. */
err pg_exec_script(struct conn *conn, const char *sql);
/* For what a pipeline does not take: run gives the result that is judged. */
err pg_outside_pipeline(struct pg_conn *c, PGresult *(*run)(PGconn *pg, const void *arg),
                        const void *arg, const char *what);
/* After an error: has the server listen again. The transaction is still to be rolled back. */
err pg_recover(struct pg_conn *c);
/* Waits for all that is under way; the transaction's first error. */
err pg_settle(struct pg_conn *c);
/* Ends a transaction whatever state it is in. */
void pg_rollback(struct pg_conn *c);
void pg_forget_failure(struct pg_conn *c);

err pg_prepare(struct conn *conn, const struct query *query);
err pg_run(struct conn *conn, const struct query *query, const char *sql,
           const struct value *params, int param_count, struct rows *out_rows);
err pg_exec(struct conn *conn, const struct query *query, const char *sql,
            const struct value *params, int param_count, int64_t *out_changed);

/* Ends a reading transaction that is fine, without waiting for the answer. */
err pg_end_reading(struct pg_conn *c);
/* Where in its log the server is: written, or on a replica replayed. */
err pg_read_lsn(struct pg_conn *c, int64_t *out);
extern const char pg_lsn_sql[];

/* postgres_pool.c. url may be NULL for a pool that is never taken from. */
void pg_pool_init(struct pg_pool *pool, const char *url, const char *role, int most);
/* ERR_STORE: it is down; ERR_BUSY: all are in use for too long. */
err pg_pool_take(struct pg_store *store, struct pg_pool *pool, struct pg_conn **out);
void pg_pool_give_back(struct pg_pool *pool, struct pg_conn *c);
void pg_pool_close(struct pg_pool *pool);

/* postgres_rows.c */
struct pg_params {
    const char **values;
    int *lengths;
    int *formats;
    Oid *types;
    int count;
};
/* types: struct query's letters, or NULL: as the values are. In a; borrows texts and bytes. */
struct pg_params pg_params_make(struct arena *a, const char *types, const struct value *params,
                                int count);
Oid pg_type_of_letter(char letter);
char pg_letter_of_value(const struct value *v);
/* A result that rows walk over. */
struct pg_rows {
    struct pg_result *result;
    int row; /* -1 before the first */
};
struct pg_result *pg_result_of(PGresult *pg);   /* with one user */
void pg_result_leave(struct pg_result *result); /* NULL is fine */
bool pg_next(struct rows *rows);
err pg_end(struct rows *rows);
int64_t pg_col_int(struct rows *rows, int column);
double pg_col_real(struct rows *rows, int column);
struct bytes pg_col_bytes(struct rows *rows, int column);
bool pg_col_null(struct rows *rows, int column);

/* postgres_kept.c */
/* The rows of an earlier run, with one user more, or NULL. */
struct pg_result *pg_kept_find(struct pg_conn *c, const struct query *query,
                               const struct value *params, int count);
void pg_kept_put(struct pg_conn *c, const struct query *query, const struct value *params,
                 int count, struct pg_result *result);
void pg_kept_clear(struct pg_conn *c);

/* postgres_gather.c */
/* Takes a row to be sent with others; false if this is no statement for that. */
bool pg_gather_take(struct pg_conn *c, const struct query *query, const struct value *params,
                    int count, err *out);
/* Sends what was taken: before any other statement. */
err pg_gather_send(struct pg_conn *c);
/* A statement without waiting, by its text, which need not outlive the call. query: what it was made from, or NULL.
 * types: of the parameters, NULL: as the values are. */
err pg_put_off(struct pg_conn *c, const struct query *query, const char *sql, const char *types,
               const struct value *params, int count);
err pg_put_off_query(struct pg_conn *c, const struct query *query, const struct value *params,
                     int count);

/* postgres_lane.c */
extern const struct writer_ops pg_lane_ops;
err pg_sequence_next(struct conn *conn, enum sequence seq, int64_t *out);
err pg_submit(struct store *store, const struct unit_setup *setup, unit_fn *run,
              void (*done)(void *arg, err result), void *arg);

/* postgres_copy.c */
err pg_put_rows(struct conn *conn, const struct table *table, const struct value *values,
                size_t row_count);
/* For the rest of the transaction. */
err pg_no_deadline(struct conn *conn);

/* postgres_listen.c */
/* The server's log is at lsn; newest_lsn was `seen` before it was asked. What was learnt meanwhile stands, and it never goes
 * back but from "unknown" (INT64_MAX). */
void pg_know_lsn(struct pg_store *store, int64_t seen, int64_t lsn);
err pg_listener_start(struct pg_store *store);
void pg_listener_stop(struct pg_store *store);

/* postgres_tidy.c */
err pg_tidier_start(struct pg_store *store);
void pg_tidier_stop(struct pg_store *store); /* after closing is set */

/* postgres_care.c */
err pg_backup(struct store *store, const char *to_path,
              void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
              struct fault *fault);
err pg_check(struct store *store, void (*problem)(void *ctx, const char *text), void *ctx);

#endif
