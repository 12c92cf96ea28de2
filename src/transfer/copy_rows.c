/* copy_rows.c -- rows from one desk to the other: one slice is read while the one before is written. */
#include "transfer/copy.h"

#include "base/clock.h"
#include "base/utf8.h"
#include "queries.gen.h"
#include "transfer/pending.h"

#include <inttypes.h>
#include <string.h>

struct batch {
    struct copy *copy;
    const struct copy_step *step;
    struct copy_slice slice;
    struct copy_state before, after;
    struct arena arena; /* of the unit */
    struct fault fault;
    struct pending pending;
};

static err move_note(struct tx *to, const struct copy_state *before, const struct copy_state *after)
{
    int64_t moved;

    TRY(q_copy_note_move(to, after->source, after->step, after->rows_done, after->all_done,
                         before->step, before->rows_done, &moved));
    if (moved == 1)
        return OK;
    return fault_set(to->fault, ERR_CONFLICT,
                     "another frontdesk copy is at work on the same target: one is enough");
}

static err write_batch(struct tx *to, void *arg)
{
    struct batch *b = arg;
    err e = table_put(to, b->step->table, b->step->only, b->slice.values, b->slice.rows);

    if (e == ERR_CONFLICT)
        return fault_set(
            to->fault, e,
            "rows of the table %s can't be written: one is there already, or refers to "
            "one that is not there. Is the source sound? See frontdesk check",
            b->step->table->name);
    TRY(e);
    return move_note(to, &b->before, &b->after);
}

static err settle(struct batch *b)
{
    struct copy *copy = b->copy;
    err e;

    if (b->slice.rows == 0)
        return OK;
    e = pending_wait(&b->pending);
    b->slice.rows = 0;
    if (e != OK && b->fault.message)
        return fault_set(&copy->desk->fault, e, "%s", b->fault.message);
    TRY(e);
    copy->state = b->after;
    progress_set(&copy->progress, copy->state.all_done - copy->began_rows);
    return OK;
}

static void submit(struct batch *b, const struct copy_step *step)
{
    struct unit_setup setup = {.arena = &b->arena, .fault = &b->fault, .actor = desk_actor()};
    const struct copy_state *now = &b->copy->state;
    bool same = strcmp(now->step, step->name) == 0;

    arena_reset(&b->arena);
    b->fault = (struct fault){.arena = &b->arena};
    b->step = step;
    b->before = *now;
    b->after =
        (struct copy_state){.source = now->source,
                            .step = step->name,
                            .rows_done = (same ? now->rows_done : 0) + (int64_t)b->slice.rows,
                            .all_done = now->all_done + (int64_t)b->slice.rows};
    pending_start(&b->pending, b->copy->to.store, &setup, write_batch, b);
}

/* ---- values that the target takes ---- */

static const char *what_is_wrong(const struct table_column *column, const struct value *v)
{
    if (v->type == VALUE_TEXT && !utf8_valid(v->s.data, v->s.len))
        return "is no UTF-8 text, or has a NUL in it";
    if (v->type == VALUE_BLOB && column->type == COLUMN_UUID && v->s.len != sizeof(struct uuid))
        return "is no UUID";
    if (column->type == COLUMN_BOOL && v->type == VALUE_INT && v->i != 0 && v->i != 1)
        return "is neither yes nor no";
    return NULL;
}

/* SQLite holds what PostgreSQL refuses. Which row it is, is told before it is tried. */
static err check_row(struct copy *copy, const struct copy_step *step, const struct value *row)
{
    const struct table *table = step->table;

    for (int i = 0; step->only == ALL_COLUMNS && i < table->column_count; i++) {
        const char *wrong = what_is_wrong(&table->columns[i], &row[i]);
        const struct value *key = &row[table->key[0]];

        if (!wrong)
            continue;
        return fault_set(&copy->desk->fault, ERR_INVALID,
                         "table %s, row with %s %s: %s %s. PostgreSQL does not take that",
                         table->name, table->columns[table->key[0]].name,
                         key->type == VALUE_INT
                             ? arena_printf(&copy->desk->arena, "%" PRId64, key->i)
                             : utf8_repair(&copy->desk->arena, key->s.data, key->s.len),
                         table->columns[i].name, wrong);
    }
    return OK;
}

/* What refers to another row of its table comes in a step of its own, when all rows are there. */
static void put_off_references(const struct copy_step *step, struct value *row)
{
    for (int i = 0; step->only == ALL_COLUMNS && i < step->table->column_count; i++) {
        if (step->table->columns[i].refers_to_itself)
            row[i] = (struct value){.type = VALUE_NULL};
    }
}

static err prepare_rows(struct batch *b, const struct copy_step *step)
{
    size_t width = (size_t)table_width(step->table, step->only);
    bool strict = store_engine(b->copy->to.store) == ENGINE_POSTGRES;

    for (size_t i = 0; i < b->slice.rows; i++) {
        struct value *row = b->slice.values + i * width;

        if (strict)
            TRY(check_row(b->copy, step, row));
        put_off_references(step, row);
    }
    return OK;
}

/* ---- steps ---- */

static err copy_step(struct tx *from, struct batch batches[2], const struct copy_step *step)
{
    struct copy *copy = batches[0].copy;
    bool going_on = strcmp(copy->state.step, step->name) == 0;
    struct copy_walk walk = {.tx = from,
                             .table = step->table,
                             .only = step->only,
                             .skip = going_on ? copy->state.rows_done : 0};

    for (int turn = 0;; turn ^= 1) {
        struct batch *b = &batches[turn];

        TRY(copy_walk_next(&walk, &b->slice));
        TRY(prepare_rows(b, step));
        TRY(settle(&batches[turn ^ 1]));
        if (b->slice.rows == 0)
            break;
        submit(b, step);
    }
    if (!copy->terminal && step->rows)
        printf("%s: %" PRId64 " rows\n", step->name, step->rows);
    return OK;
}

static size_t first_step(const struct copy *copy)
{
    if (!*copy->state.step)
        return 0;
    for (size_t i = 0; i < copy->step_count; i++) {
        if (strcmp(copy->steps[i].name, copy->state.step) == 0)
            return i;
    }
    return copy->step_count; /* rows are all there */
}

err copy_rows(struct tx *from, struct copy *copy)
{
    struct batch batches[2];
    err e = OK;

    for (int i = 0; i < 2; i++) {
        batches[i] = (struct batch){.copy = copy};
        arena_init(&batches[i].arena);
        arena_init(&batches[i].slice.arena);
        pending_init(&batches[i].pending);
    }
    copy->began_rows = copy->state.all_done;
    progress_init(&copy->progress, "rows", copy->rows - copy->began_rows);
    for (size_t i = first_step(copy); e == OK && i < copy->step_count; i++)
        e = copy_step(from, batches, &copy->steps[i]);
    progress_end(&copy->progress);
    copy->rows_per_second = (double)(copy->state.all_done - copy->began_rows) * 1e6 /
                            (double)(clock_steady_us() - copy->progress.started_us + 1);
    for (int i = 0; i < 2; i++) {
        err late = pending_wait(&batches[i].pending); /* what it points to goes now */

        e = e == OK ? late : e;
        arena_done(&batches[i].arena);
        arena_done(&batches[i].slice.arena);
        pending_done(&batches[i].pending);
    }
    return e;
}

/* ---- the note by itself ---- */

struct reaching {
    const struct copy_state *before, *after;
};

static err reach(struct tx *to, void *arg)
{
    const struct reaching *r = arg;

    return move_note(to, r->before, r->after);
}

err copy_reach(struct copy *copy, const char *step)
{
    struct unit_setup setup = desk_unit(copy->desk);
    struct copy_state after = {
        .source = copy->state.source, .step = step, .all_done = copy->state.all_done};
    struct reaching reaching = {&copy->state, &after};

    TRY(store_write(copy->to.store, &setup, reach, &reaching));
    copy->state = after;
    return OK;
}
