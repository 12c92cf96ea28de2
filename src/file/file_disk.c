/* file_disk.c -- files under DATA/files/ab/cdef..., readable by the desk's own user only (0700, 0600).
 *
 * Under its final name a file is whole and synced. Putting it again renews its time, by which the sweep
 * (file_disk_sweep) knows that somebody is about to refer to it: both hold a lock meanwhile. */
#include "file/file_disk.h"
#include "file/disk_path.h"

#include "file/file_place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, DIR_DIGITS = 2, COPY_BYTES = 256 * 1024 };

/* DATA, DATA/files, DATA/files/ab, DATA/files/ab/cdef... of one hash. */
struct disk_path {
    const char *data_dir;
    char root[PATH_SIZE];
    char dir[PATH_SIZE];
    char path[PATH_SIZE];
};

const char *file_disk_path(struct arena *a, const char *data_dir,
                           const unsigned char sha256[static FILE_HASH_SIZE])
{
    char hex[FILE_HASH_TEXT_SIZE];

    file_hash_text(sha256, hex);
    return arena_printf(a, "%s/files/%.*s/%s", data_dir, DIR_DIGITS, hex, hex + DIR_DIGITS);
}

/* path without its last part. */
static void parent_of(const char *path, char out[PATH_SIZE])
{
    size_t len = (size_t)(strrchr(path, '/') - path);

    memcpy(out, path, len);
    out[len] = '\0';
}

static err path_of(struct store *store, const unsigned char *sha256, struct disk_path *out)
{
    char hex[FILE_HASH_TEXT_SIZE];
    int n;

    file_hash_text(sha256, hex);
    out->data_dir = store_data_dir(store);
    n = snprintf(out->path, sizeof(out->path), "%s/files/%.*s/%s", out->data_dir, DIR_DIGITS, hex,
                 hex + DIR_DIGITS);
    if (n < 0 || (size_t)n >= sizeof(out->path))
        return ERR_IO;
    parent_of(out->path, out->dir);
    parent_of(out->dir, out->root);
    return OK;
}

/* A new name in a directory is durable only once the directory is. */
static err sync_dir(const char *path)
{
    int fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    int failed;

    if (fd < 0)
        return file_disk_error();
    failed = fsync(fd);
    close(fd);
    return failed ? file_disk_error() : OK;
}

static err make_dir(const char *path, const char *parent)
{
    if (mkdir(path, 0700) == 0)
        return sync_dir(parent);
    return errno == EEXIST ? OK : file_disk_error();
}

static err make_dirs(const struct disk_path *at)
{
    if (access(at->dir, F_OK) == 0)
        return OK;
    TRY(make_dir(at->root, at->data_dir));
    return make_dir(at->dir, at->root);
}

int file_disk_lock(const char *root, bool alone)
{
    char path[PATH_SIZE + 8];
    int fd;

    snprintf(path, sizeof(path), "%s/.lock", root);
    fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (fd < 0)
        return -1;
    while (flock(fd, alone ? LOCK_EX : LOCK_SH) != 0) {
        if (errno != EINTR) {
            close(fd);
            return -1;
        }
    }
    return fd;
}

/* True: it is there, and the sweep will spare it. */
static bool renew(const struct disk_path *at)
{
    bool there = access(at->path, F_OK) == 0;
    int lock;

    if (!there)
        return false;
    lock = file_disk_lock(at->root, false);
    if (lock < 0)
        return false; /* it is written anew instead */
    there = utimensat(AT_FDCWD, at->path, NULL, 0) == 0;
    close(lock);
    return there;
}

static err write_all(int fd, const char *data, size_t len)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return file_disk_error();
        data += n;
        len -= (size_t)n;
    }
    return OK;
}

static err copy_in(int fd, const struct file_source *source)
{
    char *buffer;
    err e = OK;

    if (source->data)
        return write_all(fd, (const char *)source->data, (size_t)source->size_bytes);
    buffer = malloc(COPY_BYTES);
    ENSURE(buffer != NULL);
    for (int64_t at = 0; e == OK && at < source->size_bytes; at += COPY_BYTES) {
        size_t n = source->size_bytes - at < COPY_BYTES ? (size_t)(source->size_bytes - at)
                                                        : (size_t)COPY_BYTES;

        e = file_source_read(source, at, buffer, n);
        if (e == OK)
            e = write_all(fd, buffer, n);
    }
    free(buffer);
    return e;
}

/* Beside its final name. Nothing is left of it when that fails. */
static err write_new(const struct disk_path *at, const struct file_source *source, bool sync,
                     char out_path[static PATH_SIZE + 64])
{
    uint64_t salt;
    int fd;
    err e;

    TRY(make_dirs(at));
    randombytes_buf(&salt, sizeof(salt));
    snprintf(out_path, PATH_SIZE + 64, "%s/.%016llx.part", at->dir, (unsigned long long)salt);
    fd = open(out_path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (fd < 0)
        return file_disk_error();
    e = copy_in(fd, source);
    if (e == OK && sync && fsync(fd) != 0)
        e = file_disk_error();
    if (close(fd) != 0 && e == OK)
        e = file_disk_error();
    if (e != OK)
        unlink(out_path);
    return e;
}

/* A file of the same file system is moved in; else its bytes are copied. */
static err take_over(const struct disk_path *at, const struct file_source *source)
{
    TRY(make_dirs(at));
    if (fsync(source->fd) != 0 || fchmod(source->fd, 0600) != 0)
        return file_disk_error();
    if (rename(source->path, at->path) != 0)
        return errno == EXDEV ? ERR_NOT_FOUND : file_disk_error();
    return sync_dir(at->dir);
}

static err disk_put(struct store *store, const struct file_source *source)
{
    char temporary[PATH_SIZE + 64];
    struct disk_path at;
    err e = ERR_NOT_FOUND;

    TRY(path_of(store, source->sha256, &at));
    if (renew(&at))
        return OK;
    if (source->path)
        e = take_over(&at, source);
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(write_new(&at, source, true, temporary));
    if (rename(temporary, at.path) != 0) {
        e = file_disk_error();
        unlink(temporary);
        return e;
    }
    return sync_dir(at.dir);
}

/* ---- many at once: the price of a disk flush is paid once, instead of twice a file ---- */

struct incoming {
    struct disk_path at;
    char temporary[PATH_SIZE + 64]; /* "": it was there */
};

static err sync_all(const char *data_dir)
{
    int fd = open(data_dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    err e;

    if (fd < 0)
        return file_disk_error();
    e = syncfs(fd) == 0 ? OK : file_disk_error();
    close(fd);
    return e;
}

/* Bytes first, then names, each flushed with one call for the file system they lie in. */
static err put_all(struct store *store, const struct file_source *sources, struct incoming *in,
                   size_t count)
{
    bool some = false;

    for (size_t i = 0; i < count; i++) {
        TRY(path_of(store, sources[i].sha256, &in[i].at));
        if (renew(&in[i].at))
            continue;
        TRY(write_new(&in[i].at, &sources[i], false, in[i].temporary));
        some = true;
    }
    if (!some)
        return OK;
    TRY(sync_all(store_data_dir(store)));
    for (size_t i = 0; i < count; i++) {
        if (in[i].temporary[0] && rename(in[i].temporary, in[i].at.path) != 0)
            return file_disk_error();
    }
    return sync_all(store_data_dir(store));
}

static err disk_put_many(struct store *store, const struct file_source *sources, size_t count)
{
    struct incoming *in = calloc(count, sizeof(*in));
    err e;

    ENSURE(in != NULL);
    e = put_all(store, sources, in, count);
    for (size_t i = 0; i < count && e != OK; i++) {
        if (in[i].temporary[0])
            unlink(in[i].temporary);
    }
    free(in);
    return e;
}

/* ---- out ---- */

static err disk_open(struct store *store, const unsigned char *sha256, int *out_fd)
{
    struct disk_path at;
    int fd;

    TRY(path_of(store, sha256, &at));
    fd = open(at.path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    *out_fd = fd;
    return OK;
}

static err disk_size(struct store *store, const unsigned char *sha256, int64_t *out_size_bytes)
{
    struct disk_path at;
    struct stat st;

    TRY(path_of(store, sha256, &at));
    if (stat(at.path, &st) != 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    if (!S_ISREG(st.st_mode))
        return ERR_IO;
    *out_size_bytes = st.st_size;
    return OK;
}

static err disk_read(struct store *store, const unsigned char *sha256, file_sink *sink, void *ctx)
{
    char *buffer;
    err e = OK;
    ssize_t n = 1;
    int fd;

    TRY(disk_open(store, sha256, &fd));
    buffer = malloc(COPY_BYTES);
    ENSURE(buffer != NULL);
    while (e == OK && n != 0) {
        n = read(fd, buffer, COPY_BYTES);
        if (n < 0 && errno != EINTR)
            e = ERR_IO;
        else if (n > 0)
            e = sink(ctx, buffer, (size_t)n);
    }
    free(buffer);
    close(fd);
    return e;
}

static err disk_remove(struct store *store, const unsigned char *sha256)
{
    struct disk_path at;

    TRY(path_of(store, sha256, &at));
    return unlink(at.path) == 0 || errno == ENOENT ? OK : file_disk_error();
}

err file_open_local(struct store *store, const unsigned char sha256[static FILE_HASH_SIZE],
                    int *out_fd)
{
    return disk_open(store, sha256, out_fd) == OK ? OK : ERR_NOT_FOUND;
}

const struct file_place file_disk = {
    .name = "disk",
    .put = disk_put,
    .put_many = disk_put_many,
    .size = disk_size,
    .read = disk_read,
    .open = disk_open,
    .remove = disk_remove,
};
