#include "store/table.h"

#include "base/buf.h"
#include "store/engine.h"

enum { INDEXES_MAX = 16 };

int table_width(const struct table *table, int only)
{
    return only == ALL_COLUMNS ? table->column_count : table->key_count + 1;
}

/* The n-th value of a row is this column's. */
static int place(const struct table *table, int only, int n)
{
    if (only == ALL_COLUMNS)
        return n;
    return n < table->key_count ? table->key[n] : only;
}

static void put_columns(struct buf *sql, const struct table *table, int only)
{
    for (int i = 0; i < table_width(table, only); i++)
        buf_printf(sql, "%s%s", i ? ", " : "", table->columns[place(table, only, i)].name);
}

static void put_key(struct buf *sql, const struct table *table)
{
    for (int i = 0; i < table->key_count; i++)
        buf_printf(sql, "%s%s", i ? ", " : "", table->columns[table->key[i]].name);
}

static void put_where(struct buf *sql, const struct table_slice *slice)
{
    const char *joint = " WHERE ";

    if (slice->only != ALL_COLUMNS) {
        buf_printf(sql, "%s%s IS NOT NULL", joint, slice->table->columns[slice->only].name);
        joint = " AND ";
    }
    if (!slice->after)
        return;
    buf_printf(sql, "%s(", joint);
    put_key(sql, slice->table);
    buf_str(sql, ") > (");
    for (int i = 0; i < slice->table->key_count; i++)
        buf_printf(sql, "%s$%d", i ? ", " : "", i + 1);
    buf_char(sql, ')');
}

err table_read(struct tx *tx, const struct table_slice *slice, struct rows *out_rows)
{
    const struct table *table = slice->table;
    struct value params[TABLE_KEY_MAX + 2];
    struct buf sql = {0};
    int n = 0;
    err e;

    ENSURE(table->key_count > 0);
    for (; slice->after && n < table->key_count; n++)
        params[n] = slice->after[n];
    buf_str(&sql, "SELECT ");
    put_columns(&sql, table, slice->only);
    buf_printf(&sql, " FROM %s", table->name);
    put_where(&sql, slice);
    buf_str(&sql, " ORDER BY ");
    put_key(&sql, table);
    buf_printf(&sql, " LIMIT $%d OFFSET $%d", n + 1, n + 2);
    params[n++] = value_int(slice->most);
    params[n++] = value_int(slice->skip);
    e = query_run_text(tx, buf_text(&sql), params, n, out_rows);
    buf_done(&sql);
    return e;
}

static struct value read_value(struct rows *rows, int i, enum column_type type, struct arena *a)
{
    struct bytes bytes;

    if (rows_null(rows, i))
        return (struct value){.type = VALUE_NULL};
    switch (type) {
    case COLUMN_INT:
    case COLUMN_BOOL:
        return value_int(rows_int(rows, i));
    case COLUMN_REAL:
        return value_real(rows_real(rows, i));
    case COLUMN_TEXT:
    case COLUMN_BYTES:
    case COLUMN_UUID:
        break;
    case COLUMN_OTHER:
        ENSURE(!"a column that can't be carried");
    }
    bytes = rows_blob(rows, i, a);
    return (struct value){.type = type == COLUMN_TEXT ? VALUE_TEXT : VALUE_BLOB,
                          .s = {(const char *)bytes.data, bytes.len}};
}

void table_row(struct rows *rows, const struct table *table, int only, struct arena *a,
               struct value *out_values)
{
    for (int i = 0; i < table_width(table, only); i++)
        out_values[i] = read_value(rows, i, table->columns[place(table, only, i)].type, a);
}

static err run_text(struct tx *tx, struct buf *sql, const struct value *params, int count,
                    int64_t *out_first)
{
    struct rows rows;
    err e = query_run_text(tx, buf_text(sql), params, count, &rows);

    buf_done(sql);
    TRY(e);
    while (rows_next(&rows)) {
        if (out_first)
            *out_first = rows_int(&rows, 0);
    }
    return rows_end(&rows);
}

err table_count(struct tx *tx, const struct table *table, int only, int64_t *out)
{
    struct buf sql = {0};

    buf_printf(&sql, "SELECT count(*) FROM %s", table->name);
    put_where(&sql, &(struct table_slice){.table = table, .only = only});
    return run_text(tx, &sql, NULL, 0, out);
}

err table_clear(struct tx *tx, const struct table *table)
{
    struct buf sql = {0};

    buf_printf(&sql, "DELETE FROM %s", table->name);
    return run_text(tx, &sql, NULL, 0, NULL);
}

struct index {
    const char *name, *definition;
};

/* Those that are no constraint's: definition, or an error, in tx->arena. */
static err find_indexes(struct tx *tx, const char *table, struct index *out, size_t most,
                        size_t *out_n)
{
    static const char sql[] =
        "SELECT CAST(i.indexname AS text), CAST(i.indexdef AS text) FROM pg_indexes i WHERE "
        "i.schemaname = current_schema() AND i.tablename = $1 AND NOT EXISTS (SELECT 1 FROM "
        "pg_constraint c WHERE c.conname = i.indexname)";
    const struct value name = value_text(table);
    struct rows rows;

    *out_n = 0;
    TRY(query_run_text(tx, sql, &name, 1, &rows));
    while (*out_n < most && rows_next(&rows))
        out[(*out_n)++] = (struct index){.name = rows_text(&rows, 0, tx->arena),
                                         .definition = rows_text(&rows, 1, tx->arena)};
    return rows_end(&rows);
}

err table_fill(struct tx *tx, const char *table, unit_fn *fill, void *arg)
{
    struct index indexes[INDEXES_MAX];
    struct buf sql = {0};
    size_t n = 0;

    if (tx_engine(tx) == ENGINE_POSTGRES)
        TRY(find_indexes(tx, table, indexes, COUNT_OF(indexes), &n));
    for (size_t i = 0; i < n; i++) {
        buf_printf(&sql, "DROP INDEX %s", indexes[i].name);
        TRY(run_text(tx, &sql, NULL, 0, NULL));
        sql = (struct buf){0};
    }
    TRY(fill(tx, arg));
    for (size_t i = 0; i < n; i++) {
        buf_str(&sql, indexes[i].definition);
        TRY(run_text(tx, &sql, NULL, 0, NULL));
        sql = (struct buf){0};
    }
    return OK;
}

err table_statistics(struct tx *tx)
{
    struct buf sql = {0};

    if (tx_engine(tx) != ENGINE_POSTGRES)
        return OK; /* SQLite plans by rules alone here */
    buf_str(&sql, "ANALYZE");
    return run_text(tx, &sql, NULL, 0, NULL);
}

static void put_insert(struct buf *sql, const struct table *table)
{
    buf_printf(sql, "INSERT INTO %s(", table->name);
    put_columns(sql, table, ALL_COLUMNS);
    buf_str(sql, ") VALUES (");
    for (int i = 0; i < table->column_count; i++)
        buf_printf(sql, "%s$%d", i ? ", " : "", i + 1);
    buf_char(sql, ')');
}

static void put_update(struct buf *sql, const struct table *table, int only)
{
    buf_printf(sql, "UPDATE %s SET %s = $%d", table->name, table->columns[only].name,
               table->key_count + 1);
    for (int i = 0; i < table->key_count; i++)
        buf_printf(sql, "%s%s = $%d", i ? " AND " : " WHERE ", table->columns[table->key[i]].name,
                   i + 1);
}

static err put_each(struct tx *tx, const char *sql, int width, const struct value *values,
                    size_t row_count)
{
    struct conn *conn = tx->conn;
    struct rows rows;

    /* Not by query_run_text, which mends text: rows are kept as they are. */
    for (size_t i = 0; i < row_count; i++) {
        TRY(conn->ops->run(conn, NULL, sql, values + i * (size_t)width, width, &rows));
        while (rows_next(&rows))
            continue;
        TRY(rows_end(&rows));
    }
    return OK;
}

err table_put(struct tx *tx, const struct table *table, int only, const struct value *values,
              size_t row_count)
{
    struct buf sql = {0};
    err e;

    if (only == ALL_COLUMNS && tx->conn->ops->put_rows)
        return tx->conn->ops->put_rows(tx->conn, table, values, row_count);
    if (only == ALL_COLUMNS)
        put_insert(&sql, table);
    else
        put_update(&sql, table, only);
    e = put_each(tx, buf_text(&sql), table_width(table, only), values, row_count);
    buf_done(&sql);
    return e;
}
