/* copy_walk.c -- a table read slice by slice along its primary key: memory stays bounded, however long
 * the table or its texts are. */
#include "transfer/copy.h"

#include <string.h>

enum { FIRST_SLICE_ROWS = 500, LEAST_SLICE_ROWS = 16 };

/* A driver may fetch all of a slice at once, so it is kept short where rows are long. */
static int64_t rows_at_most(const struct copy_walk *walk)
{
    int64_t rows = FIRST_SLICE_ROWS;

    if (walk->row_bytes)
        rows = COPY_SLICE_BYTES / walk->row_bytes;
    if (rows < LEAST_SLICE_ROWS)
        rows = LEAST_SLICE_ROWS;
    return rows > COPY_SLICE_ROWS ? COPY_SLICE_ROWS : rows;
}

static int64_t size_of(const struct value *values, int width)
{
    int64_t bytes = width * (int64_t)sizeof(*values);

    for (int i = 0; i < width; i++) {
        if (values[i].type == VALUE_TEXT || values[i].type == VALUE_BLOB)
            bytes += (int64_t)values[i].s.len;
    }
    return bytes;
}

static void remember_place(struct copy_walk *walk, const struct value *row)
{
    for (int i = 0; i < walk->table->key_count; i++)
        walk->after[i] = row[walk->only == ALL_COLUMNS ? walk->table->key[i] : i];
    walk->begun = true;
}

err copy_walk_next(struct copy_walk *walk, struct copy_slice *slice)
{
    size_t width = (size_t)table_width(walk->table, walk->only);
    struct table_slice part = {.table = walk->table,
                               .only = walk->only,
                               .after = walk->begun ? walk->after : NULL,
                               .skip = walk->begun ? 0 : walk->skip,
                               .most = rows_at_most(walk)};
    struct rows rows;

    arena_reset(&slice->arena);
    slice->values = ARENA_ARRAY(&slice->arena, struct value, (size_t)part.most * width);
    slice->rows = 0;
    slice->bytes = 0;
    TRY(table_read(walk->tx, &part, &rows));
    while (slice->bytes < COPY_SLICE_BYTES && rows_next(&rows)) {
        struct value *row = slice->values + slice->rows++ * width;

        table_row(&rows, walk->table, walk->only, &slice->arena, row);
        slice->bytes += size_of(row, (int)width);
    }
    TRY(rows_end(&rows));
    if (slice->rows == 0)
        return OK;
    walk->row_bytes = slice->bytes / (int64_t)slice->rows + 1;
    remember_place(walk, slice->values + (slice->rows - 1) * width);
    return OK;
}
