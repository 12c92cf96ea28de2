/* event.h -- what happened: history of a ticket, audit log and live stream are views of one list.
 *
 * A verb writes rows and emits events in the same transaction; everything else follows from them. */
#ifndef FD_EVENT_H
#define FD_EVENT_H

#include "base/json_out.h"
#include "store/store.h"

/* Stored: never renumber. */
enum entity {
    ENTITY_TICKET = 1,
    ENTITY_REQUESTER = 2,
    ENTITY_AGENT = 3,
    ENTITY_GROUP = 4,
    ENTITY_CATEGORY = 5,
    ENTITY_ASSIGNMENT_RULE = 6,
    ENTITY_SLA_POLICY = 7,
    ENTITY_AUTO_RESPONSE = 8,
    ENTITY_TOKEN = 9,
    ENTITY_SESSION = 10,
    ENTITY_CALENDAR = 11,
    ENTITY_CATEGORY_SKILL = 12,
    ENTITY_OUTBOX = 13,
    ENTITY_MAIL = 14,
    ENTITY_DESK = 15, /* imports, restores and the like */
    ENTITY_COUNT
};
const char *entity_name(enum entity entity); /* "ticket", "assignment_rule" */

struct event {
    enum entity entity;
    int64_t entity_id;
    struct uuid entity_uuid;
    const char *kind;         /* "created", "status", "assigned", "commented" ... */
    const char *changed_from; /* JSON text or NULL */
    const char *changed_to;
    const char *note;     /* a sentence for people, or NULL */
    int64_t requester_id; /* of the ticket: who else may see it */
    bool agents_only;
};

/* Appends with tx->actor and tx->now_ms. */
MUST_CHECK err event_emit(struct tx *tx, const struct event *event);

/* {"name": "text"} in tx->arena, for from and to. */
const char *event_json_text(struct tx *tx, const char *name, const char *text);
const char *event_json_int(struct tx *tx, const char *name, int64_t n);

#endif
