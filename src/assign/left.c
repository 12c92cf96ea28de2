/* left.c -- an agent who leaves hands over: their active tickets go to others, or wait for them. */
#include "assign/assign_step.h"

#include "queries.gen.h"

/* So many a run, so that no run holds up the writer. */
enum { HANDED_OVER_A_RUN = 100 };

err assign_agent_left_fire(struct tx *tx, const struct job *job)
{
    struct assign_active_of_rows tickets;
    struct assign_agent_active_row agent;

    TRY(q_assign_agent_active(tx, job->ref, &agent));
    if (agent.is_active)
        return OK; /* back again before anybody looked */
    TRY(q_assign_active_of(tx, job->ref, HANDED_OVER_A_RUN, &tickets));
    for (size_t i = 0; i < tickets.n; i++) {
        struct ticket_change change;

        TRY(ticket_change_begin_id(tx, tickets.v[i].id, &change));
        change.after.assignee = (struct agent_ref){0};
        change.assign_automatically = true;
        change.note =
            arena_printf(tx->arena, "%s is not active any more", change.before.assignee.name);
        TRY(ticket_apply(tx, &change));
    }
    if (tickets.n < HANDED_OVER_A_RUN)
        return OK;
    return job_set(tx, JOB_AGENT_LEFT, job->ref, tx->now_ms);
}
