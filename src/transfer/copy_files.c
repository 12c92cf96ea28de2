/* copy_files.c -- attachments and raw mails, each by its hash: what the target has already is left
 * alone, so this needs no note of how far it came. They go where the target keeps its files. */
#include "file/file_batch.h"
#include "queries.gen.h"
#include "transfer/copy.h"
#include "transfer/named_files.h"

#include <inttypes.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILES_A_SLICE = 200, BATCH_BYTES = 16 * 1024 * 1024, LARGE_BYTES = BATCH_BYTES / 4 };

struct carrying {
    struct copy *copy;
    struct file_batch batch;
    int64_t waiting_bytes;
    struct arena arena; /* what waits in the batch */
};

static err tell_damaged(struct carrying *c, const unsigned char *sha256, const char *what)
{
    char hex[FILE_HASH_TEXT_SIZE];

    fprintf(stderr, "%sfrontdesk: file %s %s\n", c->copy->terminal ? "\r\033[K" : "",
            file_hash_text(sha256, hex), what);
    c->copy->files_damaged++;
    return OK;
}

static err flush(struct carrying *c)
{
    err e = file_batch_commit(&c->batch);

    c->waiting_bytes = 0;
    arena_reset(&c->arena);
    return e;
}

/* What the source has lost or damaged is told, and keeps nothing else from being carried. */
static err tell_trouble(struct carrying *c, const unsigned char *sha256, const err *e)
{
    if (*e == ERR_NOT_FOUND)
        return tell_damaged(c, sha256, "is not there: the source has lost it");
    if (*e == ERR_IO)
        return tell_damaged(c, sha256, "is damaged at the source: its content has changed");
    return *e;
}

/* By way of a local file, not of memory. */
static err take_large(struct carrying *c, const unsigned char *sha256)
{
    struct stat st;
    int fd;
    err e = file_open(c->copy->from.store, sha256, &fd);

    TRY(tell_trouble(c, sha256, &e));
    if (e != OK)
        return OK;
    e = file_put_open(c->copy->to.store, fd, sha256);
    if (fstat(fd, &st) == 0)
        c->copy->file_bytes += st.st_size;
    close(fd);
    return e;
}

static err take(struct carrying *c, const unsigned char *sha256)
{
    struct bytes bytes;
    unsigned char hash[FILE_HASH_SIZE];
    err e = file_get(&c->arena, c->copy->from.store, sha256, LARGE_BYTES, &bytes);

    if (e == ERR_TOO_LARGE)
        return take_large(c, sha256);
    TRY(tell_trouble(c, sha256, &e));
    if (e != OK)
        return OK;
    c->copy->file_bytes += (int64_t)bytes.len;
    c->waiting_bytes += (int64_t)bytes.len;
    file_batch_put(&c->batch, bytes.data, bytes.len, hash);
    return c->waiting_bytes >= BATCH_BYTES ? flush(c) : OK;
}

typedef err carry_fn(struct carrying *c, const struct named_file *file);

static err carry(struct carrying *c, const struct named_file *file)
{
    if (named_file_problem(&c->arena, c->copy->to.store, file, false))
        return take(c, file->sha256);
    c->copy->file_bytes += file->size_bytes;
    return OK;
}

static err look(struct carrying *c, const struct named_file *file)
{
    if (named_file_problem(&c->arena, c->copy->to.store, file, true))
        return tell_damaged(c, file->sha256, "is not at the target as it should be");
    return OK;
}

static err visit(struct carrying *c, const struct copy_files_after_row *row, carry_fn *act)
{
    struct named_file file = {.size_bytes = row->size_bytes, .what = "a file"};
    struct copy *copy = c->copy;

    if (row->sha256.len != FILE_HASH_SIZE)
        return fault_set(&copy->desk->fault, ERR_STORE, "a file's hash is none at the source");
    memcpy(file.sha256, row->sha256.data, FILE_HASH_SIZE);
    progress_set(&copy->progress, ++copy->files);
    return act(c, &file);
}

static err each(struct tx *from, struct carrying *c, carry_fn *act)
{
    unsigned char after[FILE_HASH_SIZE] = {0};
    struct bytes last = {after, 0}; /* less than any hash */
    struct arena slice, *own = from->arena;
    err e = OK;

    arena_init(&slice);
    while (e == OK) {
        struct copy_files_after_rows rows;

        arena_reset(&slice);
        /* cppcheck-suppress autoVariables; put back below */
        from->arena = &slice;
        e = q_copy_files_after(from, last, FILES_A_SLICE, &rows);
        if (e != OK || rows.n == 0)
            break;
        for (size_t i = 0; e == OK && i < rows.n; i++)
            e = visit(c, &rows.v[i], act);
        if (e == OK)
            e = flush(c);
        memcpy(after, rows.v[rows.n - 1].sha256.data, sizeof(after));
        last.len = sizeof(after);
    }
    from->arena = own;
    arena_done(&slice);
    return e;
}

static err all_files(struct tx *from, struct copy *copy, carry_fn *act)
{
    struct carrying c = {.copy = copy};
    int64_t count;
    err e;

    TRY(named_files_count(from, &count));
    copy->files = copy->files_damaged = copy->file_bytes = 0;
    if (count == 0)
        return OK;
    arena_init(&c.arena);
    file_batch_init(&c.batch, copy->to.store);
    progress_init(&copy->progress, "files", count);
    e = each(from, &c, act);
    progress_end(&copy->progress);
    file_batch_done(&c.batch);
    arena_done(&c.arena);
    return e;
}

err copy_files(struct tx *from, struct copy *copy)
{
    TRY(all_files(from, copy, carry));
    if (!copy->terminal && copy->files)
        printf("files: %" PRId64 " (%" PRId64 " bytes)\n", copy->files, copy->file_bytes);
    return OK;
}

err copy_check_files(struct tx *from, struct copy *copy)
{
    return all_files(from, copy, look);
}
