/* empty_http.c -- the yardstick for reads: the same HTTP library with the same flags and the same
 * number of threads as Frontdesk, and a handler that does nothing but hand out ready bytes.
 *
 *     empty_http PORT BYTES [THREADS]
 *
 * Prints "ready" when it listens and runs until it is killed.
 */
#include "base/limits.h"

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char *body;
static size_t body_len;

static enum MHD_Result answer(void *ctx, struct MHD_Connection *connection, const char *url,
                              const char *method, const char *version, const char *data,
                              size_t *data_len, void **state)
{
    static int seen;
    struct MHD_Response *response;
    enum MHD_Result result;

    /* An answer before the request has been read whole would close the connection. */
    if (!*state) {
        *state = &seen;
        return MHD_YES;
    }
    if (*data_len) {
        *data_len = 0;
        return MHD_YES;
    }
    response = MHD_create_response_from_buffer(body_len, body, MHD_RESPMEM_PERSISTENT);
    MHD_add_response_header(response, "Content-Type", "application/json");
    result = MHD_queue_response(connection, MHD_HTTP_OK, response);
    MHD_destroy_response(response);
    return result;
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct MHD_Daemon *daemon;
    unsigned threads = argc > 3 ? (unsigned)atoi(argv[3]) : HTTP_THREADS;

    if (argc < 3) {
        fprintf(stderr, "usage: empty_http PORT BYTES [THREADS]\n");
        return 2;
    }
    body_len = (size_t)atoll(argv[2]);
    body = malloc(body_len + 1);
    if (!body)
        return 1;
    memset(body, 'x', body_len);
    address.sin_port = htons((uint16_t)atoi(argv[1]));
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    daemon = MHD_start_daemon(
        MHD_USE_EPOLL_INTERNAL_THREAD | MHD_ALLOW_SUSPEND_RESUME | MHD_USE_ITC, 0, NULL, NULL,
        answer, NULL, MHD_OPTION_STRICT_FOR_CLIENT, 1, MHD_OPTION_CONNECTION_TIMEOUT,
        (unsigned)HTTP_IDLE_TIMEOUT_S, MHD_OPTION_SOCK_ADDR, (struct sockaddr *)&address,
        MHD_OPTION_THREAD_POOL_SIZE, threads, MHD_OPTION_CONNECTION_MEMORY_LIMIT,
        (size_t)HTTP_CONNECTION_MEMORY_BYTES, MHD_OPTION_CONNECTION_LIMIT,
        (unsigned)HTTP_CONNECTIONS_MAX, MHD_OPTION_END);
    if (!daemon) {
        fprintf(stderr, "empty_http: cannot listen on port %s\n", argv[1]);
        return 1;
    }
    puts("ready");
    fflush(stdout);
    for (;;)
        pause();
}
