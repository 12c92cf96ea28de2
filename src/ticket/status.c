/* status.c -- resolve, close, reopen, cancel, delete, restore. */
#include "base/limits.h"
#include "people/access.h"
#include "ticket/change.h"

/* A requester may close and reopen what is theirs; everything else is agents' work. */
static err may_set(struct tx *tx, enum ticket_status status)
{
    if (actor_is_agent(&tx->actor))
        return OK;
    if (tx->actor.type == ACTOR_REQUESTER && (status == STATUS_CLOSED || status == STATUS_OPEN))
        return OK;
    return access_require_role(tx, ROLE_AGENT);
}

err ticket_set_status(struct tx *tx, const char *ref, enum ticket_status status, const char *note,
                      int64_t if_version, struct ticket *out)
{
    struct ticket_change change;

    TRY(ticket_change_begin(tx, ref, if_version, &change));
    TRY(may_set(tx, status));
    if (change.before.deleted_ms)
        return fault_set(tx->fault, ERR_CONFLICT, "This ticket is deleted: restore it first");
    TRY(ticket_transition_check(tx, change.before.status, status));
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
        change.after.status = STATUS_OPEN;
        change.moved = true;
        TRY(ticket_apply(tx, &change));
    }
    *out = change.after;
    return OK;
}
