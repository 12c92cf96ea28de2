#include "search/search_match.h"

#include "base/buf.h"
#include "search/search_words.h"
#include "store/text_words.h"

#include <string.h>

static const char *keep(struct arena *a, struct buf *b)
{
    const char *text = arena_str(a, buf_text(b));

    buf_done(b);
    return text;
}

/* ---- FTS5 ---- */

/* Quoted, so that nothing in it is an operator. */
static void fts5_term(struct buf *b, const struct search_term *term)
{
    buf_char(b, '"');
    for (const char *c = term->text; *c; c++)
        buf_char(b, *c == '"' ? ' ' : *c);
    buf_str(b, term->prefix ? "\"*" : "\"");
}

/* (a OR b) AND (c) */
static void fts5_wanted(struct buf *b, const struct search_query *query)
{
    bool first = true;

    for (size_t i = 0; i < query->n; i++) {
        const struct search_term *term = &query->terms[i];

        if (term->exclude)
            continue;
        if (!first)
            buf_str(b, term->or_before ? " OR " : ") AND (");
        else
            buf_char(b, '(');
        first = false;
        fts5_term(b, term);
    }
    buf_char(b, ')');
}

static void fts5_excluded(struct buf *b, const struct search_query *query)
{
    const char *before = " NOT (";
    bool any = false;

    for (size_t i = 0; i < query->n; i++) {
        if (!query->terms[i].exclude)
            continue;
        buf_str(b, before);
        fts5_term(b, &query->terms[i]);
        before = " OR ";
        any = true;
    }
    if (any)
        buf_char(b, ')');
}

static const char *fts5_whole(struct arena *a, const struct search_query *query, bool public_only)
{
    struct buf b = {0};

    if (public_only)
        buf_str(&b, "{subject description public_text} : ");
    buf_str(&b, "((");
    fts5_wanted(&b, query);
    buf_char(&b, ')');
    fts5_excluded(&b, query);
    buf_char(&b, ')');
    return keep(a, &b);
}

/* ---- tsquery ---- */

/* A term's words follow each other: 'big' <-> 'red' <-> 'van':*. */
struct phrase {
    struct buf text;
    bool public_only;
    size_t words;
};

static void mark_end(struct phrase *p, bool prefix)
{
    if (prefix || p->public_only)
        buf_char(&p->text, ':');
    if (prefix)
        buf_char(&p->text, '*');
    if (p->public_only)
        buf_str(&p->text, "ABC");
}

static void take_word(void *ctx, const char *word, size_t len)
{
    struct phrase *p = ctx;

    if (p->words++ > 0) {
        mark_end(p, false);
        buf_str(&p->text, " <-> ");
    }
    search_word_write(&p->text, word, len);
}

/* A term without any word is found nowhere, as in FTS5: '#' is no word of any text. */
static err tsquery_term(struct arena *a, const struct search_term *term, bool public_only,
                        const char **out)
{
    struct phrase p = {.public_only = public_only};
    err e = text_words(term->text, strlen(term->text), take_word, &p);

    if (p.words > 0)
        mark_end(&p, term->prefix);
    else
        buf_str(&p.text, "'#'");
    *out = keep(a, &p.text);
    return e;
}

/* Joins what must all hold; each part is closed in itself. */
static void add_part(struct buf *all, const char *before, const char *part)
{
    if (all->len > 0)
        buf_str(all, " & ");
    buf_str(all, before);
    buf_char(all, '(');
    buf_str(all, part);
    buf_char(all, ')');
}

/* The alternatives from terms[*i] on, excluded ones aside; *i moves behind them. */
static bool write_group(struct arena *a, const struct search_query *query, const char *const *texts,
                        size_t *i, const char **out_part)
{
    struct buf b = {0};
    bool prefix = false, first = true;

    for (; *i < query->n; ++*i) {
        const struct search_term *term = &query->terms[*i];

        if (term->exclude)
            continue;
        if (!first && !term->or_before)
            break;
        if (!first)
            buf_str(&b, " | ");
        buf_char(&b, '(');
        buf_str(&b, texts[*i]);
        buf_char(&b, ')');
        prefix = prefix || term->prefix;
        first = false;
    }
    *out_part = first ? NULL : keep(a, &b);
    return prefix;
}

static void write_parts(struct arena *a, const struct search_query *query, const char *const *texts,
                        struct buf *whole, struct buf *indexed)
{
    for (size_t i = 0; i < query->n;) {
        const char *part;
        bool prefix = write_group(a, query, texts, &i, &part);

        if (!part)
            break;
        add_part(whole, "", part);
        if (!prefix)
            add_part(indexed, "", part);
    }
    for (size_t i = 0; i < query->n; i++) {
        if (!query->terms[i].exclude)
            continue;
        add_part(whole, "!", texts[i]);
        if (!query->terms[i].prefix && indexed->len > 0)
            add_part(indexed, "!", texts[i]);
    }
}

static err tsquery_make(struct arena *a, const struct search_query *query, bool public_only,
                        struct search_match *out)
{
    const char *texts[SEARCH_TERMS_MAX];
    struct buf whole = {0}, indexed = {0}, terms = {0};

    for (size_t i = 0; i < query->n; i++)
        TRY(tsquery_term(a, &query->terms[i], public_only, &texts[i]));
    write_parts(a, query, texts, &whole, &indexed);
    for (size_t i = 0; i < query->n; i++) {
        if (query->terms[i].exclude)
            continue;
        if (terms.len > 0)
            buf_char(&terms, '\n');
        buf_str(&terms, texts[i]);
    }
    out->whole = keep(a, &whole);
    out->indexed = keep(a, &indexed);
    out->terms = keep(a, &terms);
    return OK;
}

err search_match_make(struct arena *a, enum engine engine, const struct search_query *query,
                      bool public_only, struct search_match *out)
{
    ENSURE(query->wanted > 0);
    *out = (struct search_match){.engine = engine};
    if (engine == ENGINE_POSTGRES)
        return tsquery_make(a, query, public_only, out);
    out->whole = fts5_whole(a, query, public_only);
    return OK;
}

bool search_match_gathers(const struct search_match *match)
{
    return match->engine == ENGINE_POSTGRES && strcmp(match->whole, match->indexed) != 0;
}
