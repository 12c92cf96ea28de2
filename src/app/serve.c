/* serve.c -- frontdesk serve: opens everything in order, waits for a signal, closes in reverse. */
#include "app/app.h"

#include "app/commands.h"
#include "app/live.h"
#include "base/clock.h"
#include "base/log.h"
#include "cli/open.h"
#include "file/file_api.h"
#include "http/idempotency.h"
#include "mail_out/mail_out.h"
#include "mime/mail.h"
#include "people/people_api.h"
#include "version.h"

#include <dirent.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <systemd/sd-daemon.h>
#include <unistd.h>

enum { STOP_GRACE_MS = 10000 };

static const struct arg_command command = {
    .name = "serve",
    .summary = "run the help desk",
    .about = "Serves the API on the listen address until it gets SIGTERM or SIGINT; then it "
             "finishes the\n"
             "requests in flight and exits 0. Makes the data directory if there is none.",
    .common = desk_options,
    .settings = true,
};

static struct app app;

static void on_commit(void *ctx)
{
    live_wake(app.live);
}

/* Uploads of a server that was killed are nobody's. */
static err prepare_upload_dir(struct desk *desk, const char **out)
{
    const char *dir = arena_printf(&desk->arena, "%s/incoming", desk->data_dir);
    struct dirent *entry;
    DIR *d;

    if (mkdir(dir, 0700) != 0 && errno != EEXIST)
        return fault_set(&desk->fault, ERR_IO, "cannot make %s: %s", dir, strerror(errno));
    d = opendir(dir);
    if (!d)
        return fault_set(&desk->fault, ERR_IO, "cannot read %s: %s", dir, strerror(errno));
    while ((entry = readdir(d))) {
        if (entry->d_name[0] != '.')
            unlink(arena_printf(&desk->arena, "%s/%s", dir, entry->d_name));
    }
    closedir(d);
    *out = dir;
    return OK;
}

static int socket_from_systemd(void)
{
    return sd_listen_fds(0) > 0 ? SD_LISTEN_FDS_START : -1;
}

static err start_http(struct desk *desk)
{
    struct http_options options = {
        .store = desk->store,
        .listen = desk->settings.listen,
        .listen_fd = socket_from_systemd(),
        .app = &app,
        .authenticate = people_authenticate,
        .idempotency_find = idempotency_find,
        .idempotency_keep = idempotency_keep,
        .keep_upload = file_keep_upload,
        .upload_max_bytes = desk->settings.upload_max_bytes,
        .threads = (int)desk->settings.http_threads,
        .fault = &desk->fault,
    };
    struct http_server *http;

    options.tables = all_routes(&options.table_count);
    TRY(prepare_upload_dir(desk, &options.upload_dir));
    options.trusted_proxies = desk->settings.trusted_proxy.v;
    options.trusted_proxy_count = desk->settings.trusted_proxy.n;
    TRY(http_server_start(&options, &http));
    app.http = http;
    return OK;
}

static void make_openapi(void)
{
    struct json_out j = json_to(&app.openapi);
    size_t count;
    const struct route_table *tables = all_routes(&count);

    openapi_write(tables, count, FRONTDESK_VERSION, &j);
}

static err start_mail_out(struct tx *tx, void *arg)
{
    return mail_out_start(tx);
}

static err start(struct desk *desk)
{
    struct unit_setup setup = desk_unit(desk);

    mail_init();
    TRY(store_write(desk->store, &setup, start_mail_out, NULL));
    app.settings = &desk->settings;
    app.store = desk->store;
    app.started_ms = clock_now_ms();
    make_openapi();
    app.hub = sse_hub_new();
    app.jobs = job_runner_new(desk->store, &desk->settings);
    app.live = live_new(desk->store, app.hub, app.jobs);
    return start_http(desk);
}

static void stop(void)
{
    /* Somebody still works with all of it, or waits for a database that hangs: nothing of it may be taken away, and
     * nothing that was acknowledged is missing. */
    if (app.http && !http_server_stop(app.http, STOP_GRACE_MS)) {
        log_error("serve.stopped", "unfinished=1");
        _exit(EXIT_FAILURE);
    }
    app.http = NULL;
    live_stop(app.live); /* it reads from the store and wakes the jobs */
    job_runner_free(app.jobs);
}

/* After the store is closed nothing wakes these any more. */
static void forget(void)
{
    live_free(app.live);
    sse_hub_free(app.hub);
    buf_done(&app.openapi);
}

static void announce(const struct desk *desk)
{
    char host[256];
    char quoted[LOG_QUOTED_SIZE];
    const char *colon = strrchr(desk->settings.listen, ':');
    int port = http_server_port(app.http);

    snprintf(host, sizeof(host), "%.*s", colon ? (int)(colon - desk->settings.listen) : 0,
             desk->settings.listen);
    log_info("serve.ready", "url=http://%s:%d data=%s version=%s", host, port,
             log_quoted(desk->data_dir, quoted), FRONTDESK_VERSION);
    sd_notify(0, "READY=1");
}

/* Tells systemd's watchdog that we live, if it asks, until a signal ends the service. */
static int wait_for_signal(const sigset_t *signals)
{
    uint64_t watchdog_us = 0;
    int sig;

    sd_watchdog_enabled(0, &watchdog_us);
    for (;;) {
        struct timespec wait = {.tv_sec = (time_t)(watchdog_us / 2000000),
                                .tv_nsec = (long)(watchdog_us / 2 % 1000000 * 1000)};

        sig = watchdog_us ? sigtimedwait(signals, NULL, &wait) : sigwaitinfo(signals, NULL);
        if (sig > 0)
            return sig;
        if (errno == EAGAIN)
            sd_notify(0, "WATCHDOG=1");
    }
}

int cmd_serve(int argc, char **argv)
{
    struct desk_open_options options = {.exclusive = true, .committed = on_commit};
    struct desk desk;
    sigset_t signals;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);
    err e;

    if (code >= 0)
        return code;
    /* Blocked before the first thread, so that only the wait below gets them. */
    sigemptyset(&signals);
    sigaddset(&signals, SIGTERM);
    sigaddset(&signals, SIGINT);
    pthread_sigmask(SIG_BLOCK, &signals, NULL);
    signal(SIGPIPE, SIG_IGN);
    code = desk_open(&desk, &options);
    if (code >= 0) {
        desk_end(&desk);
        return code;
    }
    e = start(&desk);
    if (e == OK) {
        announce(&desk);
        log_info("serve.stopping", "signal=%d", wait_for_signal(&signals));
        sd_notify(0, "STOPPING=1");
        code = 0;
    } else {
        code = desk_fail(&desk, e);
    }
    stop();
    store_close(desk.store);
    desk.store = NULL;
    forget();
    desk_end(&desk);
    log_info("serve.stopped", "code=%d", code);
    return code;
}
