/* list_text.c -- what a search finds.
 *
 * Few hits (SEARCH_RANKED_MAX): all are read, filtered and sorted. Many hits with a filter that leaves few tickets: these
 * are tested one by one. Many hits otherwise: the newest are taken; ordered by number or creation the list goes on
 * beyond them, from hit to hit. */
#include "base/buf.h"
#include "base/limits.h"
#include "search/list_plan.h"

enum { TESTED_MAX = 500, TEXT_WALK_MAX = 5000, TEXT_CHUNK = 512 };
/* Whoever types a ticket's number wants that ticket before all that mention it. */
#define RANK_OF_NUMBER 1e6

static const char *match_text(struct tx *tx, const struct list_filter *f)
{
    if (f->search.wanted == 0)
        return NULL;
    return search_query_match(tx->arena, &f->search, tx_engine(tx), f->public_only);
}

static const char *ids_json(struct arena *a, const struct search_ranked_row *hits, size_t n)
{
    struct buf b = {0};
    const char *text;

    for (size_t i = 0; i < n; i++)
        buf_printf(&b, "%c%lld", i ? ',' : '[', (long long)hits[i].id);
    buf_str(&b, n ? "]" : "[]");
    text = arena_str(a, buf_text(&b));
    buf_done(&b);
    return text;
}

/* Nothing is asked but the search, so every hit fits. */
static bool only_searching(const struct list_filter *f)
{
    struct list_filter others = *f;

    others.searching = false;
    return filter_is_counted(&others) && !f->statuses.n && !f->priorities.n && !f->categories.n &&
           !f->assignees.n;
}

/* Reads the hits' rows and keeps those that pass the filter. Both come newest first. */
static err keep_fitting(struct tx *tx, const struct list_filter *f,
                        const struct search_ranked_row *hits, size_t n, struct found_list *out)
{
    struct list_rows rows;
    size_t h = 0;

    TRY(q_list_rows_by_id(tx, ids_json(tx->arena, hits, n), &rows));
    for (size_t i = 0; i < rows.n; i++) {
        bool fits;

        while (h < n && hits[h].id > rows.v[i].id)
            h++;
        TRY(list_row_fits(tx, f, &rows.v[i], &fits));
        if (fits)
            found_add(tx->arena, out, &rows.v[i], hits[h].rank);
    }
    return OK;
}

static err hits_below(struct tx *tx, const char *match, bool ranked, int64_t below_id, int64_t most,
                      struct search_ranked_rows *out)
{
    return ranked ? q_search_ranked(tx, match, below_id, most, out)
                  : q_search_newest(tx, match, below_id, most, out);
}

/* Tests the few tickets that the other filters leave. */
static err test_each(struct tx *tx, const struct list_filter *f, const char *match,
                     struct found_list *out, bool *out_complete)
{
    struct list_filter others = *f;
    struct found_list all;
    struct range_set set;
    struct cube cube;

    others.searching = false;
    TRY(cube_read(tx, &others, others.assignees.n > 0, &cube));
    if (!plan_window(tx->arena, &others, SORT_CREATED, &set)) {
        *out_complete = false;
        if (!plan_may_be_small(&others, &cube))
            return OK;
        plan_created(tx->arena, &others, &cube, &set);
    }
    TRY(found_read(tx, &others, &set, TESTED_MAX, &all, out_complete));
    for (size_t i = 0; *out_complete && i < all.n; i++) {
        struct search_matches_row hit;
        err e = q_search_matches(tx, match, all.v[i].row.id, &hit);

        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        if (e == OK)
            found_add(tx->arena, out, &all.v[i].row, hit.rank);
    }
    return OK;
}

/* The newest hits that fit, as many as are ranked, looking at a bounded number. */
static err newest_fitting(struct tx *tx, const struct list_filter *f, const char *match,
                          bool ranked, struct search_ranked_rows *hits, struct found_list *out)
{
    int64_t looked = 0;

    while (hits->n > 0 && out->n < SEARCH_RANKED_MAX) {
        int64_t last_id = hits->v[hits->n - 1].id;

        TRY(keep_fitting(tx, f, hits->v, hits->n, out));
        looked += (int64_t)hits->n;
        if (looked >= TEXT_WALK_MAX)
            return OK;
        TRY(hits_below(tx, match, ranked, last_id, TEXT_CHUNK, hits));
    }
    if (out->n > SEARCH_RANKED_MAX)
        out->n = SEARCH_RANKED_MAX;
    return OK;
}

/* The ticket whose number was typed, unless it is among the hits: then it only moves to the front. */
static err add_numbered(struct tx *tx, const struct list_filter *f, struct found_list *out)
{
    struct search_ranked_row hit = {.id = f->search.number, .rank = RANK_OF_NUMBER};

    for (size_t i = 0; i < out->n; i++) {
        if (out->v[i].row.id == hit.id) {
            out->v[i].rank = RANK_OF_NUMBER;
            return OK;
        }
    }
    return keep_fitting(tx, f, &hit, 1, out);
}

/* Ranked hits of a search alone are sorted by what is known of them already. */
static void keep_all(struct tx *tx, const struct search_ranked_rows *hits, struct found_list *out)
{
    for (size_t i = 0; i < hits->n && i < SEARCH_RANKED_MAX; i++)
        found_add(tx->arena, out, &(struct list_row){.id = hits->v[i].id}, hits->v[i].rank);
}

err text_candidates(struct tx *tx, const struct list_filter *f, bool ranked, struct found_list *out,
                    bool *out_complete)
{
    const char *match = match_text(tx, f);
    struct search_ranked_rows hits = {0};

    *out = (struct found_list){0};
    *out_complete = true;
    if (match)
        TRY(hits_below(tx, match, ranked, INT64_MAX, SEARCH_RANKED_MAX + 1, &hits));
    if (ranked && only_searching(f)) {
        keep_all(tx, &hits, out);
        *out_complete = hits.n <= SEARCH_RANKED_MAX;
    } else if (hits.n <= SEARCH_RANKED_MAX) {
        TRY(keep_fitting(tx, f, hits.v, hits.n, out));
    } else {
        TRY(test_each(tx, f, match, out, out_complete));
        if (!*out_complete)
            TRY(newest_fitting(tx, f, match, ranked, &hits, out));
    }
    return f->search.number ? add_numbered(tx, f, out) : OK;
}

/* ---- lists of many hits, in the order of their numbers ---- */

static err next_hits(struct tx *tx, const char *match, bool ascending, int64_t after_id,
                     struct search_ranked_rows *out)
{
    return ascending ? q_search_oldest(tx, match, after_id, TEXT_CHUNK, out)
                     : q_search_newest(tx, match, after_id, TEXT_CHUNK, out);
}

static void reverse(struct found_list *list)
{
    for (size_t i = 0, j = list->n; i + 1 < j; i++) {
        struct found swapped = list->v[i];

        list->v[i] = list->v[--j];
        list->v[j] = swapped;
    }
}

static void newest_first(struct search_ranked_rows *hits)
{
    for (size_t i = 0, j = hits->n - 1; i < j; i++, j--) {
        struct search_ranked_row swapped = hits->v[i];

        hits->v[i] = hits->v[j];
        hits->v[j] = swapped;
    }
}

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
                          const char *match, struct list_page *out)
{
    struct cursor next = {.page = out->page + 1, .by_number = true};
    int64_t skip = after ? 0 : (ask->page - 1) * ask->limit;
    int64_t budget = TEXT_WALK_MAX + skip;
    int64_t at = after ? after->spot.place.id : ask->ascending ? INT64_MIN : INT64_MAX;
    struct search_ranked_rows hits;

    out->v = ARENA_ARRAY(tx->arena, struct list_hit, (size_t)ask->limit);
    for (; budget > 0; budget -= TEXT_CHUNK) {
        struct found_list fitting = {0};

        TRY(next_hits(tx, match, ask->ascending, at, &hits));
        if (hits.n == 0)
            return OK;
        at = hits.v[hits.n - 1].id;
        if (ask->ascending)
            newest_first(&hits);
        TRY(keep_fitting(tx, &ask->filter, hits.v, hits.n, &fitting));
        if (ask->ascending)
            reverse(&fitting);
        if (take_hits(out, ask, &fitting, &skip, &next.spot.place.id)) {
            out->next_cursor = cursor_write(tx->arena, ask, &next);
            return OK;
        }
    }
    next.spot.place.id = at;
    out->next_cursor = cursor_write(tx->arena, ask, &next);
    return OK;
}

/* Of many hits the index tells how many there are, up to the cap, when nothing else is asked. */
static err count_many(struct tx *tx, const struct list_filter *f, const char *match, size_t known,
                      struct list_page *out)
{
    struct search_count_row counted;

    out->total = (int64_t)known;
    if (!only_searching(f))
        return OK;
    TRY(q_search_count(tx, match, LIST_COUNT_CAP + 1, &counted));
    out->total_is_exact = counted.n <= LIST_COUNT_CAP;
    out->total = out->total_is_exact ? counted.n : LIST_COUNT_CAP;
    return OK;
}

/* ---- snippets ---- */

/* Escaped for HTML; the index's marks become tags. */
static const char *snippet_html(struct arena *a, const char *text)
{
    static const char *const escapes[256] = {
        ['&'] = "&amp;",  ['<'] = "&lt;", ['>'] = "&gt;",
        ['"'] = "&quot;", [2] = "<mark>", [3] = "</mark>",
    };
    struct buf b = {0};
    const char *html;

    for (const unsigned char *c = (const unsigned char *)text; *c; c++) {
        if (escapes[*c])
            buf_str(&b, escapes[*c]);
        else
            buf_char(&b, *c < ' ' ? ' ' : (char)*c);
    }
    html = arena_str(a, buf_text(&b));
    buf_done(&b);
    return html;
}

static err add_snippets(struct tx *tx, const char *match, struct list_page *page)
{
    for (size_t i = 0; match && i < page->n; i++) {
        struct search_snippet_row row;
        err e = q_search_snippet(tx, match, page->v[i].id, &row);

        if (e == ERR_NOT_FOUND) /* found by its number */
            continue;
        TRY(e);
        page->v[i].snippet = row.snippet ? snippet_html(tx->arena, row.snippet) : NULL;
    }
    return OK;
}

err text_find(struct tx *tx, const struct list_ask *ask, const struct cursor *after,
              struct list_page *out)
{
    const char *match = match_text(tx, &ask->filter);
    bool by_number = ask->sort == SORT_CREATED || ask->sort == SORT_NUMBER;
    struct found_list found;
    bool complete;

    TRY(text_candidates(tx, &ask->filter, ask->sort == SORT_RELEVANCE, &found, &complete));
    if (complete) {
        out->total = (int64_t)found.n;
        out->total_is_exact = true;
    } else {
        TRY(count_many(tx, &ask->filter, match, found.n, out));
    }
    if (match && ((!complete && by_number) || (after && after->by_number)))
        TRY(walk_by_number(tx, ask, after, match, out));
    else
        page_of_found(tx, ask, after, &found, out);
    return add_snippets(tx, match, out);
}
