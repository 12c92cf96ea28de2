/* test_gate.h -- keeps a store's writer busy while other units gather behind it, so that they share a batch. */
#ifndef FD_STORE_TEST_GATE_H
#define FD_STORE_TEST_GATE_H

#include <pthread.h>

#include "store/store.h"

struct gate {
    pthread_mutex_t mutex;
    pthread_cond_t moved;
    bool entered;
    bool open;
    int done;
    err results[32];
};

static inline err stand_in_the_gate(struct tx *tx, void *arg)
{
    struct gate *gate = arg;

    (void)tx;
    pthread_mutex_lock(&gate->mutex);
    gate->entered = true;
    pthread_cond_broadcast(&gate->moved);
    while (!gate->open)
        pthread_cond_wait(&gate->moved, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
    return OK;
}

static inline void note_done(void *arg, err result)
{
    struct gate *gate = arg;

    pthread_mutex_lock(&gate->mutex);
    gate->results[gate->done++ % (int)COUNT_OF(gate->results)] = result;
    pthread_cond_broadcast(&gate->moved);
    pthread_mutex_unlock(&gate->mutex);
}

static inline void wait_for(struct gate *gate, int done)
{
    pthread_mutex_lock(&gate->mutex);
    while (gate->done < done || !gate->entered)
        pthread_cond_wait(&gate->moved, &gate->mutex);
    pthread_mutex_unlock(&gate->mutex);
}

static inline void open_gate(struct gate *gate)
{
    pthread_mutex_lock(&gate->mutex);
    gate->open = true;
    pthread_cond_broadcast(&gate->moved);
    pthread_mutex_unlock(&gate->mutex);
}

#endif
