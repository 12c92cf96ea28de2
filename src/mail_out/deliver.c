#include "mail_out/deliver.h"

#include "base/clock.h"
#include "base/log.h"
#include "base/settings.h"
#include "mail_out/outbox.h"
#include "mail_out/render.h"
#include "mail_out/smtp.h"

#include <string.h>
#include <time.h>

struct delivery {
    int64_t id;
    struct outbox_mail mail;
    struct outbox_files files;
    bool gone; /* the row, or its turn: sent or cancelled meanwhile */
    /* what came of it */
    enum smtp_result result;
    const char *error;
    int64_t next_ms; /* SMTP_LATER: the next try; 0: given up */
};

int64_t mail_retry_wait_ms(const struct settings *settings, int64_t attempts)
{
    const struct setting_durations *waits = &settings->outbox_retries;

    if (waits->n == 0)
        return MS_PER_HOUR;
    return waits->v_ms[(size_t)attempts < waits->n ? (size_t)attempts : waits->n - 1];
}

static err load(struct tx *tx, void *arg)
{
    struct delivery *d = arg;
    err e = outbox_load(tx, d->id, &d->mail);

    d->gone = e == ERR_NOT_FOUND || (e == OK && d->mail.state != OUTBOX_QUEUED);
    if (d->gone)
        return OK;
    TRY(e);
    return outbox_files(tx, &d->mail, &d->files);
}

static void send(struct store *store, struct delivery *d, struct arena *a)
{
    const struct settings *settings = store_settings(store);
    struct buf message = {0};
    err e = outbox_render(a, store, &d->mail, &d->files, &message);

    if (e == ERR_INVALID) {
        d->result = SMTP_NEVER;
        d->error = "the recipient's address cannot be written to";
    } else if (e != OK) {
        d->result = SMTP_LATER;
        d->error = err_text(e);
    } else {
        d->result = smtp_send(settings, d->mail.to.email, message.data, message.len, a, &d->error);
    }
    buf_done(&message);
}

static void plan(const struct settings *settings, struct delivery *d, int64_t now_ms)
{
    d->next_ms = now_ms + mail_retry_wait_ms(settings, d->mail.attempts);
    if (d->next_ms > d->mail.created_ms + settings->outbox_max_age_ms)
        d->next_ms = 0;
}

static err settle(struct tx *tx, void *arg)
{
    struct delivery *d = arg;

    switch (d->result) {
    case SMTP_SENT:
        return outbox_mark_sent(tx, d->id);
    case SMTP_LATER:
        if (d->next_ms)
            return outbox_mark_deferred(tx, d->id, d->next_ms, d->error);
        return outbox_mark_failed(tx, &d->mail,
                                  arena_printf(tx->arena, "given up after %lld tries: %s",
                                               (long long)d->mail.attempts + 1, d->error));
    case SMTP_NEVER:
        return outbox_mark_failed(tx, &d->mail, d->error);
    case SMTP_RESULT_COUNT:
        break;
    }
    return ERR_INTERNAL;
}

/* What was sent but is not noted as sent would be sent again: worth some patience with a busy store. */
static err settle_patiently(struct store *store, struct delivery *d, struct arena *a)
{
    enum { TRIES = 50, PAUSE_MS = 100 };
    struct unit_setup setup = {.arena = a, .actor = actor_system()};
    err e = ERR_BUSY;

    for (int i = 0; i < TRIES && e == ERR_BUSY; i++) {
        if (i > 0)
            nanosleep(&(struct timespec){.tv_nsec = PAUSE_MS * 1000000L}, NULL);
        e = store_write(store, &setup, settle, d);
    }
    return e;
}

void mail_deliver_perform(struct store *store, const struct settings *settings,
                          const struct job *job, struct arena *arena, struct job_outcome *out)
{
    struct delivery d = {.id = job->ref};
    struct unit_setup setup = {.arena = arena, .actor = actor_system()};
    int64_t now_ms = clock_now_ms();
    char quoted[LOG_QUOTED_SIZE];
    err e;

    *out = (struct job_outcome){.again = false};
    if (!settings->smtp_url)
        return; /* the mail stays queued; mail_out_start gives it a new job */
    e = store_read(store, &setup, load, &d);
    if (e == OK && d.gone)
        return;
    if (e == OK) {
        send(store, &d, arena);
        plan(settings, &d, clock_now_ms());
        e = settle_patiently(store, &d, arena);
    }
    if (e != OK) {
        *out = (struct job_outcome){
            .again = true, .due_ms = now_ms + MS_PER_MINUTE, .error = err_text(e)};
        log_warn("mail.settle", "outbox=%lld error=%s", (long long)d.id, err_code(e));
        return;
    }
    if (d.result != SMTP_SENT)
        log_warn("mail.delivery", "outbox=%lld result=%s reason=%s", (long long)d.id,
                 d.result == SMTP_LATER && d.next_ms ? "later" : "failed",
                 log_quoted(d.error, quoted));
    out->again = d.result == SMTP_LATER && d.next_ms;
    out->due_ms = d.next_ms;
    out->error = d.result == SMTP_SENT ? NULL : d.error;
}
