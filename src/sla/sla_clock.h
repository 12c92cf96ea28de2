/* sla_clock.h -- the two clocks of one ticket: to the first answer and to the resolution.
 *
 * A clock runs in business time from its start to its target. Pending stops the resolution clock
 * only: on return the due moment moves by the business time that passed meanwhile. Resolving
 * stops both; reopening starts the resolution clock anew, with a full target.
 *
 * Pure arithmetic over one struct whose members are columns; the caller keeps it, sets timers by
 * sla_clock_next and says what has fired. An outcome at the due millisecond itself is in time;
 * a breach happens one millisecond later. */
#ifndef FD_SLA_CLOCK_H
#define FD_SLA_CLOCK_H

#include "sla/calendar.h"

/* In the order in which they are told when they fall together. Stored as bits: never renumber. */
enum sla_event {
    SLA_RESPONSE_WARNING = 0,
    SLA_RESPONSE_BREACH = 1,
    SLA_RESOLUTION_WARNING = 2,
    SLA_RESOLUTION_BREACH = 3,
    SLA_EVENT_COUNT
};
/* "responseWarning" "responseBreach" "resolutionWarning" "resolutionBreach" */
const char *sla_event_name(enum sla_event event);

struct sla_clock {
    const struct calendar *calendar; /* NULL: round the clock */
    int warning_percent;             /* of a target; 0: no warnings */
    int64_t started_ms;              /* of the response clock: the ticket's creation */
    int64_t response_target_ms;      /* business time; 0: no target */
    int64_t response_at_ms;          /* first public reply of an agent; 0: none yet */
    int64_t resolution_started_ms;   /* creation, or the last reopening */
    int64_t resolution_target_ms;    /* business time; 0: no target */
    int64_t resolution_at_ms;        /* 0: not resolved */
    int64_t paused_since_ms;         /* 0: running */
    int64_t paused_total_ms;         /* business time of ended pauses since resolution_started_ms */
    unsigned fired;                  /* bit 1 << enum sla_event */
};

struct sla_targets {
    const struct calendar *calendar;
    int64_t response_ms;
    int64_t resolution_ms;
    int warning_percent;
};

/* A closed pause, as kept for the explanation of a ticket. */
struct sla_pause {
    int64_t from_ms;
    int64_t to_ms;
};

struct sla_state {
    int64_t response_due_ms;   /* 0: no target */
    int64_t resolution_due_ms; /* while paused: as if the pause ended the moment it began */
    enum tri response_met;     /* unknown: may still be met, or there is no target */
    enum tri resolution_met;
    int64_t response_overdue_ms; /* business time past due, up to the answer, else to now */
    int64_t resolution_overdue_ms;
    bool paused;
};

/* at_ms 0: nothing more will happen as things stand. */
struct sla_next {
    int64_t at_ms;
    enum sla_event event;
};

struct sla_clock sla_clock_start(const struct sla_targets *targets, int64_t created_ms);

/* Each does nothing when it has been done already (a second answer, a pause within a pause). */
void sla_clock_respond(struct sla_clock *clock, int64_t now_ms);
void sla_clock_pause(struct sla_clock *clock, int64_t now_ms);
void sla_clock_resume(struct sla_clock *clock, int64_t now_ms);
/* Also ends a pause. */
void sla_clock_resolve(struct sla_clock *clock, int64_t now_ms);
/* Forgets the resolution and starts its clock anew at now_ms, its events to come once more. */
void sla_clock_reopen(struct sla_clock *clock, int64_t now_ms);

/* Other targets (priority or policy changed), counted from the same starts. pauses are the ended
 * ones since resolution_started_ms, measured again in the new calendar. Events whose moment lies
 * after now_ms again may fire again. Errors as calendar_add; clock is then unchanged. */
MUST_CHECK err sla_clock_retarget(struct sla_clock *clock, const struct sla_targets *targets,
                                  const struct sla_pause *pauses, size_t pause_count,
                                  int64_t now_ms);

/* Errors of both as calendar_add. */
MUST_CHECK err sla_clock_state(const struct sla_clock *clock, int64_t now_ms,
                               struct sla_state *out_state);
/* The earliest event that has not fired; it may lie in the past (the server was down). */
MUST_CHECK err sla_clock_next(const struct sla_clock *clock, struct sla_next *out_next);
void sla_clock_fired(struct sla_clock *clock, enum sla_event event);

#endif
