/* level.h -- the service level of a ticket's row as clocks that run, and back.
 *
 * The row knows one start (creation or reopening), the clocks two. A response that was given, or
 * missed before the ticket was reopened, is settled: its due time and outcome stay as they were,
 * whatever targets come later. A reopened ticket that was never answered waits for its response
 * anew. Met and due times of the row are what the clocks say at the moment it was written. */
#ifndef FD_LEVEL_H
#define FD_LEVEL_H

#include "sla/targets.h"

struct level {
    struct ticket_sla *sla; /* of the ticket that is changed */
    struct sla_clock clock;
    bool response_open; /* not settled */
};

/* What stopped or moves the clocks. */
enum sla_phase { PHASE_RUNNING, PHASE_PAUSED, PHASE_DONE, PHASE_OFF, SLA_PHASE_COUNT };
/* merging: closes because it was merged. Off (cancelled, deleted, merged): stopped without outcome. */
enum sla_phase sla_phase_of(const struct ticket *ticket, bool merging);

struct level level_open(struct ticket_sla *sla, const struct calendar *calendar,
                        int warning_percent);
/* Lets the clocks stand as the phase demands, from whatever they were. True if that reopened them. */
bool level_enter(struct level *level, enum sla_phase phase, int64_t at_ms);
/* Other targets: see sla_clock_retarget. An escalation's (gently) are taken only when they bring the
 * resolution forward to a moment that can still be kept; they neither break a promise in the past
 * nor undo a miss. *out_taken tells whether they were taken. */
MUST_CHECK err level_retarget(struct level *level, const struct sla_level *to,
                              const struct sla_pause *pauses, size_t pause_count, int64_t now_ms,
                              bool gently, bool *out_taken);
/* Writes the clocks back into the row, the resolution's outcome included. */
MUST_CHECK err level_close(struct level *level, int64_t now_ms);
/* When the next warning or breach is to be told; 0: none. */
MUST_CHECK err level_next(const struct level *level, enum sla_phase phase, struct sla_next *out);

#endif
