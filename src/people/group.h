/* group.h -- teams of agents, to which tickets and rules can point. */
#ifndef FD_GROUP_H
#define FD_GROUP_H

#include "people/agent.h"

struct group {
    int64_t id;
    struct uuid uuid;
    const char *name;
    const char *description;   /* NULL: none */
    struct agent_ref *members; /* by name */
    size_t member_count;
    int64_t created_ms;
    int64_t updated_ms;
};
struct group_list {
    struct group *v;
    size_t n;
};

/* All; by name. */
MUST_CHECK err group_list(struct tx *tx, struct group_list *out);
/* By UUID, number or name. ERR_NOT_FOUND with a sentence. */
MUST_CHECK err group_load(struct tx *tx, const char *ref, struct group *out);

enum group_field { GROUP_NAME = 1 << 0, GROUP_DESCRIPTION = 1 << 1, GROUP_MEMBERS = 1 << 2 };
struct group_change {
    unsigned set;
    const char *name;
    const char *description;
    struct names members; /* UUIDs, numbers or addresses; all of them */
};
/* Supervisors. ERR_CONFLICT if the name is taken. */
MUST_CHECK err group_make(struct tx *tx, const struct group_change *input, struct group *out);
MUST_CHECK err group_change(struct tx *tx, const char *ref, const struct group_change *change,
                            struct group *out);
MUST_CHECK err group_member_add(struct tx *tx, const char *ref, const char *agent_ref,
                                struct group *out);
MUST_CHECK err group_member_remove(struct tx *tx, const char *ref, const char *agent_ref,
                                   struct group *out);
/* ERR_CONFLICT while tickets or rules point to it. */
MUST_CHECK err group_delete(struct tx *tx, const char *ref);

#endif
