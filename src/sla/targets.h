/* targets.h -- which service level a ticket gets: the first active policy that matches, or the
 * default targets of the settings ("default", round the clock). */
#ifndef FD_TARGETS_H
#define FD_TARGETS_H

#include "sla/sla_clock.h"
#include "ticket/ticket.h"

struct sla_level {
    int64_t policy_id; /* 0: the default */
    struct uuid policy_uuid;
    const char *policy_name;
    int64_t calendar_id; /* 0: round the clock */
    struct sla_targets targets;
};
MUST_CHECK err sla_level_of(struct tx *tx, const struct ticket *ticket, struct sla_level *out);
/* NULL of id 0. */
MUST_CHECK err sla_calendar_load(struct tx *tx, int64_t id, const struct calendar **out);

#endif
