#include "transfer/named_files.h"

#include "queries.gen.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { READ_BYTES = 256 * 1024 };

static err visit_row(struct rows *rows, struct arena *a,
                     err (*visit)(void *ctx, const struct named_file *), void *ctx)
{
    struct bytes hash = rows_blob(rows, 0, a);
    struct named_file file = {.size_bytes = rows_int(rows, 1)};
    int64_t ticket_id = rows_int(rows, 2);

    if (hash.len != FILE_HASH_SIZE)
        return ERR_STORE;
    memcpy(file.sha256, hash.data, FILE_HASH_SIZE);
    file.what = ticket_id ? arena_printf(a, "an attachment of ticket %lld", (long long)ticket_id)
                          : "a raw mail";
    return visit(ctx, &file);
}

err named_files_each(struct tx *tx, err (*visit)(void *ctx, const struct named_file *), void *ctx)
{
    struct arena arena;
    struct rows rows;
    err e, ended;

    TRY(query_run(tx, &query_named_files, NULL, 0, &rows));
    arena_init(&arena);
    e = OK;
    while (e == OK && rows_next(&rows)) {
        arena_reset(&arena);
        e = visit_row(&rows, &arena, visit, ctx);
    }
    arena_done(&arena);
    ended = rows_end(&rows);
    return e == OK ? ended : e;
}

err named_files_count(struct tx *tx, int64_t *out)
{
    struct named_files_n_row row;

    TRY(q_named_files_n(tx, &row));
    *out = row.n;
    return OK;
}

err named_files_has(struct tx *tx, const unsigned char sha256[static FILE_HASH_SIZE], bool *out)
{
    struct named_file_known_row row;

    TRY(q_named_file_known(tx, (struct bytes){sha256, FILE_HASH_SIZE}, &row));
    *out = row.yes;
    return OK;
}

static bool hash_agrees(int fd, const unsigned char sha256[static FILE_HASH_SIZE])
{
    static _Thread_local unsigned char buffer[READ_BYTES];
    unsigned char hash[FILE_HASH_SIZE];
    crypto_hash_sha256_state state;
    ssize_t n;

    crypto_hash_sha256_init(&state);
    while ((n = read(fd, buffer, sizeof(buffer))) > 0 || (n < 0 && errno == EINTR)) {
        if (n > 0)
            crypto_hash_sha256_update(&state, buffer, (size_t)n);
    }
    crypto_hash_sha256_final(&state, hash);
    return n == 0 && memcmp(hash, sha256, sizeof(hash)) == 0;
}

const char *named_file_problem(struct arena *a, const char *data_dir, const struct named_file *file,
                               bool deep)
{
    const char *path = file_path(a, data_dir, file->sha256);
    const char *problem = NULL;
    struct stat st;
    int fd = open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return arena_printf(a, "file %s, %s: %s", path, file->what, strerror(errno));
    if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
        problem = arena_printf(a, "file %s, %s: is not a file", path, file->what);
    else if (st.st_size != file->size_bytes)
        problem = arena_printf(a, "file %s, %s: has %lld bytes instead of %lld", path, file->what,
                               (long long)st.st_size, (long long)file->size_bytes);
    else if (deep && !hash_agrees(fd, file->sha256))
        problem = arena_printf(a, "file %s, %s: its content has changed", path, file->what);
    close(fd);
    return problem;
}
