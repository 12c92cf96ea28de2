#include "people/people_shapes_api.h"

#define ROW(id, value, name) {name, value, false},
#define ALIAS_ROW(id, value, name) {name, value, true},
const struct enum_name presence_words[] = {PRESENCE_WORDS(ROW){NULL, 0, false}};
const struct enum_name tier_words[] = {REQUESTER_TIER_WORDS(ROW)
                                           REQUESTER_TIER_ALIASES(ALIAS_ROW){NULL, 0, false}};
const struct enum_name role_words[] = {{"agent", ROLE_AGENT, false},
                                       {"supervisor", ROLE_SUPERVISOR, false},
                                       {"admin", ROLE_ADMIN, false},
                                       {NULL, 0, false}};
const struct enum_name scope_words[] = {{"read", SCOPE_READ, false},
                                        {"write", SCOPE_WRITE, false},
                                        {"admin", SCOPE_ADMIN, false},
                                        {NULL, 0, false}};

static const struct field person_fields[] = {
    {"id", FIELD_UUID, offsetof(struct person_view, id), .required = true},
    {"name", FIELD_TEXT, offsetof(struct person_view, name), .required = true},
    {"email", FIELD_TEXT, offsetof(struct person_view, email), .required = true},
};
const struct shape person_shape =
    SHAPE_OUT("Person", "Somebody, in short", struct person_view, person_fields);

const struct person_view *person_view_of(struct arena *a, const struct agent_ref *ref)
{
    struct person_view *view;

    if (ref->id == 0)
        return NULL;
    view = ARENA_NEW(a, struct person_view);
    *view = (struct person_view){ref->uuid, ref->name, ref->email};
    return view;
}

static const struct field agent_fields[] = {
    {"id", FIELD_UUID, offsetof(struct agent_view, id), .required = true},
    {"name", FIELD_TEXT, offsetof(struct agent_view, name), .required = true},
    {"email", FIELD_TEXT, offsetof(struct agent_view, email), .required = true},
    {"role", FIELD_ENUM, offsetof(struct agent_view, role), .required = true, .names = role_words},
    {"groups", FIELD_TEXTS, offsetof(struct agent_view, groups), .required = true,
     .about = "their names"},
    {"skills", FIELD_TEXTS, offsetof(struct agent_view, skills), .required = true,
     .about = "in lower case"},
    {"maxConcurrentTickets", FIELD_INT, offsetof(struct agent_view, max_concurrent_tickets),
     .required = true, .about = "nobody is given more than this automatically"},
    {"currentTickets", FIELD_INT, offsetof(struct agent_view, current_tickets), .required = true,
     .about = "active tickets assigned: new, open, in progress, pending"},
    {"status", FIELD_ENUM, offsetof(struct agent_view, status), .required = true,
     .names = presence_words},
    {"isActive", FIELD_BOOL, offsetof(struct agent_view, is_active), .required = true},
    {"lastActiveAt", FIELD_TIME, offsetof(struct agent_view, last_active_ms), .required = true,
     .about = "to the minute"},
    {"createdAt", FIELD_TIME, offsetof(struct agent_view, created_ms), .required = true},
    {"updatedAt", FIELD_TIME, offsetof(struct agent_view, updated_ms), .required = true},
};
const struct shape agent_shape =
    SHAPE_OUT("Agent", "Who answers tickets", struct agent_view, agent_fields);

struct agent_view agent_view_of(const struct agent *agent)
{
    return (struct agent_view){
        .id = agent->uuid,
        .name = agent->name,
        .email = agent->email,
        .role = (int)agent->role,
        .groups = {agent->groups.v, agent->groups.n},
        .skills = {agent->skills.v, agent->skills.n},
        .max_concurrent_tickets = agent->max_concurrent_tickets,
        .current_tickets = agent->current_tickets,
        .status = (int)agent->presence,
        .is_active = agent->is_active,
        .last_active_ms = agent->last_active_ms,
        .created_ms = agent->created_ms,
        .updated_ms = agent->updated_ms,
    };
}
