/* file_spool.c -- a local copy, without a name, of a file that lies elsewhere. It ends with its descriptor, however
 * the program ends. */
#include "base/log.h"
#include "file/file_place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { PATH_SIZE = 4096 };

struct spool {
    int fd;
    crypto_hash_sha256_state hash;
};

static err open_nameless(const char *data_dir, int *out_fd)
{
    char path[PATH_SIZE];
    int fd = open(data_dir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);

    if (fd < 0 && errno == ENOENT) /* a command that only looks at a database elsewhere */
        fd = open(P_tmpdir, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (fd < 0 && (errno == EOPNOTSUPP || errno == EISDIR)) { /* some network file systems */
        if ((size_t)snprintf(path, sizeof(path), "%s/.spool-XXXXXX", data_dir) >= sizeof(path))
            return ERR_IO;
        fd = mkostemp(path, O_CLOEXEC);
        if (fd >= 0)
            unlink(path);
    }
    if (fd < 0)
        return file_disk_error();
    *out_fd = fd;
    return OK;
}

static err keep(void *ctx, const void *data, size_t len)
{
    struct spool *s = ctx;
    const char *at = data;

    crypto_hash_sha256_update(&s->hash, data, len);
    while (len > 0) {
        ssize_t n = write(s->fd, at, len);

        if (n < 0 && errno == EINTR)
            continue;
        if (n < 0)
            return file_disk_error();
        at += n;
        len -= (size_t)n;
    }
    return OK;
}

static err fill(struct store *store, const struct file_place *place, const unsigned char *sha256,
                struct spool *s)
{
    unsigned char hash[FILE_HASH_SIZE];
    char hex[FILE_HASH_TEXT_SIZE];

    TRY(place->read(store, sha256, keep, s));
    crypto_hash_sha256_final(&s->hash, hash);
    if (memcmp(hash, sha256, sizeof(hash)) != 0) {
        log_error("files.damaged", "place=%s sha256=%s", place->name, file_hash_text(sha256, hex));
        return ERR_IO;
    }
    return lseek(s->fd, 0, SEEK_SET) == 0 ? OK : ERR_IO;
}

err file_spool(struct store *store, const struct file_place *place, const unsigned char *sha256,
               int *out_fd)
{
    struct spool s;
    err e;

    TRY(open_nameless(store_data_dir(store), &s.fd));
    crypto_hash_sha256_init(&s.hash);
    e = fill(store, place, sha256, &s);
    if (e == OK)
        *out_fd = s.fd;
    else
        close(s.fd);
    return e;
}
