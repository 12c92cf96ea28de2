/* check_command.c -- frontdesk check. */
#include "base/settings.h"
#include "cli/open.h"
#include "transfer/check.h"
#include "transfer/commands.h"

#include <stdlib.h>
#include <unistd.h>

static const struct arg_option options[] = {
    {"deep", NULL, "read every attachment and raw mail and compare its content with its name",
     false, false},
    {"repair", NULL, "first make anew what is derived: counters, loads, search index", false,
     false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "check",
    .summary = "see whether everything in the desk agrees with everything else",
    .about = "Pages, references, search index against text, counters against a recount, each "
             "agent's load, statuses\nagainst moments, tags, histories, files. Each problem is one "
             "line on standard output. Ends with 0 if\nthere is none, with 1 otherwise. Works "
             "beside a running server.",
    .options = options,
    .common = desk_options,
    .settings = true,
};

static void print_problem(void *ctx, const char *text)
{
    (void)ctx;
    puts(text);
}

/* For people who wait; a log needs only the end. */
static void print_stage(void *ctx, const char *name)
{
    (void)ctx;
    if (isatty(STDERR_FILENO))
        fprintf(stderr, "\r\033[Kchecking %s...\r", name);
}

static int print_result(const struct check_report *r)
{
    if (isatty(STDERR_FILENO))
        fputs("\r\033[K", stderr);
    if (r->orphans)
        printf("note: %lld files (%lld bytes) belong to nothing; they only take room\n",
               (long long)r->orphans, (long long)r->orphan_bytes);
    if (r->problems) {
        printf("%lld problems; run again with --repair for counters, loads and search index\n",
               (long long)r->problems);
        return EXIT_FAILURE;
    }
    printf("The desk is sound: %lld tickets, %lld comments, %lld attachments in %lld files, %lld "
           "events.\n",
           (long long)r->tickets, (long long)r->comments, (long long)r->attachments,
           (long long)r->files, (long long)r->events);
    return 0;
}

int cmd_check(int argc, char **argv)
{
    struct check_report report = {.problem = print_problem, .stage = print_stage};
    struct desk_open_options existing = {.must_exist = true};
    struct desk desk;
    err e = OK;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    report.deep = args_has(&desk.args, "deep");
    code = desk_open(&desk, &existing);
    if (code < 0) {
        if (args_has(&desk.args, "repair"))
            e = desk_repair(desk.store);
        if (e == OK)
            e = desk_check(desk.store, &report);
        code = e == OK ? print_result(&report) : desk_fail(&desk, e);
    }
    desk_end(&desk);
    return code;
}
