/* auto_close.c -- a resolved ticket closes itself after a while (step and timer). */
#include "ticket/auto_close.h"

#include "base/settings.h"

err auto_close_follow(struct tx *tx, struct ticket_change *change)
{
    const struct ticket *after = &change->after;
    bool was = change->before.id && change->before.status == STATUS_RESOLVED;
    bool is = after->status == STATUS_RESOLVED;

    if (was && !is)
        return job_clear(tx, JOB_AUTO_CLOSE, after->id);
    if (is && !was && tx->settings->auto_close_after_ms > 0)
        return job_set(tx, JOB_AUTO_CLOSE, after->id,
                       after->resolved_ms + tx->settings->auto_close_after_ms);
    return OK;
}

err auto_close_fire(struct tx *tx, const struct job *job)
{
    struct ticket_change change;
    err e = ticket_change_begin_id(tx, job->ref, &change);

    if (e == ERR_NOT_FOUND)
        return OK;
    if (e != OK || change.before.status != STATUS_RESOLVED)
        return e;
    change.after.status = STATUS_CLOSED;
    change.note = "Closed by itself after being resolved for a while";
    return ticket_apply(tx, &change);
}
