/* sqlite_care.c -- online backup and integrity check of the embedded engine. */
#include "store/sqlite.h"

#include <stdio.h>
#include <unistd.h>

enum { PAGES_A_STEP = 1024, PAUSE_MS = 2 };

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

/* Copies inside one read transaction: what others write meanwhile is not in it, and does not
 * make the copy start again. */
err sqlite_backup(struct store *base, const char *to_path,
                  void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                  struct fault *fault)
{
    struct sqlite_store *store = (struct sqlite_store *)base;
    struct sqlite_conn *from = NULL;
    sqlite3 *to = NULL;
    sqlite3_backup *backup;
    err e;

    if (access(to_path, F_OK) == 0)
        return fault_set(fault, ERR_CONFLICT, "%s is there already", to_path);
    TRY(sqlite_conn_open(store, false, fault, &from));
    e = sqlite_exec(from, "BEGIN; SELECT count(*) FROM schema_migration");
    if (e == OK && sqlite3_open(to_path, &to) != SQLITE_OK)
        e = fault_set(fault, ERR_IO, "cannot write %s: %s", to_path, sqlite3_errmsg(to));
    if (e == OK) {
        backup = sqlite3_backup_init(to, "main", from->db, "main");
        e = backup ? copy_pages(backup, progress, ctx) : ERR_STORE;
        if (backup && sqlite3_backup_finish(backup) != SQLITE_OK)
            e = ERR_STORE;
        if (e != OK)
            fault_set(fault, e, "the copy failed: %s", sqlite3_errmsg(to));
    }
    /* One plain file that does not depend on a log beside it. */
    if (e == OK && sqlite3_exec(to, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL) != SQLITE_OK)
        e = ERR_STORE;
    sqlite3_close(to);
    sqlite_conn_close(from);
    if (e != OK && e != ERR_CONFLICT)
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
    if (e == OK &&
        sqlite3_exec(conn->db,
                     "INSERT INTO ticket_fts(ticket_fts, rank) VALUES ('integrity-check', 1)", NULL,
                     NULL, NULL) != SQLITE_OK)
        problem(ctx, "search index: it does not agree with the text (frontdesk check --repair "
                     "makes it anew)");
    sqlite_conn_close(conn);
    return e;
}
