/* status.c -- resolve, close, reopen, cancel, delete, restore. */
#include "base/settings.h"
#include "people/access.h"
#include "ticket/change.h"

/* A requester may close and reopen what is theirs, as their reply would; everything else is agents'
 * work. */
static err may_set(struct tx *tx, const struct ticket *ticket, enum ticket_status status)
{
    if (actor_is_agent(&tx->actor))
        return OK;
    if (tx->actor.type != ACTOR_REQUESTER || (status != STATUS_CLOSED && status != STATUS_OPEN))
        return access_require_role(tx, ROLE_AGENT);
    if (status == STATUS_OPEN && ticket_is_past_reopening(tx, ticket))
        return fault_set(tx->fault, ERR_CONFLICT,
                         "This ticket is past reopening: a reply opens a new one");
    return OK;
}

bool ticket_is_past_reopening(const struct tx *tx, const struct ticket *ticket)
{
    if (ticket->status == STATUS_CLOSED)
        return tx->now_ms - ticket->closed_ms > tx->settings->reopen_window_ms;
    return ticket->status == STATUS_CANCELLED;
}

err ticket_may_become(struct tx *tx, const struct ticket *ticket, enum ticket_status status)
{
    if (ticket->merged_into && status != ticket->status)
        return fault_set(tx->fault, ERR_CONFLICT, "This ticket was merged into #%lld: go on there",
                         (long long)ticket->merged_into);
    return ticket_transition_check(tx, ticket->status, status);
}

err ticket_set_status(struct tx *tx, const char *ref, enum ticket_status status, const char *note,
                      int64_t if_version, struct ticket *out)
{
    struct ticket_change change;

    TRY(ticket_change_begin(tx, ref, if_version, &change));
    TRY(may_set(tx, &change.before, status));
    if (change.before.deleted_ms)
        return fault_set(tx->fault, ERR_CONFLICT, "This ticket is deleted: restore it first");
    TRY(ticket_may_become(tx, &change.before, status));
    /* To its requester a ticket that is worked on, or waits for them, is open already. */
    if (!actor_is_agent(&tx->actor) && status == STATUS_OPEN &&
        ticket_status_is_active(change.before.status))
        status = change.before.status;
    change.after.status = status;
    change.note = note;
    TRY(ticket_apply(tx, &change));
    *out = change.after;
    return OK;
}

err ticket_delete(struct tx *tx, const char *ref, int64_t if_version)
{
    struct ticket_change change;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(ticket_change_begin(tx, ref, if_version, &change));
    if (change.before.deleted_ms)
        return OK;
    change.after.status = STATUS_CANCELLED;
    change.after.deleted_ms = tx->now_ms;
    return ticket_apply(tx, &change);
}

err ticket_restore(struct tx *tx, const char *ref, struct ticket *out)
{
    struct ticket_change change;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(ticket_change_begin(tx, ref, 0, &change));
    if (change.before.deleted_ms) {
        change.after.deleted_ms = 0;
        change.after.status = change.before.merged_into ? STATUS_CLOSED : STATUS_OPEN;
        change.moved = true;
        TRY(ticket_apply(tx, &change));
    }
    *out = change.after;
    return OK;
}
