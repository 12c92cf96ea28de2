/* engine.h -- what a database driver provides; only store.c calls it.
 *
 * A driver embeds struct store and struct conn as the first member of its own. */
#ifndef FD_ENGINE_H
#define FD_ENGINE_H

#include "store/store.h"

struct table;

struct engine_ops {
    enum engine engine;
    err (*open)(const struct store_options *options, struct store **out);
    void (*close)(struct store *store);
    err (*read)(struct store *store, const struct unit_setup *setup, unit_fn *run, void *arg);
    err (*submit)(struct store *store, const struct unit_setup *setup, unit_fn *run,
                  void (*done)(void *arg, err result), void *arg);
    bool (*changed)(struct store *store, int64_t *seen);
    void (*metrics)(struct store *store, struct store_metrics *out);
    err (*backup)(struct store *store, const char *to_path,
                  void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                  struct fault *fault);
    err (*check)(struct store *store, void (*problem)(void *ctx, const char *text), void *ctx);

    err (*prepare)(struct conn *conn, const struct query *query);
    err (*run)(struct conn *conn, const struct query *query, const char *sql,
               const struct value *params, int param_count, struct rows *out_rows);
    bool (*next)(struct rows *rows);
    err (*end)(struct rows *rows);
    /* A statement whose rows nobody reads; out_changed may be NULL (then it may be put off). */
    err (*exec)(struct conn *conn, const struct query *query, const char *sql,
                const struct value *params, int param_count, int64_t *out_changed);
    int64_t (*col_int)(struct rows *rows, int column);
    double (*col_real)(struct rows *rows, int column);
    struct bytes (*col_bytes)(struct rows *rows,
                              int column); /* data NULL for NULL; valid until next */
    bool (*col_null)(struct rows *rows, int column);
    err (*sequence_next)(struct conn *conn, enum sequence seq, int64_t *out);
    /* Many whole rows at once (table.h), or NULL: then they are inserted one by one. */
    err (*put_rows)(struct conn *conn, const struct table *table, const struct value *values,
                    size_t row_count);
    /* tx_no_deadline; NULL: there is none. */
    err (*no_deadline)(struct conn *conn);
};

struct store {
    const struct engine_ops *ops;
    const struct settings *settings;
    char *data_dir;
};

struct conn {
    const struct engine_ops *ops;
    struct store *store;
};

extern const struct engine_ops sqlite_ops;
extern const struct engine_ops postgres_ops;

/* Which table a sequence numbers. */
const char *sequence_table(enum sequence seq);

struct deferral {
    const struct deferral_kind *kind;
    void *entry;
    struct deferral *next;
};

/* Runs a unit's function in tx; shared by the drivers. */
struct tx unit_tx(struct store *store, struct conn *conn, const struct unit_setup *setup,
                  bool writable);
/* Flushes deferrals (oldest first) kind by kind inside tx. */
err deferrals_flush(struct tx *tx, struct deferral *oldest_first);
/* Takes a transaction's deferrals in the order in which they were noted. */
struct deferral *deferrals_take(struct tx *tx);

/* Brings the schema up to date inside tx. *out_created: there was none. version errors explain themselves in
 * tx->fault. */
err migrate_run(struct tx *tx, err (*exec_script)(struct conn *conn, const char *sql),
                bool *out_created);

#endif
