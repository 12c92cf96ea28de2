#include "http/exchange.h"

#include "base/clock.h"

#include <string.h>

/* ---- inline: on the loop thread ---- */

struct inline_run {
    struct exchange *x;
    bool admit;
    bool handle;
};

static err read_unit(struct tx *tx, void *arg)
{
    struct inline_run *run = arg;
    struct exchange *x = run->x;

    answer_reset(&x->request);
    if (run->admit) {
        TRY(admit_caller(x, tx));
        TRY(admit_query(x));
    }
    return run->handle ? x->request.route->handle(&x->request, tx) : OK;
}

static struct unit_setup unit_setup_of(struct exchange *x)
{
    struct request *r = &x->request;
    struct actor actor = r->actor;

    if (!actor.name)
        actor.name = "anonymous";
    return (struct unit_setup){.arena = &x->arena, .fault = &r->fault, .actor = actor};
}

static bool is_inline_kind(enum run_as run)
{
    return run == RUN_READ || run == RUN_PLAIN || run == RUN_EVENTS;
}

bool run_waits(const struct exchange *x, bool admit)
{
    const struct route *route = x->request.route;

    if (!x->server->readers)
        return false;
    if (route->run == RUN_PLAIN)
        return admit && route->access != ACCESS_ANYONE;
    return admit || is_inline_kind(route->run);
}

/* With admit: the first call. A request that is complete then and only reads is handled in the
 * same transaction in which its caller was recognised. */
bool run_inline(struct exchange *x, bool admit)
{
    const struct route *route = x->request.route;
    bool handle =
        is_inline_kind(route->run) && (!admit || (!x->has_body && route->body_kind == BODY_NONE));
    struct inline_run run = {x, admit, handle && route->run != RUN_PLAIN};
    bool needs_tx =
        run.handle || (admit && !(route->run == RUN_PLAIN && route->access == ACCESS_ANYONE));

    if (needs_tx) {
        struct unit_setup setup = unit_setup_of(x);

        x->failed = store_read(x->server->options.store, &setup, read_unit, &run);
    } else {
        x->failed = read_unit(NULL, &run);
    }
    if (x->failed == OK && handle && route->run == RUN_PLAIN)
        x->failed = route->handle(&x->request, NULL);
    return handle;
}

/* ---- suspended: on the writer or a worker ---- */

static bool exchange_suspend(struct exchange *x, enum stage stage)
{
    struct http_server *s = x->server;

    x->stage = stage;
    atomic_fetch_add(&s->suspended, 1);
    if (atomic_load(&s->sealed)) {
        atomic_fetch_sub(&s->suspended, 1);
        return false;
    }
    MHD_suspend_connection(x->mhd);
    return true;
}

void exchange_resume(struct exchange *x)
{
    struct http_server *s = x->server;
    struct MHD_Connection *mhd = x->mhd;

    atomic_store_explicit(&x->handed_back, true, memory_order_release);
    MHD_resume_connection(mhd);
    /* Only now: the library must not be stopped while one is suspended. x may be gone already. */
    atomic_fetch_sub(&s->suspended, 1);
}

static err replay(struct exchange *x, const struct kept_answer *kept)
{
    struct request *r = &x->request;

    if (kept->status == 0)
        return fault_set(&r->fault, ERR_CONFLICT,
                         "This was done already; its answer held a secret and was not kept");
    answer_text(r, kept->status, kept->content_type);
    if (kept->body)
        buf_str(&r->out, kept->body);
    answer_header(r, "Idempotent-Replayed", "true");
    return OK;
}

static err keep_answer(struct exchange *x, struct tx *tx)
{
    struct request *r = &x->request;
    struct kept_answer kept = {0};

    if (r->status < 200 || r->status > 299 || r->file_path || r->has_file)
        return OK;
    if (!r->route->secret_answer)
        kept = (struct kept_answer){r->status, r->content_type, buf_text(&r->out)};
    return x->server->options.idempotency_keep(tx, x->idempotency, &kept);
}

static err write_unit(struct tx *tx, void *arg)
{
    struct exchange *x = arg;
    struct request *r = &x->request;
    struct kept_answer kept;

    answer_reset(r);
    if (x->idempotency) {
        err e = x->server->options.idempotency_find(tx, x->idempotency, &kept);

        if (e == OK)
            return replay(x, &kept);
        if (e != ERR_NOT_FOUND)
            return e;
        r->fault = (struct fault){.arena = &x->arena};
    }
    TRY(r->route->handle(r, tx));
    return x->idempotency ? keep_answer(x, tx) : OK;
}

static void write_done(void *arg, err result)
{
    struct exchange *x = arg;

    x->failed = result;
    exchange_resume(x);
}

static void submit(struct exchange *x)
{
    struct unit_setup setup = unit_setup_of(x);
    err e = store_submit(x->server->options.store, &setup, write_unit, write_done, x);

    if (e != OK)
        write_done(x, e);
}

static void work_upload(struct exchange *x)
{
    err e = upload_keep(x);

    if (e == OK)
        submit(x);
    else
        write_done(x, e);
}

static void work_report(struct exchange *x)
{
    struct inline_run run = {x, false, true};
    struct unit_setup setup = unit_setup_of(x);

    /* Not what signs in or sets a password: it reads to write. */
    setup.may_be_old = strcmp(x->request.route->method, "GET") == 0;
    x->failed = store_read(x->server->options.store, &setup, read_unit, &run);
    exchange_resume(x);
}

static void work_admission(struct exchange *x)
{
    x->handled = run_inline(x, true);
    exchange_resume(x);
}

static void work_inline(struct exchange *x)
{
    run_inline(x, false);
    exchange_resume(x);
}

bool admit_elsewhere(struct exchange *x)
{
    if (!exchange_suspend(x, STAGE_ADMITTING)) {
        x->failed = ERR_SHUTDOWN;
        return false;
    }
    if (!workers_push(x->server->readers, x, work_admission))
        write_done(x, ERR_BUSY);
    return true;
}

/* The handler's own headers stay: they say what the answer is, whoever makes it. */
static void work_later(struct exchange *x)
{
    struct request *r = &x->request;

    x->failed = r->later(r, r->later_arg);
    r->later = NULL;
    if (x->failed != OK)
        r->header_count = 0;
    exchange_resume(x);
}

enum MHD_Result run_later(struct exchange *x)
{
    atomic_store(&x->handed_back, false); /* of the run in which it was put off */
    if (!exchange_suspend(x, STAGE_WAITING)) {
        x->failed = ERR_SHUTDOWN;
        return send_answer(x);
    }
    if (!workers_push(x->server->file_workers, x, work_later))
        write_done(x, ERR_BUSY);
    return MHD_YES;
}

void run_elsewhere(struct exchange *x)
{
    const struct route *route = x->request.route;
    struct workers *workers = x->server->workers;
    void (*work)(struct exchange *) = NULL; /* NULL: the writer */

    if (x->request.uploads)
        work = work_upload, workers = x->server->file_workers;
    else if (route->run == RUN_REPORT)
        work = work_report;
    else if (route->run != RUN_WRITE)
        work = work_inline, workers = x->server->readers;
    if (!exchange_suspend(x, STAGE_WAITING)) {
        x->failed = ERR_SHUTDOWN;
        send_answer(x);
    } else if (!work) {
        submit(x);
    } else if (!workers_push(workers, x, work)) {
        write_done(x, ERR_BUSY);
    }
}
