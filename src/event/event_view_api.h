/* event_view_api.h -- how events look in histories, audit and live streams. */
#ifndef FD_EVENT_VIEW_API_H
#define FD_EVENT_VIEW_API_H

#include "event/event.h"
#include "http/shape.h"
#include "queries.gen.h"

struct event_actor {
    int type;
    const char *name;
};
struct event_view {
    struct event_row row;
    const struct event_actor *by;
    const char *entity;
};
extern const struct shape event_view_shape;

/* rows as structs event_view, for a FIELD_OBJECTS of event_view_shape. */
struct object_list event_views(struct arena *a, const struct event_rows *rows);

#endif
