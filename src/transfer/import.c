/* import.c -- frontdesk import: one thread reads and checks rows while the writer writes those before. */
#include "base/clock.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "transfer/beside.h"
#include "transfer/commands.h"
#include "transfer/import_read.h"
#include "transfer/import_write.h"
#include "transfer/pending.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <time.h>

enum {
    UNIT_ROWS = 2000,
    UNIT_BYTES = 8 * 1024 * 1024, /* of the file: a few huge tickets are a unit too */
    UNIT_ROWS_BESIDE = 50,        /* a server waits for the database no longer than this takes */
    PAUSE_LEAST_MS = 20,
    ERRORS_SHOWN_MAX = 100,
    TRIES_MAX = 10,
};

static const struct arg_option options[] = {
    {"format", "csv|jsonl", "what the files are (default: by their names)", false, false},
    {"strict", NULL,
     "refuse unknown categories and unknown fields instead of making or ignoring them", false,
     false},
    {"restart", NULL, "begin anew with a file that was imported, wholly or in part", false, false},
    {"errors", "FILE", "write what is wrong there, a line for each row", false, false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "import",
    .summary = "take in tickets from CSV or JSON lines",
    .about =
        "Each row is a ticket as POST /api/tickets takes it, with what another desk knew "
        "besides: status, moments,\nassigneeEmail, assigneeGroup, comments, watchers. CSV has "
        "a header row. Rows that are wrong are told\nand left out; all others are kept. An "
        "interrupted import goes on where it was when it is run again.\nWorks beside a running "
        "server. \"-\" reads standard input.",
    .options = options,
    .common = desk_options,
    .positional = "FILE...",
    .positional_min = 1,
    .positional_max = -1,
    .settings = true,
};

/* One of two: while the writer has one, the other is filled. */
struct batch {
    struct arena arena;
    struct fault fault;
    struct import_row *rows;
    struct import_unit unit;
    struct pending pending;
    int64_t submitted_us;
};

struct import {
    struct desk *desk;
    struct import_reader reader;
    struct import_state state; /* all that is durable */
    struct batch batches[2];
    struct progress progress;
    int64_t began_offset;
    int64_t began_created;
    FILE *errors; /* NULL: stderr */
    int64_t errors_shown;
    bool strict;
    bool beside;
    int64_t looked_us; /* for a server */
};

static void complain(struct import *im, int64_t line, const char *what)
{
    im->errors_shown++;
    if (im->errors)
        fprintf(im->errors, "%s:%lld: %s\n", im->reader.path, (long long)line, what);
    else if (im->errors_shown <= ERRORS_SHOWN_MAX)
        fprintf(stderr, "%s%s:%lld: %s\n", im->progress.to ? "\r\033[K" : "", im->reader.path,
                (long long)line, what);
    else if (im->errors_shown == ERRORS_SHOWN_MAX + 1)
        fputs("frontdesk: more rows are wrong; --errors FILE writes them all\n", stderr);
}

/* ---- a unit on its way ---- */

static err batch_run(struct tx *tx, void *arg)
{
    struct batch *b = arg;

    b->fault = (struct fault){.arena = &b->arena};
    return import_unit_run(tx, &b->unit);
}

static void batch_submit(struct import *im, struct batch *b)
{
    struct unit_setup setup = {.arena = &b->arena, .fault = &b->fault, .actor = desk_actor()};

    b->submitted_us = clock_steady_us();
    pending_start(&b->pending, im->desk->store, &setup, batch_run, b);
}

static void sleep_ms(int64_t ms)
{
    struct timespec time = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};

    nanosleep(&time, NULL);
}

/* What may pass by itself is tried again: a busy database, a neighbour's long write. */
static err batch_retry(struct import *im, struct batch *b, err e)
{
    for (int i = 0; i < TRIES_MAX && (e == ERR_BUSY || e == ERR_RETRY); i++) {
        sleep_ms(100 << (i < 4 ? i : 4));
        batch_submit(im, b);
        e = pending_wait(&b->pending);
    }
    return e;
}

static void tell_progress(struct import *im)
{
    int64_t created = im->state.created - im->began_created;
    int64_t read = im->state.offset - im->began_offset;
    int64_t all = im->reader.size_bytes - im->began_offset;

    if (read > 0 && all > read)
        im->progress.total = (int64_t)((double)created * (double)all / (double)read);
    progress_set(&im->progress, created);
}

static bool is_bad_row(err e)
{
    return e != OK && err_http_status(e) < 500;
}

/* Something in the unit can't be written: each row alone, so that only that one is left out. */
static err run_singly(struct import *im, struct batch *b, size_t count)
{
    const struct import_row *rows = b->rows;

    for (size_t i = 0; i < count; i++) {
        err e;

        b->unit.rows = &rows[i];
        b->unit.count = 1;
        b->unit.before = im->state;
        batch_submit(im, b);
        e = batch_retry(im, b, pending_wait(&b->pending));
        if (is_bad_row(e)) {
            const char *what = b->fault.fields ? b->fault.fields->msg : fault_text(&b->fault, e);
            struct import_row bad = rows[i];

            complain(im, bad.line, what);
            bad.wrong = what;
            b->unit.rows = &bad;
            batch_submit(im, b);
            e = batch_retry(im, b, pending_wait(&b->pending));
        }
        TRY(e);
        im->state = b->unit.after;
    }
    return OK;
}

/* Beside a server every unit is followed by as long a pause: the database's lock knows no queue. */
static void give_way(struct import *im, const struct batch *b)
{
    int64_t now_us = clock_steady_us();
    int64_t took_ms = (now_us - b->submitted_us) / 1000;

    if (now_us - im->looked_us > 1000000) {
        im->beside = beside_server(im->desk->data_dir);
        im->looked_us = now_us;
    }
    if (im->beside)
        sleep_ms(took_ms > PAUSE_LEAST_MS ? took_ms : PAUSE_LEAST_MS);
}

static err batch_settle(struct import *im, struct batch *b)
{
    size_t count = b->unit.count;
    err e;

    if (count == 0)
        return OK;
    e = batch_retry(im, b, pending_wait(&b->pending));
    if (e == OK)
        im->state = b->unit.after;
    else if (is_bad_row(e))
        e = run_singly(im, b, count);
    if (e != OK && b->fault.message)
        fault_set(&im->desk->fault, e, "%s", b->fault.message);
    b->unit.count = 0;
    tell_progress(im);
    give_way(im, b);
    return e;
}

/* ---- reading ---- */

static bool strict_refuses(struct import *im, struct batch *b, struct import_row *row, size_t known)
{
    const struct import_unknowns *unknowns = &im->reader.unknowns;

    if (!im->strict || unknowns->n == known)
        return false;
    row->wrong = arena_printf(&b->arena, "%s: is not a field of a ticket", unknowns->names[known]);
    return true;
}

/* *out_end: the file is. ERR_INVALID and ERR_IO: it can't be read on; what was read before counts. */
static err batch_fill(struct import *im, struct batch *b, bool *out_end)
{
    size_t most = im->beside ? UNIT_ROWS_BESIDE : UNIT_ROWS;
    int64_t from = im->reader.offset;
    size_t n = 0;
    err e = OK;

    arena_reset(&b->arena);
    b->fault = (struct fault){.arena = &b->arena};
    b->rows = ARENA_ARRAY(&b->arena, struct import_row, most);
    while (n < most && im->reader.offset - from < UNIT_BYTES) {
        size_t known = im->reader.unknowns.n;

        e = import_next(&im->reader, &b->arena, clock_now_ms(), &b->rows[n], &im->desk->fault);
        if (e != OK)
            break;
        if (strict_refuses(im, b, &b->rows[n], known))
            im->reader.unknowns.n = known; /* so that the next row is refused too */
        if (b->rows[n].wrong)
            complain(im, b->rows[n].line, b->rows[n].wrong);
        n++;
    }
    b->unit = (struct import_unit){.rows = b->rows, .count = n, .strict = im->strict};
    *out_end = e != OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err run_batches(struct import *im)
{
    bool end = false;
    err broken = OK;

    for (int turn = 0; !end; turn ^= 1) {
        struct batch *b = &im->batches[turn];

        broken = batch_fill(im, b, &end);
        TRY(batch_settle(im, &im->batches[turn ^ 1]));
        if (b->unit.count == 0)
            break;
        b->unit.before = im->state;
        batch_submit(im, b);
    }
    for (int i = 0; i < 2; i++)
        TRY(batch_settle(im, &im->batches[i]));
    return broken;
}

/* ---- a file ---- */

/* Where an earlier run was. *out_done: nothing is left to do. */
static err find_place(struct import *im, bool restart, bool *out_done)
{
    struct unit_setup setup = desk_unit(im->desk);
    err e;

    im->state = (struct import_state){.source = import_identity(&im->reader, &im->desk->arena),
                                      .offset = im->reader.offset,
                                      .line = im->reader.line};
    *out_done = false;
    if (!im->state.source)
        return OK;
    if (restart)
        return store_write(im->desk->store, &setup, import_state_forget, &im->state);
    e = store_read(im->desk->store, &setup, import_state_load, &im->state);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    if (im->state.finished) {
        printf("%s: imported before (%lld tickets); --restart imports it once more\n",
               im->reader.path, (long long)im->state.created);
        *out_done = true;
        return OK;
    }
    if (im->state.offset > im->reader.offset)
        printf("%s: going on at line %lld, after %lld tickets\n", im->reader.path,
               (long long)im->state.line, (long long)im->state.created);
    return import_seek(&im->reader, im->state.offset, im->state.line);
}

static void tell_unknowns(const struct import *im)
{
    for (size_t i = 0; i < im->reader.unknowns.n && !im->strict; i++)
        fprintf(stderr, "frontdesk: %s: \"%s\" is not a field of a ticket: ignored\n",
                im->reader.path, im->reader.unknowns.names[i]);
}

static void tell_summary(const struct import *im, int64_t took_us)
{
    const struct import_state *s = &im->state;
    int64_t created = s->created - im->began_created;
    double seconds = (double)took_us / 1e6;

    printf("%s: %lld created, %lld skipped, %lld wrong (%.1f s, %.0f tickets/s)\n", im->reader.path,
           (long long)s->created, (long long)s->skipped, (long long)s->failed, seconds,
           seconds > 0 ? (double)created / seconds : 0);
    if (s->unassigned)
        fprintf(stderr, "frontdesk: %lld tickets name agents that are not known here: unassigned\n",
                (long long)s->unassigned);
}

static err import_rows(struct import *im)
{
    struct unit_setup setup = desk_unit(im->desk);
    int64_t began_us = clock_steady_us();
    err e;

    im->began_offset = im->state.offset;
    im->began_created = im->state.created;
    progress_init(&im->progress, "tickets", 0);
    im->beside = beside_server(im->desk->data_dir);
    e = run_batches(im);
    progress_end(&im->progress);
    tell_unknowns(im);
    if (e == OK)
        e = store_write(im->desk->store, &setup, import_state_finish, &im->state);
    tell_summary(im, clock_steady_us() - began_us);
    return e;
}

static err import_file(struct import *im, const char *path, int format, bool restart)
{
    bool done = false;
    err e = import_open(&im->reader, path, format, &im->desk->fault);

    if (e == OK)
        e = find_place(im, restart, &done);
    if (e == OK && im->strict && im->reader.unknowns.n > 0 && !done)
        e = fault_set(&im->desk->fault, ERR_INVALID, "%s: \"%s\" is not a field of a ticket", path,
                      im->reader.unknowns.names[0]);
    if (e == OK && !done)
        e = import_rows(im);
    import_close(&im->reader);
    return e;
}

static int import_all(struct import *im, int format)
{
    const struct args *args = &im->desk->args;
    bool wrong = false;

    for (size_t i = 0; i < args->positional_count; i++) {
        err e = import_file(im, args->positional[i], format, args_has(args, "restart"));

        if (e != OK)
            return desk_fail(im->desk, e);
        wrong = wrong || im->state.failed > 0;
    }
    return wrong ? EXIT_FAILURE : 0;
}

static int format_given(struct desk *desk, int *out_format)
{
    const char *format = args_value(&desk->args, "format");

    *out_format = !format                        ? -1
                  : strcmp(format, "csv") == 0   ? IMPORT_CSV
                  : strcmp(format, "jsonl") == 0 ? IMPORT_JSONL
                                                 : -2;
    if (*out_format != -2)
        return -1;
    fprintf(stderr, "frontdesk: --format is csv or jsonl\n");
    return EX_USAGE;
}

int cmd_import(int argc, char **argv)
{
    struct desk desk;
    struct import im = {.desk = &desk};
    const char *errors;
    int format = -1;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    for (int i = 0; i < 2; i++) {
        arena_init(&im.batches[i].arena);
        pending_init(&im.batches[i].pending);
    }
    code = format_given(&desk, &format);
    errors = args_value(&desk.args, "errors");
    if (code < 0 && errors && !(im.errors = fopen(errors, "w"))) {
        fprintf(stderr, "frontdesk: cannot write %s: %s\n", errors, strerror(errno));
        code = EX_CANTCREAT;
    }
    if (code < 0)
        code = desk_open(&desk, NULL);
    if (code < 0) {
        im.strict = args_has(&desk.args, "strict");
        code = import_all(&im, format);
    }
    if (im.errors)
        fclose(im.errors);
    desk_end(&desk);
    for (int i = 0; i < 2; i++) {
        arena_done(&im.batches[i].arena);
        pending_done(&im.batches[i].pending);
    }
    return code;
}
