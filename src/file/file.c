#include "file/file.h"

#include "file/file_place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { DIR_DIGITS = 2 };

err file_disk_error(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

char *file_hash_text(const unsigned char sha256[static FILE_HASH_SIZE],
                     char out[static FILE_HASH_TEXT_SIZE])
{
    return sodium_bin2hex(out, FILE_HASH_TEXT_SIZE, sha256, FILE_HASH_SIZE);
}

/* path without its last part. */
static void parent_of(const char *path, char out[FILES_PATH_MAX])
{
    size_t len = (size_t)(strrchr(path, '/') - path);

    memcpy(out, path, len);
    out[len] = '\0';
}

err file_place_of(const char *data_dir, const unsigned char *sha256, struct file_place *out)
{
    char hex[FILE_HASH_TEXT_SIZE];
    int n;

    file_hash_text(sha256, hex);
    n = snprintf(out->path, sizeof(out->path), "%s/files/%.*s/%s", data_dir, DIR_DIGITS, hex,
                 hex + DIR_DIGITS);
    if (n < 0 || (size_t)n >= sizeof(out->path))
        return ERR_IO;
    parent_of(out->path, out->dir);
    parent_of(out->dir, out->root);
    return OK;
}

const char *file_path(struct arena *a, const char *data_dir,
                      const unsigned char sha256[static FILE_HASH_SIZE])
{
    char hex[FILE_HASH_TEXT_SIZE];

    file_hash_text(sha256, hex);
    return arena_printf(a, "%s/files/%.*s/%s", data_dir, DIR_DIGITS, hex, hex + DIR_DIGITS);
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

err file_make_dirs(const char *data_dir, const struct file_place *place)
{
    if (access(place->dir, F_OK) == 0)
        return OK;
    TRY(make_dir(place->root, data_dir));
    return make_dir(place->dir, place->root);
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

err file_write_new(const char *path, const void *data, size_t len, bool sync)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    err e;

    if (fd < 0)
        return file_disk_error();
    e = write_all(fd, data, len);
    if (e == OK && sync && fsync(fd) != 0)
        e = file_disk_error();
    if (close(fd) != 0 && e == OK)
        e = file_disk_error();
    if (e != OK)
        unlink(path);
    return e;
}

void file_temporary(const struct file_place *place, char out[static FILES_PATH_MAX + 64])
{
    uint64_t salt;

    randombytes_buf(&salt, sizeof(salt));
    snprintf(out, FILES_PATH_MAX + 64, "%s/.%016llx.part", place->dir, (unsigned long long)salt);
}

static err move_in(const char *from, const struct file_place *place)
{
    if (rename(from, place->path) != 0) {
        err e = file_disk_error();

        unlink(from);
        return e;
    }
    return sync_dir(place->dir);
}

err file_put(const char *data_dir, const void *data, size_t len,
             unsigned char out_sha256[static FILE_HASH_SIZE])
{
    unsigned char hash[FILE_HASH_SIZE];
    char temporary[FILES_PATH_MAX + 64];
    struct file_place place;

    crypto_hash_sha256(hash, data, len);
    TRY(file_place_of(data_dir, hash, &place));
    if (access(place.path, F_OK) != 0) {
        TRY(file_make_dirs(data_dir, &place));
        file_temporary(&place, temporary);
        TRY(file_write_new(temporary, data, len, true));
        TRY(move_in(temporary, &place));
    }
    memcpy(out_sha256, hash, sizeof(hash));
    return OK;
}

err file_adopt(const char *data_dir, const char *path,
               const unsigned char sha256[static FILE_HASH_SIZE])
{
    struct file_place place;

    TRY(file_place_of(data_dir, sha256, &place));
    if (access(place.path, F_OK) == 0) {
        unlink(path);
        return OK;
    }
    TRY(file_make_dirs(data_dir, &place));
    if (chmod(path, 0600) != 0)
        return file_disk_error();
    return move_in(path, &place);
}

static err read_open(struct arena *a, int fd, size_t max_bytes, struct bytes *out)
{
    struct stat st;
    size_t have = 0;
    char *data;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return ERR_IO;
    if ((uint64_t)st.st_size > max_bytes)
        return ERR_TOO_LARGE;
    data = arena_alloc(a, (size_t)st.st_size + 1);
    while (have < (size_t)st.st_size) {
        ssize_t n = read(fd, data + have, (size_t)st.st_size - have);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        have += (size_t)n;
    }
    data[have] = '\0';
    *out = (struct bytes){(const unsigned char *)data, have};
    return OK;
}

err file_get(struct arena *a, const char *data_dir,
             const unsigned char sha256[static FILE_HASH_SIZE], size_t max_bytes, struct bytes *out)
{
    struct file_place place;
    err e;
    int fd;

    TRY(file_place_of(data_dir, sha256, &place));
    fd = open(place.path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return errno == ENOENT ? ERR_NOT_FOUND : ERR_IO;
    e = read_open(a, fd, max_bytes, out);
    close(fd);
    return e;
}
