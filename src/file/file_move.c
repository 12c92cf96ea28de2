#include "file/file_move.h"

#include "queries.gen.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

static err hash_more(void *ctx, const void *data, size_t len)
{
    crypto_hash_sha256_update(ctx, data, len);
    return OK;
}

/* The bytes as the place gives them back. */
static err prove(struct store *store, const struct file_place *place, const unsigned char *sha256)
{
    unsigned char hash[FILE_HASH_SIZE];
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    TRY(place->read(store, sha256, hash_more, &state));
    crypto_hash_sha256_final(&state, hash);
    return memcmp(hash, sha256, sizeof(hash)) == 0 ? OK : ERR_IO;
}

static err copy_over(struct store *store, const struct file_place *from,
                     const struct file_place *to, const unsigned char *sha256)
{
    int fd;
    err e;

    TRY(file_spool(store, from, sha256, &fd));
    e = file_put_open(store, fd, sha256);
    close(fd);
    return e == OK ? prove(store, to, sha256) : e;
}

static bool may_ask(struct store *store, const struct file_place *place)
{
    return !place->is_set_up || place->is_set_up(store_settings(store));
}

/* *out: it was there. */
static err leave(struct store *store, const struct file_place *from, const struct file_place *to,
                 const unsigned char *sha256, bool *there, bool *out)
{
    int64_t size;
    err e = from->size(store, sha256, &size);

    *out = e == OK;
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    TRY(*there ? prove(store, to, sha256) : copy_over(store, from, to, sha256));
    *there = true;
    return from->remove(store, sha256);
}

err file_move(struct store *store, const unsigned char sha256[static FILE_HASH_SIZE],
              bool *out_moved)
{
    enum file_place_id target = file_place_of(store);
    const struct file_place *to = file_places[target];
    int64_t size;
    err e = to->size(store, sha256, &size);
    bool there = e == OK, moved = false;

    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    for (int i = 0; i < PLACE_COUNT; i++) {
        bool was = false;

        if (i != (int)target && may_ask(store, file_places[i]))
            TRY(leave(store, file_places[i], to, sha256, &there, &was));
        moved |= was;
    }
    *out_moved = moved;
    return there ? OK : ERR_NOT_FOUND;
}

/* ---- how much ---- */

static void add_dir(const char *root, int head, int64_t *files, int64_t *bytes)
{
    char path[PATH_SIZE + 512], dir_path[PATH_SIZE + 8];
    struct dirent *entry;
    struct stat st;
    DIR *dir;

    snprintf(dir_path, sizeof(dir_path), "%s/%02x", root, (unsigned)head);
    dir = opendir(dir_path);
    if (!dir)
        return;
    while ((entry = readdir(dir))) {
        snprintf(path, sizeof(path), "%s/%s", dir_path, entry->d_name);
        if (entry->d_name[0] == '.' || lstat(path, &st) != 0 || !S_ISREG(st.st_mode))
            continue;
        ++*files;
        *bytes += st.st_size;
    }
    closedir(dir);
}

struct holding {
    enum file_place_id place;
    struct stored_files_n_row row;
};

static err count_rows(struct tx *tx, void *arg)
{
    struct holding *h = arg;

    return q_stored_files_n(tx, h->place, &h->row);
}

err file_place_holds(struct store *store, enum file_place_id place, int64_t *out_files,
                     int64_t *out_bytes)
{
    struct holding h = {.place = place};
    char root[PATH_SIZE];
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    arena_init(&arena);
    e = store_read(store, &setup, count_rows, &h);
    arena_done(&arena);
    TRY(e);
    *out_files = h.row.n;
    *out_bytes = h.row.bytes;
    if (place != PLACE_DISK)
        return OK;
    snprintf(root, sizeof(root), "%s/files", store_data_dir(store));
    for (int i = 0; i < 256; i++)
        add_dir(root, i, out_files, out_bytes);
    return OK;
}
