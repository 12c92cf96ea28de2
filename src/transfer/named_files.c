#include "transfer/named_files.h"

#include "queries.gen.h"

#include <string.h>

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

const char *named_file_problem(struct arena *a, struct store *store, const struct named_file *file,
                               bool deep)
{
    char hex[FILE_HASH_TEXT_SIZE];
    const char *name = file_hash_text(file->sha256, hex);
    int64_t size = -1;
    err e = file_verify(store, file->sha256, false, &size);

    if (e == ERR_NOT_FOUND)
        return arena_printf(a, "file %s, %s: is missing", name, file->what);
    if (e == OK && size != file->size_bytes)
        return arena_printf(a, "file %s, %s: has %lld bytes instead of %lld", name, file->what,
                            (long long)size, (long long)file->size_bytes);
    if (e == OK && deep)
        e = file_verify(store, file->sha256, true, &size);
    if (e == OK)
        return NULL;
    if (e == ERR_IO)
        return arena_printf(a, "file %s, %s: its content has changed", name, file->what);
    return arena_printf(a, "file %s, %s: %s", name, file->what, err_text(e));
}
