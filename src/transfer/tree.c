#include "transfer/tree.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { COPY_BYTES = 1024 * 1024, OPEN_DIRECTORIES = 16 };

static err failed(struct fault *fault, const char *what, const char *path)
{
    err e = errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;

    return fault_set(fault, e, "cannot %s %s: %s", what, path, strerror(errno));
}

enum tree_state tree_look(const char *path)
{
    DIR *dir = opendir(path);
    struct dirent *entry;
    enum tree_state state = TREE_EMPTY;

    if (!dir)
        return errno == ENOENT ? TREE_MISSING : TREE_NO_DIRECTORY;
    while ((entry = readdir(dir))) {
        if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
            state = TREE_FULL;
    }
    closedir(dir);
    return state;
}

const char *tree_clean(struct arena *a, const char *path)
{
    size_t len = strlen(path);

    while (len > 1 && path[len - 1] == '/')
        len--;
    return arena_strn(a, path, len);
}

err tree_make(const char *path, struct fault *fault)
{
    return mkdir(path, 0700) == 0 ? OK : failed(fault, "make", path);
}

static int remove_one(const char *path, const struct stat *st, int kind, struct FTW *place)
{
    (void)st;
    (void)kind;
    (void)place;
    return remove(path);
}

err tree_remove(const char *path, struct fault *fault)
{
    struct stat st;

    if (lstat(path, &st) != 0 && errno == ENOENT)
        return OK;
    return nftw(path, remove_one, OPEN_DIRECTORIES, FTW_DEPTH | FTW_PHYS | FTW_MOUNT) == 0
               ? OK
               : failed(fault, "remove", path);
}

err tree_sync(const char *path, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    err e = OK;

    if (fd < 0)
        return failed(fault, "open", path);
    if (fsync(fd) != 0)
        e = failed(fault, "sync", path);
    close(fd);
    return e;
}

static err sync_parent(const char *path, struct fault *fault)
{
    const char *slash = strrchr(path, '/');
    char parent[4096];

    if (!slash)
        return tree_sync(".", fault);
    snprintf(parent, sizeof(parent), "%.*s", slash == path ? 1 : (int)(slash - path), path);
    return tree_sync(parent, fault);
}

err tree_move(const char *from, const char *to, struct fault *fault)
{
    if (rename(from, to) != 0)
        return failed(fault, "rename to", to);
    return sync_parent(to, fault);
}

err tree_link(const char *from, const char *to, struct fault *fault)
{
    if (link(from, to) == 0 || errno == EEXIST)
        return OK;
    return tree_copy(from, to, NULL, NULL, fault);
}

static err write_all(int fd, const char *data, size_t len, const char *path, struct fault *fault)
{
    while (len > 0) {
        ssize_t n = write(fd, data, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(fault, "write", path);
        data += n;
        len -= (size_t)n;
    }
    return OK;
}

static err pour(int from, int to, const char *path,
                void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                struct fault *fault)
{
    static _Thread_local char buffer[COPY_BYTES];
    struct stat st = {0};
    int64_t done = 0;

    (void)fstat(from, &st);
    for (;;) {
        ssize_t n = read(from, buffer, sizeof(buffer));

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return failed(fault, "read what becomes", path);
        if (n == 0)
            break;
        TRY(write_all(to, buffer, (size_t)n, path, fault));
        done += n;
        if (progress)
            progress(ctx, done, st.st_size);
    }
    return fsync(to) == 0 ? OK : failed(fault, "sync", path);
}

err tree_copy(const char *from, const char *to,
              void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
              struct fault *fault)
{
    int in = open(from, O_RDONLY | O_CLOEXEC);
    int out;
    err e;

    if (in < 0)
        return failed(fault, "read", from);
    out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    if (out < 0) {
        e = failed(fault, "write", to);
    } else {
        e = pour(in, out, to, progress, ctx, fault);
        if (close(out) != 0 && e == OK)
            e = failed(fault, "write", to);
        if (e != OK)
            unlink(to);
    }
    close(in);
    return e;
}
