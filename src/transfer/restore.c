/* restore.c -- frontdesk restore: a backup becomes the desk. */
#include "base/clock.h"
#include "transfer/beside.h"
#include "transfer/commands.h"
#include "transfer/desk_copy.h"
#include "transfer/tree.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct arg_option options[] = {
    {"force", NULL, "move a desk that is there aside, to DIR.before-TIME", false, false},
    {"no-verify", NULL, "do not check the restored desk", false, false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "restore",
    .summary = "make a desk of a backup",
    .about =
        "Into the data directory, which must be missing or empty (or --force). The desk is "
        "there only when it is\ncomplete and checked; the backup stays as it is. No server may "
        "be running on the directory.",
    .options = options,
    .common = desk_options,
    .positional = "BACKUP_DIR",
    .positional_min = 1,
    .positional_max = 1,
    .settings = true,
};

static bool has_log(struct desk *desk, const char *source)
{
    struct stat st;

    return stat(arena_printf(&desk->arena, "%s/frontdesk.db-wal", source), &st) == 0 &&
           st.st_size > 0;
}

static err check_source(struct desk *desk, const char *source)
{
    if (access(arena_printf(&desk->arena, "%s/frontdesk.db", source), R_OK) != 0)
        return fault_set(&desk->fault, ERR_NOT_FOUND, "%s holds no backup: no frontdesk.db in it",
                         source);
    if (has_log(desk, source))
        return fault_set(&desk->fault, ERR_CONFLICT,
                         "%s is a desk in use, no backup: it has a frontdesk.db-wal. Make one with "
                         "frontdesk backup",
                         source);
    return OK;
}

static err check_target(struct desk *desk, const char *target, bool force)
{
    enum tree_state state = tree_look(target);

    if (beside_server(target))
        return fault_set(&desk->fault, ERR_CONFLICT,
                         "a server is running on %s: stop it before restoring", target);
    if (state == TREE_NO_DIRECTORY)
        return fault_set(&desk->fault, ERR_CONFLICT, "%s is no directory that can be used", target);
    if (state == TREE_FULL && !force)
        return fault_set(&desk->fault, ERR_CONFLICT,
                         "%s is not empty; --force moves what is there aside", target);
    return OK;
}

/* 20261123T081500 */
static const char *moment_suffix(struct arena *a)
{
    char iso[TIME_ISO_SIZE], plain[TIME_ISO_SIZE];
    size_t n = 0;

    time_iso(clock_now_ms(), iso);
    for (const char *c = iso; *c && *c != '.'; c++) {
        if (*c != '-' && *c != ':')
            plain[n++] = *c;
    }
    plain[n] = '\0';
    return arena_str(a, plain);
}

static err put_in_place(struct desk *desk, const char *partial, const char *target,
                        const char **out_before)
{
    const char *before = NULL;

    if (tree_look(target) == TREE_FULL) {
        before = arena_printf(&desk->arena, "%s.before-%s", target, moment_suffix(&desk->arena));
        if (tree_look(before) != TREE_MISSING)
            return fault_set(&desk->fault, ERR_CONFLICT, "%s is there already", before);
        TRY(tree_move(target, before, &desk->fault));
    }
    *out_before = before;
    return tree_move(partial, target, &desk->fault);
}

static err restore(struct desk_copy *copy, const char *target, bool force, bool verify,
                   const char **out_before)
{
    struct desk *desk = copy->desk;
    struct fault *fault = &desk->fault;
    err e;

    TRY(check_source(desk, copy->from));
    TRY(check_target(desk, target, force));
    TRY(tree_remove(copy->partial, fault)); /* of a restore that was interrupted */
    TRY(tree_make(copy->partial, fault));
    progress_init(&copy->progress, "bytes", 0);
    e = tree_copy(arena_printf(&desk->arena, "%s/frontdesk.db", copy->from),
                  arena_printf(&desk->arena, "%s/frontdesk.db", copy->partial), desk_copy_progress,
                  copy, fault);
    progress_end(&copy->progress);
    if (e == OK)
        e = desk_copy_complete(copy, verify);
    if (e == OK && copy->problems)
        e = fault_set(fault, ERR_IO,
                      "the backup has problems (above): nothing was restored. "
                      "--no-verify restores it nevertheless");
    if (e == OK)
        e = check_target(desk, target, force); /* a server may have started meanwhile */
    if (e == OK)
        return put_in_place(desk, copy->partial, target, out_before);
    if (tree_remove(copy->partial, &(struct fault){.arena = &desk->arena}) != OK)
        fprintf(stderr, "frontdesk: %s could not be removed\n", copy->partial);
    return e;
}

int cmd_restore(int argc, char **argv)
{
    int64_t began_us = clock_steady_us();
    struct desk desk;
    struct desk_copy copy = {.desk = &desk};
    const char *before = NULL;
    const char *target;
    err e;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    target = tree_clean(&desk.arena, desk.data_dir);
    copy.from = tree_clean(&desk.arena, desk.args.positional[0]);
    copy.partial = arena_printf(&desk.arena, "%s.partial", target);
    e = restore(&copy, target, args_has(&desk.args, "force"), !args_has(&desk.args, "no-verify"),
                &before);
    code = e == OK ? 0 : desk_fail(&desk, e);
    if (e == OK)
        printf("%s: restored from %s, %lld files, in %.1f s\n", target, copy.from,
               (long long)copy.files, (double)(clock_steady_us() - began_us) / 1e6);
    if (before)
        printf("What was there is in %s\n", before);
    desk_end(&desk);
    return code;
}
