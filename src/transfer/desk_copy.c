#include "transfer/desk_copy.h"

#include "file/disk_path.h"
#include "transfer/check.h"
#include "transfer/named_files.h"
#include "transfer/tree.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void desk_copy_progress(void *arg, int64_t done, int64_t all)
{
    struct desk_copy *copy = arg;

    copy->progress.total = all;
    progress_set(&copy->progress, done);
}

static err make_missing(const char *path, struct fault *fault)
{
    return access(path, F_OK) == 0 ? OK : tree_make(path, fault);
}

static err take_file(void *arg, const struct named_file *file)
{
    struct desk_copy *copy = arg;
    struct fault *fault = &copy->desk->fault;
    struct arena arena;
    const char *from;
    char *to, *dir;
    err e = OK;

    arena_init(&arena);
    from = file_disk_path(&arena, copy->from, file->sha256);
    to = arena_str(&arena, file_disk_path(&arena, copy->partial, file->sha256));
    dir = arena_str(&arena, to);
    *strrchr(dir, '/') = '\0';
    /* One that is gone is told when the copy is proved, and keeps nobody from saving the rest. */
    if (access(from, F_OK) == 0)
        e = make_missing(dir, fault);
    if (e == OK && access(from, F_OK) == 0)
        e = tree_link(from, to, fault);
    arena_done(&arena);
    progress_set(&copy->progress, ++copy->files);
    return e;
}

static err take_files(struct tx *tx, void *arg)
{
    struct desk_copy *copy = arg;
    struct arena *a = &copy->desk->arena;
    int64_t count;

    TRY(named_files_count(tx, &count));
    if (count == 0)
        return OK;
    TRY(tree_make(arena_printf(a, "%s/files", copy->partial), &copy->desk->fault));
    progress_init(&copy->progress, "files", count);
    TRY(named_files_each(tx, take_file, copy));
    progress_end(&copy->progress);
    return OK;
}

static err take_settings(struct desk_copy *copy)
{
    struct arena *a = &copy->desk->arena;
    const char *from = arena_printf(a, "%s/frontdesk.conf", copy->from);

    if (access(from, F_OK) != 0)
        return OK;
    return tree_copy(from, arena_printf(a, "%s/frontdesk.conf", copy->partial), NULL, NULL,
                     &copy->desk->fault);
}

static void tell_problem(void *arg, const char *text)
{
    (void)arg;
    fprintf(stderr, "frontdesk: %s\n", text);
}

static err prove(struct desk_copy *copy)
{
    struct check_report report = {.problem = tell_problem};

    TRY(desk_check(copy->desk->store, &report));
    copy->problems = report.problems;
    return OK;
}

static err sync_tree(struct desk_copy *copy)
{
    struct arena *a = &copy->desk->arena;
    const char *files = arena_printf(a, "%s/files", copy->partial);

    TRY(tree_sync(arena_printf(a, "%s/frontdesk.db", copy->partial), &copy->desk->fault));
    if (access(files, F_OK) == 0) {
        for (int i = 0; i < 256; i++) {
            const char *dir = arena_printf(a, "%s/%02x", files, i);

            if (access(dir, F_OK) == 0)
                TRY(tree_sync(dir, &copy->desk->fault));
        }
        TRY(tree_sync(files, &copy->desk->fault));
    }
    return tree_sync(copy->partial, &copy->desk->fault);
}

err desk_copy_complete(struct desk_copy *copy, bool verify)
{
    struct desk *desk = copy->desk;
    struct store_options options = {
        .data_dir = copy->partial, .settings = &desk->settings, .fault = &desk->fault};
    struct unit_setup setup = desk_unit(desk);
    err e;

    TRY(store_open(&options, &desk->store));
    e = store_read(desk->store, &setup, take_files, copy);
    if (e == OK)
        e = take_settings(copy);
    if (e == OK && verify)
        e = prove(copy);
    store_close(desk->store); /* folds the log into the database: one plain file */
    desk->store = NULL;
    return e == OK ? sync_tree(copy) : e;
}
