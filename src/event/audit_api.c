#include "event/audit_api.h"

#include "base/clock.h"
#include "base/limits.h"
#include "event/event.h"
#include "people/people.h"
#include "queries.gen.h"

#include <string.h>

enum {
    AUDIT_STRETCH = 10000, /* events looked at in one request */
    AUDIT_SLACK_MS =
        5 * 60 * 1000, /* a clock that was set back may have put moments out of order */
};

/* ---- shapes ---- */

static const struct enum_name entity_words[] = {
    {"ticket", ENTITY_TICKET, false},
    {"requester", ENTITY_REQUESTER, false},
    {"agent", ENTITY_AGENT, false},
    {"group", ENTITY_GROUP, false},
    {"category", ENTITY_CATEGORY, false},
    {"assignment_rule", ENTITY_ASSIGNMENT_RULE, false},
    {"sla_policy", ENTITY_SLA_POLICY, false},
    {"auto_response", ENTITY_AUTO_RESPONSE, false},
    {"token", ENTITY_TOKEN, false},
    {"session", ENTITY_SESSION, false},
    {"calendar", ENTITY_CALENDAR, false},
    {"category_skill", ENTITY_CATEGORY_SKILL, false},
    {"outbox", ENTITY_OUTBOX, false},
    {"mail", ENTITY_MAIL, false},
    {"desk", ENTITY_DESK, false},
    {NULL, 0, false},
};
static const struct enum_name actor_words[] = {{"anonymous", ACTOR_ANONYMOUS, false},
                                               {"system", ACTOR_SYSTEM, false},
                                               {"agent", ACTOR_AGENT, false},
                                               {"requester", ACTOR_REQUESTER, false},
                                               {NULL, 0, false}};

struct audit_actor {
    int type;
    const char *name;
    int64_t number;
};
static const struct field actor_fields[] = {
    {"type", FIELD_ENUM, offsetof(struct audit_actor, type), .required = true,
     .names = actor_words},
    {"name", FIELD_TEXT, offsetof(struct audit_actor, name), .required = true,
     .about = "at that time"},
    {"number", FIELD_INT, offsetof(struct audit_actor, number), .nullable = true,
     .about = "short id of the agent or requester"},
};
static const struct shape actor_shape =
    SHAPE_OUT("AuditActor", "Who did it", struct audit_actor, actor_fields);

struct audit_view {
    int64_t id;
    int64_t at_ms;
    int entity;
    struct uuid entity_id;
    int64_t entity_number;
    const char *kind;
    const struct audit_actor *actor;
    const char *changed_from;
    const char *changed_to;
    const char *note;
    const char *ip;
    const char *user_agent;
};
static const struct field audit_fields[] = {
    {"id", FIELD_INT, offsetof(struct audit_view, id), .required = true},
    {"createdAt", FIELD_TIME, offsetof(struct audit_view, at_ms), .required = true},
    {"entity", FIELD_ENUM, offsetof(struct audit_view, entity), .required = true,
     .names = entity_words},
    {"entityId", FIELD_UUID, offsetof(struct audit_view, entity_id)},
    {"entityNumber", FIELD_INT, offsetof(struct audit_view, entity_number), .nullable = true},
    {"kind", FIELD_TEXT, offsetof(struct audit_view, kind), .required = true},
    {"actor", FIELD_OBJECT, offsetof(struct audit_view, actor), .required = true,
     .of = &actor_shape},
    {"changedFrom", FIELD_JSON, offsetof(struct audit_view, changed_from)},
    {"changedTo", FIELD_JSON, offsetof(struct audit_view, changed_to)},
    {"note", FIELD_TEXT, offsetof(struct audit_view, note)},
    {"ip", FIELD_TEXT, offsetof(struct audit_view, ip)},
    {"userAgent", FIELD_TEXT, offsetof(struct audit_view, user_agent)},
};
static const struct shape audit_shape =
    SHAPE_OUT("AuditEvent", "Something that happened", struct audit_view, audit_fields);

struct audit_list_view {
    struct object_list events;
    const char *next_cursor;
};
static const struct field audit_list_fields[] = {
    {"events", FIELD_OBJECTS, offsetof(struct audit_list_view, events), .required = true,
     .of = &audit_shape},
    {"nextCursor", FIELD_TEXT, offsetof(struct audit_list_view, next_cursor),
     .about = "null: that was all. A page may be empty and still have a next one: a request looks "
              "at 10,000 events at the most"},
};
static const struct shape audit_list_shape =
    SHAPE_OUT("AuditList", "Newest first", struct audit_list_view, audit_list_fields);

struct audit_query {
    uint64_t present;
    int entity;
    int64_t entity_number;
    const char *actor_id;
    const char *kind;
    int64_t since_ms;
    int64_t until_ms;
    int64_t cursor;
    int64_t limit;
};
static const struct field audit_query_fields[] = {
    {"entity", FIELD_ENUM, offsetof(struct audit_query, entity), .names = entity_words},
    {"entityNumber", FIELD_INT, offsetof(struct audit_query, entity_number), .min = 1,
     .max = INT64_MAX, .about = "of one thing (needs entity): a ticket's number"},
    {"actorId", FIELD_TEXT, offsetof(struct audit_query, actor_id), .max_bytes = EMAIL_MAX_BYTES,
     .about = "an agent or requester, by id or address"},
    {"kind", FIELD_TEXT, offsetof(struct audit_query, kind), .max = 100,
     .about = "exactly: signed_in, created ..."},
    {"since", FIELD_TIME, offsetof(struct audit_query, since_ms)},
    {"until", FIELD_TIME, offsetof(struct audit_query, until_ms), .about = "this moment excluded"},
    {"cursor", FIELD_INT, offsetof(struct audit_query, cursor), .min = 1, .max = INT64_MAX,
     .about = "nextCursor of the page before"},
    {"limit", FIELD_INT, offsetof(struct audit_query, limit), .min = 1, .max = LIST_LIMIT_MAX,
     .fallback = "100"},
};
static const struct shape audit_query_shape =
    SHAPE("AuditQuery", "Which events", struct audit_query, audit_query_fields);

/* ---- looking ---- */

/* The first id whose moment is at_ms or later, or one beyond the newest. */
static err id_at(struct tx *tx, int64_t at_ms, int64_t *out)
{
    struct event_newest_row newest;
    int64_t low = 1, high;

    TRY(q_event_newest(tx, &newest));
    high = newest.id + 1;
    while (low < high) {
        int64_t mid = low + (high - low) / 2;
        struct audit_moment_row at;

        TRY(q_audit_moment(tx, mid, &at));
        if (at.at_ms >= at_ms)
            high = mid;
        else
            low = at.id + 1;
    }
    *out = low;
    return OK;
}

/* Neither of the two look-ups' own complaints fits. */
static err find_actor_silently(struct tx *tx, const char *ref, int64_t *out_id, int64_t *out_type)
{
    struct requester requester;
    struct agent_ref agent;
    err e = agent_find(tx, ref, "actorId", &agent);

    if (e == OK) {
        *out_id = agent.id;
        *out_type = ACTOR_AGENT;
    }
    if (e != ERR_INVALID)
        return e;
    e = requester_find(tx, ref, &requester);
    if (e == ERR_NOT_FOUND)
        e = requester_by_email(tx, ref, &requester);
    if (e == OK) {
        *out_id = requester.id;
        *out_type = ACTOR_REQUESTER;
    }
    return e;
}

static err find_actor(struct tx *tx, const char *ref, int64_t *out_id, int64_t *out_type)
{
    struct fault *fault = tx->fault;
    err e;

    tx->fault = NULL;
    e = find_actor_silently(tx, ref, out_id, out_type);
    tx->fault = fault;
    if (e == ERR_NOT_FOUND)
        return fault_field(fault, "actorId", "there is nobody like that");
    return e;
}

/* One stretch, from which rows are taken; *out_next is where another begins, 0 if there is none. */
static err look(struct tx *tx, const struct audit_query *q, int64_t limit, struct event_rows *out,
                int64_t *out_next)
{
    struct q_audit_all_args args = {
        .before_id = q->cursor ? q->cursor : INT64_MAX,
        .from_id = 1,
        .stretch = AUDIT_STRETCH,
        .entity = q->entity,
        .kind = q->kind,
        .since_ms = q->since_ms,
        .until_ms = q->until_ms ? q->until_ms : INT64_MAX,
        .limit_n = limit,
    };
    bool beside = q->entity != 0 && q->entity != ENTITY_TICKET;
    struct audit_all_end_row end;
    int64_t before;

    if (q->actor_id)
        TRY(find_actor(tx, q->actor_id, &args.actor_id, &args.actor_type));
    if (q->since_ms)
        TRY(id_at(tx, q->since_ms - AUDIT_SLACK_MS, &args.from_id));
    if (q->until_ms) {
        TRY(id_at(tx, q->until_ms + AUDIT_SLACK_MS, &before));
        args.before_id = before < args.before_id ? before : args.before_id;
    }
    if (beside) {
        struct q_audit_beside_tickets_args same;
        struct audit_beside_tickets_end_row same_end;

        _Static_assert(sizeof(same) == sizeof(args), "both queries take the same");
        memcpy(&same, &args, sizeof(same));
        TRY(q_audit_beside_tickets(tx, &same, out));
        TRY(q_audit_beside_tickets_end(tx, args.before_id, args.from_id, args.stretch, &same_end));
        end = (struct audit_all_end_row){same_end.id, same_end.n};
    } else {
        TRY(q_audit_all(tx, &args, out));
        TRY(q_audit_all_end(tx, args.before_id, args.from_id, args.stretch, &end));
    }
    *out_next = 0;
    if (out->n == (size_t)limit)
        *out_next = out->v[out->n - 1].id;
    else if (end.n == AUDIT_STRETCH)
        *out_next = end.id;
    return OK;
}

static err look_at_one(struct tx *tx, const struct audit_query *q, int64_t limit,
                       struct event_rows *out, int64_t *out_next)
{
    if (!q->entity)
        return fault_field(tx->fault, "entity", "entityNumber needs it");
    if (q->actor_id || q->kind || q->since_ms || q->until_ms)
        return fault_field(tx->fault, "entityNumber",
                           "can't be used with actorId, kind, since or until");
    TRY(q_audit_of_one(tx, q->entity, q->entity_number, q->cursor ? q->cursor : INT64_MAX, limit,
                       out));
    *out_next = out->n == (size_t)limit ? out->v[out->n - 1].id : 0;
    return OK;
}

static err audit_get(struct request *r, struct tx *tx)
{
    const struct audit_query *q = r->query;
    int64_t limit = q->limit ? q->limit : LIST_LIMIT_MAX;
    struct event_rows rows;
    struct audit_list_view view = {0};
    struct audit_view *v;
    struct audit_actor *actors;
    int64_t next = 0;

    TRY(q->entity_number ? look_at_one(tx, q, limit, &rows, &next)
                         : look(tx, q, limit, &rows, &next));
    v = ARENA_ARRAY(r->arena, struct audit_view, rows.n + 1);
    actors = ARENA_ARRAY(r->arena, struct audit_actor, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++) {
        const struct event_row *e = &rows.v[i];

        actors[i] = (struct audit_actor){(int)e->actor_type, e->actor_name, e->actor_id};
        v[i] = (struct audit_view){e->id,         e->at_ms, (int)e->entity, e->entity_uuid,
                                   e->entity_id,  e->kind,  &actors[i],     e->changed_from,
                                   e->changed_to, e->note,  e->ip,          e->user_agent};
    }
    view.events = (struct object_list){v, rows.n};
    if (next)
        view.next_cursor = arena_printf(r->arena, "%lld", (long long)next);
    return answer(r, 200, &audit_list_shape, &view);
}

static const struct route routes[] = {
    {"GET", "/api/audit", ACCESS_ADMIN, RUN_REPORT, audit_get, .query = &audit_query_shape,
     .status = 200, .answer = &audit_list_shape, .tag = "Audit",
     .summary = "Everything that happened, newest first"},
};
const struct route_table audit_routes = ROUTES(routes);
