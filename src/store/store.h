/* store.h -- the one face of both database engines.
 *
 * Work reaches the database as a unit: a function that runs inside one transaction which the
 * store opens and ends. A unit returns OK to be committed, anything else to leave no trace.
 * Units must be re-runnable: the store may run one again (serialization failure, a batch that
 * failed because of a neighbour), so a unit has no effects outside its transaction, its arena
 * and its own result, which it sets anew each time.
 *
 * Writing units are batched (SQLite: one savepoint each, one fsync a batch). Their `done` is
 * called only when the batch is durable. Nothing above this folder names a database.
 */
#ifndef FD_STORE_H
#define FD_STORE_H

#include "base/actor.h"
#include "base/fault.h"

struct store;
struct conn; /* a driver's connection */
struct deferral_kind;

/* A transaction, handed to verbs. Everything in it is borrowed for the unit's run. */
struct tx {
    struct arena *arena; /* results live here; the caller of the unit owns it */
    int64_t now_ms;      /* the one moment at which this unit happens */
    struct actor actor;  /* who does it */
    struct fault *fault; /* where to explain an error; may be NULL */
    const struct settings *settings;
    bool writable;
    /* The store's own: */
    struct conn *conn;
    struct deferral *deferrals; /* newest first */
    struct arena *batch_arena;  /* lives until the batch ends */
};

typedef err unit_fn(struct tx *tx, void *arg);

/* Part of a unit that may fail by itself: OK, or all that it wrote and put off is undone and the unit
 * goes on as if it had not been. For one of many whose refusal is told beside the others' success. */
MUST_CHECK err tx_nested(struct tx *tx, unit_fn *run, void *arg);

/* For a unit that reads or writes a whole desk: however long it takes, its statements are not broken
 * off, nor is it thrown out for pausing. */
MUST_CHECK err tx_no_deadline(struct tx *tx);

/* What a unit is run with. */
struct unit_setup {
    struct arena *arena; /* required */
    struct fault *fault; /* may be NULL */
    struct actor actor;
    int64_t now_ms;  /* 0: the clock's, taken when the unit runs */
    bool may_be_old; /* reading: a replica may answer that has all this node knows of */
};

struct store_options {
    const char *data_dir;     /* the embedded engine's; also where files are kept */
    const char *database_url; /* NULL or empty: embedded. postgresql://... */
    const char *replica_url;  /* PostgreSQL: where reads go that may be a little old. NULL: none */
    const struct settings *settings;
    int readers;    /* read connections at most; 0: a sensible number */
    bool create;    /* make an empty database if there is none */
    bool exclusive; /* serve: refuse a second server on the same directory */
    /* Fills a database that has just been made (same transaction as its schema). May be NULL. */
    err (*seed)(struct tx *tx);
    bool half_copied; /* open a desk that `frontdesk copy` has not finished: for that alone */
    int64_t disk_reserve_bytes; /* refuse writes when the disk has less left; 0: write to the end */
    /* How long a transaction of another process is waited for, then ERR_BUSY; 0: 15 s. */
    int lock_wait_ms;
    /* Called on the writer's thread after each durable batch; must be quick. May be NULL. */
    void (*committed)(void *ctx);
    void *committed_ctx;
    struct fault *fault; /* why opening failed */
};

/* Opens, migrates and checks. ERR_STORE with a sentence in options->fault. */
MUST_CHECK err store_open(const struct store_options *options, struct store **out_store);
/* Runs what is queued, then ends. NULL is fine. */
void store_close(struct store *store);

/* Reading, on the caller's thread and a pooled connection: one consistent snapshot. */
MUST_CHECK err store_read(struct store *store, const struct unit_setup *setup, unit_fn *run,
                          void *arg);
/* Writing, waiting until it is durable (command line, jobs). ERR_BUSY when the queue is full. */
MUST_CHECK err store_write(struct store *store, const struct unit_setup *setup, unit_fn *run,
                           void *arg);
/* Writing without waiting: done(arg, result) is called from the writer's thread, exactly once,
 * unless ERR_BUSY or ERR_SHUTDOWN is returned (then never). setup is copied; what it points
 * to must live until done. */
MUST_CHECK err store_submit(struct store *store, const struct unit_setup *setup, unit_fn *run,
                            void (*done)(void *arg, err result), void *arg);
struct store_metrics {
    int64_t units;   /* that were committed */
    int64_t batches; /* commits */
    int64_t refused; /* told ERR_BUSY */
    int64_t queued;  /* waiting now */
    int64_t retries; /* batches that were run again */
    /* PostgreSQL */
    int64_t round_trips;
    int64_t replica_reads; /* answered by a replica */
    int64_t replica_late;  /* not, because it was behind or down */
};
void store_metrics(struct store *store, struct store_metrics *out);
/* True if anybody (another process too) has committed since the last call with this *seen. */
bool store_changed(struct store *store, int64_t *seen);

/* ---- Work put off to the end of the batch -------------------------------------------------
 * Counters and the search index are cheaper written once a batch. A unit notes what changed;
 * after the last unit the store calls flush once a kind with all the entries of the units that
 * succeeded, inside the same transaction, oldest first. An entry must live in tx->batch_arena. */
struct deferral_kind {
    const char *name;
    err (*flush)(struct tx *tx, void **entries, size_t count);
};
void tx_defer(struct tx *tx, const struct deferral_kind *kind, void *entry);

/* ---- Statements ---------------------------------------------------------------------------
 * Normally reached through the functions that script/gen_queries.py makes from .sql files. */

enum engine { ENGINE_SQLITE, ENGINE_POSTGRES, ENGINE_COUNT };

enum value_type { VALUE_NULL, VALUE_INT, VALUE_REAL, VALUE_TEXT, VALUE_BLOB };
struct value {
    enum value_type type;
    union {
        int64_t i;
        double d;
        struct {
            const char *data;
            size_t len;
        } s; /* text and blob */
    };
};
struct value value_int(int64_t i);
struct value value_int_or_null(int64_t i); /* 0 is NULL */
struct value value_text(const char *text); /* NULL is NULL */
struct value value_blob(const void *data, size_t len);
struct value value_uuid(struct uuid id); /* nil is NULL */
struct value value_tri(enum tri t);
struct value value_bool(bool yes);
struct value value_real(double d);

/* A named statement. sql is written with ?1 (SQLite) or $1 (PostgreSQL) by the generator; NULL where the
 * statement is for the other engine alone. */
struct query {
    const char *name;
    const char *sql[ENGINE_COUNT];
    /* Of the parameters, a letter each: int, bool, real, text, uuid, x for bytes. */
    const char *types;
    int index; /* dense, for each connection's cache */
    bool sure; /* ERR_RETRY if it changes no row */
    /* For PostgreSQL; see script/gen_queries.py. */
    int tuple_at, tuple_len; /* of an INSERT that may be given several rows; 0: it may not */
    bool kept;               /* its rows are kept until a query `forgets` */
    bool forgets;
};
extern const struct query *const all_queries[];
extern const int all_queries_count;

struct rows {
    struct conn *conn;
    void *stmt;
    err failed;
};

/* Starts a statement; then rows_next until false, then rows_end (always). */
MUST_CHECK err query_run(struct tx *tx, const struct query *query, const struct value *params,
                         int param_count, struct rows *out_rows);
/* The same for a text composed of constant fragments (list filters). Never of values. Parameters
 * are $1 to $n on either engine; the text is cached by content. */
MUST_CHECK err query_run_text(struct tx *tx, const char *sql, const struct value *params,
                              int param_count, struct rows *out_rows);
bool rows_next(struct rows *rows);
MUST_CHECK err rows_end(struct rows *rows);
bool rows_null(struct rows *rows, int column);
int64_t rows_int(struct rows *rows, int column); /* NULL reads as 0 */
double rows_real(struct rows *rows, int column);
bool rows_bool(struct rows *rows, int column);
enum tri rows_tri(struct rows *rows, int column);
struct uuid rows_uuid(struct rows *rows, int column); /* NULL reads as nil */
/* Copied into a; NULL stays NULL. */
const char *rows_text(struct rows *rows, int column, struct arena *a);
struct bytes rows_blob(struct rows *rows, int column, struct arena *a);
/* Is its text right? Prepares without running. For tests. */
MUST_CHECK err query_prepare(struct tx *tx, const struct query *query);
/* A statement without rows that is run at the end of the batch. */
MUST_CHECK err query_exec_late(struct tx *tx, const struct query *query, const struct value *params,
                               int param_count);
/* A statement without rows; *out_changed (may be NULL) tells how many rows it changed. Without it
 * PostgreSQL is not waited for: what goes wrong is the next statement's error, or the unit's. */
MUST_CHECK err query_exec(struct tx *tx, const struct query *query, const struct value *params,
                          int param_count, int64_t *out_changed);

/* The next number of a sequence, taken in this transaction. */
enum sequence {
    SEQ_TICKET,
    SEQ_COMMENT,
    SEQ_EVENT,
    SEQ_REQUESTER,
    SEQ_MAIL,
    SEQ_OUTBOX,
    SEQ_ATTACHMENT,
    SEQ_DECISION,
    SEQ_COUNT
};
MUST_CHECK err sequence_next(struct tx *tx, enum sequence seq, int64_t *out);

enum engine store_engine(const struct store *store);
enum engine tx_engine(const struct tx *tx);
/* Where the transaction belongs: for reading units on a worker that write something small of their
 * own meanwhile (sign-in) or leave a note for later (a token's last use). */
struct store *tx_store(const struct tx *tx);
/* Where files are kept; never NULL. */
const char *store_data_dir(const struct store *store);
const char *tx_data_dir(const struct tx *tx);
/* Those it was opened with. */
const struct settings *store_settings(const struct store *store);

/* Does the database answer, and is its schema one that this program works with? A node may have
 * brought it further meanwhile. */
MUST_CHECK err store_schema_check(struct tx *tx);

/* ---- Care ---------------------------------------------------------------------------------*/
/* A consistent copy while others write; progress (may be NULL) gets pages done and all. */
MUST_CHECK err store_backup(struct store *store, const char *to_path,
                            void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                            struct fault *fault);
/* The engine's own integrity check: foreign keys, pages, search index against its text. Each problem is told. */
MUST_CHECK err store_check(struct store *store, void (*problem)(void *ctx, const char *text),
                           void *ctx);

#endif
