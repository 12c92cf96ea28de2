/* fd_load.c -- sends HTTP requests as fast as answers come, over a fixed number of connections.
 *
 *     fd_load --port P [--connections 64] [--seconds 5 | --count N] [--token T] [--first N] FILE
 *
 * FILE holds one request a line: METHOD PATH [BODY]. Each connection takes them in turn, all from
 * one shared place. "{n}" anywhere in a line becomes a number of 12 digits that no other request of
 * this run has (--first tells the first). Keep-alive, one request under way a connection: a
 * closed loop, so the number of connections is the number of clients.
 *
 * Prints one line of JSON: requests, errors (answers other than 2xx), seconds, per_second, p50_us, p99_us,
 * max_us, body_bytes (mean). Exits 1 if a connection failed or no answer came for ten seconds.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
    NUMBER_DIGITS = 12,
    MARKS_MAX = 8,          /* {n} in one request */
    BUCKETS = 64 * 16,      /* 16 a power of two: 6 % exact */
    SILENCE_MAX_MS = 10000, /* with no answer at all, something is wrong */
    READ_BYTES = 256 * 1024,
};

/* A request ready to be sent; the digits of {n} are written in place before each use. */
struct template
{
    char *text;
    size_t len;
    size_t marks[MARKS_MAX];
    size_t mark_count;
};

struct connection {
    int fd;
    char *out; /* a copy of the template, large enough for any */
    size_t out_len, out_sent;
    bool wants_out; /* told epoll so */
    int64_t started_us;
    char head[4096]; /* of the answer, until its empty line */
    size_t head_len;
    bool in_body;
    int status;
    int64_t body_left;
};

struct load {
    int port, connections, epoll_fd;
    const char *token;
    int64_t duration_us, count_max;
    struct template *templates;
    size_t template_count, next_template, longest;
    int64_t next_number, sent, answered, errors, body_bytes;
    int64_t started_us, finished_us;
    int64_t bucket[BUCKETS];
    int64_t max_us;
};

static int64_t now_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

static _Noreturn void die(const char *what)
{
    fprintf(stderr, "fd_load: %s: %s\n", what, strerror(errno));
    exit(1);
}

static void *must_alloc(size_t size)
{
    void *p = calloc(1, size);

    if (!p)
        die("memory");
    return p;
}

/* ---- Histogram: exact below 16 us, then 16 buckets a power of two ---- */

static int bucket_of(int64_t us)
{
    int power;

    if (us < 16)
        return us < 0 ? 0 : (int)us;
    power = 63 - __builtin_clzll((unsigned long long)us);
    return (power - 3) * 16 + (int)((us >> (power - 4)) & 15);
}

/* The middle of a bucket. */
static int64_t bucket_us(int bucket)
{
    int power;
    int64_t width;

    if (bucket < 16)
        return bucket;
    power = bucket / 16 + 3;
    width = INT64_C(1) << (power - 4);
    return (INT64_C(1) << power) + (bucket % 16) * width + width / 2;
}

static int64_t percentile(const struct load *l, double part)
{
    int64_t wanted = (int64_t)((double)l->answered * part), seen = 0;

    for (int i = 0; i < BUCKETS; i++) {
        seen += l->bucket[i];
        if (seen > wanted)
            return bucket_us(i);
    }
    return l->max_us;
}

/* ---- Templates ---- */

static char *replace_marks(const char *line)
{
    char *out = must_alloc(strlen(line) * (NUMBER_DIGITS + 1) / 3 + NUMBER_DIGITS + 1), *at = out;

    while (*line) {
        if (strncmp(line, "{n}", 3) == 0) {
            /* 0x01 stands for a digit until the whole request is laid out. */
            memset(at, 1, NUMBER_DIGITS);
            at += NUMBER_DIGITS;
            line += 3;
        } else {
            *at++ = *line++;
        }
    }
    *at = '\0';
    return out;
}

static void find_marks(struct template *t)
{
    for (size_t i = 0; i < t->len; i++) {
        if (t->text[i] != 1)
            continue;
        if (t->mark_count == MARKS_MAX) {
            fprintf(stderr, "fd_load: more than %d {n} in one request\n", MARKS_MAX);
            exit(1);
        }
        t->marks[t->mark_count++] = i;
        i += NUMBER_DIGITS - 1;
    }
}

static void add_template(struct load *l, const char *raw_line)
{
    char *line = replace_marks(raw_line), *path = strchr(line, ' '), *body;
    struct template *t;
    size_t room;

    if (!path) {
        fprintf(stderr, "fd_load: not METHOD PATH [BODY]: %s\n", raw_line);
        exit(1);
    }
    *path++ = '\0';
    body = strchr(path, ' ');
    if (body)
        *body++ = '\0';
    l->templates = realloc(l->templates, (l->template_count + 1) * sizeof(*l->templates));
    if (!l->templates)
        die("memory");
    t = &l->templates[l->template_count++];
    *t = (struct template){0};
    room = strlen(path) + (body ? strlen(body) : 0) + (l->token ? strlen(l->token) : 0) + 512;
    t->text = must_alloc(room);
    t->len = (size_t)snprintf(t->text, room, "%s %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n", line, path,
                              l->port);
    if (l->token)
        t->len += (size_t)snprintf(t->text + t->len, room - t->len, "Authorization: Bearer %s\r\n",
                                   l->token);
    if (body)
        t->len += (size_t)snprintf(t->text + t->len, room - t->len,
                                   "Content-Type: application/json\r\nContent-Length: %zu\r\n",
                                   strlen(body));
    t->len += (size_t)snprintf(t->text + t->len, room - t->len, "\r\n%s", body ? body : "");
    find_marks(t);
    if (t->len > l->longest)
        l->longest = t->len;
    free(line);
}

static void read_templates(struct load *l, const char *path)
{
    FILE *f = fopen(path, "r");
    char *line = NULL;
    size_t room = 0;
    ssize_t len;

    if (!f)
        die(path);
    while ((len = getline(&line, &room, f)) > 0) {
        if (line[len - 1] == '\n')
            line[len - 1] = '\0';
        if (line[0])
            add_template(l, line);
    }
    free(line);
    fclose(f);
    if (l->template_count == 0) {
        fprintf(stderr, "fd_load: no requests in %s\n", path);
        exit(1);
    }
}

/* ---- One connection's round ---- */

static bool more_wanted(const struct load *l)
{
    if (l->count_max)
        return l->sent < l->count_max;
    return now_us() - l->started_us < l->duration_us;
}

static void write_digits(char *at, int64_t number)
{
    for (int i = NUMBER_DIGITS - 1; i >= 0; i--) {
        at[i] = (char)('0' + number % 10);
        number /= 10;
    }
}

static void push_out(struct load *l, struct connection *c)
{
    while (c->out_sent < c->out_len) {
        ssize_t n = send(c->fd, c->out + c->out_sent, c->out_len - c->out_sent, MSG_NOSIGNAL);

        if (n < 0 && (errno == EAGAIN || errno == EINTR))
            break;
        if (n < 0)
            die("send");
        c->out_sent += (size_t)n;
    }
    if (c->wants_out != (c->out_sent < c->out_len)) {
        struct epoll_event event = {.data.ptr = c};

        c->wants_out = !c->wants_out;
        event.events = EPOLLIN | (c->wants_out ? EPOLLOUT : 0);
        epoll_ctl(l->epoll_fd, EPOLL_CTL_MOD, c->fd, &event);
    }
}

static void start_request(struct load *l, struct connection *c)
{
    const struct template *t = &l->templates[l->next_template++ % l->template_count];
    int64_t number = l->next_number++;

    memcpy(c->out, t->text, t->len);
    for (size_t i = 0; i < t->mark_count; i++)
        write_digits(c->out + t->marks[i], number);
    c->out_len = t->len;
    c->out_sent = c->head_len = 0;
    c->in_body = false;
    c->started_us = now_us();
    l->sent++;
    push_out(l, c);
}

static void finish_answer(struct load *l, struct connection *c)
{
    int64_t us = now_us() - c->started_us;

    l->answered++;
    l->bucket[bucket_of(us)]++;
    if (us > l->max_us)
        l->max_us = us;
    if (c->status < 200 || c->status > 299) {
        if (l->errors++ == 0)
            fprintf(stderr, "fd_load: first error: status %d\n", c->status);
    }
    l->finished_us = now_us();
    if (more_wanted(l))
        start_request(l, c);
    else
        c->out_len = 0; /* idle */
}

static void read_head(struct connection *c)
{
    const char *length;

    c->head[c->head_len] = '\0';
    c->status = atoi(c->head + 9);
    length = strcasestr(c->head, "\r\nContent-Length:");
    if (!length && c->status != 204 && c->status != 304) {
        fprintf(stderr, "fd_load: an answer without Content-Length\n");
        exit(1);
    }
    c->body_left = length ? atoll(length + 17) : 0;
    c->in_body = true;
}

/* Takes received bytes; answers never overlap since one request is under way at a time. */
static void take(struct load *l, struct connection *c, const char *data, size_t len)
{
    while (!c->in_body && len) {
        if (c->head_len == sizeof(c->head) - 1) {
            fprintf(stderr, "fd_load: an answer's head is too long\n");
            exit(1);
        }
        c->head[c->head_len++] = *data++;
        len--;
        if (c->head_len >= 4 && memcmp(c->head + c->head_len - 4, "\r\n\r\n", 4) == 0) {
            read_head(c);
            l->body_bytes += c->body_left;
        }
    }
    c->body_left -= (int64_t)len;
    if (c->in_body && c->body_left <= 0)
        finish_answer(l, c);
}

static void on_readable(struct load *l, struct connection *c)
{
    static char buffer[READ_BYTES];
    ssize_t n = recv(c->fd, buffer, sizeof(buffer), 0);

    if (n < 0 && (errno == EAGAIN || errno == EINTR))
        return;
    if (n <= 0) {
        if (c->out_len == 0) { /* closed while idle: fine */
            epoll_ctl(l->epoll_fd, EPOLL_CTL_DEL, c->fd, NULL);
            return;
        }
        if (n == 0)
            errno = ECONNRESET;
        die("recv");
    }
    take(l, c, buffer, (size_t)n);
}

static void open_connection(struct load *l, struct connection *c)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)l->port)};
    struct epoll_event event = {.events = EPOLLIN, .data.ptr = c};
    int on = 1;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    c->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (c->fd < 0 || connect(c->fd, (struct sockaddr *)&address, sizeof(address)) != 0)
        die("connect");
    setsockopt(c->fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
    if (fcntl(c->fd, F_SETFL, O_NONBLOCK) != 0 ||
        epoll_ctl(l->epoll_fd, EPOLL_CTL_ADD, c->fd, &event) != 0)
        die("epoll");
    c->out = must_alloc(l->longest);
}

static void run(struct load *l)
{
    struct connection *connections = must_alloc(sizeof(*connections) * (size_t)l->connections);
    struct epoll_event events[256];

    l->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
    for (int i = 0; i < l->connections; i++)
        open_connection(l, &connections[i]);
    l->started_us = l->finished_us = now_us();
    for (int i = 0; i < l->connections && more_wanted(l); i++)
        start_request(l, &connections[i]);
    while (l->answered < l->sent) {
        int n = epoll_wait(l->epoll_fd, events, 256, SILENCE_MAX_MS);

        if (n == 0) {
            errno = ETIMEDOUT;
            die("no answer");
        }
        for (int i = 0; i < n; i++) {
            struct connection *c = events[i].data.ptr;
            if (events[i].events & EPOLLOUT)
                push_out(l, c);
            if (events[i].events & (EPOLLIN | EPOLLHUP | EPOLLERR))
                on_readable(l, c);
        }
    }
    for (int i = 0; i < l->connections; i++) {
        close(connections[i].fd);
        free(connections[i].out);
    }
    free(connections);
}

static void report(const struct load *l)
{
    double seconds = (double)(l->finished_us - l->started_us) / 1e6;

    printf("{\"requests\": %lld, \"errors\": %lld, \"seconds\": %.3f, \"per_second\": %.1f, "
           "\"p50_us\": %lld, \"p99_us\": %lld, \"max_us\": %lld, \"body_bytes\": %lld}\n",
           (long long)l->answered, (long long)l->errors, seconds, (double)l->answered / seconds,
           (long long)percentile(l, 0.5), (long long)percentile(l, 0.99), (long long)l->max_us,
           (long long)(l->answered ? l->body_bytes / l->answered : 0));
}

int main(int argc, char **argv)
{
    static const struct option options[] = {
        {"port", 1, NULL, 'p'},  {"connections", 1, NULL, 'c'}, {"seconds", 1, NULL, 's'},
        {"count", 1, NULL, 'n'}, {"token", 1, NULL, 't'},       {"first", 1, NULL, 'f'},
        {NULL, 0, NULL, 0}};
    struct load l = {.connections = 64, .duration_us = 5000000, .next_number = 1};
    int option;

    while ((option = getopt_long(argc, argv, "", options, NULL)) != -1) {
        switch (option) {
        case 'p':
            l.port = atoi(optarg);
            break;
        case 'c':
            l.connections = atoi(optarg);
            break;
        case 's':
            l.duration_us = (int64_t)(atof(optarg) * 1e6);
            break;
        case 'n':
            l.count_max = atoll(optarg);
            break;
        case 't':
            l.token = optarg;
            break;
        case 'f':
            l.next_number = atoll(optarg);
            break;
        default:
            return 2;
        }
    }
    if (optind != argc - 1 || l.port <= 0 || l.connections <= 0) {
        fprintf(stderr, "usage: fd_load --port P [--connections C] [--seconds S | --count N] "
                        "[--token T] [--first N] FILE\n");
        return 2;
    }
    read_templates(&l, argv[optind]);
    run(&l);
    report(&l);
    for (size_t i = 0; i < l.template_count; i++)
        free(l.templates[i].text);
    free(l.templates);
    return 0;
}
