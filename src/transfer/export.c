/* export.c -- frontdesk export: every ticket of one moment, page by page, in constant memory. */
#include "base/clock.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "queries.gen.h"
#include "ticket/load.h"
#include "transfer/commands.h"
#include "transfer/export_row.h"
#include "transfer/tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sysexits.h>
#include <unistd.h>

enum { PAGE = 200 };

static const struct arg_option options[] = {
    {"format", "jsonl|csv", "default: by the output's name, else jsonl", false, false},
    {"output", "FILE", "write there, all or nothing (default: standard output)", false, false},
    {"since", "TIME", "only tickets changed since then, like 2026-11-23T08:00:00Z", false, false},
    {"history", NULL, "with every entry of each ticket's history (JSON lines)", false, false},
    {"deleted", NULL, "deleted tickets too", false, false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "export",
    .summary = "write all tickets as JSON lines or CSV",
    .about =
        "Everything about tickets: conversation, requester, service level, watchers, links, names "
        "of attachments.\nAll "
        "as it was at one moment, also beside a running server. frontdesk import reads it back.",
    .options = options,
    .common = desk_options,
    .settings = true,
};

struct export
{
    struct desk *desk;
    enum export_format format;
    struct export_out out;
    int64_t since_ms;
    bool deleted;
    int64_t done;
    struct progress progress;
};

static err export_page(struct tx *tx, struct export *x, int64_t *after_id, bool *out_end)
{
    struct ticket_rows rows;

    TRY(q_export_tickets(tx, *after_id, x->since_ms, x->deleted, PAGE, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        struct ticket ticket = ticket_from_row(&rows.v[i]);

        TRY(export_ticket(tx, &x->out, x->format, &ticket));
        *after_id = ticket.id;
        progress_set(&x->progress, ++x->done);
    }
    *out_end = rows.n < PAGE;
    return OK;
}

/* One read transaction: the snapshot lasts as long as the export. */
static err export_unit(struct tx *tx, void *arg)
{
    struct export *x = arg;
    struct export_count_row count;
    struct arena arena;
    struct arena *whole = tx->arena;
    int64_t after_id = 0;
    bool end = false;
    err e = OK;

    TRY(q_export_count(tx, x->since_ms, x->deleted, &count));
    progress_init(&x->progress, "tickets", count.n);
    if (x->format == EXPORT_CSV)
        export_csv_header(&x->out);
    arena_init(&arena);
    tx->arena = &arena;
    while (e == OK && !end) {
        arena_reset(&arena);
        e = export_page(tx, x, &after_id, &end);
    }
    tx->arena = whole;
    arena_done(&arena);
    if (e == OK)
        e = export_flush(&x->out);
    progress_end(&x->progress);
    return e;
}

static err cannot_write(struct desk *desk, const char *path)
{
    err e = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;

    return fault_set(&desk->fault, e, "cannot write %s: %s", path, strerror(errno));
}

static err export_to(struct export *x, const char *path)
{
    struct unit_setup setup = desk_unit(x->desk);
    err e;

    errno = 0;
    e = store_read(x->desk->store, &setup, export_unit, x);
    if (e == ERR_IO)
        return cannot_write(x->desk, path);
    TRY(e);
    return fflush(x->out.file) == 0 ? OK : cannot_write(x->desk, path);
}

/* The file is whole or not there. */
static err export_to_file(struct export *x, const char *path)
{
    const char *partial = arena_printf(&x->desk->arena, "%s.partial", path);
    err e;

    umask(0077);
    x->out.file = fopen(partial, "wb");
    if (!x->out.file)
        return cannot_write(x->desk, partial);
    e = export_to(x, path);
    if (e == OK && fsync(fileno(x->out.file)) != 0)
        e = cannot_write(x->desk, path);
    if (fclose(x->out.file) != 0 && e == OK)
        e = cannot_write(x->desk, path);
    if (e != OK) {
        unlink(partial);
        return e;
    }
    return tree_move(partial, path, &x->desk->fault);
}

static bool ends_in_csv(const char *path)
{
    size_t len = path ? strlen(path) : 0;

    return len > 4 && strcmp(path + len - 4, ".csv") == 0;
}

static err read_options(struct export *x)
{
    struct desk *desk = x->desk;
    const char *format = args_value(&desk->args, "format");
    const char *since = args_value(&desk->args, "since");

    if (!format)
        format = ends_in_csv(args_value(&desk->args, "output")) ? "csv" : "jsonl";
    if (strcmp(format, "csv") != 0 && strcmp(format, "jsonl") != 0)
        return fault_set(&desk->fault, ERR_INVALID, "--format is jsonl or csv");
    x->format = strcmp(format, "csv") == 0 ? EXPORT_CSV : EXPORT_JSONL;
    if (since && !time_parse_iso(since, &x->since_ms))
        return fault_set(&desk->fault, ERR_INVALID,
                         "--since: \"%s\" is no moment like 2026-11-23T08:00:00Z", since);
    x->out.history = args_has(&desk->args, "history");
    x->deleted = args_has(&desk->args, "deleted");
    return OK;
}

int cmd_export(int argc, char **argv)
{
    struct desk_open_options existing = {.must_exist = true};
    struct desk desk;
    struct export x = {.desk = &desk, .out = {.file = stdout}};
    const char *output;
    err e;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    output = args_value(&desk.args, "output");
    if (read_options(&x) != OK) {
        desk_fail(&desk, ERR_INVALID);
        desk_end(&desk);
        return EX_USAGE;
    }
    code = desk_open(&desk, &existing);
    if (code < 0) {
        e = output ? export_to_file(&x, output) : export_to(&x, "standard output");
        code = e == OK ? 0 : desk_fail(&desk, e);
        if (e == OK && output)
            printf("%s: %lld tickets\n", output, (long long)x.done);
    }
    buf_done(&x.out.buf);
    desk_end(&desk);
    return code;
}
