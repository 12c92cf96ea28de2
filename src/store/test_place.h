/* test_place.h -- where a test's store lives: a directory of its own, and on PostgreSQL
 * (FRONTDESK_TEST_ENGINE=postgres) also a database of its own in the server that
 * FRONTDESK_TEST_POSTGRES names without a database. It is left there, since the server
 * goes with the tests: tests/postgres.py has servers. */
#ifndef FD_STORE_TEST_PLACE_H
#define FD_STORE_TEST_PLACE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

#include "store/store.h"

struct test_place {
    char dir[48];
    char name[48];            /* of the database */
    char url[256];            /* of the database */
    const char *database_url; /* for struct store_options; NULL: the embedded engine */
};

static inline void test_place_ask(const char *sql)
{
    const char *server = getenv("FRONTDESK_TEST_POSTGRES");
    char url[256];
    PGconn *conn;
    PGresult *result;

    assert_non_null(server);
    snprintf(url, sizeof(url), "%s/postgres", server);
    conn = PQconnectdb(url);
    result = PQexec(conn, sql);
    if (PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(conn));
    PQclear(result);
    PQfinish(conn);
}

static inline bool test_place_is_postgres(void)
{
    const char *engine = getenv("FRONTDESK_TEST_ENGINE");

    return engine && strcmp(engine, "postgres") == 0;
}

/* A new database that is a copy of the one named so. */
static inline void test_place_database(struct test_place *place, const char *template)
{
    static int made;
    char sql[160];

    snprintf(place->name, sizeof(place->name), "unit_%d_%d", (int)getpid(), ++made);
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE %s", place->name, template);
    test_place_ask(sql);
    snprintf(place->url, sizeof(place->url), "%s/%s", getenv("FRONTDESK_TEST_POSTGRES"),
             place->name);
    place->database_url = place->url;
}

/* An empty one. */
static inline void test_place_make(struct test_place *place)
{
    memset(place, 0, sizeof(*place));
    strcpy(place->dir, "/tmp/fd-test-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    if (test_place_is_postgres())
        test_place_database(place, "template0");
}

/* Makes a place and opens a store there, with options that are the same each time. PostgreSQL takes
 * a second for a schema from nothing: it is made once a program, and then copied. */
static inline err test_place_open(struct test_place *place, struct store_options *options,
                                  struct store **out_store)
{
    static struct test_place first;

    test_place_make(place);
    options->data_dir = place->dir;
    options->database_url = place->database_url;
    if (!place->database_url)
        return store_open(options, out_store);
    if (!first.name[0]) {
        TRY(store_open(options, out_store));
        store_close(*out_store);
        first = *place;
    }
    test_place_database(place, first.name);
    return store_open(options, out_store);
}

/* After the store is closed. */
static inline void test_place_remove(struct test_place *place)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", place->dir);
    assert_int_equal(system(command), 0);
}

#endif
