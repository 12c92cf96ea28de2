/* copy_sum.c -- the content of a table as a count and 256 bits, the same on either engine.
 *
 * A row is written down canonically (for each column its type, length and bytes) and hashed with
 * BLAKE2b under its table's name; the hashes are added up in four lanes. A sum does not ask in which
 * order rows come, and engines may order text differently. It proves against mistakes, not against
 * somebody who makes up rows: both desks are the operator's own. */
#include "base/buf.h"
#include "transfer/copy.h"

#include <inttypes.h>
#include <pthread.h>
#include <sodium.h>
#include <string.h>

enum { HASH_BYTES = 32 };

static void add_number(struct buf *row, uint64_t n)
{
    unsigned char bytes[8];

    for (int i = 0; i < 8; i++)
        bytes[i] = (unsigned char)(n >> (8 * i));
    buf_add(row, bytes, sizeof(bytes));
}

static void add_value(struct buf *row, enum column_type type, const struct value *v)
{
    uint64_t bits = 0;

    if (v->type == VALUE_NULL) {
        buf_char(row, '-');
        return;
    }
    buf_char(row, (char)('a' + (int)type));
    switch (v->type) {
    case VALUE_NULL:
        break;
    case VALUE_INT:
        add_number(row, (uint64_t)v->i);
        break;
    case VALUE_REAL:
        memcpy(&bits, &v->d, sizeof(bits));
        add_number(row, bits);
        break;
    case VALUE_TEXT:
    case VALUE_BLOB:
        add_number(row, v->s.len);
        buf_add(row, v->s.data, v->s.len);
        break;
    }
}

static uint64_t lane(const unsigned char *bytes)
{
    uint64_t n = 0;

    for (int i = 7; i >= 0; i--)
        n = n << 8 | bytes[i];
    return n;
}

static void add_row(struct copy_sum *sum, const struct table *table, const struct value *values,
                    struct buf *row)
{
    unsigned char hash[HASH_BYTES];

    buf_clear(row);
    buf_add(row, table->name, strlen(table->name) + 1);
    for (int i = 0; i < table->column_count; i++)
        add_value(row, table->columns[i].type, &values[i]);
    crypto_generichash(hash, sizeof(hash), (const unsigned char *)row->data, row->len, NULL, 0);
    for (int i = 0; i < 4; i++)
        sum->lanes[i] += lane(hash + 8 * i);
    sum->rows++;
}

err copy_sum_table(struct tx *tx, const struct table *table, struct copy_sum *out,
                   struct progress *progress)
{
    struct copy_walk walk = {.tx = tx, .table = table, .only = ALL_COLUMNS};
    struct copy_slice slices[2] = {0};
    struct copy_sum sum = {0};
    struct buf row = {0};
    err e = OK;

    for (int turn = 0; e == OK; turn ^= 1) {
        struct copy_slice *slice = &slices[turn];

        e = copy_walk_next(&walk, slice);
        if (e != OK || slice->rows == 0)
            break;
        for (size_t i = 0; i < slice->rows; i++)
            add_row(&sum, table, slice->values + i * (size_t)table->column_count, &row);
        if (progress)
            progress_set(progress, progress->done + (int64_t)slice->rows);
    }
    buf_done(&row);
    arena_done(&slices[0].arena);
    arena_done(&slices[1].arena);
    if (e == OK)
        *out = sum;
    return e;
}

char *copy_sum_text(const struct copy_sum *sum, char out[static COPY_SUM_TEXT_SIZE])
{
    for (int i = 0; i < 4; i++)
        snprintf(out + 16 * i, 17, "%016" PRIx64, sum->lanes[i]);
    return out;
}

/* ---- both sides ---- */

static err sum_all(struct tx *tx, struct copy_sum *sums, struct progress *progress)
{
    for (int i = 0; i < all_tables_count; i++) {
        if (!copy_left_out(&all_tables[i]))
            TRY(copy_sum_table(tx, &all_tables[i], &sums[i], progress));
    }
    return OK;
}

struct other_side {
    struct store *store;
    struct copy_sum *sums;
    struct arena arena;
    err result;
};

static err sum_unit(struct tx *tx, void *arg)
{
    TRY(tx_no_deadline(tx));
    return sum_all(tx, arg, NULL);
}

static void *other_main(void *arg)
{
    struct other_side *other = arg;
    struct unit_setup setup = {.arena = &other->arena, .actor = desk_actor()};

    other->result = store_read(other->store, &setup, sum_unit, other->sums);
    return NULL;
}

static bool same(const struct copy_sum *a, const struct copy_sum *b)
{
    return a->rows == b->rows && memcmp(a->lanes, b->lanes, sizeof(a->lanes)) == 0;
}

static err tell(struct copy *copy, const struct copy_sum *from, const struct copy_sum *to)
{
    char text[COPY_SUM_TEXT_SIZE];
    const char *first = NULL;
    int differ = 0;

    copy->rows = 0;
    for (int i = 0; i < all_tables_count; i++) {
        const char *name = all_tables[i].name;

        if (copy_left_out(&all_tables[i]))
            continue;
        copy->rows += from[i].rows;
        printf("%-20s %12" PRId64 "  %s", name, from[i].rows, copy_sum_text(&from[i], text));
        if (same(&from[i], &to[i])) {
            puts("  same");
            continue;
        }
        printf("  DIFFERS: %" PRId64 " rows, %s\n", to[i].rows, copy_sum_text(&to[i], text));
        first = differ++ ? first : name;
    }
    if (differ)
        return fault_set(&copy->desk->fault, ERR_CONFLICT,
                         "the two desks are not the same: %d tables differ, first %s", differ,
                         first);
    return OK;
}

err copy_compare(struct tx *from, struct copy *copy)
{
    struct arena *a = &copy->desk->arena;
    struct copy_sum *sums = ARENA_ARRAY(a, struct copy_sum, (size_t)all_tables_count);
    struct other_side other = {.store = copy->to.store,
                               .sums = ARENA_ARRAY(a, struct copy_sum, (size_t)all_tables_count)};
    pthread_t thread;
    err e;

    arena_init(&other.arena);
    if (pthread_create(&thread, NULL, other_main, &other) != 0)
        return ERR_INTERNAL;
    progress_init(&copy->progress, "rows compared", copy->rows);
    e = sum_all(from, sums, &copy->progress);
    pthread_join(thread, NULL);
    progress_end(&copy->progress);
    arena_done(&other.arena);
    TRY(e);
    TRY(other.result);
    return tell(copy, sums, other.sums);
}
