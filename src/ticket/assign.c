/* assign.c -- giving a ticket to somebody by hand, or asking for somebody. */
#include "people/access.h"
#include "ticket/change.h"

static err begin(struct tx *tx, const char *ref, int64_t if_version, struct ticket_change *out)
{
    TRY(access_require_role(tx, ROLE_AGENT));
    TRY(ticket_change_begin(tx, ref, if_version, out));
    if (!ticket_status_is_active(out->before.status))
        return fault_set(tx->fault, ERR_CONFLICT, "A %s ticket can't be assigned: reopen it first",
                         ticket_status_name(out->before.status));
    return OK;
}

err ticket_assign(struct tx *tx, const char *ref, const char *agent_ref, const char *group_ref,
                  bool automatic, int64_t if_version, struct ticket *out)
{
    struct ticket_change change;

    TRY(begin(tx, ref, if_version, &change));
    if (automatic) {
        change.after.assignee = (struct agent_ref){0};
        change.assign_automatically = true;
    } else {
        if (agent_ref)
            TRY(agent_find(tx, agent_ref, "agentId", &change.after.assignee));
        if (group_ref)
            TRY(group_find(tx, group_ref, "groupId", &change.after.group));
        if (group_ref && !agent_ref)
            change.after.assignee = (struct agent_ref){0};
        if (change.after.status == STATUS_NEW)
            change.after.status = STATUS_OPEN;
    }
    TRY(ticket_apply(tx, &change));
    *out = change.after;
    return OK;
}

/* Stays with nobody until somebody takes it: whoever unassigns has decided against the machine. */
err ticket_unassign(struct tx *tx, const char *ref, int64_t if_version, struct ticket *out)
{
    struct ticket_change change;

    TRY(begin(tx, ref, if_version, &change));
    change.after.assignee = (struct agent_ref){0};
    change.after.waiting = false;
    TRY(ticket_apply(tx, &change));
    *out = change.after;
    return OK;
}
