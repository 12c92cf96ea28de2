/* sqlite.c -- the embedded engine: opening a data directory, reading beside the writer. */
#include "store/sqlite.h"

#include "base/limits.h"
#include "store/data_dir.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READERS_DEFAULT = 16, LOCK_WAIT_DEFAULT_MS = 15000 };

static err check_database_exists(const struct sqlite_store *store,
                                 const struct store_options *options)
{
    if (options->create || access(store->db_path, F_OK) == 0)
        return OK;
    return fault_set(options->fault, ERR_STORE, "there is no desk in %s yet", options->data_dir);
}

static err bring_up_to_date(struct sqlite_store *store, const struct store_options *options)
{
    struct arena arena, batch_arena;
    struct unit_setup setup = {.arena = &arena, .fault = options->fault, .actor = actor_system()};
    struct tx tx;
    bool created = false;
    err e;

    arena_init(&arena);
    arena_init(&batch_arena);
    e = sqlite_exec(store->writing, "BEGIN IMMEDIATE");
    if (e == OK) {
        tx = unit_tx(&store->store, &store->writing->conn, &setup, true);
        tx.batch_arena = &batch_arena;
        e = migrate_run(&tx, sqlite_exec_script, &created);
        if (e == OK && created && options->seed)
            e = options->seed(&tx);
        if (e == OK)
            e = deferrals_flush(&tx, deferrals_take(&tx));
        if (e == OK)
            e = sqlite_exec(store->writing, "COMMIT");
        if (e != OK)
            (void)sqlite_exec(store->writing, "ROLLBACK");
    }
    arena_done(&arena);
    arena_done(&batch_arena);
    if (e != OK && options->fault && !options->fault->message)
        fault_set(options->fault, e, "cannot prepare the database in %s: %s", options->data_dir,
                  sqlite3_errmsg(store->writing->db));
    return e == OK ? OK : ERR_STORE;
}

static void sqlite_close(struct store *base)
{
    struct sqlite_store *store = (struct sqlite_store *)base;

    writer_stop(&store->writer);
    while (store->free_readers) {
        struct sqlite_conn *next = store->free_readers->next_free;
        sqlite_conn_close(store->free_readers);
        store->free_readers = next;
    }
    sqlite_conn_close(store->watch);
    sqlite_conn_close(store->writing);
    if (store->lock_fd >= 0)
        close(store->lock_fd);
    free(store->store.data_dir);
    free(store);
}

static err open_all(struct sqlite_store *store, const struct store_options *options)
{
    mode_t old_mask;
    err e;

    TRY(data_dir_prepare(options));
    TRY(check_database_exists(store, options));
    if (options->exclusive)
        TRY(data_dir_lock(options, &store->lock_fd));
    old_mask = umask(0077); /* the database, its log and its index are nobody else's */
    e = sqlite_conn_open(store, true, options->fault, &store->writing);
    if (e == OK)
        e = bring_up_to_date(store, options);
    umask(old_mask);
    if (e == OK)
        e = sqlite_conn_open(store, false, options->fault, &store->watch);
    return e == OK ? writer_start(&store->writer) : e;
}

/* Counting every allocation would make all readers meet at one mutex. */
static void configure_library(void)
{
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 1200, 200);
}

static err sqlite_open(const struct store_options *options, struct store **out)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct sqlite_store *store = calloc(1, sizeof(*store));
    err e;

    pthread_once(&once, configure_library);

    ENSURE(store != NULL);
    store->store = (struct store){
        .ops = &sqlite_ops, .settings = options->settings, .data_dir = strdup(options->data_dir)};
    store->lock_fd = -1;
    store->readers_max = options->readers ? options->readers : READERS_DEFAULT;
    store->disk_reserve_bytes = options->disk_reserve_bytes;
    store->lock_wait_ms = options->lock_wait_ms ? options->lock_wait_ms : LOCK_WAIT_DEFAULT_MS;
    writer_init(&store->writer, &store->store, &sqlite_writer_ops, WRITE_BATCH_MAX);
    store->writer.committed = options->committed;
    store->writer.committed_ctx = options->committed_ctx;
    pthread_mutex_init(&store->readers_mutex, NULL);
    pthread_cond_init(&store->reader_freed, NULL);
    pthread_mutex_init(&store->watch_mutex, NULL);
    if ((size_t)snprintf(store->db_path, sizeof(store->db_path), "%s/frontdesk.db",
                         options->data_dir) >= sizeof(store->db_path))
        e = fault_set(options->fault, ERR_STORE, "the data directory's path is too long");
    else
        e = open_all(store, options);
    if (e != OK) {
        sqlite_close(&store->store);
        return e;
    }
    *out = &store->store;
    return OK;
}

/* ---- readers ---- */

static err reader_take(struct sqlite_store *store, struct sqlite_conn **out)
{
    struct sqlite_conn *conn;
    bool open_one = false;
    err e;

    pthread_mutex_lock(&store->readers_mutex);
    while (!store->free_readers && store->readers_open == store->readers_max)
        pthread_cond_wait(&store->reader_freed, &store->readers_mutex);
    conn = store->free_readers;
    if (conn) {
        store->free_readers = conn->next_free;
    } else {
        open_one = true;
        store->readers_open++;
    }
    pthread_mutex_unlock(&store->readers_mutex);
    if (open_one) {
        e = sqlite_conn_open(store, false, NULL, &conn);
        if (e != OK) {
            pthread_mutex_lock(&store->readers_mutex);
            store->readers_open--;
            pthread_cond_signal(&store->reader_freed);
            pthread_mutex_unlock(&store->readers_mutex);
            return e;
        }
    }
    *out = conn;
    return OK;
}

static void reader_give_back(struct sqlite_store *store, struct sqlite_conn *conn)
{
    pthread_mutex_lock(&store->readers_mutex);
    conn->next_free = store->free_readers;
    store->free_readers = conn;
    pthread_cond_signal(&store->reader_freed);
    pthread_mutex_unlock(&store->readers_mutex);
}

static err step_once(struct sqlite_conn *conn, const char *sql)
{
    struct rows rows;

    TRY(sqlite_run(&conn->conn, NULL, sql, NULL, 0, &rows));
    sqlite_next(&rows);
    return sqlite_end(&rows);
}

static err sqlite_read(struct store *base, const struct unit_setup *setup, unit_fn *run, void *arg)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_conn *conn;
    struct tx tx;
    err e, ended;

    TRY(reader_take(store, &conn));
    tx = unit_tx(base, &conn->conn, setup, false);
    e = step_once(conn, "BEGIN");
    if (e == OK) {
        e = run(&tx, arg);
        ended = step_once(conn, "COMMIT");
        if (e == OK)
            e = ended;
        /* Else the next reader would get an old snapshot, and could not begin its own. */
        if (!sqlite3_get_autocommit(conn->db))
            (void)sqlite_exec(conn, "ROLLBACK");
    }
    reader_give_back(store, conn);
    return e;
}

static bool sqlite_changed(struct store *base, int64_t *seen)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    int64_t version;

    pthread_mutex_lock(&store->watch_mutex);
    version = sqlite_pragma_int(store->watch, "PRAGMA data_version");
    pthread_mutex_unlock(&store->watch_mutex);
    if (version == *seen)
        return false;
    *seen = version;
    return true;
}

static void sqlite_metrics(struct store *base, struct store_metrics *out)
{
    writer_metrics(&((struct sqlite_store *)base)->writer, out);
}

/* ---- rows ---- */

static int64_t col_int(struct rows *rows, int column)
{
    return sqlite3_column_int64(rows->stmt, column);
}

static double col_real(struct rows *rows, int column)
{
    return sqlite3_column_double(rows->stmt, column);
}

static bool col_null(struct rows *rows, int column)
{
    return sqlite3_column_type(rows->stmt, column) == SQLITE_NULL;
}

/* Text is read as a blob too: asking for text would make sqlite copy it only to add a NUL. */
static struct bytes col_bytes(struct rows *rows, int column)
{
    sqlite3_value *value = sqlite3_column_value(rows->stmt, column);
    struct bytes bytes = {NULL, 0};

    if (sqlite3_value_type(value) == SQLITE_NULL)
        return bytes;
    bytes.data = sqlite3_value_blob(value);
    bytes.len = (size_t)sqlite3_value_bytes(value);
    if (!bytes.data)
        bytes.data = (const unsigned char *)""; /* an empty blob */
    return bytes;
}

const struct engine_ops sqlite_ops = {
    .engine = ENGINE_SQLITE,
    .open = sqlite_open,
    .close = sqlite_close,
    .read = sqlite_read,
    .submit = sqlite_submit,
    .changed = sqlite_changed,
    .metrics = sqlite_metrics,
    .backup = sqlite_backup,
    .check = sqlite_check,
    .prepare = sqlite_prepare,
    .run = sqlite_run,
    .next = sqlite_next,
    .end = sqlite_end,
    .exec = sqlite_exec_query,
    .col_int = col_int,
    .col_real = col_real,
    .col_bytes = col_bytes,
    .col_null = col_null,
    .sequence_next = sqlite_sequence_next,
};
