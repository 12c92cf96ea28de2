#include "file/file_batch.h"

#include "file/file_place.h"

#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct file_waiting {
    struct file_waiting *next;
    const char *temporary;
    const char *path;
};

void file_batch_init(struct file_batch *batch, const char *data_dir)
{
    *batch = (struct file_batch){.data_dir = data_dir};
    arena_init(&batch->arena);
}

static void forget(struct file_batch *batch)
{
    for (struct file_waiting *w = batch->waiting; w; w = w->next)
        unlink(w->temporary);
    batch->waiting = NULL;
    arena_reset(&batch->arena);
}

void file_batch_done(struct file_batch *batch)
{
    forget(batch);
    arena_done(&batch->arena);
}

err file_batch_put(struct file_batch *batch, const void *data, size_t len,
                   unsigned char out_sha256[static FILE_HASH_SIZE])
{
    unsigned char hash[FILE_HASH_SIZE];
    char temporary[FILES_PATH_MAX + 64];
    struct file_waiting *waiting;
    struct file_place place;

    crypto_hash_sha256(hash, data, len);
    TRY(file_place_of(batch->data_dir, hash, &place));
    if (access(place.path, F_OK) != 0) {
        TRY(file_make_dirs(batch->data_dir, &place));
        file_temporary(&place, temporary);
        TRY(file_write_new(temporary, data, len, false));
        waiting = ARENA_NEW(&batch->arena, struct file_waiting);
        *waiting = (struct file_waiting){.next = batch->waiting,
                                         .temporary = arena_str(&batch->arena, temporary),
                                         .path = arena_str(&batch->arena, place.path)};
        batch->waiting = waiting;
    }
    memcpy(out_sha256, hash, sizeof(hash));
    return OK;
}

/* Bytes first, then names, each flushed with one call for the file system they lie in. */
static err commit(struct file_batch *batch, int fd)
{
    if (syncfs(fd) != 0)
        return file_disk_error();
    for (struct file_waiting *w = batch->waiting; w; w = w->next) {
        if (rename(w->temporary, w->path) != 0)
            return file_disk_error();
    }
    return syncfs(fd) == 0 ? OK : file_disk_error();
}

err file_batch_commit(struct file_batch *batch)
{
    err e;
    int fd;

    if (!batch->waiting)
        return OK;
    fd = open(batch->data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0)
        return file_disk_error();
    e = commit(batch, fd);
    close(fd);
    forget(batch);
    return e;
}
