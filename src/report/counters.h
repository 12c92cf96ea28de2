/* counters.h -- counters that follow every change of a ticket, in the same transaction.
 *
 * ticket_count knows how many tickets stand in each state; report_day what the tickets that were created
 * on each UTC day came to. Deleted tickets count nowhere. Statistics, list totals and reports read them, so
 * they answer in a time that does not depend on the number of tickets, and cannot disagree.
 */
#ifndef FD_REPORT_COUNTERS_H
#define FD_REPORT_COUNTERS_H

#include "ticket/change.h"

/* Stands for "all" in ticket_count: as assignee_id, or as priority and category_id together. */
#define COUNT_ALL INT64_C(-1)

/* What report_day.key is. Stored: never renumber. */
enum report_dimension {
    REPORT_ALL = 0, /* key 0 */
    REPORT_PRIORITY = 1,
    REPORT_CATEGORY = 2,
    REPORT_AGENT = 3, /* only in the rows of everybody (agent_id 0) */
    REPORT_DIMENSION_COUNT
};

/* The sums of report_day, in the order of its columns. */
enum report_sum {
    SUM_TOTAL,
    SUM_NEW,
    SUM_OPEN, /* open and in progress */
    SUM_PENDING,
    SUM_RESOLVED,
    SUM_CLOSED,
    SUM_CANCELLED,
    SUM_SOLVED_N,  /* have a resolution time */
    SUM_SOLVED_MS, /* sum of those times, creation to resolution */
    SUM_RESPONDED_N,
    SUM_RESPONDED_MS, /* creation to the first public reply of an agent */
    SUM_OUTCOME_N,    /* it is known whether the resolution kept its service level */
    SUM_MET_N,
    SUM_COUNT
};
struct report_sums {
    int64_t v[SUM_COUNT];
};

/* What the counters need to know of a ticket. Clear it before filling: facts are compared as bytes. */
struct ticket_facts {
    int64_t counted; /* 0: no ticket, or deleted */
    int64_t status;
    int64_t priority;
    int64_t category_id;
    int64_t assignee_id;
    int64_t created_ms;
    int64_t resolved_ms;
    int64_t response_ms;
    int64_t resolution_met; /* enum tri */
};
/* Of a row of the shape ticket_facts_row (counters.sql). */
struct ticket_facts facts_of_row(struct rows *rows);
/* Adds (sign 1) or takes away (-1) what one ticket contributes. */
void report_sums_add(struct report_sums *sums, const struct ticket_facts *facts, int sign);

/* Step of ticket_apply; must stand after the service level's step, whose outcome it counts. */
MUST_CHECK err counters_follow(struct tx *tx, struct ticket_change *change);

/* Compares both tables with the tickets, and each agent's load with a recount; each difference is told. Reads all
 * tickets: for `frontdesk check`. */
MUST_CHECK err counters_check(struct tx *tx, void (*problem)(void *ctx, const char *text),
                              void *ctx);
/* Makes them anew from the tickets. */
MUST_CHECK err counters_rebuild(struct tx *tx);

#endif
