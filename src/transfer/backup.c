/* backup.c -- frontdesk backup: a consistent copy of the desk while it works. */
#include "base/clock.h"
#include "transfer/commands.h"
#include "transfer/desk_copy.h"
#include "transfer/tree.h"

#include <stdlib.h>
#include <sys/stat.h>
#include <sysexits.h>

static const struct arg_option options[] = {
    {"no-verify", NULL, "do not check the finished copy", false, false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "backup",
    .summary = "copy the whole desk into a directory, while it works",
    .about =
        "Database, attachments, raw mails and frontdesk.conf, as they were at one moment. The "
        "target is there only\nwhen it is complete and checked; it must not exist or be empty. "
        "Attachments are linked where target and\ndesk share a file system (they never "
        "change). Works beside a running server.",
    .options = options,
    .common = desk_options,
    .positional = "TARGET_DIR",
    .positional_min = 1,
    .positional_max = 1,
    .settings = true,
};

static err check_target(struct desk *desk, const char *target)
{
    switch (tree_look(target)) {
    case TREE_FULL:
        return fault_set(&desk->fault, ERR_CONFLICT,
                         "%s is not empty: a backup goes into a directory of its own", target);
    case TREE_NO_DIRECTORY:
        return fault_set(&desk->fault, ERR_CONFLICT, "%s is no directory that can be used", target);
    case TREE_MISSING:
    case TREE_EMPTY:
        break;
    }
    return OK;
}

static err copy_database(struct desk_copy *copy)
{
    struct desk *desk = copy->desk;
    const char *to = arena_printf(&desk->arena, "%s/frontdesk.db", copy->partial);
    err e;

    progress_init(&copy->progress, "pages", 0);
    e = store_backup(desk->store, to, desk_copy_progress, copy, &desk->fault);
    progress_end(&copy->progress);
    store_close(desk->store);
    desk->store = NULL;
    return e;
}

static err backup(struct desk_copy *copy, const char *target, bool verify)
{
    struct fault *fault = &copy->desk->fault;

    TRY(check_target(copy->desk, target));
    TRY(tree_remove(copy->partial, fault)); /* of a backup that was interrupted */
    TRY(tree_make(copy->partial, fault));
    TRY(copy_database(copy));
    TRY(desk_copy_complete(copy, verify));
    TRY(tree_move(copy->partial, target, fault));
    if (copy->problems == 0)
        return OK;
    /* Better than none: what is wrong here is most likely wrong in the desk. */
    return fault_set(fault, ERR_IO,
                     "%s is complete but has problems (above), as the desk may have: see frontdesk "
                     "check",
                     target);
}

int cmd_backup(int argc, char **argv)
{
    struct desk_open_options existing = {.must_exist = true};
    int64_t began_us = clock_steady_us();
    struct desk desk;
    struct desk_copy copy = {.desk = &desk};
    const char *target;
    err e;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    umask(0077); /* the copy is as confidential as the desk */
    target = tree_clean(&desk.arena, desk.args.positional[0]);
    copy.from = desk.data_dir;
    copy.partial = arena_printf(&desk.arena, "%s.partial", target);
    code = desk_open(&desk, &existing);
    if (code < 0) {
        e = backup(&copy, target, !args_has(&desk.args, "no-verify"));
        code = e == OK ? 0 : desk_fail(&desk, e);
        if (e == OK)
            printf("%s: database and %lld files, in %.1f s\n", target, (long long)copy.files,
                   (double)(clock_steady_us() - began_us) / 1e6);
    }
    desk_end(&desk);
    return code;
}
