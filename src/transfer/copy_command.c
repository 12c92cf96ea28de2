/* copy_command.c -- frontdesk copy: moving house, from the embedded database to PostgreSQL and back. */
#include "base/clock.h"
#include "queries.gen.h"
#include "search/search_step.h"
#include "transfer/commands.h"
#include "transfer/copy.h"

#include <inttypes.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>
#include <unistd.h>

static const struct arg_option options[] = {
    {"from", "DIR|URL", "the desk: its data directory, or postgresql://...", false, false},
    {"to", "DIR|URL", "where it goes: an empty place, or half a copy of the same desk", false,
     false},
    {"from-data", "DIR", "data directory of a source by URL, if it has one", false, false},
    {"to-data", "DIR", "data directory of a target by URL, if it is to have one", false, false},
    {"from-config", "FILE", "settings of the source (default: frontdesk.conf in its directory)",
     false, false},
    {"to-config", "FILE", "settings of the target: where it keeps files", false, false},
    {"while-serving", NULL,
     "copy a desk at work as it is at this moment; what it takes in later stays behind, and an "
     "interrupted copy begins anew",
     false, false},
    {"verify-only", NULL, "copy nothing: compare two desks", false, false},
    {"list-tables", NULL,
     "print which tables are copied, column by column, and which are not and why", false, false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "copy",
    .summary = "move a desk to another place: to PostgreSQL, back, or from directory to directory",
    .about =
        "Everything as it is: ids, numbers, histories, passwords, tokens, keys, jobs, mail that "
        "waits, "
        "attachments.\nThe search index is made anew. No server may be running on either side. "
        "When "
        "all is there both sides are\nread again and compared, table by table; only then can the "
        "target be served. An interrupted copy goes on\nwhere it was when it is run again. "
        "Settings "
        "(frontdesk.conf) stay where they are.",
    .options = options,
    .common = desk_options,
};

/* ---- which desk it is ---- */

static const struct table *table_named(const char *name)
{
    for (int i = 0; i < all_tables_count; i++) {
        if (strcmp(all_tables[i].name, name) == 0)
            return &all_tables[i];
    }
    ENSURE(!"a table that there is");
    return NULL;
}

/* Of its keys, and of how far it has come: a half copy goes on only with what it began with. */
static err identify(struct tx *from, struct copy *copy, const char **out)
{
    struct copy_newest_row newest;
    struct copy_sum keys;
    char text[COPY_SUM_TEXT_SIZE], hex[33];
    unsigned char hash[16];
    const char *all;

    TRY(q_copy_newest(from, &newest));
    TRY(copy_sum_table(from, table_named("desk_secret"), &keys, NULL));
    all = arena_printf(&copy->desk->arena, "%s %" PRId64 " %" PRId64 " %" PRId64 " %" PRId64,
                       copy_sum_text(&keys, text), newest.event, newest.job, newest.session,
                       copy->rows);
    crypto_generichash(hash, sizeof(hash), (const unsigned char *)all, strlen(all), NULL, 0);
    *out = arena_str(&copy->desk->arena, sodium_bin2hex(hex, sizeof(hex), hash, sizeof(hash)));
    return OK;
}

static err check_place(struct copy *copy, const char *source)
{
    struct copy_state *state = &copy->state;

    if (!*state->source) {
        printf("%s -> %s: %" PRId64 " rows\n", copy->from.name, copy->to.name, copy->rows);
        state->source = source;
        return OK;
    }
    if (strcmp(state->source, source) != 0)
        return fault_set(
            &copy->desk->fault, ERR_CONFLICT,
            "%s holds half a copy of another desk, or of this one before it changed: empty "
            "it (remove the directory, or drop and create the database) and begin anew",
            copy->to.name);
    printf("%s -> %s: going on at %s, %" PRId64 " of %" PRId64 " rows are there\n", copy->from.name,
           copy->to.name, *state->step ? state->step : "the beginning", state->all_done,
           copy->rows);
    return OK;
}

/* ---- the copy ---- */

static err make_index(struct tx *to, void *arg)
{
    return search_rebuild(to);
}

static err make_derived(struct tx *to, void *arg)
{
    TRY(tx_no_deadline(to));
    TRY(table_fill(to, "ticket_document", make_index, NULL));
    return table_statistics(to);
}

static err derive(struct copy *copy)
{
    struct unit_setup setup = desk_unit(copy->desk);

    if (!copy->terminal)
        puts("search index");
    return store_write(copy->to.store, &setup, make_derived, NULL);
}

static err end_note(struct tx *to, void *arg)
{
    return q_copy_note_end(to);
}

/* Rows, then what is made of them, then files: a step that the note has passed is done. */
static err copy_everything(struct tx *from, struct copy *copy)
{
    static const char index[] = "search index", files[] = "files";

    TRY(copy_rows(from, copy));
    if (strcmp(copy->state.step, files) != 0) {
        if (strcmp(copy->state.step, index) != 0)
            TRY(copy_reach(copy, index));
        TRY(derive(copy));
        TRY(copy_reach(copy, files));
    }
    return copy_files(from, copy);
}

/* Runs in one snapshot of the source, and again from the start if that is lost. */
static err copy_unit(struct tx *from, void *arg)
{
    struct copy *copy = arg;
    struct unit_setup setup = desk_unit(copy->desk);
    const char *source;

    TRY(tx_no_deadline(from));
    TRY(copy_plan(from, copy));
    TRY(identify(from, copy, &source));
    TRY(copy_read_note(copy));
    TRY(check_place(copy, source));
    TRY(copy_everything(from, copy));
    TRY(copy_compare(from, copy));
    return store_write(copy->to.store, &setup, end_note, NULL);
}

static err newest_event(struct tx *from, void *arg)
{
    struct copy_newest_row newest;

    TRY(q_copy_newest(from, &newest));
    *(int64_t *)arg = newest.event;
    return OK;
}

/* Mail that was piped in, a command: a desk can change without a server. */
static err tell_left_behind(struct copy *copy, int64_t event_before)
{
    struct unit_setup setup = desk_unit(copy->desk);
    int64_t event;

    TRY(store_read(copy->from.store, &setup, newest_event, &event));
    if (event != event_before)
        fprintf(stderr,
                "frontdesk: the source went on meanwhile: its %" PRId64
                " newest events are not in the copy\n",
                event - event_before);
    return OK;
}

static err copy_desk(struct copy *copy)
{
    struct unit_setup setup = desk_unit(copy->desk);
    int64_t began_us = clock_steady_us(), event;
    double seconds;

    TRY(copy_open_source(copy));
    TRY(copy_open_target(copy));
    TRY(store_read(copy->from.store, &setup, newest_event, &event));
    TRY(store_read(copy->from.store, &setup, copy_unit, copy));
    seconds = (double)(clock_steady_us() - began_us) / 1e6;
    printf("The same on both sides: %" PRId64 " rows, %" PRId64 " files (%" PRId64
           " bytes), in %.1f s (%.0f rows/s copied)\n",
           copy->rows, copy->files, copy->file_bytes, seconds, copy->rows_per_second);
    TRY(tell_left_behind(copy, event));
    if (copy->files_damaged)
        return fault_set(&copy->desk->fault, ERR_IO,
                         "the copy is complete but for %" PRId64
                         " files that the source has not as they were (above)",
                         copy->files_damaged);
    return OK;
}

static err compare_unit(struct tx *from, void *arg)
{
    struct copy *copy = arg;

    TRY(tx_no_deadline(from));
    TRY(copy_plan(from, copy));
    TRY(copy_compare(from, copy));
    return copy_check_files(from, copy);
}

static err compare_desks(struct copy *copy)
{
    struct unit_setup setup = desk_unit(copy->desk);

    copy->while_serving = true; /* only read */
    TRY(copy_open_source(copy));
    TRY(copy_open_compared(copy));
    TRY(store_read(copy->from.store, &setup, compare_unit, copy));
    if (copy->files_damaged)
        return fault_set(&copy->desk->fault, ERR_CONFLICT,
                         "the rows are the same, but %" PRId64 " files are not (above)",
                         copy->files_damaged);
    printf("The same on both sides: %" PRId64 " rows, %" PRId64 " files\n", copy->rows,
           copy->files);
    return OK;
}

static int run(struct copy *copy)
{
    struct desk *desk = copy->desk;
    err e;

    if (args_has(&desk->args, "list-tables")) {
        copy_print_tables(stdout);
        return 0;
    }
    if (!args_value(&desk->args, "from") || !args_value(&desk->args, "to")) {
        fprintf(stderr, "frontdesk: copy needs --from and --to\nTry: frontdesk copy --help\n");
        return EX_USAGE;
    }
    e = copy_find_ends(copy);
    if (e == OK)
        e = args_has(&desk->args, "verify-only") ? compare_desks(copy) : copy_desk(copy);
    return e == OK ? 0 : desk_fail(desk, e);
}

int cmd_copy(int argc, char **argv)
{
    struct desk desk;
    struct copy copy = {.desk = &desk};
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    setvbuf(stdout, NULL, _IOLBF, 0); /* a log shows how far it is */
    copy.terminal = isatty(STDERR_FILENO);
    copy.while_serving = args_has(&desk.args, "while-serving");
    code = run(&copy);
    copy_close_ends(&copy);
    desk_end(&desk);
    return code;
}
