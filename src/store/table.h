/* table.h -- the tables of the schema as data, and whole rows of them in and out: for moving a desk
 * from one place to another, whatever the engine. Nothing here knows what a row means.
 *
 * The list is made from db/migrations (script/gen_tables.py): a column is written down once. */
#ifndef FD_TABLE_H
#define FD_TABLE_H

#include "store/store.h"

enum column_type {
    COLUMN_INT,
    COLUMN_TEXT,
    COLUMN_BYTES,
    COLUMN_UUID,
    COLUMN_BOOL,
    COLUMN_REAL,
    COLUMN_OTHER, /* an engine's own: can't be carried */
};

struct table_column {
    const char *name;
    enum column_type type;
    bool refers_to_itself; /* to another row of its own table, which may come later */
};

enum { TABLE_KEY_MAX = 8, IN_SQLITE = 1 << ENGINE_SQLITE, IN_POSTGRES = 1 << ENGINE_POSTGRES };

struct table {
    const char *name;
    const struct table_column *columns; /* without generated ones; NULL for a virtual table */
    int column_count;
    int key[TABLE_KEY_MAX]; /* the primary key's columns, as places in columns */
    int key_count;
    unsigned engines; /* that have it: IN_... */
};

/* In an order in which each table stands after those that it refers to. */
extern const struct table all_tables[];
extern const int all_tables_count;

/* Which columns of a table: all, or the key and one other (by its place) where that is not NULL. */
enum { ALL_COLUMNS = -1 };

/* Part of a table in the order of its key. */
struct table_slice {
    const struct table *table;
    int only; /* ALL_COLUMNS or a column */
    const struct value
        *after;   /* a row's key_count values: rows beyond that one. NULL: from the first */
    int64_t skip; /* rows left out at the beginning */
    int64_t most;
};

/* How many values a row of this has. */
int table_width(const struct table *table, int only);
/* Starts reading; as query_run, read each row with table_row. */
MUST_CHECK err table_read(struct tx *tx, const struct table_slice *slice, struct rows *out_rows);
/* The present row, copied into a: key columns first when only is a column, else in the table's order.
 * Booleans are integers, UUIDs are blobs. */
void table_row(struct rows *rows, const struct table *table, int only, struct arena *a,
               struct value *out_values);
MUST_CHECK err table_count(struct tx *tx, const struct table *table, int only, int64_t *out);

/* Writes row_count rows one after the other in values, as table_row gives them. ERR_CONFLICT: one
 * is there already, or refers to what is not. only: sets that column of rows that are there. */
MUST_CHECK err table_put(struct tx *tx, const struct table *table, int only,
                         const struct value *values, size_t row_count);
MUST_CHECK err table_clear(struct tx *tx, const struct table *table);
/* Runs fill, which writes very many rows of the table: on PostgreSQL its indexes are dropped before and
 * made anew at once afterwards, which is many times faster. Keeps all others from the table till the
 * transaction ends. */
MUST_CHECK err table_fill(struct tx *tx, const char *table, unit_fn *fill, void *arg);
/* After very many rows came at once: the planner looks at them now, not when it would by itself. */
MUST_CHECK err table_statistics(struct tx *tx);

#endif
