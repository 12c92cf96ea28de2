#include "file/file.h"

#include "base/log.h"
#include "base/settings.h"
#include "file/file_place.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

const struct file_place *const file_places[PLACE_COUNT] = {
    [PLACE_DISK] = &file_disk,
    [PLACE_DATABASE] = &file_database,
    [PLACE_S3] = &file_s3,
};

err file_disk_error(void)
{
    return errno == ENOSPC || errno == EDQUOT ? ERR_FULL : ERR_IO;
}

char *file_hash_text(const unsigned char sha256[static FILE_HASH_SIZE],
                     char out[static FILE_HASH_TEXT_SIZE])
{
    return sodium_bin2hex(out, FILE_HASH_TEXT_SIZE, sha256, FILE_HASH_SIZE);
}

enum file_place_id file_place_of(struct store *store)
{
    const char *wanted = store_settings(store)->files;

    for (int i = 0; i < PLACE_COUNT; i++) {
        if (strcmp(wanted, file_places[i]->name) == 0)
            return (enum file_place_id)i;
    }
    return store_engine(store) == ENGINE_SQLITE ? PLACE_DISK : PLACE_DATABASE;
}

/* ---- in ---- */

err file_source_read(const struct file_source *source, int64_t at, void *to, size_t len)
{
    char *out = to;

    if (source->data) {
        memcpy(to, source->data + at, len);
        return OK;
    }
    while (len > 0) {
        ssize_t n = pread(source->fd, out, len, at);

        if (n < 0 && errno == EINTR)
            continue;
        if (n <= 0)
            return ERR_IO;
        out += n;
        at += n;
        len -= (size_t)n;
    }
    return OK;
}

err file_put(struct store *store, const void *data, size_t len,
             unsigned char out_sha256[static FILE_HASH_SIZE])
{
    struct file_source source = {.size_bytes = (int64_t)len, .data = data, .fd = -1};

    crypto_hash_sha256(source.sha256, data, len);
    TRY(file_places[file_place_of(store)]->put(store, &source));
    memcpy(out_sha256, source.sha256, FILE_HASH_SIZE);
    return OK;
}

/* path: NULL if the file must stay under its name. */
static err put_local(struct store *store, int fd, const char *path, const unsigned char *sha256)
{
    struct file_source source = {.fd = fd, .path = path};
    struct stat st;

    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        return ERR_IO;
    source.size_bytes = st.st_size;
    memcpy(source.sha256, sha256, FILE_HASH_SIZE);
    return file_places[file_place_of(store)]->put(store, &source);
}

err file_put_open(struct store *store, int fd, const unsigned char sha256[static FILE_HASH_SIZE])
{
    return put_local(store, fd, NULL, sha256);
}

err file_adopt(struct store *store, const char *path,
               const unsigned char sha256[static FILE_HASH_SIZE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);
    err e;

    if (fd < 0)
        return file_disk_error();
    e = put_local(store, fd, path, sha256);
    close(fd);
    if (e == OK)
        unlink(path); /* unless the place took it under its own name */
    return e;
}

/* ---- out: from the first place that has it ---- */

typedef err from_place(struct store *store, const struct file_place *place,
                       const unsigned char *sha256, void *arg);

static bool may_ask(struct store *store, const struct file_place *place)
{
    return !place->is_set_up || place->is_set_up(store_settings(store));
}

/* A place that cannot be used now may be the one that has it: then nobody can say that it is gone. */
static err from_any(struct store *store, const unsigned char *sha256, from_place *get, void *arg)
{
    enum file_place_id first = file_place_of(store);
    err e = get(store, file_places[first], sha256, arg);

    for (int i = 0; i < PLACE_COUNT && (e == ERR_NOT_FOUND || e == ERR_FILES); i++) {
        err other;

        if (i == (int)first || !may_ask(store, file_places[i]))
            continue;
        other = get(store, file_places[i], sha256, arg);
        if (other != ERR_NOT_FOUND)
            e = other;
    }
    return e;
}

static err open_from(struct store *store, const struct file_place *place,
                     const unsigned char *sha256, void *arg)
{
    return place->open ? place->open(store, sha256, arg) : file_spool(store, place, sha256, arg);
}

err file_open(struct store *store, const unsigned char sha256[static FILE_HASH_SIZE], int *out_fd)
{
    return from_any(store, sha256, open_from, out_fd);
}

struct filling {
    struct arena *arena;
    unsigned char *data;
    size_t len;
    size_t size;
    size_t max_bytes;
};

static err fill(void *ctx, const void *data, size_t len)
{
    struct filling *f = ctx;

    if (len > f->size - f->len)
        return ERR_IO; /* more than the place said */
    memcpy(f->data + f->len, data, len);
    f->len += len;
    return OK;
}

static err get_from(struct store *store, const struct file_place *place,
                    const unsigned char *sha256, void *arg)
{
    struct filling *f = arg;
    unsigned char hash[FILE_HASH_SIZE];
    int64_t size;

    TRY(place->size(store, sha256, &size));
    if ((uint64_t)size > f->max_bytes)
        return ERR_TOO_LARGE;
    f->size = (size_t)size;
    f->len = 0;
    f->data = arena_alloc(f->arena, f->size + 1);
    TRY(place->read(store, sha256, fill, f));
    f->data[f->len] = '\0';
    crypto_hash_sha256(hash, f->data, f->len);
    return memcmp(hash, sha256, sizeof(hash)) == 0 ? OK : ERR_IO;
}

err file_get(struct arena *a, struct store *store,
             const unsigned char sha256[static FILE_HASH_SIZE], size_t max_bytes, struct bytes *out)
{
    struct filling f = {.arena = a, .max_bytes = max_bytes};

    TRY(from_any(store, sha256, get_from, &f));
    *out = (struct bytes){f.data, f.len};
    return OK;
}

struct verifying {
    bool deep;
    int64_t size_bytes;
};

static err hash_more(void *ctx, const void *data, size_t len)
{
    crypto_hash_sha256_update(ctx, data, len);
    return OK;
}

static err verify_in(struct store *store, const struct file_place *place,
                     const unsigned char *sha256, void *arg)
{
    struct verifying *v = arg;
    unsigned char hash[FILE_HASH_SIZE];
    crypto_hash_sha256_state state;

    TRY(place->size(store, sha256, &v->size_bytes));
    if (!v->deep)
        return OK;
    crypto_hash_sha256_init(&state);
    TRY(place->read(store, sha256, hash_more, &state));
    crypto_hash_sha256_final(&state, hash);
    return memcmp(hash, sha256, sizeof(hash)) == 0 ? OK : ERR_IO;
}

err file_verify(struct store *store, const unsigned char sha256[static FILE_HASH_SIZE], bool deep,
                int64_t *out_size_bytes)
{
    struct verifying v = {.deep = deep};

    TRY(from_any(store, sha256, verify_in, &v));
    *out_size_bytes = v.size_bytes;
    return OK;
}
