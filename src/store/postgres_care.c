/* postgres_care.c -- what the server itself can tell about the desk's database. */
#include "store/postgres.h"

#include <stdio.h>

/* Copies of a cluster are its own business, and better at it: base backups and its log. */
err pg_backup(struct store *store, const char *to_path,
              void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
              struct fault *fault)
{
    return fault_set(fault, ERR_UNPROCESSABLE,
                     "a desk on PostgreSQL is backed up with PostgreSQL's own tools: pg_dump, or "
                     "pg_basebackup with an archive of its log (docs/operators/backups.md)");
}

/* Each gives a line a problem. Foreign keys, unlike SQLite's, can't be broken but by marking them. */
static const char *const checks[] = {
    "SELECT 'index ' || indexrelid::regclass::text || ' is not valid: REINDEX it' FROM pg_index "
    "WHERE NOT indisvalid",
    "SELECT 'constraint ' || conname::text || ' of ' || conrelid::regclass::text || ' was never "
    "validated' FROM pg_constraint WHERE NOT convalidated",
    "SELECT checksum_failures::text || ' pages with a wrong checksum were read: restore them from "
    "a backup' FROM pg_stat_database WHERE datname = current_database() AND checksum_failures > 0",
};

struct telling {
    void (*problem)(void *ctx, const char *text);
    void *ctx;
};

static err tell_all(struct tx *tx, void *arg)
{
    const struct telling *t = arg;

    for (size_t i = 0; i < COUNT_OF(checks); i++) {
        struct rows rows;

        TRY(query_run_text(tx, checks[i], NULL, 0, &rows));
        while (rows_next(&rows))
            t->problem(t->ctx, rows_text(&rows, 0, tx->arena));
        TRY(rows_end(&rows));
    }
    return OK;
}

err pg_check(struct store *store, void (*problem)(void *ctx, const char *text), void *ctx)
{
    struct telling telling = {problem, ctx};
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    arena_init(&arena);
    e = store_read(store, &setup, tell_all, &telling);
    arena_done(&arena);
    return e;
}
