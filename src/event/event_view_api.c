#include "event/event_view_api.h"

static const struct enum_name actor_types[] = {{"anonymous", ACTOR_ANONYMOUS, false},
                                               {"system", ACTOR_SYSTEM, false},
                                               {"agent", ACTOR_AGENT, false},
                                               {"requester", ACTOR_REQUESTER, false},
                                               {NULL, 0, false}};

static const struct field actor_fields[] = {
    {"type", FIELD_ENUM, offsetof(struct event_actor, type), .required = true,
     .names = actor_types},
    {"name", FIELD_TEXT, offsetof(struct event_actor, name), .required = true},
};
static const struct shape actor_shape =
    SHAPE_OUT("Actor", "Who did it", struct event_actor, actor_fields);

#define E(member) offsetof(struct event_view, row.member)
static const struct field event_fields[] = {
    {"id", FIELD_INT, E(id), .required = true},
    {"createdAt", FIELD_TIME, E(at_ms), .required = true},
    {"changeType", FIELD_TEXT, E(kind), .required = true},
    {"changedBy", FIELD_OBJECT, offsetof(struct event_view, by), .required = true,
     .of = &actor_shape},
    {"changedFrom", FIELD_JSON, E(changed_from), .nullable = true},
    {"changedTo", FIELD_JSON, E(changed_to), .nullable = true},
    {"comment", FIELD_TEXT, E(note), .nullable = true},
};
const struct shape event_view_shape =
    SHAPE_OUT("HistoryEntry", "One change", struct event_view, event_fields);

struct object_list event_views(struct arena *a, const struct event_rows *rows)
{
    struct event_view *views = ARENA_ARRAY(a, struct event_view, rows->n + 1);
    struct event_actor *actors = ARENA_ARRAY(a, struct event_actor, rows->n + 1);

    for (size_t i = 0; i < rows->n; i++) {
        actors[i] = (struct event_actor){(int)rows->v[i].actor_type, rows->v[i].actor_name};
        views[i] = (struct event_view){rows->v[i], &actors[i],
                                       entity_name((enum entity)rows->v[i].entity)};
    }
    return (struct object_list){views, rows->n};
}
