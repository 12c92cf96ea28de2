#include "store/engine.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "queries.gen.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct value value_int(int64_t i)
{
    return (struct value){.type = VALUE_INT, .i = i};
}

struct value value_int_or_null(int64_t i)
{
    return i ? value_int(i) : (struct value){.type = VALUE_NULL};
}

struct value value_text(const char *text)
{
    if (!text)
        return (struct value){.type = VALUE_NULL};
    return (struct value){.type = VALUE_TEXT, .s = {text, strlen(text)}};
}

struct value value_blob(const void *data, size_t len)
{
    if (!data)
        return (struct value){.type = VALUE_NULL};
    return (struct value){.type = VALUE_BLOB, .s = {data, len}};
}

struct value value_uuid(struct uuid id)
{
    /* The bytes must outlive the call that made this value: a small ring of copies a thread is
     * enough for the statement that they are bound to (SQLITE_STATIC until it is run). */
    static _Thread_local struct uuid ring[64];
    static _Thread_local unsigned next;
    struct uuid *slot;

    if (uuid_is_nil(id))
        return (struct value){.type = VALUE_NULL};
    slot = &ring[next++ % COUNT_OF(ring)];
    *slot = id;
    return value_blob(slot->b, sizeof(slot->b));
}

struct value value_tri(enum tri t)
{
    return t == TRI_UNKNOWN ? (struct value){.type = VALUE_NULL} : value_int(t == TRI_YES);
}

struct value value_bool(bool yes)
{
    return value_int(yes);
}

struct value value_real(double d)
{
    return (struct value){.type = VALUE_REAL, .d = d};
}

static err open_engine(const struct store_options *options, struct store **out_store)
{
    if (options->database_url && *options->database_url)
        return postgres_ops.open(options, out_store);
    return sqlite_ops.open(options, out_store);
}

static err is_being_copied(struct tx *tx, void *arg)
{
    struct copy_note_row note;
    err e = q_copy_note(tx, &note);

    *(bool *)arg = e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* Half a desk answers questions wrongly, and what it took in would be in the copy's way. */
static err refuse_half_copy(const struct store_options *options, struct store *store)
{
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    bool half = false;
    err e;

    arena_init(&arena);
    e = store_read(store, &setup, is_being_copied, &half);
    arena_done(&arena);
    if (e == OK && half)
        e = fault_set(
            options->fault, ERR_STORE,
            "this desk is only half copied: run the same frontdesk copy again, it goes on "
            "where it was");
    return e;
}

err store_open(const struct store_options *options, struct store **out_store)
{
    struct store *store;
    err e = open_engine(options, &store);

    if (e == OK && !options->half_copied) {
        e = refuse_half_copy(options, store);
        if (e != OK)
            store_close(store);
    }
    if (e == OK)
        *out_store = store;
    return e;
}

void store_close(struct store *store)
{
    if (store)
        store->ops->close(store);
}

err store_read(struct store *store, const struct unit_setup *setup, unit_fn *run, void *arg)
{
    return store->ops->read(store, setup, run, arg);
}

err store_submit(struct store *store, const struct unit_setup *setup, unit_fn *run,
                 void (*done)(void *arg, err result), void *arg)
{
    return store->ops->submit(store, setup, run, done, arg);
}

/* store_write: submit, and sleep until done. */
struct waiter {
    pthread_mutex_t mutex;
    pthread_cond_t woken;
    unit_fn *run;
    void *arg;
    bool finished;
    err result;
};

static err waiter_run(struct tx *tx, void *arg)
{
    struct waiter *waiter = arg;

    return waiter->run(tx, waiter->arg);
}

static void waiter_done(void *arg, err result)
{
    struct waiter *waiter = arg;

    pthread_mutex_lock(&waiter->mutex);
    waiter->result = result;
    waiter->finished = true;
    pthread_cond_signal(&waiter->woken);
    pthread_mutex_unlock(&waiter->mutex);
}

err store_write(struct store *store, const struct unit_setup *setup, unit_fn *run, void *arg)
{
    struct waiter waiter = {.mutex = PTHREAD_MUTEX_INITIALIZER,
                            .woken = PTHREAD_COND_INITIALIZER,
                            .run = run,
                            .arg = arg};

    TRY(store_submit(store, setup, waiter_run, waiter_done, &waiter));
    pthread_mutex_lock(&waiter.mutex);
    while (!waiter.finished)
        pthread_cond_wait(&waiter.woken, &waiter.mutex);
    pthread_mutex_unlock(&waiter.mutex);
    pthread_mutex_destroy(&waiter.mutex);
    pthread_cond_destroy(&waiter.woken);
    return waiter.result;
}

void store_metrics(struct store *store, struct store_metrics *out)
{
    store->ops->metrics(store, out);
}

bool store_changed(struct store *store, int64_t *seen)
{
    return store->ops->changed(store, seen);
}

enum engine store_engine(const struct store *store)
{
    return store->ops->engine;
}

enum engine tx_engine(const struct tx *tx)
{
    return tx->conn->ops->engine;
}

struct store *tx_store(const struct tx *tx)
{
    return tx->conn->store;
}

const char *store_data_dir(const struct store *store)
{
    return store->data_dir;
}

const struct settings *store_settings(const struct store *store)
{
    return store->settings;
}

const char *tx_data_dir(const struct tx *tx)
{
    return tx->conn->store->data_dir;
}

err store_backup(struct store *store, const char *to_path,
                 void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                 struct fault *fault)
{
    return store->ops->backup(store, to_path, progress, ctx, fault);
}

err store_check(struct store *store, void (*problem)(void *ctx, const char *text), void *ctx)
{
    return store->ops->check(store, problem, ctx);
}

/* ---- transactions ---- */

struct tx unit_tx(struct store *store, struct conn *conn, const struct unit_setup *setup,
                  bool writable)
{
    ENSURE(setup->arena != NULL);
    return (struct tx){
        .arena = setup->arena,
        .now_ms = setup->now_ms ? setup->now_ms : clock_now_ms(),
        .actor = setup->actor,
        .fault = setup->fault,
        .settings = store->settings,
        .writable = writable,
        .conn = conn,
    };
}

void tx_defer(struct tx *tx, const struct deferral_kind *kind, void *entry)
{
    struct deferral *deferral = ARENA_NEW(tx->batch_arena, struct deferral);

    ENSURE(tx->writable);
    *deferral = (struct deferral){.kind = kind, .entry = entry, .next = tx->deferrals};
    tx->deferrals = deferral;
}

static err run_text(struct tx *tx, const char *sql)
{
    struct rows rows;

    TRY(query_run_text(tx, sql, NULL, 0, &rows));
    while (rows_next(&rows))
        continue;
    return rows_end(&rows);
}

err tx_nested(struct tx *tx, unit_fn *run, void *arg)
{
    struct deferral *before = tx->deferrals;
    err e;

    ENSURE(tx->writable);
    TRY(run_text(tx, "SAVEPOINT nested"));
    e = run(tx, arg);
    if (e == OK)
        e = run_text(tx, "RELEASE SAVEPOINT nested");
    if (e == OK)
        return OK;
    tx->deferrals = before;
    TRY(run_text(tx, "ROLLBACK TO SAVEPOINT nested"));
    TRY(run_text(tx, "RELEASE SAVEPOINT nested"));
    return e;
}

err tx_no_deadline(struct tx *tx)
{
    const struct engine_ops *ops = tx->conn->ops;

    return ops->no_deadline ? ops->no_deadline(tx->conn) : OK;
}

struct deferral *deferrals_take(struct tx *tx)
{
    struct deferral *reversed = NULL;

    while (tx->deferrals) {
        struct deferral *next = tx->deferrals->next;

        tx->deferrals->next = reversed;
        reversed = tx->deferrals;
        tx->deferrals = next;
    }
    return reversed;
}

enum { DEFERRAL_KINDS_MAX = 8 };

err deferrals_flush(struct tx *tx, struct deferral *oldest_first)
{
    const struct deferral_kind *kinds[DEFERRAL_KINDS_MAX];
    size_t kind_count = 0;
    size_t all = 0;
    void **entries;

    for (struct deferral *d = oldest_first; d; d = d->next) {
        size_t k = 0;

        all++;
        while (k < kind_count && kinds[k] != d->kind)
            k++;
        if (k == kind_count) {
            ENSURE(kind_count < DEFERRAL_KINDS_MAX);
            kinds[kind_count++] = d->kind;
        }
    }
    entries = ARENA_ARRAY(tx->arena, void *, all);
    for (size_t k = 0; k < kind_count; k++) {
        size_t n = 0;

        for (struct deferral *d = oldest_first; d; d = d->next) {
            if (d->kind == kinds[k])
                entries[n++] = d->entry;
        }
        TRY(kinds[k]->flush(tx, entries, n));
    }
    ENSURE(tx->deferrals == NULL); /* nobody would flush those */
    return OK;
}

/* ---- statements ---- */

/* Edges check or repair what comes in; this is for what slipped through. PostgreSQL would refuse the statement for one
 * byte that is not UTF-8, SQLite would keep it: both get U+FFFD instead. (A NUL ended the text in value_text.) */
static const struct value *valid_texts(struct tx *tx, const struct value *params, int count)
{
    struct value *copy = NULL;

    for (int i = 0; i < count; i++) {
        if (params[i].type != VALUE_TEXT || utf8_valid(params[i].s.data, params[i].s.len))
            continue;
        if (!copy) {
            copy = ARENA_ARRAY(tx->arena, struct value, (size_t)count);
            memcpy(copy, params, (size_t)count * sizeof(*copy));
        }
        copy[i] = value_text(utf8_repair(tx->arena, params[i].s.data, params[i].s.len));
    }
    return copy ? copy : params;
}

err query_run(struct tx *tx, const struct query *query, const struct value *params, int param_count,
              struct rows *out_rows)
{
    struct conn *conn = tx->conn;

    ENSURE(query->sql[conn->ops->engine]);
    return conn->ops->run(conn, query, query->sql[conn->ops->engine],
                          valid_texts(tx, params, param_count), param_count, out_rows);
}

err query_prepare(struct tx *tx, const struct query *query)
{
    return tx->conn->ops->prepare(tx->conn, query);
}

err query_run_text(struct tx *tx, const char *sql, const struct value *params, int param_count,
                   struct rows *out_rows)
{
    return tx->conn->ops->run(tx->conn, NULL, sql, valid_texts(tx, params, param_count),
                              param_count, out_rows);
}

err query_exec(struct tx *tx, const struct query *query, const struct value *params,
               int param_count, int64_t *out_changed)
{
    struct conn *conn = tx->conn;

    return conn->ops->exec(conn, query, query->sql[conn->ops->engine],
                           valid_texts(tx, params, param_count), param_count, out_changed);
}

bool rows_next(struct rows *rows)
{
    return rows->conn->ops->next(rows);
}

err rows_end(struct rows *rows)
{
    return rows->conn->ops->end(rows);
}

bool rows_null(struct rows *rows, int column)
{
    return rows->conn->ops->col_null(rows, column);
}

int64_t rows_int(struct rows *rows, int column)
{
    return rows->conn->ops->col_int(rows, column);
}

double rows_real(struct rows *rows, int column)
{
    return rows->conn->ops->col_real(rows, column);
}

bool rows_bool(struct rows *rows, int column)
{
    return rows_int(rows, column) != 0;
}

enum tri rows_tri(struct rows *rows, int column)
{
    if (rows->conn->ops->col_null(rows, column))
        return TRI_UNKNOWN;
    return rows_int(rows, column) ? TRI_YES : TRI_NO;
}

struct uuid rows_uuid(struct rows *rows, int column)
{
    struct bytes bytes = rows->conn->ops->col_bytes(rows, column);
    struct uuid id = {{0}};

    if (bytes.data && bytes.len == sizeof(id.b))
        memcpy(id.b, bytes.data, sizeof(id.b));
    return id;
}

const char *rows_text(struct rows *rows, int column, struct arena *a)
{
    struct bytes bytes = rows->conn->ops->col_bytes(rows, column);

    return bytes.data ? arena_strn(a, (const char *)bytes.data, bytes.len) : NULL;
}

struct bytes rows_blob(struct rows *rows, int column, struct arena *a)
{
    struct bytes bytes = rows->conn->ops->col_bytes(rows, column);

    if (!bytes.data)
        return (struct bytes){NULL, 0};
    return (struct bytes){(unsigned char *)arena_strn(a, (const char *)bytes.data, bytes.len),
                          bytes.len};
}

static const char *const sequence_tables[SEQ_COUNT] = {
    [SEQ_TICKET] = "ticket",
    [SEQ_COMMENT] = "ticket_comment",
    [SEQ_EVENT] = "event",
    [SEQ_REQUESTER] = "requester",
    [SEQ_MAIL] = "mail",
    [SEQ_OUTBOX] = "outbox",
    [SEQ_ATTACHMENT] = "attachment",
    [SEQ_DECISION] = "assignment_decision",
};

const char *sequence_table(enum sequence seq)
{
    ENSURE((unsigned)seq < SEQ_COUNT);
    return sequence_tables[seq];
}

err sequence_next(struct tx *tx, enum sequence seq, int64_t *out)
{
    ENSURE(tx->writable);
    return tx->conn->ops->sequence_next(tx->conn, seq, out);
}
