/* postgres_open.c -- making a connection, and what every session of ours is set to. */
#include "store/postgres.h"

#include "base/clock.h"
#include "base/limits.h"

#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OLDEST_SERVER = 150000 };

static void no_notices(void *ctx, const char *message)
{
}

/* The server's words, in one line. They name host and user, never the password. */
static err cannot_connect(struct fault *fault, PGconn *pg)
{
    char words[400];
    size_t n = 0;

    for (const char *c = PQerrorMessage(pg); *c && n + 1 < sizeof(words); c++) {
        if (*c != '\n')
            words[n++] = *c == '\t' ? ' ' : *c;
        else if (c[1] && n + 3 < sizeof(words))
            words[n++] = ';', words[n++] = ' ';
    }
    words[n] = '\0';
    return fault_set(fault, ERR_STORE, "cannot use the database: %s", words);
}

PGresult *pg_ask_plain(struct pg_store *store, PGconn *pg, const char *sql)
{
    int64_t until_us = clock_steady_us() + (int64_t)DB_ANSWER_MAX_MS * 1000;
    PGresult *result, *more;

    if (!PQsendQuery(pg, sql))
        return NULL;
    while (PQisBusy(pg)) {
        struct pollfd p[2] = {{.fd = PQsocket(pg), .events = POLLIN},
                              {.fd = store->wake_pipe[0], .events = POLLIN}};
        int64_t left_ms = (until_us - clock_steady_us()) / 1000;

        if (store->closing || left_ms <= 0 || poll(p, 2, (int)left_ms) < 0 || !PQconsumeInput(pg))
            return NULL;
    }
    result = PQgetResult(pg);
    while ((more = PQgetResult(pg)))
        PQclear(more);
    return result;
}

static err configure(struct pg_store *store, PGconn *pg, const char *role, struct fault *fault)
{
    static const char settings[] =
        "SELECT set_config('statement_timeout', '%d', false), set_config('lock_timeout', '%d', "
        "false), "
        "set_config('idle_in_transaction_session_timeout', '%d', false), "
        "set_config('timezone', 'UTC', false), set_config('jit', 'off', false), "
        "set_config('plan_cache_mode', 'force_generic_plan', false), "
        "set_config('random_page_cost', '1.1', false), "
        "set_config('client_min_messages', 'error', false), set_config('synchronous_commit', "
        "replace(current_setting('synchronous_commit'), 'off', 'on'), false)";
    char sql[sizeof(settings) + 64];
    PGresult *result;
    bool fine;

    if (PQserverVersion(pg) < OLDEST_SERVER)
        return fault_set(fault, ERR_STORE,
                         "the database server is PostgreSQL %d: Frontdesk needs %d or newer",
                         PQserverVersion(pg) / 10000, OLDEST_SERVER / 10000);
    snprintf(sql, sizeof(sql), settings, DB_STATEMENT_MAX_MS, store->lock_wait_ms,
             strcmp(role, "writer") == 0 ? DB_IDLE_BATCH_MAX_MS : 0);
    result =
        pg_ask_plain(store, pg, sql); /* a server that froze just now must not hold us for ever */
    fine = PQresultStatus(result) == PGRES_TUPLES_OK;
    PQclear(result);
    return fine ? OK : cannot_connect(fault, pg);
}

err pg_connect(struct pg_store *store, const char *url, const char *role, struct fault *fault,
               PGconn **out)
{
    char connect_s[16];
    char name[40];
    /* Of two that are alike the later counts: what stands before the URL is a default. */
    const char *const keys[] = {"connect_timeout",  "target_session_attrs",
                                "keepalives_idle",  "keepalives_interval",
                                "keepalives_count", "tcp_user_timeout",
                                "application_name", "dbname",
                                "client_encoding",  NULL};
    const char *const values[] = {connect_s, strcmp(role, "replica") == 0 ? "any" : "read-write",
                                  "5",       "2",
                                  "3",       "10000",
                                  name,      url,
                                  "UTF8",    NULL};
    PGconn *pg;
    err e;

    snprintf(connect_s, sizeof(connect_s), "%d", DB_CONNECT_MAX_S);
    snprintf(name, sizeof(name), "frontdesk %s", role);
    pg = PQconnectdbParams(keys, values, 1);
    ENSURE(pg != NULL);
    e = PQstatus(pg) == CONNECTION_OK ? configure(store, pg, role, fault)
                                      : cannot_connect(fault, pg);
    if (e != OK) {
        PQfinish(pg);
        return e;
    }
    PQsetNoticeProcessor(pg, no_notices, NULL);
    *out = pg;
    return OK;
}

err pg_conn_open(struct pg_store *store, const char *url, const char *role, struct fault *fault,
                 struct pg_conn **out)
{
    struct pg_conn *c = calloc(1, sizeof(*c));
    err e;

    ENSURE(c != NULL);
    c->conn = (struct conn){.ops = &postgres_ops, .store = &store->store};
    c->prepared = calloc((size_t)all_queries_count, sizeof(c->prepared[0]));
    ENSURE(c->prepared != NULL);
    c->writable = strcmp(role, "writer") == 0;
    arena_init(&c->scratch);
    arena_init(&c->gather.arena);
    e = pg_connect(store, url, role, fault, &c->pg);
    if (e == OK && (!PQenterPipelineMode(c->pg) || PQsetnonblocking(c->pg, 1) != 0))
        e = cannot_connect(fault, c->pg);
    if (e != OK) {
        pg_conn_close(c);
        return e;
    }
    *out = c;
    return OK;
}

void pg_conn_close(struct pg_conn *c)
{
    if (!c)
        return;
    for (int i = 0; i < PG_TEXT_SLOTS; i++) {
        free(c->texts[i].sql);
        free(c->texts[i].types);
    }
    pg_kept_clear(c);
    arena_done(&c->gather.arena);
    if (c->pg)
        PQfinish(c->pg);
    arena_done(&c->scratch);
    free(c->prepared);
    free(c);
}
