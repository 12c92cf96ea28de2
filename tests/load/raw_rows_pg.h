/* raw_rows_pg.h -- what the yardstick of PostgreSQL writes: for each ticket the calls of prepared statements
 * that write its rows, ready to be sent. raw_rows_pg.c tells what it is for. */
#ifndef FD_RAW_ROWS_PG_H
#define FD_RAW_ROWS_PG_H

#include <libpq-fe.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { STATEMENTS_MAX = 512, PARAMS_MAX = 1024, KEY_BYTES = 8, CONNECTIONS_MAX = 512 };

/* Prepared on each connection under the name "s" and its index. */
struct statement {
    char *sql;
    int param_count;
};

struct call {
    int statement;
    int agent_param;     /* where the ticket's agent stands, or -1 */
    const char **values; /* binary, of the result that they were read with */
    int *lengths;
};

/* A ticket's transaction. */
struct ticket {
    int64_t id, requester;
    int64_t status, priority, category, assignee, day, created_ms;
    bool requester_existed;
    struct call *calls;
    size_t call_count;
    /* The next new ticket of the same new requester: it must not overtake the first. */
    struct ticket *next_of_requester;
    bool is_first;
};

struct replay {
    struct ticket *tickets; /* by id */
    size_t ticket_count;
    struct statement statements[STATEMENTS_MAX];
    int statement_count;
    int64_t rows;
    bool agents_change, rotation_changes;
};

/* Statements for what is not a row of the ticket: counters, and who has it. */
struct other_statements {
    int counts, days, days_nobody, agent, rotation, requester;
};

/* What is not written with each ticket, but with a part of them: the server gathers it for a batch. */
enum gathered { GATHERED_COUNTERS, GATHERED_AGENT, GATHERED_ROTATION, GATHERED_COUNT };

struct connection {
    struct run *run;
    PGconn *pg;
    struct ticket *ticket;     /* under way */
    atomic_size_t next_ticket; /* of its block, which ends where the next one's begins */
    size_t block_end;
    int64_t agent, slot, pool;  /* its own, so that it waits for nobody */
    double due[GATHERED_COUNT]; /* at 1 the next ticket writes it */
    int64_t started_us;
    int64_t statements, updates, upserts;
};

struct run {
    struct replay replay;
    struct other_statements sql;
    struct connection connections[CONNECTIONS_MAX];
    int connection_count, thread_count;
    double share[GATHERED_COUNT]; /* of tickets that write it */
    int all_binary[PARAMS_MAX];   /* the format of each parameter: 1 */
    int64_t *latencies_us;
    atomic_size_t latency_count;
    pthread_barrier_t start;
};

_Noreturn void die(const char *what, const char *why);
void *must_alloc(size_t bytes);
PGconn *must_connect(const char *url);
PGresult *must_run(PGconn *conn, const char *sql, bool binary);

/* The index of a statement with this text, a new one if there is none. */
int statement_of(struct replay *r, const char *sql, int param_count);

/* Fills r from what AFTER has and BEFORE has not. */
void replay_load(struct replay *r, const char *before_url, const char *after_url);

/* Prepares to write what changes; after replay_load. */
void other_statements_make(struct run *run);

/* Sends what belongs to a ticket, without the sync that ends it. */
void ticket_send(struct connection *c, const struct ticket *t, const bool with[GATHERED_COUNT]);

/* Network order, as binary parameters have it. */
void put_int(char out[KEY_BYTES], int64_t n);
int64_t get_int(const char *in);

#endif
