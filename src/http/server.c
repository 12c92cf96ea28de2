#include "base/clock.h"
#include "base/limits.h"
#include "base/log.h"
#include "http/exchange.h"
#include "http/sse_hub.h"

#include <dirent.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

enum { LISTEN_BACKLOG = 1024, SETTLE_MS = 10000 };

/* "host:port", "[v6]:port", ":port" */
static err split_address(const char *listen, struct arena *a, const char **host, const char **port)
{
    const char *colon = strrchr(listen, ':');
    size_t len;

    if (!colon || !colon[1] || colon[1 + strspn(colon + 1, "0123456789")])
        return ERR_INVALID;
    len = (size_t)(colon - listen);
    if (len > 1 && listen[0] == '[' && listen[len - 1] == ']') {
        listen++;
        len -= 2;
    }
    *host = len > 0 ? arena_strn(a, listen, len) : NULL;
    *port = colon + 1;
    return OK;
}

static int open_socket(const struct addrinfo *at)
{
    int on = 1, off = 0;
    int fd = socket(at->ai_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

    if (fd < 0)
        return -1;
    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &on, sizeof(on));
    if (at->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    if (bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen(fd, LISTEN_BACKLOG) == 0)
        return fd;
    close(fd);
    return -1;
}

static err listen_at(const char *address, struct fault *fault, int *out_fd)
{
    struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
    struct addrinfo *found = NULL;
    const char *host, *port;
    struct arena arena;
    int fd = -1;

    arena_init(&arena);
    if (split_address(address, &arena, &host, &port) != OK ||
        getaddrinfo(host, port, &hints, &found) != 0) {
        arena_done(&arena);
        return fault_set(fault, ERR_INVALID, "\"%s\" is not an address like 127.0.0.1:8080",
                         address);
    }
    for (struct addrinfo *at = found; at && fd < 0; at = at->ai_next)
        fd = open_socket(at);
    freeaddrinfo(found);
    arena_done(&arena);
    if (fd < 0)
        return fault_set(fault, ERR_NETWORK, "Cannot listen on %s: %s", address,
                         strerrordesc_np(errno));
    *out_fd = fd;
    return OK;
}

static int port_of(int fd)
{
    struct sockaddr_storage at;
    socklen_t len = sizeof(at);

    if (getsockname(fd, (struct sockaddr *)&at, &len) != 0)
        return 0;
    if (at.ss_family == AF_INET)
        return ntohs(((struct sockaddr_in *)&at)->sin_port);
    if (at.ss_family == AF_INET6)
        return ntohs(((struct sockaddr_in6 *)&at)->sin6_port);
    return 0;
}

/* The library would decode paths and queries in place; url.c does it and is stricter. */
static size_t leave_escaped(void *arg, struct MHD_Connection *mhd, char *text)
{
    return strlen(text);
}

static void log_library(void *arg, const char *fmt, va_list ap) PRINTF_LIKE(2, 0);

static void log_library(void *arg, const char *fmt, va_list ap)
{
    char text[200], quoted[LOG_QUOTED_SIZE];

    if (!log_enabled(LOG_DEBUG))
        return;
    vsnprintf(text, sizeof(text), fmt, ap);
    log_debug("http", "library=%s", log_quoted(text, quoted));
}

static struct MHD_Daemon *start_daemon(struct http_server *s)
{
    int threads = s->options.threads > 0 ? s->options.threads : HTTP_THREADS;

    return MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC | MHD_USE_ERROR_LOG,
        0, NULL, NULL, exchange_step, s,
        /* first, so that it hears of everything */
        MHD_OPTION_EXTERNAL_LOGGER, log_library, NULL, MHD_OPTION_LISTEN_SOCKET, s->listen_fd,
        MHD_OPTION_THREAD_POOL_SIZE, (unsigned)threads, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HTTP_CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)HTTP_IDLE_TIMEOUT_S + 2, MHD_OPTION_STRICT_FOR_CLIENT, 1,
        MHD_OPTION_UNESCAPE_CALLBACK, leave_escaped, NULL, MHD_OPTION_URI_LOG_CALLBACK,
        exchange_begin, s, MHD_OPTION_NOTIFY_COMPLETED, exchange_end, s,
        MHD_OPTION_NOTIFY_CONNECTION, peer_notify, s, MHD_OPTION_END);
}

/* Uploads that a crash left behind: nothing refers to them. */
static void remove_leftovers(const char *dir_path)
{
    DIR *dir = dir_path ? opendir(dir_path) : NULL;
    struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        if (strncmp(entry->d_name, "http-", 5) == 0)
            unlinkat(dirfd(dir), entry->d_name, 0);
    }
    if (dir)
        closedir(dir);
}

err http_server_start(const struct http_options *options, struct http_server **out)
{
    struct http_server *s;
    int fd = options->listen_fd;

    ENSURE(sodium_init() >= 0);
    if (fd <= 2)
        TRY(listen_at(options->listen, options->fault, &fd));
    s = calloc(1, sizeof(*s));
    ENSURE(s != NULL);
    s->options = *options;
    s->listen_fd = fd;
    s->port = port_of(fd);
    randombytes_buf(&s->id_base, sizeof(s->id_base));
    pthread_mutex_init(&s->pool_lock, NULL);
    remove_leftovers(options->upload_dir);
    s->router = router_new(options->tables, options->table_count);
    s->workers = workers_new(HTTP_WORKERS, HTTP_WORK_QUEUE_MAX);
    s->file_workers = workers_new(HTTP_FILE_WORKERS, HTTP_WORK_QUEUE_MAX);
    if (options->store && store_engine(options->store) == ENGINE_POSTGRES)
        s->readers = workers_new(HTTP_READERS, HTTP_READ_QUEUE_MAX);
    ENSURE(peers_start(s) == OK);
    s->daemon = start_daemon(s);
    if (s->daemon) {
        *out = s;
        return OK;
    }
    peers_stop(s);
    workers_free(s->workers);
    workers_free(s->readers);
    workers_free(s->file_workers);
    router_free(s->router);
    close(fd);
    free(s);
    return fault_set(options->fault, ERR_INTERNAL, "The HTTP server could not be started");
}

int http_server_port(const struct http_server *s)
{
    return s->port;
}

static bool wait_quiet(struct http_server *s, int ms, bool also_in_flight)
{
    int64_t until_us = clock_steady_us() + (int64_t)ms * 1000;

    for (;;) {
        if (atomic_load(&s->suspended) == 0 &&
            (!also_in_flight || (atomic_load(&s->in_flight) == 0 && atomic_load(&s->streams) == 0)))
            return true;
        if (clock_steady_us() >= until_us)
            return false;
        usleep(2000);
    }
}

bool http_server_stop(struct http_server *s, int grace_ms)
{
    struct sse_hub *hub;
    int fd;

    if (!s)
        return true;
    atomic_store(&s->closing, true);
    fd = MHD_quiesce_daemon(s->daemon);
    hub = atomic_load(&s->hub);
    if (hub)
        sse_hub_wake_all(hub);
    wait_quiet(s, grace_ms, true);
    /* The library aborts if it is stopped with a suspended connection: from here on nothing
     * suspends, and what still is must come back. If the disk hangs for good it is better to leave
     * all of it to the end of the process. */
    atomic_store(&s->sealed, true);
    if (!wait_quiet(s, SETTLE_MS, false)) {
        log_error("http_stop", "suspended=%lld", (long long)atomic_load(&s->suspended));
        return false;
    }
    MHD_stop_daemon(s->daemon);
    if (fd >= 0)
        close(fd);
    peers_stop(s);
    workers_free(s->workers);
    workers_free(s->readers);
    workers_free(s->file_workers);
    router_free(s->router);
    exchange_pool_free(s);
    pthread_mutex_destroy(&s->pool_lock);
    free(s);
    return true;
}

void http_server_metrics(struct http_server *s, struct http_metrics *out)
{
    for (size_t i = 0; i < COUNT_OF(out->requests); i++)
        out->requests[i] = atomic_load_explicit(&s->requests[i], memory_order_relaxed);
    for (size_t i = 0; i < COUNT_OF(out->duration_bucket); i++)
        out->duration_bucket[i] =
            atomic_load_explicit(&s->duration_bucket[i], memory_order_relaxed);
    out->connections = atomic_load_explicit(&s->connections, memory_order_relaxed);
    out->streams = atomic_load_explicit(&s->streams, memory_order_relaxed);
    out->duration_us_sum = atomic_load_explicit(&s->duration_us_sum, memory_order_relaxed);
}
