/* policies.h -- the service levels that supervisors promise, in the order in which they are tried.
 *
 * A change holds for tickets that come (or are re-targeted) from then on: what was promised stays. */
#ifndef FD_POLICIES_H
#define FD_POLICIES_H

#include "base/words.h"
#include "store/store.h"

enum { POLICY_MINUTES_MAX = 365 * 24 * 60, POLICY_CATEGORIES_MAX = 100 };

struct policy {
    int64_t id;
    struct uuid uuid;
    const char *name;
    const char *description;
    int64_t position; /* the first that matches is taken */
    int *priorities;  /* conditions: without any, all match */
    size_t priority_count;
    int64_t *category_ids;
    const char **categories; /* their names */
    size_t category_count;
    int *tiers;
    size_t tier_count;
    int64_t response_minutes; /* business time */
    int64_t resolution_minutes;
    int64_t calendar_id; /* 0: round the clock */
    struct uuid calendar_uuid;
    const char *calendar;
    bool is_active;
    int64_t created_ms;
    int64_t updated_ms;
};
struct policy_list {
    struct policy *v;
    size_t n;
};

enum policy_field {
    POLICY_NAME = 1 << 0,
    POLICY_DESCRIPTION = 1 << 1,
    POLICY_PRIORITIES = 1 << 2,
    POLICY_CATEGORIES = 1 << 3,
    POLICY_TIERS = 1 << 4,
    POLICY_RESPONSE = 1 << 5,
    POLICY_RESOLUTION = 1 << 6,
    POLICY_CALENDAR = 1 << 7,
    POLICY_POSITION = 1 << 8,
    POLICY_ACTIVE = 1 << 9,
};
/* A member counts only when its bit in `set` is there. */
struct policy_change {
    unsigned set;
    const char *name;
    const char *description;
    int *priorities;
    size_t priority_count;
    const char **categories; /* names or ids */
    size_t category_count;
    int *tiers;
    size_t tier_count;
    int64_t response_minutes;
    int64_t resolution_minutes;
    const char *calendar_ref; /* NULL: round the clock */
    int64_t position;
    bool is_active;
};

MUST_CHECK err policy_find(struct tx *tx, const char *ref, struct policy *out);
/* In the order in which they are tried. */
MUST_CHECK err policies_all(struct tx *tx, struct policy_list *out);
/* Supervisors. Name and both times are required; a new one is tried last unless it says its position. ERR_INVALID
 * with a field for references to what does not exist and times that the calendar can't give. */
MUST_CHECK err policy_create(struct tx *tx, const struct policy_change *input, struct policy *out);
MUST_CHECK err policy_update(struct tx *tx, const char *ref, const struct policy_change *change,
                             struct policy *out);
/* ERR_CONFLICT once a ticket was promised it: switch it off instead. */
MUST_CHECK err policy_remove(struct tx *tx, const char *ref);

#endif
