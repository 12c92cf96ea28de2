/* test_place.h -- where a test's store lives: a directory of its own, and on PostgreSQL
 * (FRONTDESK_TEST_ENGINE=postgres) also an empty database of its own in the server that
 * FRONTDESK_TEST_POSTGRES names without a database. For tests only; tests/postgres.py has servers. */
#ifndef FD_STORE_TEST_PLACE_H
#define FD_STORE_TEST_PLACE_H

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <libpq-fe.h>

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

static inline void test_place_make(struct test_place *place)
{
    const char *engine = getenv("FRONTDESK_TEST_ENGINE");
    static int made;
    char sql[128];

    strcpy(place->dir, "/tmp/fd-test-XXXXXX");
    assert_non_null(mkdtemp(place->dir));
    place->database_url = NULL;
    if (!engine || strcmp(engine, "postgres") != 0)
        return;
    snprintf(place->name, sizeof(place->name), "unit_%d_%d", (int)getpid(), ++made);
    snprintf(sql, sizeof(sql), "CREATE DATABASE %s TEMPLATE template0", place->name);
    test_place_ask(sql);
    snprintf(place->url, sizeof(place->url), "%s/%s", getenv("FRONTDESK_TEST_POSTGRES"),
             place->name);
    place->database_url = place->url;
}

/* After the store is closed. */
static inline void test_place_remove(struct test_place *place)
{
    char command[128];

    snprintf(command, sizeof(command), "rm -rf %s", place->dir);
    assert_int_equal(system(command), 0);
    if (!place->database_url)
        return;
    snprintf(command, sizeof(command), "DROP DATABASE %s WITH (FORCE)", place->name);
    test_place_ask(command);
}

#endif
