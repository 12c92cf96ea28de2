/* raw_rows_pg.c -- the yardstick for writes to PostgreSQL: the very rows that the server wrote, written by the best
 * client that libpq lets one write by hand.
 *
 *     raw_rows_pg [--connections 64] [--threads 1] [--counters SHARE] [--agents SHARE] [--rotation SHARE]
 *                 BEFORE AFTER TARGET
 *
 * The three are connection strings: BEFORE is the database as it was before the server created tickets, AFTER as it
 * was then, TARGET a copy of BEFORE into which the difference is written. Each connection takes the next ticket of its
 * block, sends all that belongs to it in pipeline mode with one PQpipelineSync, which makes it one transaction and one
 * round trip, and takes another as soon as the answer is there. Statements are prepared, plans generic, parameters
 * binary, ids known; rows of one table are one INSERT. No two connections write the same row: each has
 * counters in a slot of its own, an agent and a pool of the rotation.
 *
 * SHARE (0 to 1) is the part of tickets that also write their counters, the load of their agent, the place of the
 * rotation. The server gathers these for a batch and writes them once; a client with a transaction for each ticket
 * cannot. The bench gives the shares with which both write equally many such rows, so that the yardstick errs on the
 * strict side.
 *
 * Before the clock starts, all is in memory, and each connection has written its first ticket once and
 * taken it back. Prints one line of JSON.
 */
#include "raw_rows_pg.h"

#include <arpa/inet.h>
#include <endian.h>
#include <getopt.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>

enum {
    THREADS_MAX = 8,
    POOLS_FROM = 1000000, /* pools of the rotation that no group has */
};

/* ---- Small things ---- */

_Noreturn void die(const char *what, const char *why)
{
    fprintf(stderr, "raw_rows_pg: %s: %s\n", what, why);
    exit(1);
}

void *must_alloc(size_t bytes)
{
    void *p = calloc(1, bytes ? bytes : 1);

    if (!p)
        die("memory", "none left");
    return p;
}

void put_int(char out[KEY_BYTES], int64_t n)
{
    uint64_t big = htobe64((uint64_t)n);

    memcpy(out, &big, sizeof(big));
}

int64_t get_int(const char *in)
{
    uint64_t big;

    memcpy(&big, in, sizeof(big));
    return (int64_t)be64toh(big);
}

static int64_t now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

PGconn *must_connect(const char *url)
{
    PGconn *pg = PQconnectdb(url);

    if (PQstatus(pg) != CONNECTION_OK)
        die("connect", PQerrorMessage(pg));
    return pg;
}

PGresult *must_run(PGconn *pg, const char *sql, bool binary)
{
    PGresult *result = PQexecParams(pg, sql, 0, NULL, NULL, NULL, NULL, binary);
    ExecStatusType status = PQresultStatus(result);

    if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK)
        die(sql, PQerrorMessage(pg));
    return result;
}

int statement_of(struct replay *r, const char *sql, int param_count)
{
    for (int i = 0; i < r->statement_count; i++) {
        if (strcmp(r->statements[i].sql, sql) == 0)
            return i;
    }
    if (r->statement_count == STATEMENTS_MAX)
        die("statements", "too many");
    r->statements[r->statement_count] = (struct statement){strdup(sql), param_count};
    return r->statement_count++;
}

/* ---- One ticket ---- */

/* Takes what has arrived. True once the transaction is durable. */
static bool take_answers(struct connection *c)
{
    while (!PQisBusy(c->pg)) {
        PGresult *result = PQgetResult(c->pg);
        ExecStatusType status = PQresultStatus(result);

        if (!result)
            continue; /* between two statements */
        if (status != PGRES_COMMAND_OK && status != PGRES_PIPELINE_SYNC)
            die("a ticket", PQresultErrorMessage(result));
        PQclear(result);
        if (status == PGRES_PIPELINE_SYNC)
            return true;
    }
    return false;
}

/* The next of a block whose requester is not waited for; NULL: none is left. */
static struct ticket *next_of_block(struct connection *c)
{
    struct replay *r = &c->run->replay;
    size_t next;

    while ((next = atomic_fetch_add(&c->next_ticket, 1)) < c->block_end) {
        if (r->tickets[next].is_first)
            return &r->tickets[next];
    }
    return NULL;
}

/* From its own block, so that connections do not crowd at the end of each index; then what others have left. */
static bool take_ticket(struct connection *c)
{
    struct run *run = c->run;
    bool with[GATHERED_COUNT];

    c->ticket = c->ticket ? c->ticket->next_of_requester : NULL;
    for (int i = 0; i < run->connection_count && !c->ticket; i++)
        c->ticket = next_of_block(&run->connections[(c->slot - 1 + i) % run->connection_count]);
    if (!c->ticket)
        return false;
    for (int i = 0; i < GATHERED_COUNT; i++) {
        c->due[i] += run->share[i];
        with[i] = c->due[i] >= 1;
        c->due[i] -= with[i];
    }
    c->started_us = now_us();
    ticket_send(c, c->ticket, with);
    if (!PQpipelineSync(c->pg))
        die("sync", PQerrorMessage(c->pg));
    return true;
}

static bool on_readable(struct connection *c)
{
    struct run *run = c->run;

    if (!PQconsumeInput(c->pg))
        die("receive", PQerrorMessage(c->pg));
    if (!take_answers(c))
        return true;
    run->latencies_us[atomic_fetch_add(&run->latency_count, 1)] = now_us() - c->started_us;
    return take_ticket(c);
}

struct thread {
    pthread_t id;
    struct run *run;
    int first, end;
};

static void *thread_main(void *arg)
{
    struct thread *t = arg;
    int epoll_fd = epoll_create1(EPOLL_CLOEXEC), active = 0;
    struct epoll_event events[CONNECTIONS_MAX];

    for (int i = t->first; i < t->end; i++) {
        struct epoll_event event = {.events = EPOLLIN, .data.ptr = &t->run->connections[i]};

        if (epoll_ctl(epoll_fd, EPOLL_CTL_ADD, PQsocket(t->run->connections[i].pg), &event) != 0)
            die("epoll", "refused");
    }
    pthread_barrier_wait(&t->run->start);
    for (int i = t->first; i < t->end; i++)
        active += take_ticket(&t->run->connections[i]);
    while (active > 0) {
        int n = epoll_wait(epoll_fd, events, CONNECTIONS_MAX, -1);

        for (int i = 0; i < n; i++)
            active -= !on_readable(events[i].data.ptr);
    }
    return NULL;
}

/* ---- Before the clock ---- */

/* An agent for each connection: the desk's own, and copies of one where they are too few. */
static void make_agents(struct run *run, const char *target)
{
    PGconn *pg = must_connect(target);
    char sql[1024];
    PGresult *got;

    snprintf(sql, sizeof(sql),
             "INSERT INTO agent SELECT p.* FROM agent a, (SELECT max(id) AS id, count(*) AS have "
             "FROM agent) m, generate_series(1, %d) n, jsonb_populate_record(a, "
             "jsonb_build_object('id', m.id + n, 'uuid', gen_random_uuid(), 'email', 'raw' || n, "
             "'email_key', 'raw' || n)) p WHERE a.id = (SELECT min(id) FROM agent) AND n <= %d - "
             "m.have",
             run->connection_count, run->connection_count);
    PQclear(must_run(pg, sql, false));
    got = must_run(pg, "SELECT id FROM agent ORDER BY id", true);
    for (int i = 0; i < run->connection_count; i++)
        run->connections[i].agent = get_int(PQgetvalue(got, i, 0));
    PQclear(got);
    PQfinish(pg);
}

static void prepare_all(struct connection *c)
{
    for (int i = 0; i < c->run->replay.statement_count; i++) {
        char name[16];
        PGresult *result;

        snprintf(name, sizeof(name), "s%d", i);
        result = PQprepare(c->pg, name, c->run->replay.statements[i].sql, 0, NULL);
        if (PQresultStatus(result) != PGRES_COMMAND_OK)
            die(c->run->replay.statements[i].sql, PQerrorMessage(c->pg));
        PQclear(result);
    }
}

/* Plans and caches of the server process are made before the clock starts. */
static void warm_up(struct connection *c, const struct ticket *t)
{
    if (!PQsendQueryParams(c->pg, "BEGIN", 0, NULL, NULL, NULL, NULL, 1))
        die("warm up", PQerrorMessage(c->pg));
    ticket_send(c, t, (const bool[GATHERED_COUNT]){true, true, true});
    if (!PQsendQueryParams(c->pg, "ROLLBACK", 0, NULL, NULL, NULL, NULL, 1) ||
        !PQpipelineSync(c->pg))
        die("warm up", PQerrorMessage(c->pg));
    while (!take_answers(c)) {
        if (!PQconsumeInput(c->pg))
            die("warm up", PQerrorMessage(c->pg));
    }
}

static void open_connection(struct run *run, int i, const char *target)
{
    struct connection *c = &run->connections[i];

    c->run = run;
    c->pg = must_connect(target);
    c->slot = i + 1;
    c->next_ticket = run->replay.ticket_count * (size_t)i / (size_t)run->connection_count;
    c->block_end = run->replay.ticket_count * (size_t)(i + 1) / (size_t)run->connection_count;
    c->pool = POOLS_FROM + i;
    PQclear(must_run(c->pg, "SET plan_cache_mode = force_generic_plan", false));
    prepare_all(c);
    if (!PQenterPipelineMode(c->pg))
        die("pipeline", PQerrorMessage(c->pg));
    for (size_t k = c->next_ticket; k < run->replay.ticket_count; k++) {
        if (run->replay.tickets[k].is_first) {
            warm_up(c, &run->replay.tickets[k]);
            break;
        }
    }
    c->statements = c->updates = c->upserts = 0;
}

static double run_all(struct run *run)
{
    struct thread threads[THREADS_MAX];
    int64_t started_us;

    pthread_barrier_init(&run->start, NULL, (unsigned)run->thread_count + 1);
    for (int i = 0; i < run->thread_count; i++) {
        threads[i] = (struct thread){.run = run,
                                     .first = run->connection_count * i / run->thread_count,
                                     .end = run->connection_count * (i + 1) / run->thread_count};
        if (pthread_create(&threads[i].id, NULL, thread_main, &threads[i]) != 0)
            die("thread", "refused");
    }
    started_us = now_us();
    pthread_barrier_wait(&run->start);
    for (int i = 0; i < run->thread_count; i++)
        pthread_join(threads[i].id, NULL);
    return (double)(now_us() - started_us) / 1e6;
}

static int by_number(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void report(struct run *run, double seconds)
{
    size_t n = run->latency_count;
    int64_t statements = 0, updates = 0, upserts = 0;

    for (int i = 0; i < run->connection_count; i++) {
        statements += run->connections[i].statements;
        updates += run->connections[i].updates;
        upserts += run->connections[i].upserts;
    }
    qsort(run->latencies_us, n, sizeof(*run->latencies_us), by_number);
    printf("{\"tickets\": %zu, \"rows\": %lld, \"updates\": %lld, \"upserts\": %lld, "
           "\"statements\": %lld, \"seconds\": %.3f, \"per_second\": %.1f, \"p50_us\": %lld, "
           "\"p99_us\": %lld}\n",
           n, (long long)run->replay.rows, (long long)updates, (long long)upserts,
           (long long)statements, seconds, (double)n / seconds, (long long)run->latencies_us[n / 2],
           (long long)run->latencies_us[n * 99 / 100]);
}

static int usage(void)
{
    fprintf(stderr, "usage: raw_rows_pg [--connections N] [--threads N] [--counters SHARE] "
                    "[--agents SHARE] [--rotation SHARE] BEFORE AFTER TARGET\n");
    return 2;
}

int main(int argc, char **argv)
{
    static const struct option options[] = {{"connections", 1, NULL, 'c'},
                                            {"threads", 1, NULL, 't'},
                                            {"counters", 1, NULL, '0' + GATHERED_COUNTERS},
                                            {"agents", 1, NULL, '0' + GATHERED_AGENT},
                                            {"rotation", 1, NULL, '0' + GATHERED_ROTATION},
                                            {NULL, 0, NULL, 0}};
    struct run *run = must_alloc(sizeof(*run));
    int option;

    run->connection_count = 64;
    run->thread_count = 1;
    for (int i = 0; i < GATHERED_COUNT; i++)
        run->share[i] = 1;
    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        if (option == 'c')
            run->connection_count = atoi(optarg);
        else if (option == 't')
            run->thread_count = atoi(optarg);
        else if (option >= '0' && option < '0' + GATHERED_COUNT)
            run->share[option - '0'] = atof(optarg);
        else
            return usage();
    }
    if (argc - optind != 3 || run->connection_count < 1 ||
        run->connection_count > CONNECTIONS_MAX || run->thread_count < 1 ||
        run->thread_count > THREADS_MAX)
        return usage();
    for (int i = 0; i < PARAMS_MAX; i++)
        run->all_binary[i] = 1;
    replay_load(&run->replay, argv[optind], argv[optind + 1]);
    other_statements_make(run);
    make_agents(run, argv[optind + 2]);
    for (int i = 0; i < run->connection_count; i++)
        open_connection(run, i, argv[optind + 2]);
    run->latencies_us = must_alloc(run->replay.ticket_count * sizeof(*run->latencies_us));
    report(run, run_all(run));
    return 0;
}
