#include "http/exchange.h"

#include <stdlib.h>

/* What would hold up a loop: reports, files on their way to and from where they are kept, and every
 * read from a database across a network. */
struct job {
    struct exchange *x;
    void (*work)(struct exchange *x);
};

struct workers {
    pthread_mutex_t lock;
    pthread_cond_t some;
    bool stop;
    struct job *ring;
    size_t queue_max, first, count;
    int thread_count;
    pthread_t *threads;
};

static void *work_on(void *arg)
{
    struct workers *w = arg;

    pthread_mutex_lock(&w->lock);
    for (;;) {
        struct job job;

        while (w->count == 0 && !w->stop)
            pthread_cond_wait(&w->some, &w->lock);
        if (w->count == 0)
            break;
        job = w->ring[w->first];
        w->first = (w->first + 1) % w->queue_max;
        w->count--;
        pthread_mutex_unlock(&w->lock);
        job.work(job.x);
        pthread_mutex_lock(&w->lock);
    }
    pthread_mutex_unlock(&w->lock);
    return NULL;
}

struct workers *workers_new(int threads, size_t queue_max)
{
    struct workers *w = calloc(1, sizeof(*w));

    ENSURE(w != NULL);
    w->queue_max = queue_max;
    w->ring = calloc(queue_max, sizeof(w->ring[0]));
    w->threads = calloc((size_t)threads, sizeof(w->threads[0]));
    ENSURE(w->ring != NULL && w->threads != NULL);
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->some, NULL);
    for (; w->thread_count < threads; w->thread_count++)
        ENSURE(pthread_create(&w->threads[w->thread_count], NULL, work_on, w) == 0);
    return w;
}

void workers_free(struct workers *w)
{
    if (!w)
        return;
    pthread_mutex_lock(&w->lock);
    w->stop = true;
    pthread_cond_broadcast(&w->some);
    pthread_mutex_unlock(&w->lock);
    for (int i = 0; i < w->thread_count; i++)
        pthread_join(w->threads[i], NULL);
    pthread_cond_destroy(&w->some);
    pthread_mutex_destroy(&w->lock);
    free(w->threads);
    free(w->ring);
    free(w);
}

bool workers_push(struct workers *w, struct exchange *x, void (*work)(struct exchange *x))
{
    bool room;

    pthread_mutex_lock(&w->lock);
    room = w->count < w->queue_max;
    if (room) {
        w->ring[(w->first + w->count) % w->queue_max] = (struct job){x, work};
        w->count++;
        pthread_cond_signal(&w->some);
    }
    pthread_mutex_unlock(&w->lock);
    return room;
}
