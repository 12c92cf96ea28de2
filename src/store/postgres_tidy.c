/* postgres_tidy.c -- merges what was added to the search index, beside the lane.
 *
 * A GIN index takes a document in a list first and merges many at once: a fifth of the work of putting
 * each in its hundred places. But every search reads the whole list, and a list that is full is merged
 * by whoever adds to it, which would be the writer, with all nodes waiting. So each serving node that has
 * written merges the list once a second on a connection of its own. Nodes that meet here leave it to
 * the first. */
#include "store/postgres.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <poll.h>

enum { TIDY_EVERY_MS = 1000 };

/* False when the store closes. */
static bool rest(struct pg_store *store)
{
    struct pollfd p = {.fd = store->wake_pipe[0], .events = POLLIN};

    (void)poll(&p, 1, TIDY_EVERY_MS);
    return !store->closing;
}

/* False when the connection is of no use any more. */
static bool merge(struct pg_store *store, PGconn *pg)
{
    PGresult *result =
        pg_ask_plain(store, pg, "SELECT gin_clean_pending_list('ticket_document_words')");
    bool fine = PQresultStatus(result) == PGRES_TUPLES_OK;

    if (!fine)
        log_debug("store.tidy", "failed=1");
    PQclear(result);
    return fine;
}

static void *tidy_main(void *arg)
{
    struct pg_store *store = arg;
    PGconn *pg = NULL;
    int64_t seen = 0;

    while (rest(store)) {
        int64_t done = store->batches_done;

        if (done == seen)
            continue;
        if (!pg && pg_connect(store, store->url, "tidier", NULL, &pg) != OK)
            continue;
        if (merge(store, pg)) {
            seen = done;
        } else {
            PQfinish(pg);
            pg = NULL;
        }
    }
    if (pg)
        PQfinish(pg);
    return NULL;
}

err pg_tidier_start(struct pg_store *store)
{
    if (pthread_create(&store->tidier, NULL, tidy_main, store) != 0)
        return ERR_INTERNAL;
    store->tidying = true;
    return OK;
}

void pg_tidier_stop(struct pg_store *store)
{
    if (store->tidying)
        pthread_join(store->tidier, NULL);
    store->tidying = false;
}
