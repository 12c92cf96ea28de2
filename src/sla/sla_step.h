/* sla_step.h -- the service level of each ticket, kept true by every change.
 *
 * A new ticket gets the first policy that matches, its two due times and one timer. Later changes
 * answer, pause, resolve, reopen or re-target its clocks (level.h). The ticket's due time is the
 * resolution's. One timer a ticket stands at the next moment that is to be told; when it fires,
 * every moment that has passed is told once, in order, also after the server was away. */
#ifndef FD_SLA_STEP_H
#define FD_SLA_STEP_H

#include "job/job.h"
#include "ticket/change.h"

MUST_CHECK err sla_prepare(struct tx *tx, struct ticket_change *change);
MUST_CHECK err sla_follow(struct tx *tx, struct ticket_change *change);
/* JOB_SLA_MOMENT. ref: the ticket. */
MUST_CHECK err sla_moment_fire(struct tx *tx, const struct job *job);

/* ---- explained to people ---- */
struct sla_told_pause {
    int64_t from_ms;
    int64_t to_ms; /* 0: lasts */
    int64_t business_ms;
};
struct sla_explanation {
    const char *policy;      /* NULL: the ticket has no service level */
    struct uuid policy_uuid; /* nil: default targets */
    const char *calendar;    /* NULL: round the clock */
    struct uuid calendar_uuid;
    const char *timezone;
    int64_t response_overdue_ms; /* business time */
    int64_t resolution_overdue_ms;
    struct sla_told_pause *pauses; /* oldest first */
    size_t pause_count;
    int64_t next_ms; /* 0: nothing more will happen as things stand */
    const char *next_event;
};
MUST_CHECK err sla_explain(struct tx *tx, const struct ticket *ticket, struct sla_explanation *out);

#endif
