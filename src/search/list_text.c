/* list_text.c -- what a search finds.
 *
 * Few hits (list_bounds): all are filtered and sorted. Many hits with a filter that leaves few tickets: these are
 * tested one by one. Many hits otherwise: the newest are taken; ordered by number or creation the list goes on beyond
 * them, from hit to hit. */
#include "base/limits.h"
#include "search/list_plan.h"
#include "search/search_hits.h"
#include "search/search_snippet.h"

enum {
    RANKED_SINGLY_MAX = 100, /* hits beyond the newest that are ranked one by one */
    TEXT_CHUNK = 512
};
/* Whoever types a ticket's number wants that ticket before all that mention it. */
#define RANK_OF_NUMBER 1e6

/* *out NULL: nothing that was typed can be found by a text. */
static err make_match(struct tx *tx, const struct list_filter *f, const struct search_match **out)
{
    struct search_match *match = ARENA_NEW(tx->arena, struct search_match);

    *out = f->search.wanted > 0 ? match : NULL;
    if (!*out)
        return OK;
    return search_match_make(tx->arena, tx_engine(tx), &f->search, f->public_only, match);
}

/* Nothing is asked but the search, so every hit fits. */
static bool only_searching(const struct list_filter *f)
{
    struct list_filter others = *f;

    others.searching = false;
    return filter_is_counted(&others) && !f->statuses.n && !f->priorities.n && !f->categories.n &&
           !f->assignees.n;
}

static err keep_fitting(struct tx *tx, const struct list_filter *f, const struct list_rows *hits,
                        struct found_list *out)
{
    for (size_t i = 0; i < hits->n; i++) {
        bool fits;

        TRY(list_row_fits(tx, f, &hits->v[i], &fits));
        if (fits)
            found_add(tx->arena, out, &hits->v[i], 0);
    }
    return OK;
}

/* Gives the found their ranks; both lists come newest first. */
static err rank_newest(struct tx *tx, const struct search_match *match, struct found_list *found)
{
    struct search_ranked_rows ranked;
    size_t r = 0;

    TRY(hits_ranked(tx, match, list_bounds.hits + 1, &ranked));
    for (size_t i = 0; i < found->n && r < ranked.n; i++) {
        while (r < ranked.n && ranked.v[r].id > found->v[i].row.id)
            r++;
        if (r < ranked.n && ranked.v[r].id == found->v[i].row.id)
            found->v[i].rank = ranked.v[r].rank;
    }
    return OK;
}

/* Tests the few tickets that the other filters leave. */
static err test_each(struct tx *tx, const struct list_filter *f, const struct search_match *match,
                     struct found_list *out, bool *out_complete)
{
    struct list_filter others = *f;
    struct found_list all;
    struct range_set set;
    struct cube cube;

    others.searching = false;
    *out_complete = false;
    TRY(cube_read(tx, &others, others.assignees.n > 0, &cube));
    if (!plan_window(tx->arena, &others, SORT_CREATED, &set)) {
        if (filter_is_counted(&others) && cube.total > list_bounds.tested)
            return OK;
        plan_created(tx->arena, &others, &cube, &set);
    }
    TRY(found_read(tx, &others, &set, list_bounds.tested, &all, out_complete));
    for (size_t i = 0; *out_complete && i < all.n; i++) {
        bool hit;
        double rank;

        TRY(hits_test(tx, match, all.v[i].row.id, &hit, &rank));
        if (hit)
            found_add(tx->arena, out, &all.v[i].row, rank);
    }
    return OK;
}

/* The newest hits that fit, looking at a bounded number. hits: the very newest. */
static err newest_fitting(struct tx *tx, const struct list_filter *f,
                          const struct search_match *match, bool ranked, struct list_rows *hits,
                          struct found_list *out)
{
    int64_t looked = (int64_t)hits->n;
    size_t n;

    TRY(keep_fitting(tx, f, hits, out));
    if (ranked)
        TRY(rank_newest(tx, match, out));
    n = out->n;
    while (out->n < n + RANKED_SINGLY_MAX && (int64_t)out->n < list_bounds.hits &&
           looked < list_bounds.hits_walked) {
        TRY(hits_down(tx, match, hits->v[hits->n - 1].id, TEXT_CHUNK, hits));
        if (hits->n == 0)
            break;
        looked += (int64_t)hits->n;
        TRY(keep_fitting(tx, f, hits, out));
    }
    for (; ranked && n < out->n; n++) {
        bool hit;

        TRY(hits_test(tx, match, out->v[n].row.id, &hit, &out->v[n].rank));
    }
    return OK;
}

/* The ticket whose number was typed, unless it is among the hits: then it only moves to the front. */
static err add_numbered(struct tx *tx, const struct list_filter *f, struct found_list *out)
{
    struct list_row row;
    bool fits;
    err e;

    for (size_t i = 0; i < out->n; i++) {
        if (out->v[i].row.id == f->search.number) {
            out->v[i].rank = RANK_OF_NUMBER;
            return OK;
        }
    }
    e = q_list_row_by_id(tx, f->search.number, &row);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    TRY(list_row_fits(tx, f, &row, &fits));
    if (fits)
        found_add(tx->arena, out, &row, RANK_OF_NUMBER);
    return OK;
}

/* By relevance alone hits are sorted by what the index knows of them: no ticket is read. */
static err ranked_alone(struct tx *tx, const struct search_match *match, struct found_list *out,
                        bool *out_complete)
{
    struct search_ranked_rows hits;

    TRY(hits_ranked(tx, match, list_bounds.hits + 1, &hits));
    *out_complete = (int64_t)hits.n <= list_bounds.hits;
    for (size_t i = 0; i < hits.n && (int64_t)i < list_bounds.hits; i++)
        found_add(tx->arena, out, &(struct list_row){.id = hits.v[i].id}, hits.v[i].rank);
    return OK;
}

static err filtered(struct tx *tx, const struct list_filter *f, const struct search_match *match,
                    bool ranked, struct found_list *out, bool *out_complete)
{
    struct list_rows hits;

    TRY(hits_down(tx, match, INT64_MAX, list_bounds.hits + 1, &hits));
    *out_complete = (int64_t)hits.n <= list_bounds.hits;
    if (!*out_complete && !only_searching(f)) {
        TRY(test_each(tx, f, match, out, out_complete));
        return *out_complete ? OK : newest_fitting(tx, f, match, ranked, &hits, out);
    }
    TRY(keep_fitting(tx, f, &hits, out));
    return ranked && out->n > 0 ? rank_newest(tx, match, out) : OK;
}

err text_candidates(struct tx *tx, const struct list_filter *f, bool ranked, struct found_list *out,
                    bool *out_complete)
{
    const struct search_match *match;

    TRY(make_match(tx, f, &match));
    *out = (struct found_list){0};
    *out_complete = true;
    if (match && ranked && only_searching(f))
        TRY(ranked_alone(tx, match, out, out_complete));
    else if (match)
        TRY(filtered(tx, f, match, ranked, out, out_complete));
    return f->search.number ? add_numbered(tx, f, out) : OK;
}

/* ---- lists of many hits, in the order of their numbers ---- */

/* Takes what belongs to the page; true when it is full and there is more. */
static bool take_hits(struct list_page *out, const struct list_ask *ask,
                      const struct found_list *fitting, int64_t *skip, int64_t *last_id)
{
    for (size_t i = 0; i < fitting->n; i++) {
        if (*skip > 0) {
            (*skip)--;
        } else if (out->n == (size_t)ask->limit) {
            return true;
        } else {
            *last_id = fitting->v[i].row.id;
            out->v[out->n++] = (struct list_hit){.id = *last_id};
        }
    }
    return false;
}

static err walk_by_number(struct tx *tx, const struct list_ask *ask, const struct cursor *after,
                          const struct search_match *match, struct list_page *out)
{
    struct cursor next = {.page = out->page + 1, .by_number = true};
    int64_t skip = after ? 0 : (ask->page - 1) * ask->limit;
    int64_t budget = list_bounds.hits_walked + skip;
    int64_t at = after ? after->spot.place.id : ask->ascending ? INT64_MIN : INT64_MAX;
    struct list_rows hits;

    out->v = ARENA_ARRAY(tx->arena, struct list_hit, (size_t)ask->limit);
    for (; budget > 0; budget -= TEXT_CHUNK) {
        struct found_list fitting = {0};

        TRY(ask->ascending ? hits_up(tx, match, at, TEXT_CHUNK, &hits)
                           : hits_down(tx, match, at, TEXT_CHUNK, &hits));
        if (hits.n == 0)
            return OK;
        at = hits.v[hits.n - 1].id;
        TRY(keep_fitting(tx, &ask->filter, &hits, &fitting));
        if (take_hits(out, ask, &fitting, &skip, &next.spot.place.id)) {
            out->next_cursor = cursor_write(tx->arena, ask, &next);
            return OK;
        }
        if (hits.n < TEXT_CHUNK)
            return OK;
    }
    next.spot.place.id = at;
    out->next_cursor = cursor_write(tx->arena, ask, &next);
    return OK;
}

/* Of many hits the index tells how many there are, up to the cap, when nothing else is asked. */
static err count_many(struct tx *tx, const struct list_filter *f, const struct search_match *match,
                      size_t known, struct list_page *out)
{
    int64_t counted;

    out->total = (int64_t)known;
    if (!only_searching(f) || !hits_are_cheap_to_count(match, &f->search))
        return OK;
    TRY(hits_count(tx, match, LIST_COUNT_CAP + 1, &counted));
    out->total_is_exact = counted <= LIST_COUNT_CAP;
    out->total = out->total_is_exact ? counted : LIST_COUNT_CAP;
    return OK;
}

static err add_snippets(struct tx *tx, const struct list_filter *f, struct list_page *page)
{
    for (size_t i = 0; i < page->n; i++) {
        struct search_document doc;
        err e = q_search_excerpt(tx, page->v[i].id, SNIPPET_SCAN_BYTES, &doc);

        if (e == ERR_NOT_FOUND)
            continue;
        TRY(e);
        page->v[i].snippet = search_snippet(
            tx->arena, &f->search,
            (const char *const[]){doc.description, doc.public_text,
                                  f->public_only ? NULL : doc.internal_text, doc.subject});
    }
    return OK;
}

err text_find(struct tx *tx, const struct list_ask *ask, const struct cursor *after,
              struct list_page *out)
{
    const struct list_filter *f = &ask->filter;
    const struct search_match *match;
    bool by_number = ask->sort == SORT_CREATED || ask->sort == SORT_NUMBER;
    struct found_list found;
    bool complete;

    TRY(make_match(tx, f, &match));
    TRY(text_candidates(tx, f, ask->sort == SORT_RELEVANCE, &found, &complete));
    if (complete) {
        out->total = (int64_t)found.n;
        out->total_is_exact = true;
    } else {
        TRY(count_many(tx, f, match, found.n, out));
    }
    if (match && ((!complete && by_number) || (after && after->by_number)))
        TRY(walk_by_number(tx, ask, after, match, out));
    else
        page_of_found(tx, ask, after, &found, out);
    return add_snippets(tx, f, out);
}
