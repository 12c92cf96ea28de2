/* postgres_pool.c -- connections for reading, shared by all threads; at most `most` of them. */
#include "store/postgres.h"

#include "base/clock.h"
#include "base/limits.h"

void pg_pool_init(struct pg_pool *pool, const char *url, const char *role, int most)
{
    pool->url = url;
    pool->role = role;
    pool->most = most;
    pthread_mutex_init(&pool->mutex, NULL);
    clock_cond_init(&pool->freed);
}

/* One more may be opened now, or one became free. */
static void left(struct pg_pool *pool, int fewer)
{
    pthread_mutex_lock(&pool->mutex);
    pool->open -= fewer;
    pthread_cond_broadcast(&pool->freed);
    pthread_mutex_unlock(&pool->mutex);
}

static err connect_one(struct pg_store *store, struct pg_pool *pool, struct pg_conn **out)
{
    err e = pg_conn_open(store, pool->url, pool->role, NULL, out);

    /* A database that is down is not asked by every request. */
    pool->down_until_us = e == OK ? 0 : clock_steady_us() + DB_DOWN_PAUSE_MS * INT64_C(1000);
    if (e != OK)
        left(pool, 1);
    return e;
}

err pg_pool_take(struct pg_store *store, struct pg_pool *pool, struct pg_conn **out)
{
    struct timespec until = clock_steady_in(DB_PATIENCE_MS);
    bool waited_enough = false;
    struct pg_conn *c;

    pthread_mutex_lock(&pool->mutex);
    while (!pool->free && pool->open == pool->most && !waited_enough)
        waited_enough = pthread_cond_timedwait(&pool->freed, &pool->mutex, &until) != 0;
    c = pool->free;
    if (c)
        pool->free = c->next_free;
    else if (!waited_enough)
        pool->open++;
    pthread_mutex_unlock(&pool->mutex);
    if (c) {
        *out = c;
        return OK;
    }
    if (waited_enough)
        return ERR_BUSY;
    if (clock_steady_us() < pool->down_until_us) {
        left(pool, 1);
        return ERR_STORE;
    }
    return connect_one(store, pool, out);
}

static int close_all(struct pg_conn *list)
{
    int n = 0;

    while (list) {
        struct pg_conn *next = list->next_free;

        pg_conn_close(list);
        list = next;
        n++;
    }
    return n;
}

void pg_pool_give_back(struct pg_pool *pool, struct pg_conn *c)
{
    struct pg_conn *gone = NULL;

    pthread_mutex_lock(&pool->mutex);
    if (c->broken) {
        /* What cut this one has most likely cut its idle neighbours too. */
        gone = pool->free;
        pool->free = NULL;
        c->next_free = gone;
        gone = c;
    } else {
        c->next_free = pool->free;
        pool->free = c;
    }
    pthread_mutex_unlock(&pool->mutex);
    left(pool, close_all(gone));
}

void pg_pool_close(struct pg_pool *pool)
{
    pool->open -= close_all(pool->free);
    pool->free = NULL;
}
