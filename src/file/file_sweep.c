#include "file/file_sweep.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "file/file_disk.h"
#include "file/stored_file.h"
#include "queries.gen.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

/* ---- places with rows ---- */

struct unsure {
    int64_t before_ms;
    struct stored_files_unsure_rows rows;
};

static err list_unsure(struct tx *tx, void *arg)
{
    struct unsure *u = arg;

    return q_stored_files_unsure(tx, u->before_ms, FILE_SWEEP_FILES_MAX, &u->rows);
}

static err sweep_one(struct store *store, const struct stored_files_unsure_row *row,
                     int64_t before_ms, int64_t *settled, int64_t *removed)
{
    enum file_place_id place = (enum file_place_id)row->place;
    bool taken;

    if (row->place < 0 || row->place >= PLACE_COUNT || row->sha256.len != FILE_HASH_SIZE)
        return OK; /* of a newer program */
    if (file_places[place]->is_set_up && !file_places[place]->is_set_up(store_settings(store)))
        return OK;
    ++*settled;
    TRY(stored_file_take_unnamed(store, place, row->sha256.data, before_ms, &taken));
    if (!taken)
        return OK;
    TRY(file_places[place]->remove(store, row->sha256.data));
    ++*removed;
    return OK;
}

/* *out_more: there are more than could be looked at in one go. Each is asked about once: then it is known to be named,
 * or gone. */
static err sweep_rows(struct store *store, struct arena *arena, int64_t before_ms, int64_t *removed,
                      bool *out_more)
{
    struct unsure u = {.before_ms = before_ms};
    struct unit_setup setup = {.arena = arena, .actor = actor_system()};
    int64_t settled = 0;

    TRY(store_read(store, &setup, list_unsure, &u));
    for (size_t i = 0; i < u.rows.n && !job_should_break_off(); i++)
        TRY(sweep_one(store, &u.rows.v[i], before_ms, &settled, removed));
    *out_more = u.rows.n == FILE_SWEEP_FILES_MAX && settled > 0;
    return OK;
}

/* ---- the disk ---- */

struct disk_sweep {
    struct store *store;
    struct arena *arena;
    const char *root; /* DATA/files */
    int64_t before_ms;
    int64_t *removed;
};

static bool is_old(const char *path, int64_t before_ms)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISREG(st.st_mode) &&
           (int64_t)st.st_mtim.tv_sec * 1000 < before_ms;
}

struct naming {
    unsigned char sha256[FILE_HASH_SIZE];
    bool yes;
};

static err ask_named(struct tx *tx, void *arg)
{
    struct naming *n = arg;
    struct file_is_named_row row;

    TRY(q_file_is_named(tx, (struct bytes){n->sha256, FILE_HASH_SIZE}, &row));
    n->yes = row.yes;
    return OK;
}

/* Not a file of ours, or one on its way in (".0123456789abcdef.part"): only the latter may be removed. */
static err may_go(struct disk_sweep *s, const char *head, const char *name, bool *out)
{
    struct unit_setup setup = {.arena = s->arena, .actor = actor_system()};
    char hex[FILE_HASH_TEXT_SIZE];
    struct naming n = {.yes = true};
    size_t len = strlen(name);

    *out = name[0] == '.' && len > 5 && strcmp(name + len - 5, ".part") == 0;
    if ((size_t)snprintf(hex, sizeof(hex), "%s%s", head, name) != sizeof(hex) - 1 ||
        sodium_hex2bin(n.sha256, sizeof(n.sha256), hex, strlen(hex), NULL, &len, NULL) != 0)
        return OK;
    TRY(store_read(s->store, &setup, ask_named, &n));
    *out = !n.yes;
    return OK;
}

/* Who puts the same bytes now has renewed the file before this looks again, or finds it gone and writes it anew. */
static void remove_if_old(struct disk_sweep *s, const char *path)
{
    int lock = file_disk_lock(s->root, true);

    if (lock < 0)
        return;
    if (is_old(path, s->before_ms) && unlink(path) == 0)
        ++*s->removed;
    close(lock);
}

static err sweep_dir(struct disk_sweep *s, const char *head)
{
    char dir_path[PATH_SIZE + 8], path[PATH_SIZE + 512];
    struct dirent *entry;
    DIR *dir;
    err e = OK;

    snprintf(dir_path, sizeof(dir_path), "%s/%s", s->root, head);
    dir = opendir(dir_path);
    if (!dir)
        return OK;
    while (e == OK && (entry = readdir(dir))) {
        bool go = false;

        snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
        if (!is_old(path, s->before_ms))
            continue;
        arena_reset(s->arena);
        e = may_go(s, head, entry->d_name, &go);
        if (e == OK && go)
            remove_if_old(s, path);
    }
    closedir(dir);
    return e;
}

static err sweep_disk(struct store *store, struct arena *arena, int64_t before_ms, int64_t *removed)
{
    const char *root = arena_printf(arena, "%s/files", store_data_dir(store));
    char kept[PATH_SIZE], head[8];
    struct disk_sweep s = {store, arena, kept, before_ms, removed};

    snprintf(kept, sizeof(kept), "%s", root);
    if (access(kept, F_OK) != 0)
        return OK;
    for (int i = 0; i < 256 && !job_should_break_off(); i++) {
        snprintf(head, sizeof(head), "%02x", i);
        TRY(sweep_dir(&s, head));
    }
    return OK;
}

/* ---- both ---- */

err file_sweep(struct store *store, int64_t before_ms, bool *out_more)
{
    struct arena arena;
    int64_t removed = 0;
    bool more = false;
    err e;

    arena_init(&arena);
    e = sweep_rows(store, &arena, before_ms, &removed, &more);
    if (e == OK && !more)
        e = sweep_disk(store, &arena, before_ms, &removed);
    arena_done(&arena);
    if (removed)
        log_info("files.swept", "removed=%lld", (long long)removed);
    if (e == OK)
        *out_more = more;
    return e;
}

void file_sweep_perform(struct store *store, const struct settings *settings, const struct job *job,
                        struct arena *arena, struct job_outcome *out)
{
    bool more = false;
    err e = file_sweep(store, clock_now_ms() - FILE_GRACE_H * MS_PER_HOUR, &more);

    /* Mail waits for the same thread, so it gets its turn in between. Housekeeping sets the job again in an hour;
     * what failed now may go well then. */
    *out = (struct job_outcome){.again = more,
                                .due_ms = clock_now_ms() + MS_PER_SECOND,
                                .error = e == OK ? NULL : err_text(e)};
}
