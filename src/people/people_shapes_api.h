/* people_shapes_api.h -- names and shapes that several of this folder's APIs speak. */
#ifndef FD_PEOPLE_SHAPES_API_H
#define FD_PEOPLE_SHAPES_API_H

#include "http/shape.h"
#include "people/agent.h"

enum { PEOPLE_LIST_MAX = 1000 };

extern const struct enum_name role_words[];
extern const struct enum_name scope_words[];
extern const struct enum_name presence_words[];
extern const struct enum_name tier_words[];

/* An agent, requester or group member as others mention them. */
struct person_view {
    struct uuid id;
    const char *name;
    const char *email;
};
extern const struct shape person_shape;
/* NULL if there is nobody. */
const struct person_view *person_view_of(struct arena *a, const struct agent_ref *ref);

/* What may be sent about a requester, also with a ticket of theirs. */
struct requester_body {
    uint64_t present;
    const char *name;
    const char *email;
    const char *phone;
    const char *user_id;
    const char *organization;
    int tier;
};

struct agent_view {
    struct uuid id;
    const char *name;
    const char *email;
    int role;
    struct text_list groups;
    struct text_list skills;
    int64_t max_concurrent_tickets;
    int64_t current_tickets;
    int status;
    bool is_active;
    int64_t last_active_ms;
    int64_t created_ms;
    int64_t updated_ms;
};
extern const struct shape agent_shape;
struct agent_view agent_view_of(const struct agent *agent);

#endif
