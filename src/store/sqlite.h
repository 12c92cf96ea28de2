/* sqlite.h -- shared by the files of the embedded engine; nobody else includes it. */
#ifndef FD_SQLITE_H
#define FD_SQLITE_H

#include "store/writer.h"

#include <pthread.h>
#include <sqlite3.h>

enum { TEXT_CACHE_SLOTS = 256, PATH_SIZE = 4096 };

struct text_stmt {
    char *sql;
    sqlite3_stmt *stmt;
};

struct sqlite_conn {
    struct conn conn;
    sqlite3 *db;
    bool writable;
    sqlite3_stmt **stmts; /* by query index */
    struct text_stmt texts[TEXT_CACHE_SLOTS];
    int64_t next_id[SEQ_COUNT]; /* writer only; 0: ask the table */
    int64_t data_version;
    struct sqlite_conn *next_free;
};

struct sqlite_store {
    struct store store;
    char db_path[PATH_SIZE];
    int lock_fd; /* exclusive servers; -1 */
    int64_t disk_reserve_bytes;
    int lock_wait_ms;

    /* readers */
    pthread_mutex_t readers_mutex;
    pthread_cond_t reader_freed;
    struct sqlite_conn *free_readers;
    int readers_open;
    int readers_max;

    /* a connection that only watches for commits of anybody */
    pthread_mutex_t watch_mutex;
    struct sqlite_conn *watch;

    struct sqlite_conn *writing; /* the writer's */
    struct writer writer;
};

/* sqlite_conn.c */
err sqlite_conn_open(struct sqlite_store *store, bool writable, struct fault *fault,
                     struct sqlite_conn **out);
void sqlite_conn_close(struct sqlite_conn *conn);
err sqlite_err(sqlite3 *db, int rc, const char *what);
err sqlite_exec(struct sqlite_conn *conn, const char *sql);
err sqlite_exec_script(struct conn *conn, const char *sql);
int64_t sqlite_pragma_int(struct sqlite_conn *conn, const char *sql);
err sqlite_run(struct conn *conn, const struct query *query, const char *sql,
               const struct value *params, int param_count, struct rows *out_rows);
err sqlite_prepare(struct conn *conn, const struct query *query);
err sqlite_exec_query(struct conn *conn, const struct query *query, const char *sql,
                      const struct value *params, int param_count, int64_t *out_changed);
bool sqlite_next(struct rows *rows);
err sqlite_end(struct rows *rows);
err sqlite_sequence_next(struct conn *conn, enum sequence seq, int64_t *out);

/* sqlite_rank.c */
/* The way to what FTS5 offers to C; NULL if this SQLite is without it. */
fts5_api *sqlite_fts5(sqlite3 *db);
err sqlite_rank_register(sqlite3 *db);

/* sqlite_writer.c */
extern const struct writer_ops sqlite_writer_ops;
err sqlite_submit(struct store *store, const struct unit_setup *setup, unit_fn *run,
                  void (*done)(void *arg, err result), void *arg);

/* sqlite_care.c */
err sqlite_backup(struct store *store, const char *to_path,
                  void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                  struct fault *fault);
err sqlite_check(struct store *store, void (*problem)(void *ctx, const char *text), void *ctx);

#endif
