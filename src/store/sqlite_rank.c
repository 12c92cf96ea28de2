/* sqlite_rank.c -- desk_rank(ticket_fts): how well a ticket answers a search; more is better.
 *
 * FTS5's own bm25 counts, for every search, all documents that hold each word: 27 ms for a word that is in 800,000
 * tickets, 1 ms where it is in 8,000. Here a word's weight does not depend on how many others use it: the score is
 * bm25's saturation of how often it occurs, by column, against the length of the ticket. What a usual length is does not
 * depend on the other tickets either, so a rank stays what it is while somebody turns the pages. PostgreSQL ranks by
 * the same formula: document_rank in search/search.sql. */
#include "store/sqlite.h"

#include "base/log.h"

#include <sqlite3.h>

/* Subject, description, public comments, internal comments. */
static const double column_weights[] = {8.0, 2.0, 1.0, 1.0};
static const double SATURATION = 1.2; /* bm25's k1 and b */
static const double LENGTH_SHARE = 0.75;
static const double USUAL_LENGTH = 100.0; /* words */
enum { PHRASES_MAX = 64 };

static int score(const Fts5ExtensionApi *api, Fts5Context *fts, double *out)
{
    double found[PHRASES_MAX] = {0};
    double norm;
    int hits = 0, length = 0;
    int phrases = api->xPhraseCount(fts);
    int rc = api->xInstCount(fts, &hits);

    if (rc == SQLITE_OK)
        rc = api->xColumnSize(fts, -1, &length);
    for (int i = 0; rc == SQLITE_OK && i < hits; i++) {
        int phrase, column, offset;

        rc = api->xInst(fts, i, &phrase, &column, &offset);
        if (rc == SQLITE_OK && phrase < PHRASES_MAX && column < (int)COUNT_OF(column_weights))
            found[phrase] += column_weights[column];
    }
    norm = SATURATION * (1.0 - LENGTH_SHARE + LENGTH_SHARE * length / USUAL_LENGTH);
    *out = 0;
    for (int i = 0; i < phrases && i < PHRASES_MAX; i++)
        *out += found[i] * (SATURATION + 1.0) / (found[i] + norm);
    return rc;
}

static void desk_rank(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *ctx,
                      int arg_count, sqlite3_value **args)
{
    double rank;
    int rc = score(api, fts, &rank);

    if (rc == SQLITE_OK)
        sqlite3_result_double(ctx, rank);
    else
        sqlite3_result_error_code(ctx, rc);
}

fts5_api *sqlite_fts5(sqlite3 *db)
{
    fts5_api *api = NULL;
    sqlite3_stmt *stmt = NULL;

    if (sqlite3_prepare_v2(db, "SELECT fts5(?1)", -1, &stmt, NULL) == SQLITE_OK) {
        sqlite3_bind_pointer(stmt, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(stmt);
    }
    sqlite3_finalize(stmt);
    return api;
}

err sqlite_rank_register(sqlite3 *db)
{
    fts5_api *api = sqlite_fts5(db);

    if (!api)
        return ERR_STORE;
    return sqlite_err(db, api->xCreateFunction(api, "desk_rank", NULL, desk_rank, NULL), "fts5");
}
