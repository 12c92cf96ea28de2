#include "search/search_hits.h"

#include "base/buf.h"
#include "search/search_words.h"

#include <string.h>

enum {
    FIRST_WIDTH = 4096,
    COUNT_LEVEL = 1,      /* 32,768 tickets to a range */
    COUNT_WIDTH = 262144, /* beyond that */
    WIDEN_LEAST = 2,
    WIDEN_MOST = 16,       /* a word may have been common long ago: no leap over all of that */
    RANGES_ASKED = 6,      /* of one level, at most: each hit is held against all of them */
    FILTERED_WIDTH = 8192, /* so many tickets may be asked singly */
    PREFIX_INDEXED_MAX = 3 /* characters of word* that SQLite's index is prepared for */
};

/* How far a search has looked. */
struct reach {
    const struct search_match *match;
    bool down;
    int64_t from; /* the nearest ticket of all */
    int64_t newest;
    int64_t width;
    bool complete; /* there is nothing beyond */
    const char *text;
};

/* ('#a3'|'#a2'), the ranges from one ticket to another; false if it takes too many. */
static bool write_ranges(struct buf *b, int64_t low, int64_t high)
{
    for (int level = 0; level < SEARCH_RANGE_LEVELS; level++) {
        int64_t first = search_range_of(low, level), last = search_range_of(high, level);

        if (last - first >= RANGES_ASKED)
            continue;
        for (int64_t range = first; range <= last; range++) {
            buf_char(b, range == first ? '(' : '|');
            search_range_write(b, range, level);
        }
        buf_char(b, ')');
        return true;
    }
    return false;
}

/* Three parts, a line each: see search.sql. */
static const char *write_text(struct arena *a, const struct search_match *m, const char *ranges)
{
    if (!ranges)
        return arena_printf(a, "%s\n\n%s", m->whole, m->terms);
    if (!search_match_gathers(m))
        return arena_printf(a, "(%s) & %s\n\n%s", m->whole, ranges, m->terms);
    if (*m->indexed)
        return arena_printf(a, "(%s) & %s\n%s\n%s", m->indexed, ranges, m->whole, m->terms);
    return arena_printf(a, "%s\n%s\n%s", ranges, m->whole, m->terms);
}

/* Asks for what lies between from and width tickets further. */
static void reach_set(struct arena *a, struct reach *r, int64_t width)
{
    int64_t low = r->down ? r->from - width + 1 : r->from;
    int64_t high = r->down ? r->from : r->from + width - 1;
    bool everywhere, singly = search_match_gathers(r->match) && !*r->match->indexed;
    struct buf ranges = {0};

    if (low < 1)
        low = 1;
    if (high > r->newest)
        high = r->newest;
    everywhere = low == 1 && high == r->newest;
    r->width = width;
    r->complete = r->down ? low == 1 : high == r->newest;
    if (high >= low && !everywhere && (!singly || width <= FILTERED_WIDTH) &&
        write_ranges(&ranges, low, high)) {
        r->text = write_text(a, r->match, buf_text(&ranges));
    } else {
        r->text = write_text(a, r->match, NULL);
        r->complete = true;
    }
    buf_done(&ranges);
}

static err reach_first(struct tx *tx, const struct search_match *match, bool down, int64_t from,
                       int64_t width, struct reach *out)
{
    struct search_newest_row newest;

    *out = (struct reach){.match = match, .down = down, .complete = true, .text = match->whole};
    if (match->engine == ENGINE_SQLITE)
        return OK;
    TRY(q_search_newest(tx, &newest));
    out->newest = newest.id;
    out->from = from < 1 ? 1 : from > newest.id ? newest.id : from;
    reach_set(tx->arena, out, width);
    return OK;
}

/* Is that enough? If not, reaches as far as it should take, judged by what there was. */
static bool reach_suffices(struct arena *a, struct reach *r, int64_t got, int64_t most)
{
    int64_t times = WIDEN_MOST;

    if (r->complete || got >= most)
        return true;
    if (got > 0 && most * 3 / 2 / got < WIDEN_MOST)
        times = most * 3 / 2 / got;
    reach_set(a, r, r->width * (times < WIDEN_LEAST ? WIDEN_LEAST : times));
    return false;
}

err hits_down(struct tx *tx, const struct search_match *match, int64_t below_id, int64_t most,
              struct list_rows *out)
{
    struct reach r;

    TRY(reach_first(tx, match, true, below_id - 1, FIRST_WIDTH, &r));
    do
        TRY(q_search_hits_down(tx, r.text, below_id, most, out));
    while (!reach_suffices(tx->arena, &r, (int64_t)out->n, most));
    return OK;
}

err hits_up(struct tx *tx, const struct search_match *match, int64_t above_id, int64_t most,
            struct list_rows *out)
{
    struct reach r;

    TRY(reach_first(tx, match, false, above_id < 0 ? 1 : above_id + 1, FIRST_WIDTH, &r));
    do
        TRY(q_search_hits_up(tx, r.text, above_id, most, out));
    while (!reach_suffices(tx->arena, &r, (int64_t)out->n, most));
    return OK;
}

err hits_ranked(struct tx *tx, const struct search_match *match, int64_t most,
                struct search_ranked_rows *out)
{
    struct reach r;

    TRY(reach_first(tx, match, true, INT64_MAX, FIRST_WIDTH, &r));
    do
        TRY(q_search_ranked(tx, r.text, most, out));
    while (!reach_suffices(tx->arena, &r, (int64_t)out->n, most));
    return OK;
}

err hits_test(struct tx *tx, const struct search_match *match, int64_t id, bool *out_hit,
              double *out_rank)
{
    const char *text =
        match->engine == ENGINE_SQLITE ? match->whole : write_text(tx->arena, match, NULL);
    struct search_matches_row hit;
    err e = q_search_matches(tx, text, id, &hit);

    *out_hit = e == OK;
    if (e == OK)
        *out_rank = hit.rank;
    return e == ERR_NOT_FOUND ? OK : e;
}

/* As many hits as that in any one range are proof enough. One range is the quickest to ask for. */
static err count_one_range(struct tx *tx, const struct search_match *match, int64_t most,
                           int64_t *out)
{
    struct search_newest_row newest;
    struct search_count_row counted;
    struct buf range = {0};
    int64_t whole;
    err e;

    *out = 0;
    TRY(q_search_newest(tx, &newest));
    whole = search_range_of(newest.id, COUNT_LEVEL) - 1;
    if (whole < 0)
        return OK;
    search_range_write(&range, whole, COUNT_LEVEL);
    e = q_search_count(tx, write_text(tx->arena, match, buf_text(&range)), most, &counted);
    buf_done(&range);
    if (e == OK)
        *out = counted.n;
    return e;
}

err hits_count(struct tx *tx, const struct search_match *match, int64_t most, int64_t *out)
{
    struct search_count_row counted;
    struct reach r;

    *out = 0;
    if (match->engine == ENGINE_POSTGRES)
        TRY(count_one_range(tx, match, most, out));
    if (*out >= most)
        return OK;
    TRY(reach_first(tx, match, true, INT64_MAX, COUNT_WIDTH, &r));
    do
        TRY(q_search_count(tx, r.text, most, &counted));
    while (!reach_suffices(tx->arena, &r, counted.n, most));
    *out = counted.n;
    return OK;
}

bool hits_are_cheap_to_count(const struct search_match *match, const struct search_query *query)
{
    if (match->engine == ENGINE_POSTGRES)
        return !search_match_gathers(match);
    for (size_t i = 0; i < query->n; i++) {
        if (query->terms[i].prefix && strlen(query->terms[i].text) > PREFIX_INDEXED_MAX + 1)
            return false;
    }
    return true;
}
