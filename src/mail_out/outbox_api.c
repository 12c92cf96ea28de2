#include "mail_out/outbox_api.h"

#include "base/limits.h"
#include "base/ref.h"
#include "mail_out/outbox.h"

#define STATE_NAME(id, value, name) {name, value, false},
static const struct enum_name state_names[] = {OUTBOX_STATE_WORDS(STATE_NAME){NULL, 0, false}};
#undef STATE_NAME

struct recipient_view {
    const char *name;
    const char *email;
};
static const struct field recipient_fields[] = {
    {"name", FIELD_TEXT, offsetof(struct recipient_view, name)},
    {"email", FIELD_TEXT, offsetof(struct recipient_view, email), .required = true},
};
static const struct shape recipient_shape =
    SHAPE_OUT("OutboxRecipient", "Who a mail goes to", struct recipient_view, recipient_fields);

struct outbox_view {
    struct uuid id;
    const char *kind;
    int state;
    struct uuid ticket_id;
    int64_t number;
    const char *message_id;
    struct object_list recipients;
    const char *subject;
    const char *body;
    int64_t attempts;
    const char *last_error;
    int64_t next_ms, created_ms, sent_ms;
};
#define AT(member) offsetof(struct outbox_view, member)
static const struct field outbox_fields[] = {
    {"id", FIELD_UUID, AT(id), .required = true},
    {"kind", FIELD_TEXT, AT(kind), .required = true,
     .about = "acknowledgement, reply or notification"},
    {"state", FIELD_ENUM, AT(state), .required = true, .names = state_names},
    {"ticketId", FIELD_UUID, AT(ticket_id)},
    {"number", FIELD_INT, AT(number), .about = "of the ticket"},
    {"messageId", FIELD_TEXT, AT(message_id), .required = true},
    {"recipients", FIELD_OBJECTS, AT(recipients), .required = true, .of = &recipient_shape},
    {"subject", FIELD_TEXT, AT(subject), .required = true},
    {"body", FIELD_TEXT, AT(body), .required = true, .about = "Markdown"},
    {"attempts", FIELD_INT, AT(attempts), .required = true},
    {"lastError", FIELD_TEXT, AT(last_error), .about = "the mail server's words"},
    {"nextAttemptAt", FIELD_TIME, AT(next_ms)},
    {"createdAt", FIELD_TIME, AT(created_ms), .required = true},
    {"sentAt", FIELD_TIME, AT(sent_ms)},
};
#undef AT
static const struct shape outbox_shape =
    SHAPE_OUT("OutboxMail", "An outgoing mail", struct outbox_view, outbox_fields);

struct outbox_list_view {
    struct object_list mails;
    const char *next_cursor;
};
static const struct field outbox_list_fields[] = {
    {"mails", FIELD_OBJECTS, offsetof(struct outbox_list_view, mails), .required = true,
     .of = &outbox_shape},
    {"nextCursor", FIELD_TEXT, offsetof(struct outbox_list_view, next_cursor),
     .about = "null: that was all"},
};
static const struct shape outbox_list_shape = SHAPE_OUT(
    "OutboxList", "Outgoing mails, newest first", struct outbox_list_view, outbox_list_fields);

struct outbox_query {
    uint64_t present;
    int state;
    int64_t limit;
    const char *cursor;
};
static const struct field outbox_query_fields[] = {
    {"state", FIELD_ENUM, offsetof(struct outbox_query, state), .names = state_names},
    {"limit", FIELD_INT, offsetof(struct outbox_query, limit), .min = 1, .max = LIST_LIMIT_MAX,
     .fallback = "20"},
    {"cursor", FIELD_TEXT, offsetof(struct outbox_query, cursor), .max_bytes = 20},
};
static const struct shape outbox_query_shape =
    SHAPE("OutboxQuery", "Which outgoing mails", struct outbox_query, outbox_query_fields);

static void view_of(struct arena *a, const struct outbox_mail *from, struct outbox_view *out)
{
    struct recipient_view *to = ARENA_NEW(a, struct recipient_view);

    *to = (struct recipient_view){from->to.name, from->to.email};
    *out = (struct outbox_view){
        .id = from->uuid,
        .kind = from->kind,
        .state = (int)from->state,
        .ticket_id = from->ticket_uuid,
        .number = from->ticket_id,
        .message_id = from->message_id,
        .recipients = {to, 1},
        .subject = from->subject,
        .body = from->body,
        .attempts = from->attempts,
        .last_error = from->last_error,
        .next_ms = from->state == OUTBOX_QUEUED ? from->next_ms : 0,
        .created_ms = from->created_ms,
        .sent_ms = from->sent_ms,
    };
}

static err outbox_get(struct request *r, struct tx *tx)
{
    const struct outbox_query *query = r->query;
    int64_t limit = query->limit ? query->limit : LIST_LIMIT_DEFAULT;
    bool by_state = shape_sent(&outbox_query_shape, query, "state");
    struct outbox_list list;
    struct outbox_list_view view = {0};
    struct outbox_view *views;
    struct ref ref = {0};

    if (query->cursor && (!ref_parse(query->cursor, &ref) || !ref.number))
        return fault_field(&r->fault, "cursor", "not a cursor of this list");
    TRY(outbox_list(tx, by_state ? (enum outbox_state)query->state : OUTBOX_STATE_COUNT, ref.number,
                    limit + 1, &list));
    view.mails.n = list.n > (size_t)limit ? (size_t)limit : list.n;
    views = ARENA_ARRAY(tx->arena, struct outbox_view, view.mails.n);
    for (size_t i = 0; i < view.mails.n; i++)
        view_of(tx->arena, &list.v[i], &views[i]);
    view.mails.v = views;
    if (list.n > view.mails.n)
        view.next_cursor = arena_printf(tx->arena, "%lld", (long long)list.v[view.mails.n - 1].id);
    return answer(r, 200, &outbox_list_shape, &view);
}

static err outbox_get_one(struct request *r, struct tx *tx)
{
    struct outbox_mail mail;
    struct outbox_view view;

    TRY(outbox_find(tx, request_param(r, "id"), &mail));
    view_of(tx->arena, &mail, &view);
    return answer(r, 200, &outbox_shape, &view);
}

const struct route outbox_routes[] = {
    {"GET", "/api/outbox", ACCESS_AGENT, RUN_READ, outbox_get, .query = &outbox_query_shape,
     .status = 200, .answer = &outbox_list_shape, .tag = "Mail",
     .summary = "Outgoing mail with its state and recipients"},
    {"GET", "/api/outbox/:id", ACCESS_AGENT, RUN_READ, outbox_get_one, .status = 200,
     .answer = &outbox_shape, .tag = "Mail", .summary = "One outgoing mail"},
};
const size_t outbox_route_count = COUNT_OF(outbox_routes);
