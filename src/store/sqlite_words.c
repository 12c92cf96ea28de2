/* sqlite_words.c -- FTS5's own tokenizer, called without a table.
 *
 * The tokenizer folds into a buffer of its own, so each thread has one; it lives until the thread ends. */
#include "store/text_words.h"

#include "base/log.h"
#include "base/utf8.h"
#include "store/sqlite.h"

#include <stdlib.h>

enum { TEXT_MAX_BYTES = 1 << 30 }; /* lengths are int there */

struct cutter {
    sqlite3 *db; /* in memory and empty: only the way to FTS5 */
    fts5_tokenizer calls;
    Fts5Tokenizer *tokenizer;
};

static pthread_once_t once = PTHREAD_ONCE_INIT;
static pthread_key_t key;
static bool key_made;

static void cutter_free(void *arg)
{
    struct cutter *c = arg;

    if (c->tokenizer)
        c->calls.xDelete(c->tokenizer);
    sqlite3_close(c->db);
    free(c);
}

/* The thread that leaves main has no destructors run for it. */
static void end_of_program(void)
{
    struct cutter *c = pthread_getspecific(key);

    if (c)
        cutter_free(c);
    pthread_setspecific(key, NULL);
}

static void make_key(void)
{
    key_made = pthread_key_create(&key, cutter_free) == 0;
    if (key_made)
        atexit(end_of_program);
}

static bool cutter_open(struct cutter *c)
{
    /* As in the schema: tokenize='unicode61 remove_diacritics 2'. */
    const char *options[] = {"remove_diacritics", "2"};
    fts5_api *api;
    void *ctx = NULL;

    if (sqlite3_open_v2(":memory:", &c->db,
                        SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX,
                        NULL) != SQLITE_OK)
        return false;
    api = sqlite_fts5(c->db);
    return api && api->xFindTokenizer(api, "unicode61", &ctx, &c->calls) == SQLITE_OK &&
           c->calls.xCreate(ctx, options, (int)COUNT_OF(options), &c->tokenizer) == SQLITE_OK;
}

static struct cutter *own_cutter(void)
{
    struct cutter *c;

    pthread_once(&once, make_key);
    c = key_made ? pthread_getspecific(key) : NULL;
    if (c || !key_made)
        return c;
    c = calloc(1, sizeof(*c));
    if (c && (!cutter_open(c) || pthread_setspecific(key, c) != 0)) {
        cutter_free(c);
        c = NULL;
    }
    return c;
}

struct caller {
    void (*each)(void *ctx, const char *word, size_t len);
    void *ctx;
};

static int take_word(void *arg, int flags, const char *word, int len, int begin, int end)
{
    const struct caller *caller = arg;

    caller->each(caller->ctx, word, (size_t)len);
    return SQLITE_OK;
}

err text_words(const char *text, size_t len, void (*each)(void *ctx, const char *word, size_t len),
               void *ctx)
{
    struct caller caller = {each, ctx};
    struct cutter *c = own_cutter();

    if (!c)
        return ERR_STORE;
    len = utf8_cut(text, len, TEXT_MAX_BYTES);
    if (c->calls.xTokenize(c->tokenizer, &caller, FTS5_TOKENIZE_DOCUMENT, text, (int)len,
                           take_word) != SQLITE_OK)
        return ERR_STORE;
    return OK;
}
