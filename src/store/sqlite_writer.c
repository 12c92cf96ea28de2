/* sqlite_writer.c -- how a batch of units becomes one transaction of the embedded engine. */
#include "store/sqlite.h"

#include "base/log.h"

#include <sys/statvfs.h>

static struct sqlite_store *store_of(struct writer *w)
{
    return (struct sqlite_store *)w->store;
}

static bool disk_is_full(struct sqlite_store *store)
{
    struct statvfs fs;

    if (!store->disk_reserve_bytes || statvfs(store->store.data_dir, &fs) != 0)
        return false;
    return (int64_t)fs.f_bavail * (int64_t)fs.f_frsize < store->disk_reserve_bytes;
}

/* Another process may have taken numbers meanwhile. */
static void forget_sequences_if_changed(struct sqlite_conn *conn)
{
    int64_t version = sqlite_pragma_int(conn, "PRAGMA data_version");

    if (version == conn->data_version)
        return;
    conn->data_version = version;
    for (int i = 0; i < SEQ_COUNT; i++)
        conn->next_id[i] = 0;
}

static err begin(struct writer *w)
{
    struct sqlite_store *store = store_of(w);

    if (disk_is_full(store))
        return ERR_FULL;
    TRY(sqlite_exec(store->writing, "BEGIN IMMEDIATE"));
    forget_sequences_if_changed(store->writing);
    w->conn = &store->writing->conn;
    return OK;
}

static err unit_begin(struct writer *w)
{
    return sqlite_exec(store_of(w)->writing, "SAVEPOINT unit");
}

static err unit_end(struct writer *w, bool keep, err *io_result)
{
    struct sqlite_conn *conn = store_of(w)->writing;

    if (!keep)
        TRY(sqlite_exec(conn, "ROLLBACK TO unit"));
    return sqlite_exec(conn, "RELEASE unit");
}

/* SQLite ends a whole transaction by itself when the disk is full, or it can't be read. */
static err lost(struct writer *w, err unit_result)
{
    if (!sqlite3_get_autocommit(store_of(w)->writing->db))
        return OK;
    return unit_result == OK ? ERR_STORE : unit_result;
}

static err commit(struct writer *w)
{
    return sqlite_exec(store_of(w)->writing, "COMMIT");
}

static void rollback(struct writer *w)
{
    struct sqlite_conn *conn = store_of(w)->writing;

    if (!sqlite3_get_autocommit(conn->db) && sqlite_exec(conn, "ROLLBACK") != OK)
        log_error("store.rollback", "failed=1");
}

const struct writer_ops sqlite_writer_ops = {
    .begin = begin,
    .unit_begin = unit_begin,
    .unit_end = unit_end,
    .lost = lost,
    .commit = commit,
    .rollback = rollback,
};

err sqlite_submit(struct store *store, const struct unit_setup *setup, unit_fn *run,
                  void (*done)(void *arg, err result), void *arg)
{
    return writer_submit(&((struct sqlite_store *)store)->writer, setup, run, done, arg);
}
