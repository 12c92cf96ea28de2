#include "search/search_index.h"

#include "search/search_step.h"
#include "search/search_words.h"

enum { IDS_AT_A_TIME = 1000 };

bool search_index_needs_old(const struct tx *tx)
{
    return tx_engine(tx) == ENGINE_SQLITE;
}

static err put_words_in(struct tx *tx, int64_t ticket_id, const struct search_document *doc)
{
    struct search_words words;

    TRY(search_words_of(tx->arena, ticket_id, doc, &words));
    return q_search_words_put_in(tx, ticket_id, words.text, words.length);
}

err search_index_replace(struct tx *tx, int64_t ticket_id, const struct search_document *old,
                         const struct search_document *now)
{
    if (tx_engine(tx) == ENGINE_POSTGRES)
        return now ? put_words_in(tx, ticket_id, now) : q_search_words_take_out(tx, ticket_id);
    if (old)
        TRY(q_search_fts_take_out(tx, ticket_id, old->subject, old->description, old->public_text,
                                  old->internal_text));
    if (!now)
        return OK;
    return q_search_fts_put_in(tx, ticket_id, now->subject, now->description, now->public_text,
                               now->internal_text);
}

/* ---- all documents, one after the other ---- */

struct each {
    err (*run)(struct tx *tx, int64_t ticket_id, const struct search_document *doc, void *arg);
    void *arg;
    int64_t n;
};

/* Documents are long and needed one at a time. */
static err run_one(struct tx *tx, struct arena *one, int64_t ticket_id, struct each *each)
{
    struct arena *whole = tx->arena;
    struct search_document doc;
    err e;

    arena_reset(one);
    /* cppcheck-suppress autoVariables; put back below */
    tx->arena = one;
    e = q_search_read(tx, ticket_id, &doc);
    if (e == OK)
        e = each->run(tx, ticket_id, &doc, each->arg);
    tx->arena = whole;
    each->n += e == OK;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err run_each(struct tx *tx, struct each *each)
{
    struct arena *whole = tx->arena;
    struct search_ids_rows ids;
    struct arena one, list;
    int64_t after_id = 0;
    err e = OK;

    arena_init(&one);
    arena_init(&list);
    do {
        arena_reset(&list);
        /* cppcheck-suppress autoVariables; put back at once */
        tx->arena = &list;
        e = q_search_ids(tx, after_id, IDS_AT_A_TIME, &ids);
        tx->arena = whole;
        for (size_t i = 0; e == OK && i < ids.n; i++)
            e = run_one(tx, &one, after_id = ids.v[i].id, each);
    } while (e == OK && ids.n == IDS_AT_A_TIME);
    arena_done(&list);
    arena_done(&one);
    return e;
}

static err put_in_anew(struct tx *tx, int64_t ticket_id, const struct search_document *doc,
                       void *arg)
{
    return put_words_in(tx, ticket_id, doc);
}

err search_rebuild(struct tx *tx)
{
    struct each each = {.run = put_in_anew};

    if (tx_engine(tx) == ENGINE_SQLITE)
        return q_search_fts_make_anew(tx);
    TRY(q_search_words_clear(tx));
    return run_each(tx, &each);
}

static err compare(struct tx *tx, int64_t ticket_id, const struct search_document *doc, void *arg)
{
    struct search_words_are_row are = {false};
    int64_t *wrong = arg;
    struct search_words words;
    err e;

    TRY(search_words_of(tx->arena, ticket_id, doc, &words));
    e = q_search_words_are(tx, ticket_id, words.text, words.length, &are);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *wrong += !are.same;
    return OK;
}

err search_check(struct tx *tx, void (*problem)(void *ctx, const char *text), void *ctx)
{
    struct search_words_count_row count;
    int64_t wrong = 0;
    struct each each = {.run = compare, .arg = &wrong};

    if (tx_engine(tx) == ENGINE_SQLITE)
        return OK; /* store_check asks FTS5 itself */
    TRY(run_each(tx, &each));
    TRY(q_search_words_count(tx, &count));
    if (wrong == 0 && count.n == each.n)
        return OK;
    problem(ctx, "search index: it does not agree with the text (frontdesk check --repair makes it "
                 "anew)");
    return OK;
}
