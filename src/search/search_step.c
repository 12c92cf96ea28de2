#include "search/search_step.h"

#include "search/search_index.h"

#include <stdlib.h>

/* What a ticket said before its first change in this batch. */
struct old_document {
    int64_t ticket_id;
    size_t place;                      /* in the batch: the first of a ticket counts */
    const struct search_document *old; /* NULL: it was not in the index, or that does not matter */
    const struct search_document *fresh; /* what it says now if nothing else changes it; or NULL */
};

static int by_ticket_then_place(const void *a, const void *b)
{
    const struct old_document *x = *(const struct old_document *const *)a;
    const struct old_document *y = *(const struct old_document *const *)b;

    if (x->ticket_id != y->ticket_id)
        return x->ticket_id < y->ticket_id ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

/* A ticket that was deleted is not put back. */
static err replace(struct tx *tx, const struct old_document *d, bool only_change)
{
    struct search_document doc;
    err e;

    if (only_change && d->fresh)
        return search_index_replace(tx, d->ticket_id, d->old, d->fresh);
    e = q_search_read(tx, d->ticket_id, &doc);

    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    return search_index_replace(tx, d->ticket_id, d->old, e == OK ? &doc : NULL);
}

static err flush_each(struct tx *tx, void **entries, size_t count)
{
    struct arena *whole = tx->arena;
    struct arena one;
    int64_t done_id = 0;
    err e = OK;

    arena_init(&one);
    /* cppcheck-suppress autoVariables; put back below */
    tx->arena = &one; /* documents are long and needed one at a time */
    for (size_t i = 0; i < count && e == OK; i++) {
        const struct old_document *d = entries[i];
        const struct old_document *next = i + 1 < count ? entries[i + 1] : NULL;

        if (d->ticket_id == done_id)
            continue;
        done_id = d->ticket_id;
        arena_reset(&one);
        e = replace(tx, d, !next || next->ticket_id != d->ticket_id);
    }
    tx->arena = whole;
    arena_done(&one);
    return e;
}

static err search_flush(struct tx *tx, void **entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        ((struct old_document *)entries[i])->place = i;
    qsort(entries, count, sizeof(entries[0]), by_ticket_then_place);
    return flush_each(tx, entries, count);
}

static const struct deferral_kind search_deferral = {"search", search_flush};

/* The text of a document outlives the unit, so it is copied where the batch lives. */
static struct search_document *keep(struct arena *a, const struct search_document *doc)
{
    struct search_document *copy = ARENA_NEW(a, struct search_document);

    *copy = (struct search_document){
        .subject = arena_str(a, doc->subject),
        .description = arena_str(a, doc->description),
        .public_text = arena_str(a, doc->public_text),
        .internal_text = arena_str(a, doc->internal_text),
    };
    return copy;
}

err search_text_will_change(struct tx *tx, int64_t ticket_id)
{
    struct old_document *entry = ARENA_NEW(tx->batch_arena, struct old_document);
    struct search_document doc;
    err e = search_index_needs_old(tx) ? q_search_read(tx, ticket_id, &doc) : ERR_NOT_FOUND;

    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    entry->ticket_id = ticket_id;
    entry->old = e == OK ? keep(tx->batch_arena, &doc) : NULL;
    tx_defer(tx, &search_deferral, entry);
    return OK;
}

err search_prepare(struct tx *tx, struct ticket_change *change)
{
    bool comes_or_goes = !change->before.deleted_ms != !change->after.deleted_ms;

    if (ticket_change_is_new(change) || (!change->text_changed && !comes_or_goes))
        return OK;
    return search_text_will_change(tx, change->after.id);
}

/* What a new ticket says need not be read back, unless it comes with a history. */
err search_follow(struct tx *tx, struct ticket_change *change)
{
    const struct search_document doc = {.subject = change->after.subject,
                                        .description = change->after.description};
    struct old_document *entry;

    if (!ticket_change_is_new(change))
        return OK;
    entry = ARENA_NEW(tx->batch_arena, struct old_document);
    entry->ticket_id = change->after.id;
    if (!change->imported && !change->comment && !change->after.deleted_ms)
        entry->fresh = keep(tx->batch_arena, &doc);
    tx_defer(tx, &search_deferral, entry);
    return OK;
}
