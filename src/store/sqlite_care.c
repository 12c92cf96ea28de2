/* sqlite_care.c -- online backup and integrity check of the embedded engine. */
#include "store/sqlite.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { PAGES_A_STEP = 1024, PAUSE_MS = 2, INDEX_IN_PLACE_MAX_BYTES = 64 * 1024 * 1024 };

static err copy_pages(sqlite3_backup *backup, void (*progress)(void *, int64_t, int64_t), void *ctx)
{
    int rc;

    do {
        rc = sqlite3_backup_step(backup, PAGES_A_STEP);
        if (progress)
            progress(ctx, sqlite3_backup_pagecount(backup) - sqlite3_backup_remaining(backup),
                     sqlite3_backup_pagecount(backup));
        if (rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
            sqlite3_sleep(PAUSE_MS);
    } while (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED);
    return rc == SQLITE_DONE ? OK : ERR_STORE;
}

/* A copy holds all that the desk knows, hashes of passwords and tokens too: it is nobody else's. */
static err make_private_file(const char *path, struct fault *fault)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);

    if (fd >= 0) {
        close(fd);
        return OK;
    }
    if (errno == EEXIST)
        return fault_set(fault, ERR_CONFLICT, "%s is there already", path);
    return fault_set(fault, ERR_IO, "cannot write %s: %s", path, strerror(errno));
}

/* Copies inside one read transaction: what others write meanwhile is not in it, and does not
 * make the copy start again. */
static err copy_snapshot(struct sqlite_store *store, sqlite3 *to,
                         void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                         struct fault *fault)
{
    struct sqlite_conn *from = NULL;
    sqlite3_backup *backup;
    err e;

    TRY(sqlite_conn_open(store, false, fault, &from));
    e = sqlite_exec(from, "BEGIN; SELECT count(*) FROM schema_migration");
    if (e == OK) {
        backup = sqlite3_backup_init(to, "main", from->db, "main");
        e = backup ? copy_pages(backup, progress, ctx) : ERR_STORE;
        if (backup && sqlite3_backup_finish(backup) != SQLITE_OK)
            e = ERR_STORE;
        if (e != OK)
            fault_set(fault, e, "the copy failed: %s", sqlite3_errmsg(to));
    }
    sqlite_conn_close(from);
    return e;
}

err sqlite_backup(struct store *base, const char *to_path,
                  void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                  struct fault *fault)
{
    sqlite3 *to = NULL;
    err e = OK;

    TRY(make_private_file(to_path, fault));
    if (sqlite3_open(to_path, &to) != SQLITE_OK)
        e = fault_set(fault, ERR_IO, "cannot write %s: %s", to_path, sqlite3_errmsg(to));
    if (e == OK)
        e = copy_snapshot((struct sqlite_store *)base, to, progress, ctx, fault);
    /* One plain file that does not depend on a log beside it. */
    if (e == OK && sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) != SQLITE_OK)
        e = ERR_STORE;
    sqlite3_close(to);
    if (e != OK)
        unlink(to_path);
    return e;
}

static err check_rows(struct sqlite_conn *conn, const char *sql, const char *fine,
                      const char *label, void (*problem)(void *, const char *), void *ctx)
{
    struct rows rows;

    TRY(sqlite_run(&conn->conn, NULL, sql, NULL, 0, &rows));
    while (sqlite_next(&rows)) {
        const char *text = (const char *)sqlite3_column_text(rows.stmt, 0);
        char line[512];

        if (fine && text && sqlite3_stricmp(text, fine) == 0)
            continue;
        snprintf(line, sizeof(line), "%s: %s", label, text ? text : "?");
        problem(ctx, line);
    }
    return sqlite_end(&rows);
}

/* A locked database or a full disk says nothing about the index. */
static err check_index(sqlite3 *db, void (*problem)(void *ctx, const char *text), void *ctx)
{
    static const char sql[] =
        "INSERT INTO ticket_fts(ticket_fts, rank) VALUES ('integrity-check', 1)";
    int rc = sqlite3_exec(db, sql, NULL, NULL, NULL);

    if ((rc & 0xff) != SQLITE_CORRUPT)
        return sqlite_err(db, rc, "search index check");
    problem(ctx, "search index: it does not agree with the text (frontdesk check --repair makes it "
                 "anew)");
    return OK;
}

/* FTS5 checks only where it may write, and then nobody else may: with a big desk that takes many
 * seconds. So a copy is checked, in a nameless file that is gone with the connection. */
static err check_index_of_copy(struct sqlite_store *store,
                               void (*problem)(void *ctx, const char *text), void *ctx)
{
    sqlite3 *copy = NULL;
    err e = ERR_STORE;

    /* Where the desk has room, so has its copy; /tmp may be memory. */
    sqlite3_free(sqlite3_temp_directory);
    sqlite3_temp_directory = sqlite3_mprintf("%s", store->store.data_dir);
    if (sqlite3_open("", &copy) == SQLITE_OK)
        e = copy_snapshot(store, copy, NULL, NULL, NULL);
    if (e == OK)
        e = check_index(copy, problem, ctx);
    sqlite3_close(copy);
    return e;
}

static err check_search_index(struct sqlite_store *store, struct sqlite_conn *conn,
                              void (*problem)(void *ctx, const char *text), void *ctx)
{
    int64_t size_bytes =
        sqlite_pragma_int(conn, "PRAGMA page_count") * sqlite_pragma_int(conn, "PRAGMA page_size");

    if (size_bytes <= INDEX_IN_PLACE_MAX_BYTES)
        return check_index(conn->db, problem, ctx);
    return check_index_of_copy(store, problem, ctx);
}

err sqlite_check(struct store *base, void (*problem)(void *ctx, const char *text), void *ctx)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_conn *conn = NULL;
    err e;

    TRY(sqlite_conn_open(store, true, NULL, &conn));
    e = check_rows(conn, "PRAGMA quick_check(20)", "ok", "pages", problem, ctx);
    if (e == OK)
        e = check_rows(conn, "PRAGMA foreign_key_check", NULL, "a reference leads nowhere, table",
                       problem, ctx);
    if (e == OK)
        e = check_search_index(store, conn, problem, ctx);
    sqlite_conn_close(conn);
    return e;
}
