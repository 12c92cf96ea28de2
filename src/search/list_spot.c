/* list_spot.c -- where a row stands in a list, and the cursor that leads back there. */
#include "search/list_plan.h"

#include "base/limits.h"

#include <sodium.h>
#include <string.h>

/* Ranks are compared as millionths, so that a cursor holds them exactly. */
#define RANK_SCALE 1e6

struct spot spot_of(enum list_sort sort, bool ascending, const struct list_row *row, double rank)
{
    struct spot spot = {0, {0, row->id}};

    switch (sort) {
    case SORT_CREATED:
        spot.place.key = row->created_ms;
        break;
    case SORT_UPDATED:
        spot.place.key = row->updated_ms;
        break;
    case SORT_PRIORITY:
        spot.level =
            ascending ? (int)row->priority : TICKET_PRIORITY_COUNT - 1 - (int)row->priority;
        spot.place.key = row->created_ms;
        break;
    case SORT_DUE:
        spot.level = row->due_ms == 0;
        spot.place.key = row->due_ms;
        break;
    case SORT_RELEVANCE:
        spot.place.key = (int64_t)(rank * RANK_SCALE);
        break;
    case SORT_NUMBER:
    case LIST_SORT_COUNT:
        break;
    }
    return spot;
}

int spot_compare(const struct spot *a, const struct spot *b, bool ascending)
{
    int order;

    if (a->level != b->level)
        return a->level < b->level ? -1 : 1;
    if (a->place.key != b->place.key)
        order = a->place.key < b->place.key ? -1 : 1;
    else
        order = a->place.id < b->place.id ? -1 : a->place.id > b->place.id;
    return ascending ? order : -order;
}

/* ---- cursors: which list, and where in it ---- */

enum { CURSOR_BYTES = 34, CURSOR_TEXT_SIZE = 64 };

static uint64_t mix(uint64_t h, const void *data, size_t len)
{
    const unsigned char *bytes = data;

    for (size_t i = 0; i < len; i++)
        h = (h ^ bytes[i]) * UINT64_C(1099511628211);
    return (h ^ len) * UINT64_C(1099511628211);
}

static uint64_t mix_text(uint64_t h, const char *text)
{
    return mix(h, text ? text : "", text ? strlen(text) + 1 : 0);
}

/* Two asks that list the same tickets in the same order have the same one. */
static uint64_t list_hash(const struct list_ask *ask)
{
    const struct list_filter *f = &ask->filter;
    const struct id_list *lists[] = {&f->statuses,  &f->priorities, &f->categories,
                                     &f->assignees, &f->requesters, &f->groups};
    const int64_t fixed[] = {
        ask->sort,        ask->ascending, f->created.from_ms, f->created.to_ms, f->updated.from_ms,
        f->updated.to_ms, f->due.from_ms, f->due.to_ms,       f->searching,     f->search.number};
    uint64_t h = mix(UINT64_C(14695981039346656037), fixed, sizeof(fixed));

    for (size_t i = 0; i < COUNT_OF(lists); i++)
        h = mix(h, lists[i]->v, lists[i]->n * sizeof(int64_t));
    for (size_t i = 0; i < f->tag_count; i++)
        h = mix_text(h, f->tags[i]);
    h = mix_text(h, f->external_id);
    for (size_t i = 0; i < f->search.n; i++) {
        const struct search_term *t = &f->search.terms[i];
        const bool flags[] = {t->prefix, t->exclude, t->or_before};

        h = mix(mix_text(h, t->text), flags, sizeof(flags));
    }
    return h;
}

static void put(unsigned char *to, uint64_t n, int bytes)
{
    for (int i = 0; i < bytes; i++)
        to[i] = (unsigned char)(n >> (8 * i));
}

static uint64_t get(const unsigned char *from, int bytes)
{
    uint64_t n = 0;

    for (int i = 0; i < bytes; i++)
        n |= (uint64_t)from[i] << (8 * i);
    return n;
}

const char *cursor_write(struct arena *a, const struct list_ask *ask, const struct cursor *c)
{
    unsigned char bytes[CURSOR_BYTES];
    char *text = arena_alloc(a, CURSOR_TEXT_SIZE);

    put(bytes, list_hash(ask), 8);
    put(bytes + 8, (uint64_t)c->spot.place.key, 8);
    put(bytes + 16, (uint64_t)c->spot.place.id, 8);
    put(bytes + 24, (uint64_t)c->page, 8);
    bytes[32] = (unsigned char)c->spot.level;
    bytes[33] = c->by_number;
    return sodium_bin2base64(text, CURSOR_TEXT_SIZE, bytes, sizeof(bytes),
                             sodium_base64_VARIANT_URLSAFE_NO_PADDING);
}

err cursor_read(struct tx *tx, const struct list_ask *ask, struct cursor *out)
{
    unsigned char bytes[CURSOR_BYTES];
    size_t len;

    if (sodium_base642bin(bytes, sizeof(bytes), ask->cursor, strlen(ask->cursor), NULL, &len, NULL,
                          sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0 ||
        len != sizeof(bytes) || bytes[32] >= TICKET_PRIORITY_COUNT)
        return fault_field(tx->fault, "cursor", "not a cursor of this server");
    if (get(bytes, 8) != list_hash(ask))
        return fault_field(tx->fault, "cursor", "belongs to a list with other filters or order");
    *out = (struct cursor){
        .spot = {bytes[32], {(int64_t)get(bytes + 8, 8), (int64_t)get(bytes + 16, 8)}},
        .page = (int64_t)get(bytes + 24, 8),
        .by_number = bytes[33] != 0,
    };
    if (out->page < 1 || out->page > INT64_C(1000000000))
        return fault_field(tx->fault, "cursor", "not a cursor of this server");
    return OK;
}
