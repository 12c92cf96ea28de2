#include "mail_in/source.h"

#include "base/buf.h"
#include "mail_in/split.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Far above any message; below what a pipe gone wild could eat. */
static const size_t pipe_max_bytes = (size_t)512 * 1024 * 1024;

void mail_file_done(struct mail_file *file, bool stored)
{
    if (!file)
        return;
    if (stored && file->move_to)
        rename(file->move_from, file->move_to);
    if (file->map)
        munmap(file->map, file->map_len);
}

static int refuse(struct fault *fault, int code, const char *what, const char *path)
{
    fault_set(fault, ERR_INVALID, "%s: %s", path, what);
    return code;
}

/* ---- a pipe ---- */

static int read_pipe(struct buf *out, struct fault *fault)
{
    enum { STEP = 64 * 1024 };

    while (out->len <= pipe_max_bytes) {
        ssize_t n;

        buf_reserve(out, STEP);
        n = read(STDIN_FILENO, out->data + out->len, STEP);
        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return refuse(fault, EX_TEMPFAIL, strerror(errno), "standard input");
        if (n == 0)
            break;
        out->len += (size_t)n;
    }
    if (out->len > pipe_max_bytes)
        return refuse(fault, EX_DATAERR, "larger than 512 MiB", "standard input");
    if (out->len == 0)
        return refuse(fault, EX_NOINPUT, "there is no message", "standard input");
    return EX_OK;
}

int mail_from_pipe(struct mail_pump *pump, struct arena *a, struct fault *fault)
{
    struct buf raw = {0};
    int code = read_pipe(&raw, fault);

    if (code == EX_OK) {
        struct bytes message = mail_without_from_line(raw.data, raw.len);

        mail_pump_put(pump, message.data, message.len, NULL);
        mail_pump_drain(pump);
    }
    buf_done(&raw);
    return code;
}

/* ---- a file ---- */

/* Mapped, not read: a large mbox takes no memory but the pages in use. */
static int map_file(const char *path, struct mail_file *out, struct fault *fault)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;

    if (fd < 0)
        return refuse(fault, errno == ENOENT ? EX_NOINPUT : EX_IOERR, strerror(errno), path);
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size == 0) {
        close(fd);
        return refuse(fault, EX_NOINPUT, "there is no message in it", path);
    }
    out->map_len = (size_t)st.st_size;
    out->map = mmap(NULL, out->map_len, PROT_READ, MAP_PRIVATE, fd, 0);
    close(fd);
    if (out->map == MAP_FAILED) {
        out->map = NULL;
        return refuse(fault, EX_IOERR, strerror(errno), path);
    }
    return EX_OK;
}

static void pump_mbox(struct mail_pump *pump, const struct mail_file *file)
{
    struct mbox mbox = {file->map, file->map_len};
    struct bytes message;

    while (mbox_next(&mbox, mail_pump_arena(pump), &message))
        mail_pump_put(pump, message.data, message.len, NULL);
    mail_pump_drain(pump);
}

static int from_file(struct mail_pump *pump, const char *path, struct fault *fault)
{
    struct mail_file file = {0};
    int code = map_file(path, &file, fault);

    if (code != EX_OK)
        return code;
    if (mbox_is(file.map, file.map_len)) {
        pump_mbox(pump, &file);
        mail_file_done(&file, true);
        return EX_OK;
    }
    {
        struct mail_file *kept = ARENA_NEW(mail_pump_arena(pump), struct mail_file);

        *kept = file;
        mail_pump_put(pump, file.map, file.map_len, kept);
    }
    return EX_OK;
}

/* ---- a Maildir ---- */

struct names {
    char **v;
    size_t n, cap;
};

static int by_name(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Their names begin with the second of delivery: sorted, they come in order. */
static bool list_dir(struct arena *a, const char *dir, struct names *out)
{
    DIR *d = opendir(dir);
    struct dirent *entry;

    if (!d)
        return false;
    while ((entry = readdir(d))) {
        if (entry->d_name[0] == '.')
            continue;
        if (out->n == out->cap) {
            size_t cap = out->cap ? out->cap * 2 : 64;

            out->v = arena_grow(a, out->v, out->cap * sizeof(*out->v), cap * sizeof(*out->v));
            out->cap = cap;
        }
        out->v[out->n++] = arena_str(a, entry->d_name);
    }
    closedir(d);
    if (out->n > 0)
        qsort(out->v, out->n, sizeof(*out->v), by_name);
    return true;
}

static int pump_maildir_file(struct mail_pump *pump, const char *path, const char *move_to,
                             struct fault *fault)
{
    struct mail_file file = {0};
    struct mail_file *kept;
    struct arena *a;
    int code = map_file(path, &file, fault);

    if (code != EX_OK)
        return code;
    a = mail_pump_arena(pump);
    kept = ARENA_NEW(a, struct mail_file);
    *kept = file;
    kept->move_from = arena_str(a, path);
    kept->move_to = arena_str(a, move_to);
    mail_pump_put(pump, file.map, file.map_len, kept);
    return EX_OK;
}

/* Another program may take a message away while we look: that is no failure. */
static int from_maildir(struct mail_pump *pump, const char *path, struct arena *a,
                        struct fault *fault)
{
    static const char *const parts[] = {"cur", "new"};
    int found = 0;

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const char *dir = arena_printf(a, "%s/%s", path, parts[i]);
        struct names names = {0};

        if (!list_dir(a, dir, &names))
            continue;
        found++;
        for (size_t j = 0; j < names.n; j++) {
            const char *from = arena_printf(a, "%s/%s", dir, names.v[j]);
            const char *to = i == 0 ? NULL : arena_printf(a, "%s/cur/%s:2,", path, names.v[j]);
            int code = pump_maildir_file(pump, from, to, fault);

            if (code != EX_OK && code != EX_NOINPUT)
                return code;
        }
    }
    return found ? EX_OK : refuse(fault, EX_DATAERR, "not a Maildir (no new or cur in it)", path);
}

int mail_from_path(struct mail_pump *pump, const char *path, struct arena *a, struct fault *fault)
{
    struct stat st;

    if (strcmp(path, "-") == 0)
        return mail_from_pipe(pump, a, fault);
    if (stat(path, &st) != 0)
        return refuse(fault, EX_NOINPUT, strerror(errno), path);
    return S_ISDIR(st.st_mode) ? from_maildir(pump, path, a, fault) : from_file(pump, path, fault);
}
