#include "event/event.h"

#include "queries.gen.h"

static const char *const names[ENTITY_COUNT] = {
    [0] = "none",
    [ENTITY_TICKET] = "ticket",
    [ENTITY_REQUESTER] = "requester",
    [ENTITY_AGENT] = "agent",
    [ENTITY_GROUP] = "group",
    [ENTITY_CATEGORY] = "category",
    [ENTITY_ASSIGNMENT_RULE] = "assignment_rule",
    [ENTITY_SLA_POLICY] = "sla_policy",
    [ENTITY_AUTO_RESPONSE] = "auto_response",
    [ENTITY_TOKEN] = "token",
    [ENTITY_SESSION] = "session",
    [ENTITY_CALENDAR] = "calendar",
    [ENTITY_CATEGORY_SKILL] = "category_skill",
    [ENTITY_OUTBOX] = "outbox",
    [ENTITY_MAIL] = "mail",
    [ENTITY_DESK] = "desk",
};

const char *entity_name(enum entity entity)
{
    ENSURE((unsigned)entity < ENTITY_COUNT);
    return names[entity];
}

err event_emit(struct tx *tx, const struct event *event)
{
    int64_t id;

    TRY(sequence_next(tx, SEQ_EVENT, &id));
    return q_event_insert(tx, &(struct q_event_insert_args){
                                  .id = id,
                                  .at_ms = tx->now_ms,
                                  .entity = event->entity,
                                  .entity_id = event->entity_id,
                                  .entity_uuid = event->entity_uuid,
                                  .kind = event->kind,
                                  .actor_type = tx->actor.type,
                                  .actor_id = tx->actor.id,
                                  .actor_name = tx->actor.name ? tx->actor.name : "anonymous",
                                  .changed_from = event->changed_from,
                                  .changed_to = event->changed_to,
                                  .note = event->note,
                                  .requester_id = event->requester_id,
                                  .agents_only = event->agents_only,
                                  .ip = tx->actor.ip,
                                  .user_agent = tx->actor.user_agent,
                              });
}

static const char *keep(struct tx *tx, struct buf *b)
{
    const char *text = arena_strn(tx->arena, buf_text(b), b->len);

    buf_done(b);
    return text;
}

const char *event_json_text(struct tx *tx, const char *name, const char *text)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);

    json_open(&j, '{');
    JSON_PUT(&j, text, name, text);
    json_close(&j, '}');
    return keep(tx, &b);
}

const char *event_json_int(struct tx *tx, const char *name, int64_t n)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);

    json_open(&j, '{');
    JSON_PUT(&j, int, name, n);
    json_close(&j, '}');
    return keep(tx, &b);
}
