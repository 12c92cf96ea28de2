/* postgres_listen.c -- hears of the commits of all nodes (LISTEN) and passes the news on. */
#include "store/postgres.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"

#include <poll.h>
#include <stdlib.h>
#include <unistd.h>

enum { LOOK_AT_LEAST_EVERY_MS = 5000 };

static void tell(struct pg_store *store)
{
    store->changes++;
    if (store->committed)
        store->committed(store->committed_ctx);
}

/* False when the store closes. */
static bool sleep_on(struct pg_store *store, int fd, int ms, bool *out_heard)
{
    struct pollfd p[2] = {{.fd = store->wake_pipe[0], .events = POLLIN},
                          {.fd = fd, .events = POLLIN}};

    *out_heard = poll(p, fd >= 0 ? 2 : 1, ms) > 0 && fd >= 0 && p[1].revents;
    return !store->closing;
}

static PGconn *start_listening(struct pg_store *store)
{
    PGconn *pg = NULL;
    PGresult *result;
    bool fine;

    if (pg_connect(store, store->url, "listener", NULL, &pg) != OK)
        return NULL;
    result = pg_ask_plain(store, pg, "LISTEN frontdesk");
    fine = PQresultStatus(result) == PGRES_COMMAND_OK;
    PQclear(result);
    if (fine)
        return pg;
    PQfinish(pg);
    return NULL;
}

/* Others' commits count too: a person's next request may come to this node. */
static void know_position(struct pg_store *store, PGconn *pg)
{
    int64_t seen = store->newest_lsn;
    PGresult *result;

    if (!store->replica_url)
        return;
    result = pg_ask_plain(store, pg, pg_lsn_sql);
    if (PQresultStatus(result) == PGRES_TUPLES_OK)
        pg_know_lsn(store, seen, strtoll(PQgetvalue(result, 0, 0), NULL, 10));
    PQclear(result);
}

void pg_know_lsn(struct pg_store *store, int64_t seen, int64_t lsn)
{
    if (lsn > seen || seen == INT64_MAX)
        atomic_compare_exchange_strong(&store->newest_lsn, &seen, lsn);
}

/* What has arrived; asking something reads notes too. */
static bool take_notes(struct pg_store *store, PGconn *pg)
{
    PGnotify *note;
    bool any = false;

    while ((note = PQnotifies(pg))) {
        any = any || note->be_pid != store->writing_pid;
        PQfreemem(note);
    }
    return any;
}

/* False when the connection is gone. */
static bool hear(struct pg_store *store, PGconn *pg)
{
    if (!PQconsumeInput(pg) || PQstatus(pg) != CONNECTION_OK)
        return false;
    while (take_notes(store, pg)) {
        know_position(store, pg);
        tell(store);
    }
    return true;
}

/* A connection that was silently cut is noticed by asking. */
static bool still_there(struct pg_store *store, PGconn *pg)
{
    PGresult *result = pg_ask_plain(store, pg, "SELECT 1");
    bool fine = PQresultStatus(result) == PGRES_TUPLES_OK;

    PQclear(result);
    return fine && hear(store, pg);
}

static void *listen_main(void *arg)
{
    struct pg_store *store = arg;
    PGconn *pg = NULL;
    bool heard = false;

    do {
        if (!pg) {
            pg = start_listening(store);
            if (pg) {
                know_position(store, pg);
                tell(store); /* what was said meanwhile is lost: look */
            }
        } else if (heard ? !hear(store, pg) : !still_there(store, pg)) {
            PQfinish(pg);
            pg = NULL;
        }
    } while (sleep_on(store, pg ? PQsocket(pg) : -1, pg ? LOOK_AT_LEAST_EVERY_MS : DB_DOWN_PAUSE_MS,
                      &heard));
    if (pg)
        PQfinish(pg);
    return NULL;
}

err pg_listener_start(struct pg_store *store)
{
    if (pipe(store->wake_pipe) != 0)
        return ERR_INTERNAL;
    if (pthread_create(&store->listener, NULL, listen_main, store) != 0)
        return ERR_INTERNAL;
    store->listening = true;
    return OK;
}

void pg_listener_stop(struct pg_store *store)
{
    store->closing = true;
    if (store->listening) {
        (void)!write(store->wake_pipe[1], "", 1);
        pthread_join(store->listener, NULL);
    }
    store->listening = false;
}
