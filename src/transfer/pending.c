#include "transfer/pending.h"

void pending_init(struct pending *p)
{
    *p = (struct pending){.result = OK};
    pthread_mutex_init(&p->mutex, NULL);
    pthread_cond_init(&p->woken, NULL);
}

void pending_done(struct pending *p)
{
    pthread_mutex_destroy(&p->mutex);
    pthread_cond_destroy(&p->woken);
}

static err run_it(struct tx *tx, void *arg)
{
    const struct pending *p = arg;

    return p->run(tx, p->arg);
}

static void finished(void *arg, err result)
{
    struct pending *p = arg;

    pthread_mutex_lock(&p->mutex);
    p->result = result;
    p->running = false;
    pthread_cond_signal(&p->woken);
    pthread_mutex_unlock(&p->mutex);
}

void pending_start(struct pending *p, struct store *store, const struct unit_setup *setup,
                   unit_fn *run, void *arg)
{
    err e;

    p->running = true;
    p->run = run;
    p->arg = arg;
    e = store_submit(store, setup, run_it, finished, p);
    if (e != OK)
        finished(p, e);
}

err pending_wait(struct pending *p)
{
    pthread_mutex_lock(&p->mutex);
    while (p->running)
        pthread_cond_wait(&p->woken, &p->mutex);
    pthread_mutex_unlock(&p->mutex);
    return p->result;
}
