/* rules.h -- how tickets of a category find their agent; supervisors write the rules.
 *
 * Invariant: a specific_agent rule names an agent and no group, a group rule a group and no agent,
 * a skill_based rule neither; a least_busy rule may name a group. */
#ifndef FD_RULES_H
#define FD_RULES_H

#include "category/category.h"
#include "people/people.h"

/* Stored: never renumber. */
#define RULE_TYPE_WORDS(X)                                                                         \
    X(RULE_SPECIFIC_AGENT, 0, "specific_agent")                                                    \
    X(RULE_GROUP, 1, "group")                                                                      \
    X(RULE_SKILL_BASED, 2, "skill_based")                                                          \
    X(RULE_LEAST_BUSY, 3, "least_busy")
enum rule_type {
#define X(id, value, name) id = value,
    RULE_TYPE_WORDS(X)
#undef X
        RULE_TYPE_COUNT
};
const char *rule_type_name(enum rule_type type);

struct rule {
    int64_t id;
    struct uuid uuid;
    enum rule_type type;
    int64_t category_id;
    const char *category;
    const char *subcategory; /* NULL: all of the category */
    int64_t priority;        /* the highest is tried first */
    struct agent_ref agent;
    struct group_ref group;
    bool is_active;
    int64_t created_ms;
    int64_t updated_ms;
};
struct rule_list {
    struct rule *v;
    size_t n;
};

/* What a request names: bit i of present stands for member i. Null clears. */
enum {
    RULE_SENT_TYPE = 1 << 0,
    RULE_SENT_CATEGORY = 1 << 1,
    RULE_SENT_SUBCATEGORY = 1 << 2,
    RULE_SENT_PRIORITY = 1 << 3,
    RULE_SENT_AGENT = 1 << 4,
    RULE_SENT_GROUP = 1 << 5,
    RULE_SENT_ACTIVE = 1 << 6,
};
struct rule_input {
    uint64_t present;
    int type;
    const char *category;
    const char *subcategory;
    int64_t priority;
    const char *agent;
    const char *group;
    bool is_active;
};

MUST_CHECK err rule_find(struct tx *tx, const char *ref, struct rule *out);
MUST_CHECK err rules_all(struct tx *tx, struct rule_list *out);
/* ERR_INVALID with a field for each reference to what does not exist, or that the type does not take. */
MUST_CHECK err rule_create(struct tx *tx, const struct rule_input *input, struct rule *out);
MUST_CHECK err rule_update(struct tx *tx, const char *ref, const struct rule_input *input,
                           struct rule *out);
MUST_CHECK err rule_remove(struct tx *tx, const char *ref);

#endif
