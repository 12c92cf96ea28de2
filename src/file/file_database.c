/* file_database.c -- files as chunks in the database.
 *
 * A file comes in units of FILE_UNIT_BYTES, so that the writer serves others in between, and leaves in
 * reads of the same size. The last unit counts what is there before it calls the file whole. */
#include "base/limits.h"
#include "file/file_place.h"
#include "file/stored_file.h"
#include "queries.gen.h"

#include <stdlib.h>
#include <string.h>

enum { CHUNKS_A_UNIT = FILE_UNIT_BYTES / FILE_CHUNK_BYTES };

static struct bytes hash_of(const unsigned char *sha256)
{
    return (struct bytes){sha256, FILE_HASH_SIZE};
}

static int64_t chunk_count(int64_t size_bytes)
{
    return (size_bytes + FILE_CHUNK_BYTES - 1) / FILE_CHUNK_BYTES;
}

/* ---- in ---- */

/* Part of a file, in memory. */
struct part {
    const struct file_source *source;
    const unsigned char *data; /* beginning with chunk `first` */
    int64_t first;
    int64_t end; /* the chunk behind the last one */
    bool whole;  /* was there already */
};

static err put_chunks(struct tx *tx, const struct part *part)
{
    for (int64_t n = part->first; n < part->end; n++) {
        int64_t at = n * FILE_CHUNK_BYTES;
        int64_t left = part->source->size_bytes - at;
        struct bytes bytes = {part->data + (at - part->first * FILE_CHUNK_BYTES),
                              left < FILE_CHUNK_BYTES ? (size_t)left : (size_t)FILE_CHUNK_BYTES};

        TRY(q_file_chunk_put(tx, hash_of(part->source->sha256), n, bytes));
    }
    return OK;
}

static err call_whole(struct tx *tx, const struct file_source *source)
{
    struct file_chunks_size_row have;

    TRY(q_file_chunks_size(tx, hash_of(source->sha256), &have));
    if (have.n != chunk_count(source->size_bytes) || have.bytes != source->size_bytes)
        return ERR_FILES; /* somebody removes it: try again */
    return stored_file_whole_in(tx, PLACE_DATABASE, source->sha256);
}

static err part_unit(struct tx *tx, void *arg)
{
    struct part *part = arg;

    if (part->first == 0)
        TRY(stored_file_note_in(tx, PLACE_DATABASE, part->source, &part->whole));
    if (part->whole)
        return OK;
    TRY(put_chunks(tx, part));
    return part->end == chunk_count(part->source->size_bytes) ? call_whole(tx, part->source) : OK;
}

static err write_unit(struct store *store, unit_fn *unit, void *arg)
{
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    arena_init(&arena);
    e = store_write(store, &setup, unit, arg);
    arena_done(&arena);
    return e;
}

static err put_parts(struct store *store, const struct file_source *source, unsigned char *buffer)
{
    struct part part = {.source = source};
    int64_t all = chunk_count(source->size_bytes);

    do {
        int64_t at = part.first * FILE_CHUNK_BYTES;
        int64_t left = source->size_bytes - at;
        size_t n = left < FILE_UNIT_BYTES ? (size_t)left : (size_t)FILE_UNIT_BYTES;

        part.end = part.first + chunk_count((int64_t)n);
        part.data = source->data ? source->data + at : buffer;
        if (!source->data)
            TRY(file_source_read(source, at, buffer, n));
        TRY(write_unit(store, part_unit, &part));
        part.first = part.end;
    } while (part.first < all && !part.whole);
    return OK;
}

static err database_put(struct store *store, const struct file_source *source)
{
    unsigned char *buffer = source->data ? NULL : malloc(FILE_UNIT_BYTES);
    err e;

    ENSURE(source->data || buffer);
    e = put_parts(store, source, buffer);
    free(buffer);
    return e;
}

/* ---- many small ones ---- */

struct group {
    const struct file_source *sources;
    size_t count;
};

static err group_unit(struct tx *tx, void *arg)
{
    const struct group *group = arg;

    for (size_t i = 0; i < group->count; i++) {
        const struct file_source *source = &group->sources[i];
        struct part part = {
            .source = source, .data = source->data, .end = chunk_count(source->size_bytes)};

        TRY(part_unit(tx, &part));
    }
    return OK;
}

static err database_put_many(struct store *store, const struct file_source *sources, size_t count)
{
    size_t from = 0;

    while (from < count) {
        struct group group = {.sources = sources + from};
        int64_t bytes = 0;

        while (from + group.count < count) {
            bytes += sources[from + group.count].size_bytes;
            if (group.count > 0 && bytes > FILE_UNIT_BYTES)
                break;
            group.count++;
        }
        if (group.count == 1)
            TRY(database_put(store, group.sources));
        else
            TRY(write_unit(store, group_unit, &group));
        from += group.count;
    }
    return OK;
}

/* ---- out ---- */

struct reading {
    const unsigned char *sha256;
    int64_t first;
    struct stored_file_row row;
    struct file_chunks_rows chunks;
};

static err row_unit(struct tx *tx, void *arg)
{
    struct reading *r = arg;

    TRY(q_stored_file_by(tx, PLACE_DATABASE, hash_of(r->sha256), &r->row));
    return r->row.state == STORED_WHOLE || r->row.state == STORED_NAMED ? OK : ERR_NOT_FOUND;
}

static err chunks_unit(struct tx *tx, void *arg)
{
    struct reading *r = arg;

    return q_file_chunks(tx, hash_of(r->sha256), r->first, CHUNKS_A_UNIT, &r->chunks);
}

static err read_unit(struct store *store, struct arena *arena, unit_fn *unit, struct reading *r)
{
    struct unit_setup setup = {.arena = arena, .actor = actor_system()};

    return store_read(store, &setup, unit, r);
}

static err database_size(struct store *store, const unsigned char *sha256, int64_t *out_size_bytes)
{
    struct reading r = {.sha256 = sha256};
    struct arena arena;
    err e;

    arena_init(&arena);
    e = read_unit(store, &arena, row_unit, &r);
    arena_done(&arena);
    if (e == OK)
        *out_size_bytes = r.row.size_bytes;
    return e;
}

static err read_all(struct store *store, struct arena *arena, struct reading *r, file_sink *sink,
                    void *ctx)
{
    TRY(read_unit(store, arena, row_unit, r));
    for (; r->first < chunk_count(r->row.size_bytes); r->first += CHUNKS_A_UNIT) {
        arena_reset(arena);
        TRY(read_unit(store, arena, chunks_unit, r));
        if (r->chunks.n == 0)
            return ERR_IO;
        for (size_t i = 0; i < r->chunks.n; i++)
            TRY(sink(ctx, r->chunks.v[i].bytes.data, r->chunks.v[i].bytes.len));
    }
    return OK;
}

static err database_read(struct store *store, const unsigned char *sha256, file_sink *sink,
                         void *ctx)
{
    struct reading r = {.sha256 = sha256};
    struct arena arena;
    err e;

    arena_init(&arena);
    e = read_all(store, &arena, &r, sink, ctx);
    arena_done(&arena);
    return e;
}

/* ---- away: in units of the same size ---- */

struct removing {
    const unsigned char *sha256;
    int64_t first;
    int64_t removed;
};

static err remove_unit(struct tx *tx, void *arg)
{
    struct removing *r = arg;
    struct stored_file_row row;
    err e = q_stored_file_by(tx, PLACE_DATABASE, hash_of(r->sha256), &row);

    if (e == OK && row.state != STORED_GOING)
        return ERR_BUSY; /* this went on for so long that somebody puts it again */
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    return q_file_chunks_remove(tx, hash_of(r->sha256), r->first, CHUNKS_A_UNIT, &r->removed);
}

static err database_remove(struct store *store, const unsigned char *sha256)
{
    struct removing r = {.sha256 = sha256};
    struct reading what = {.sha256 = sha256};
    int64_t all = 0;
    struct arena arena;
    err e;

    arena_init(&arena);
    e = read_unit(store, &arena, row_unit, &what);
    arena_done(&arena);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    all = chunk_count(what.row.size_bytes);
    TRY(stored_file_take(store, PLACE_DATABASE, sha256));
    for (; r.first < all; r.first += CHUNKS_A_UNIT)
        TRY(write_unit(store, remove_unit, &r));
    return stored_file_forget(store, PLACE_DATABASE, sha256);
}

const struct file_place file_database = {
    .name = "database",
    .put = database_put,
    .put_many = database_put_many,
    .size = database_size,
    .read = database_read,
    .remove = database_remove,
};
