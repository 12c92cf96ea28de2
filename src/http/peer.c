#include "base/clock.h"
#include "base/limits.h"
#include "http/exchange.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>

/* The library ends a connection that is silent. One that drips a byte now and then would live for
 * ever; so each has a moment by which what it owes must be here, and a thread that looks once a
 * second. Only sockets are shut down here: closing them stays the library's. */

static void write_address(const struct sockaddr *address, char out[static 48])
{
    const void *bytes = NULL;

    strcpy(out, "unknown");
    if (!address)
        return;
    if (address->sa_family == AF_INET) {
        bytes = &((const struct sockaddr_in *)(const void *)address)->sin_addr;
    } else if (address->sa_family == AF_INET6) {
        const struct in6_addr *six =
            &((const struct sockaddr_in6 *)(const void *)address)->sin6_addr;

        if (IN6_IS_ADDR_V4MAPPED(six)) {
            inet_ntop(AF_INET, six->s6_addr + 12, out, 48);
            return;
        }
        bytes = six;
    }
    if (bytes)
        inet_ntop(address->sa_family, bytes, out, 48);
}

static struct peer *peer_new(struct http_server *s, struct MHD_Connection *mhd)
{
    struct peer *p = calloc(1, sizeof(*p));
    const union MHD_ConnectionInfo *info;

    ENSURE(p != NULL);
    p->server = s;
    info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CONNECTION_FD);
    p->fd = info ? info->connect_fd : -1;
    info = MHD_get_connection_info(mhd, MHD_CONNECTION_INFO_CLIENT_ADDRESS);
    write_address(info ? info->client_addr : NULL, p->ip);
    peer_expect(p, -1);
    return p;
}

void peer_notify(void *server, struct MHD_Connection *mhd, void **socket_context,
                 enum MHD_ConnectionNotificationCode what)
{
    struct http_server *s = server;
    struct peer *p;

    switch (what) {
    case MHD_CONNECTION_NOTIFY_STARTED:
        p = peer_new(s, mhd);
        *socket_context = p;
        pthread_mutex_lock(&s->peers_lock);
        p->next = s->peers;
        if (s->peers)
            s->peers->prev = p;
        s->peers = p;
        pthread_mutex_unlock(&s->peers_lock);
        atomic_fetch_add(&s->connections, 1);
        break;
    case MHD_CONNECTION_NOTIFY_CLOSED:
        p = *socket_context;
        pthread_mutex_lock(&s->peers_lock);
        if (p->prev)
            p->prev->next = p->next;
        else
            s->peers = p->next;
        if (p->next)
            p->next->prev = p->prev;
        pthread_mutex_unlock(&s->peers_lock);
        atomic_fetch_sub(&s->connections, 1);
        free(p);
        *socket_context = NULL;
        break;
    }
}

void peer_expect(struct peer *p, int64_t bytes)
{
    int64_t wait_us = atomic_load_explicit(&p->server->patience_us, memory_order_relaxed);

    if (bytes > 0)
        wait_us += bytes / HTTP_BODY_LEAST_RATE * 1000000;
    atomic_store_explicit(&p->deadline_us, clock_steady_us() + wait_us, memory_order_relaxed);
}

void peer_expect_nothing(struct peer *p)
{
    atomic_store_explicit(&p->deadline_us, 0, memory_order_relaxed);
}

/* A client that never got as far as a request is told why; others just see the end. */
static void drop(struct peer *p)
{
    static const char body[] =
        "{\"error\":\"The request took too long to arrive\",\"code\":\"timeout\"}";
    char text[256];
    int len = snprintf(text, sizeof(text),
                       "HTTP/1.1 408 Request Timeout\r\nConnection: close\r\n"
                       "Content-Type: application/json\r\nContent-Length: %zu\r\n\r\n%s",
                       sizeof(body) - 1, body);

    if (!p->has_asked)
        (void)!send(p->fd, text, (size_t)len, MSG_DONTWAIT | MSG_NOSIGNAL);
    shutdown(p->fd, SHUT_RDWR);
    peer_expect_nothing(p);
}

static void *reap(void *arg)
{
    struct http_server *s = arg;

    pthread_mutex_lock(&s->peers_lock);
    while (!s->reaper_stop) {
        int64_t now_us = clock_steady_us();
        struct timespec until;

        for (struct peer *p = s->peers; p; p = p->next) {
            int64_t deadline = atomic_load_explicit(&p->deadline_us, memory_order_relaxed);

            if (deadline > 0 && deadline < now_us)
                drop(p);
        }
        clock_gettime(CLOCK_MONOTONIC, &until);
        until.tv_sec++;
        pthread_cond_timedwait(&s->reaper_wake, &s->peers_lock, &until);
    }
    pthread_mutex_unlock(&s->peers_lock);
    return NULL;
}

err peers_start(struct http_server *s)
{
    pthread_condattr_t attr;

    atomic_store(&s->patience_us, HTTP_IDLE_TIMEOUT_S * INT64_C(1000000));
    pthread_mutex_init(&s->peers_lock, NULL);
    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(&s->reaper_wake, &attr);
    pthread_condattr_destroy(&attr);
    return pthread_create(&s->reaper, NULL, reap, s) == 0 ? OK : ERR_INTERNAL;
}

void peers_stop(struct http_server *s)
{
    pthread_mutex_lock(&s->peers_lock);
    s->reaper_stop = true;
    pthread_cond_signal(&s->reaper_wake);
    pthread_mutex_unlock(&s->peers_lock);
    pthread_join(s->reaper, NULL);
    pthread_cond_destroy(&s->reaper_wake);
    pthread_mutex_destroy(&s->peers_lock);
}
