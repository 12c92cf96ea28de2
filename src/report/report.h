/* report.h -- what the tickets created in a period came to. */
#ifndef FD_REPORT_H
#define FD_REPORT_H

#include "report/counters.h"

struct report_ask {
    int64_t from_ms; /* both moments belong to the period */
    int64_t to_ms;
    int64_t agent_id; /* 0: everybody's tickets; else those that the agent has now */
};

struct report_group {
    int64_t key; /* priority, category, agent, or day since 1970 */
    const char *key_text;
    const char *name; /* of an agent; else NULL */
    struct report_sums sums;
};
struct report_groups {
    struct report_group *v;
    size_t n, cap;
};
struct report {
    struct report_sums all;
    struct report_groups by_priority, by_category, by_agent,
        by_day; /* none of them empty of tickets */
};

/* Whole UTC days come from the counters; of the two days at the edges the tickets themselves are read. */
MUST_CHECK err report_make(struct tx *tx, const struct report_ask *ask, struct report *out);

/* Averages in milliseconds, the rate in percent; 0 where there is nothing to divide by, as the counts beside them
 * tell. */
double report_average_resolution_ms(const struct report_sums *sums);
double report_average_response_ms(const struct report_sums *sums);
double report_compliance_percent(const struct report_sums *sums);

#endif
