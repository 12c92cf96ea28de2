/* copy_plan.c -- what is copied, in which order, and what is not and why. */
#include "transfer/copy.h"

#include <string.h>

/* All other tables are copied. */
static const struct {
    const char *table;
    const char *why;
} left_out[] = {
    {"ticket_fts", "search index: made anew"},
    {"ticket_document", "search index: made anew"},
    {"stored_file", "where this desk's files lie: they go where the target keeps files"},
    {"file_chunk", "bytes of files: they go where the target keeps files"},
    {"writer_lane", "who may write now: of the cluster that has it"},
    {"node", "the servers at work: of the cluster that has it"},
};

const char *copy_left_out(const struct table *table)
{
    for (size_t i = 0; i < COUNT_OF(left_out); i++) {
        if (strcmp(left_out[i].table, table->name) == 0)
            return left_out[i].why;
    }
    return NULL;
}

static size_t count_steps(void)
{
    size_t n = 0;

    for (int i = 0; i < all_tables_count; i++)
        n += 1 + (size_t)all_tables[i].column_count;
    return n;
}

static err add_step(struct tx *from, struct copy *copy, const struct table *table, int only)
{
    struct copy_step *step = &copy->steps[copy->step_count++];

    *step = (struct copy_step){.name = table->name, .table = table, .only = only};
    if (only != ALL_COLUMNS)
        step->name =
            arena_printf(&copy->desk->arena, "%s.%s", table->name, table->columns[only].name);
    TRY(table_count(from, table, only, &step->rows));
    copy->rows += step->rows;
    return OK;
}

err copy_plan(struct tx *from, struct copy *copy)
{
    copy->steps = ARENA_ARRAY(&copy->desk->arena, struct copy_step, count_steps());
    copy->step_count = 0;
    copy->rows = 0;
    for (int i = 0; i < all_tables_count; i++) {
        const struct table *table = &all_tables[i];

        if (copy_left_out(table))
            continue;
        TRY(add_step(from, copy, table, ALL_COLUMNS));
        for (int c = 0; c < table->column_count; c++) {
            if (table->columns[c].refers_to_itself)
                TRY(add_step(from, copy, table, c));
        }
    }
    return OK;
}

static const char *const type_names[] = {
    [COLUMN_INT] = "BIGINT", [COLUMN_TEXT] = "TEXT",    [COLUMN_BYTES] = "BYTES",
    [COLUMN_UUID] = "UUID",  [COLUMN_BOOL] = "BOOLEAN", [COLUMN_REAL] = "REAL",
    [COLUMN_OTHER] = "OTHER"};

static void print_columns(FILE *to, const struct table *table)
{
    for (int i = 0; i < table->column_count; i++) {
        bool in_key = false;

        for (int k = 0; k < table->key_count; k++)
            in_key = in_key || table->key[k] == i;
        fprintf(to, "%s%s %s%s", i ? ", " : "\t", table->columns[i].name,
                type_names[table->columns[i].type], in_key ? " KEY" : "");
    }
}

void copy_print_tables(FILE *to)
{
    for (int i = 0; i < all_tables_count; i++) {
        const struct table *table = &all_tables[i];
        const char *why = copy_left_out(table);

        fprintf(to, "%s\t%s%s\t%s%s%s", table->name, why ? "not copied: " : "copied",
                why ? why : "", table->engines & IN_SQLITE ? "sqlite" : "",
                table->engines == (IN_SQLITE | IN_POSTGRES) ? "," : "",
                table->engines & IN_POSTGRES ? "postgres" : "");
        print_columns(to, table);
        fputc('\n', to);
    }
}
