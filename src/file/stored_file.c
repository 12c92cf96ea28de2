#include "file/stored_file.h"

#include "base/limits.h"
#include "queries.gen.h"

struct noting {
    enum file_place_id place;
    const unsigned char *sha256;
    const struct file_source *source;
    int64_t before_ms;
    bool yes;
};

static struct bytes hash_of(const unsigned char *sha256)
{
    return (struct bytes){sha256, FILE_HASH_SIZE};
}

static err run(struct store *store, unit_fn *unit, struct noting *n)
{
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    arena_init(&arena);
    e = store_write(store, &setup, unit, n);
    arena_done(&arena);
    return e;
}

/* ---- coming ---- */

err stored_file_note_in(struct tx *tx, enum file_place_id place, const struct file_source *source,
                        bool *out_whole)
{
    struct stored_file_row row = {0};
    err e = q_stored_file_by(tx, place, hash_of(source->sha256), &row);

    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == OK && row.state == STORED_GOING &&
        row.since_ms > tx->now_ms - FILE_REMOVAL_S * INT64_C(1000))
        return ERR_BUSY;
    *out_whole = e == OK && (row.state == STORED_WHOLE || row.state == STORED_NAMED);
    return q_stored_file_note(tx, place, hash_of(source->sha256), source->size_bytes, tx->now_ms);
}

static err note(struct tx *tx, void *arg)
{
    struct noting *n = arg;

    return stored_file_note_in(tx, n->place, n->source, &n->yes);
}

err stored_file_note(struct store *store, enum file_place_id place,
                     const struct file_source *source, bool *out_whole)
{
    struct noting n = {.place = place, .source = source};

    TRY(run(store, note, &n));
    *out_whole = n.yes;
    return OK;
}

err stored_file_whole_in(struct tx *tx, enum file_place_id place, const unsigned char *sha256)
{
    int64_t changed;

    return q_stored_file_whole(tx, place, hash_of(sha256), &changed);
}

static err whole(struct tx *tx, void *arg)
{
    struct noting *n = arg;

    return stored_file_whole_in(tx, n->place, n->sha256);
}

err stored_file_whole(struct store *store, enum file_place_id place, const unsigned char *sha256)
{
    return run(store, whole, &(struct noting){.place = place, .sha256 = sha256});
}

/* ---- going ---- */

static err take(struct tx *tx, void *arg)
{
    struct noting *n = arg;

    return q_stored_file_take(tx, n->place, hash_of(n->sha256), tx->now_ms);
}

err stored_file_take(struct store *store, enum file_place_id place, const unsigned char *sha256)
{
    return run(store, take, &(struct noting){.place = place, .sha256 = sha256});
}

/* Bytes that never arrived are of no use, whatever names the file: it is whole in another place, or else nothing
 * could name it. */
static err take_unnamed(struct tx *tx, void *arg)
{
    struct noting *n = arg;
    struct stored_file_row row;
    struct file_is_named_row named = {0};
    err e = q_stored_file_by(tx, n->place, hash_of(n->sha256), &row);

    n->yes = false;
    if (e == ERR_NOT_FOUND || (e == OK && row.since_ms >= n->before_ms))
        return OK;
    TRY(e);
    if (row.state == STORED_WHOLE)
        TRY(q_file_is_named(tx, hash_of(n->sha256), &named));
    if (named.yes)
        return q_stored_file_named(tx, n->place, hash_of(n->sha256));
    n->yes = row.state != STORED_NAMED;
    return n->yes ? take(tx, n) : OK;
}

err stored_file_take_unnamed(struct store *store, enum file_place_id place,
                             const unsigned char *sha256, int64_t before_ms, bool *out_taken)
{
    struct noting n = {.place = place, .sha256 = sha256, .before_ms = before_ms};

    TRY(run(store, take_unnamed, &n));
    *out_taken = n.yes;
    return OK;
}

static err forget(struct tx *tx, void *arg)
{
    struct noting *n = arg;

    return q_stored_file_forget(tx, n->place, hash_of(n->sha256));
}

err stored_file_forget(struct store *store, enum file_place_id place, const unsigned char *sha256)
{
    return run(store, forget, &(struct noting){.place = place, .sha256 = sha256});
}
