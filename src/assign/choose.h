/* choose.h -- who gets a ticket when the machine decides, and why.
 *
 * The category's rules are tried in order, highest priority first; then everybody in turn. An
 * agent is eligible who is online, active and below capacity. Choosing only reads: the decision
 * is carried out by the step (assign_step.h). */
#ifndef FD_CHOOSE_H
#define FD_CHOOSE_H

#include "queries.gen.h"
#include "ticket/ticket.h"

/* Eligible agents that are looked at, and kept with the decision. */
enum { CANDIDATES_MAX = 50 };

struct choice {
    const char *method; /* "auto" "skill_based" "least_busy" "round_robin"; "none": nobody */
    const char *reason; /* a sentence for people */
    int64_t rule_id;    /* 0: no rule */
    struct agent_ref agent;
    struct group_ref group; /* the ticket's afterwards */
    struct eligible_rows candidates;
    bool in_turn; /* the agent was next in turn of the pool */
    int64_t pool; /* 0: everybody, else a group */
};

/* A ticket that has a group already stays with it: the turn is its members'. */
MUST_CHECK err assign_choose(struct tx *tx, const struct ticket *ticket, struct choice *out);

#endif
