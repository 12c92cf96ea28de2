#include "search/search_words.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "store/text_words.h"

#include <stdlib.h>
#include <string.h>

enum {
    PARTS = 4,
    PLACE_BEYOND = 16383, /* the last that a tsvector knows; next to no other place that is used */
    RANGES_MAX_BYTES = 128
};

/* One occurrence of a word. */
struct spoken {
    size_t at; /* in the bytes of all words */
    const char *word;
    uint32_t len;
    uint32_t nth; /* in the whole ticket */
    uint16_t place;
    char part; /* 'A' to 'D' */
};
struct cutting {
    struct buf bytes;
    struct buf spoken; /* of struct spoken */
    uint32_t nth, place;
    char part;
};
/* The occurrences of one word that are kept, first to last. */
struct group {
    const struct spoken *first;
    size_t n;
};

static void take_word(void *ctx, const char *word, size_t len)
{
    struct cutting *c = ctx;
    struct spoken one = {.at = c->bytes.len, .nth = c->nth++, .part = c->part};

    one.len = (uint32_t)utf8_cut(word, len, SEARCH_WORD_MAX_BYTES);
    one.place = (uint16_t)(c->place < SEARCH_PLACES_MAX ? ++c->place : PLACE_BEYOND);
    buf_add(&c->bytes, word, one.len);
    buf_add(&c->spoken, &one, sizeof(one));
}

static err cut(struct cutting *c, const struct search_document *doc)
{
    const char *const parts[PARTS] = {doc->subject, doc->description, doc->public_text,
                                      doc->internal_text};

    for (int i = 0; i < PARTS; i++) {
        c->part = (char)('A' + i);
        if (parts[i])
            TRY(text_words(parts[i], strlen(parts[i]), take_word, c));
        c->place++; /* the gap */
    }
    return OK;
}

static int by_word_then_nth(const void *a, const void *b)
{
    const struct spoken *x = a, *y = b;
    int order = memcmp(x->word, y->word, x->len < y->len ? x->len : y->len);

    if (order != 0)
        return order;
    if (x->len != y->len)
        return x->len < y->len ? -1 : 1;
    return x->nth < y->nth ? -1 : x->nth > y->nth;
}

static int by_first(const void *a, const void *b)
{
    const struct group *x = a, *y = b;

    return x->first->nth < y->first->nth ? -1 : x->first->nth > y->first->nth;
}

static bool same_word(const struct spoken *a, const struct spoken *b)
{
    return a->len == b->len && memcmp(a->word, b->word, a->len) == 0;
}

/* What the tsvector takes for a word: its bytes, rounded up, how many places and these. */
static size_t group_bytes(const struct group *g)
{
    return g->first->len + 1 + sizeof(uint16_t) * (g->n + 1);
}

/* Places beyond the last are one. Its part is the one told first, whose words more people may search. */
static void group_add(struct group *g)
{
    if (g->n == 0 || (g->n < SEARCH_WORD_PLACES_MAX && g->first[g->n - 1].place != PLACE_BEYOND))
        g->n++;
}

static struct group *gather(struct arena *a, struct cutting *c, size_t *out_n, size_t *out_bytes)
{
    struct spoken *v = (struct spoken *)(void *)c->spoken.data;
    size_t n = c->spoken.len / sizeof(*v), groups = 0;
    struct group *all = arena_alloc(a, sizeof(*all) * (n + 1));

    for (size_t i = 0; i < n; i++)
        v[i].word = c->bytes.data + v[i].at;
    if (n > 0)
        qsort(v, n, sizeof(*v), by_word_then_nth);
    *out_bytes = 0;
    for (size_t i = 0; i < n; i++) {
        if (i == 0 || !same_word(&v[i - 1], &v[i]))
            all[groups++] = (struct group){&v[i], 0};
        group_add(&all[groups - 1]);
    }
    for (size_t i = 0; i < groups; i++)
        *out_bytes += group_bytes(&all[i]);
    *out_n = groups;
    return all;
}

void search_word_write(struct buf *b, const char *word, size_t len)
{
    len = utf8_cut(word, len, SEARCH_WORD_MAX_BYTES);
    buf_char(b, '\'');
    for (size_t i = 0; i < len; i++) {
        if (word[i] == '\'' || word[i] == '\\')
            buf_char(b, word[i]);
        buf_char(b, word[i]);
    }
    buf_char(b, '\'');
}

static void write_group(struct buf *b, const struct group *g)
{
    char before = ':';

    search_word_write(b, g->first->word, g->first->len);
    for (size_t i = 0; i < g->n; i++) {
        buf_printf(b, "%c%d%c", before, g->first[i].place, g->first[i].part);
        before = ',';
    }
    buf_char(b, ' ');
}

int64_t search_range_of(int64_t ticket_id, int level)
{
    return ticket_id >> (SEARCH_RANGE_FIRST_BITS + SEARCH_RANGE_LEVEL_BITS * level);
}

void search_range_write(struct buf *b, int64_t range, int level)
{
    buf_printf(b, "'#%c%llx'", 'a' + level, (unsigned long long)range);
}

static const char *write_all(struct arena *a, int64_t ticket_id, struct group *all, size_t n,
                             size_t bytes)
{
    struct buf b = {0};
    const char *text;
    size_t room = SEARCH_WORDS_MAX_BYTES - RANGES_MAX_BYTES;

    if (bytes > room)
        qsort(all, n, sizeof(*all), by_first);
    for (size_t i = 0; i < n && group_bytes(&all[i]) <= room; i++) {
        room -= group_bytes(&all[i]);
        write_group(&b, &all[i]);
    }
    for (int level = 0; level < SEARCH_RANGE_LEVELS; level++) {
        search_range_write(&b, search_range_of(ticket_id, level), level);
        buf_char(&b, ' ');
    }
    text = arena_strn(a, b.data, b.len);
    buf_done(&b);
    return text;
}

err search_words_of(struct arena *a, int64_t ticket_id, const struct search_document *doc,
                    struct search_words *out)
{
    struct cutting c = {.place = 0};
    struct group *all;
    size_t n, bytes;
    err e = cut(&c, doc);

    if (e == OK) {
        all = gather(a, &c, &n, &bytes);
        out->text = write_all(a, ticket_id, all, n, bytes);
        out->length = (int64_t)c.nth;
    }
    buf_done(&c.bytes);
    buf_done(&c.spoken);
    return e;
}
