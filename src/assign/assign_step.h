/* assign_step.h -- who works on a ticket, and how many tickets each agent has.
 *
 * Invariant: agent.current_tickets is the number of active tickets assigned to the agent, after
 * every change; the machine never gives an agent more than max_concurrent_tickets. A person may. */
#ifndef FD_ASSIGN_STEP_H
#define FD_ASSIGN_STEP_H

#include "assign/rules.h"
#include "job/job.h"
#include "ticket/change.h"

MUST_CHECK err assign_prepare(struct tx *tx, struct ticket_change *change);
MUST_CHECK err assign_follow(struct tx *tx, struct ticket_change *change);

/* An agent came online, has room again, learnt something: tickets that wait are looked at again,
 * within a second, if there are any. */
MUST_CHECK err assign_look_again(struct tx *tx);
/* JOB_ASSIGN_WAITING. ref: the ticket after which to go on, 0 from the most urgent. */
MUST_CHECK err assign_waiting_fire(struct tx *tx, const struct job *job);

/* JOB_AGENT_LEFT. ref: the agent who was deactivated. */
MUST_CHECK err assign_agent_left_fire(struct tx *tx, const struct job *job);

/* ---- explained to people ---- */
struct assign_candidate {
    struct uuid agent_uuid;
    const char *name;
    int64_t load;
    int64_t capacity;
};
struct assign_decision {
    int64_t at_ms;
    const char *method;
    const char *reason;
    struct uuid rule_uuid; /* nil: no rule, or it has been deleted since */
    enum rule_type rule_type;
    int64_t rule_priority;
    struct uuid agent_uuid;
    const char *agent_name;
    struct uuid group_uuid;
    const char *group_name;
    struct assign_candidate *candidates;
    size_t candidate_count;
};
struct assign_explanation {
    struct assign_decision *v; /* newest first */
    size_t n;
};
MUST_CHECK err assign_explain(struct tx *tx, int64_t ticket_id, struct assign_explanation *out);

#endif
