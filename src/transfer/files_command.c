/* files_command.c -- frontdesk files show|move. */
#include "base/clock.h"
#include "cli/progress.h"
#include "cli/subcommand.h"
#include "file/file_move.h"
#include "queries.gen.h"
#include "transfer/commands.h"
#include "transfer/named_files.h"

#include <stdlib.h>
#include <string.h>

enum { FILES_A_PAGE = 500 };

static const struct arg_command show_command = {
    .name = "files show",
    .summary = "tell where attachments and raw mails lie, and how many",
    .common = desk_options,
    .settings = true,
};
static const struct arg_command move_command = {
    .name = "files move",
    .summary = "bring attachments and raw mails to the place that the setting `files` says",
    .about =
        "Each file is copied, read back, compared with its hash, and only then removed from where "
        "it was. Works beside\nrunning servers, which find every file meanwhile: change the "
        "setting and restart them first. Broken off, the\nsame command goes on.",
    .common = desk_options,
    .settings = true,
};

/* ---- show ---- */

static int run_show(struct desk *desk)
{
    enum file_place_id now = file_place_of(desk->store);

    puts("PLACE\tFILES\tBYTES\t");
    for (int i = 0; i < PLACE_COUNT; i++) {
        int64_t files, bytes;
        err e = file_place_holds(desk->store, (enum file_place_id)i, &files, &bytes);

        if (e != OK)
            return desk_fail(desk, e);
        printf("%s\t%lld\t%lld\t%s\n", file_places[i]->name, (long long)files, (long long)bytes,
               i == (int)now ? "new files go here" : "");
    }
    return EXIT_SUCCESS;
}

/* ---- move ---- */

struct moving {
    struct desk *desk;
    unsigned char after[FILE_HASH_SIZE]; /* the last one that was looked at */
    size_t after_len;
    struct named_files_after_rows page;
    struct progress progress;
    int64_t done, moved, missing;
};

static err take_page(struct tx *tx, void *arg)
{
    struct moving *m = arg;

    return q_named_files_after(tx, (struct bytes){m->after, m->after_len}, FILES_A_PAGE, &m->page);
}

static err count_files(struct tx *tx, void *arg)
{
    return named_files_count(tx, arg);
}

static err move_one(struct moving *m, const struct bytes *sha256)
{
    char hex[FILE_HASH_TEXT_SIZE];
    bool moved = false;
    err e;

    if (sha256->len != FILE_HASH_SIZE)
        return ERR_STORE;
    e = file_move(m->desk->store, sha256->data, &moved);
    if (e ==
        ERR_NOT_FOUND) { /* what frontdesk check tells, too: no reason to leave the others behind */
        fprintf(stderr, "frontdesk: file %s is in no place\n", file_hash_text(sha256->data, hex));
        m->missing++;
        e = OK;
    }
    if (e != OK)
        return fault_set(&m->desk->fault, e, "file %s: %s", file_hash_text(sha256->data, hex),
                         err_text(e));
    m->moved += moved;
    progress_set(&m->progress, ++m->done);
    memcpy(m->after, sha256->data, FILE_HASH_SIZE);
    m->after_len = FILE_HASH_SIZE;
    return OK;
}

static err move_page(struct moving *m, struct arena *arena)
{
    struct unit_setup setup = {.arena = arena, .actor = desk_actor()};

    TRY(store_read(m->desk->store, &setup, take_page, m));
    for (size_t i = 0; i < m->page.n; i++)
        TRY(move_one(m, &m->page.v[i].sha256));
    return OK;
}

static err move_all(struct moving *m)
{
    struct unit_setup setup = desk_unit(m->desk);
    struct arena arena;
    int64_t all;
    err e = OK;

    TRY(store_read(m->desk->store, &setup, count_files, &all));
    progress_init(&m->progress, "files", all);
    arena_init(&arena);
    do {
        arena_reset(&arena);
        e = move_page(m, &arena);
    } while (e == OK && m->page.n == FILES_A_PAGE);
    arena_done(&arena);
    progress_end(&m->progress);
    return e;
}

static int run_move(struct desk *desk)
{
    struct moving m = {.desk = desk};
    int64_t began_us = clock_steady_us();
    err e = move_all(&m);

    if (e != OK)
        return desk_fail(desk, e);
    printf("%lld files, %lld of them moved to %s, in %.1f s\n", (long long)m.done,
           (long long)m.moved, file_places[file_place_of(desk->store)]->name,
           (double)(clock_steady_us() - began_us) / 1e6);
    return m.missing ? EXIT_FAILURE : EXIT_SUCCESS;
}

static const struct subcommand subcommands[] = {
    {&show_command, false, run_show},
    {&move_command, false, run_move},
};

int cmd_files(int argc, char **argv)
{
    return subcommand_run(subcommands, COUNT_OF(subcommands), argc, argv);
}
