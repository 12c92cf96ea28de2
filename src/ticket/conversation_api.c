/* conversation_api.c -- what hangs on a ticket: comments, history, links, watchers. */
#include "base/limits.h"
#include "event/event_view_api.h"
#include "file/attachment_api.h"
#include "people/access.h"
#include "queries.gen.h"
#include "ticket/ticket_api.h"
#include "ticket/ticket_view_api.h"

#include <inttypes.h>

/* ---- comments ---- */

struct comment_body {
    uint64_t present;
    const char *content;
    bool is_internal;
    bool is_public;
    struct text_list attachment_ids;
};
#define C(member) offsetof(struct comment_body, member)
static const struct field comment_body_fields[] = {
    {"content", FIELD_TEXT, C(content), .required = true, .min = 1, .max_bytes = COMMENT_MAX_BYTES,
     .about = "Markdown"},
    {"isInternal", FIELD_BOOL, C(is_internal), .about = "A note that only agents see"},
    {"isPublic", FIELD_BOOL, C(is_public), .about = "The opposite of isInternal",
     .fallback = "true"},
    {"attachmentIds", FIELD_REFS, C(attachment_ids), .max_items = 100,
     .about = "Files uploaded to the ticket before"},
};
static const struct shape comment_body_shape =
    SHAPE("CommentInput", "A reply or a note", struct comment_body, comment_body_fields);

static err is_internal(struct request *r, const struct comment_body *body, bool *out)
{
    bool says_public = shape_sent(&comment_body_shape, body, "isPublic");
    bool says_internal = shape_sent(&comment_body_shape, body, "isInternal");

    if (says_public && says_internal && body->is_public == body->is_internal)
        return fault_field(&r->fault, "isPublic", "a comment is either public or internal");
    *out = says_internal ? body->is_internal : says_public && !body->is_public;
    return OK;
}

static err comment_post(struct request *r, struct tx *tx)
{
    const struct comment_body *body = r->body;
    struct comment_input input = {
        .content = body->content,
        .attachment_refs = body->attachment_ids.v,
        .attachment_ref_count = body->attachment_ids.n,
        .quiet = r->actor.type == ACTOR_REQUESTER,
    };
    struct comment_view *view = ARENA_NEW(r->arena, struct comment_view);
    struct attachment_list attachments = {0};
    struct comment comment;
    struct ticket ticket;

    TRY(is_internal(r, body, &input.is_internal));
    TRY(ticket_comment(tx, request_param(r, "id"), &input, &comment, &ticket));
    if (body->attachment_ids.n > 0 && comment.id)
        TRY(attachments_of_comment(tx, comment.id, &attachments));
    comment_view_fill(tx, &comment, &attachments, view);
    answer(r, 201, &comment_view_shape, view);
    /* Where it went: a reply that came too late has opened a ticket of its own, one to a merged ticket
     * is with the other, which may be somebody else's. */
    if (actor_is_agent(&r->actor) || ticket.requester.id == r->actor.id)
        answer_header(r, "Location", arena_printf(r->arena, "/api/tickets/%" PRId64, ticket.id));
    return OK;
}

struct comments_answer {
    struct object_list comments;
};
static const struct field comments_answer_fields[] = {
    {"comments", FIELD_OBJECTS, offsetof(struct comments_answer, comments), .required = true,
     .of = &comment_view_shape},
};
static const struct shape comments_answer_shape =
    SHAPE_OUT("Comments", "Oldest first", struct comments_answer, comments_answer_fields);

static err comments_get(struct request *r, struct tx *tx)
{
    struct ticket_view *view = ARENA_NEW(r->arena, struct ticket_view);
    struct comments_answer list;
    struct ticket ticket;

    TRY(ticket_find(tx, request_param(r, "id"), &ticket));
    TRY(ticket_view_fill_full(tx, &ticket, view));
    list.comments = view->comments;
    return answer(r, 200, &comments_answer_shape, &list);
}

/* ---- history ---- */

struct history_query {
    uint64_t present;
    int64_t after;
    int64_t limit;
};
static const struct field history_query_fields[] = {
    {"after", FIELD_INT, offsetof(struct history_query, after), .min = 0, .max = INT64_MAX,
     .about = "The id of the last entry seen"},
    {"limit", FIELD_INT, offsetof(struct history_query, limit), .min = 1, .max = 1000,
     .fallback = "1000"},
};
static const struct shape history_query_shape =
    SHAPE("HistoryQuery", "Where to go on", struct history_query, history_query_fields);

struct history_answer {
    struct object_list history;
    int64_t next_after;
};
static const struct field history_answer_fields[] = {
    {"history", FIELD_OBJECTS, offsetof(struct history_answer, history), .required = true,
     .of = &event_view_shape},
    {"nextAfter", FIELD_INT, offsetof(struct history_answer, next_after), .nullable = true,
     .about = "There is more: ask again with after"},
};
static const struct shape history_answer_shape = SHAPE_OUT(
    "History", "Every change: who, from, to, when", struct history_answer, history_answer_fields);

/* Why agents did something, and why the rules chose somebody, is said among agents. */
static void keep_own_remarks(const struct actor *actor, struct event_rows *rows)
{
    for (size_t i = 0; i < rows->n; i++) {
        struct event_row *row = &rows->v[i];

        if (row->actor_type != (int64_t)actor->type || row->actor_id != actor->id)
            row->note = NULL;
    }
}

static err history_get(struct request *r, struct tx *tx)
{
    const struct history_query *query = r->query;
    int64_t limit = query->limit ? query->limit : 1000;
    struct history_answer history = {0};
    struct ticket ticket;
    struct event_rows rows;

    TRY(ticket_find(tx, request_param(r, "id"), &ticket));
    if (actor_is_agent(&r->actor))
        TRY(q_event_history(tx, ENTITY_TICKET, ticket.id, query->after, limit, &rows));
    else
        TRY(q_event_history_public(tx, ENTITY_TICKET, ticket.id, query->after, limit, &rows));
    if (!actor_is_agent(&r->actor))
        keep_own_remarks(&r->actor, &rows);
    history.history = event_views(r->arena, &rows);
    if ((int64_t)rows.n == limit)
        history.next_after = rows.v[rows.n - 1].id;
    return answer(r, 200, &history_answer_shape, &history);
}

/* ---- links ---- */

struct link_body {
    uint64_t present;
    const char *ticket_id;
    const char *kind;
};
static const struct field link_body_fields[] = {
    {"ticketId", FIELD_REF, offsetof(struct link_body, ticket_id), .required = true,
     .about = "The other ticket"},
    {"kind", FIELD_TEXT, offsetof(struct link_body, kind), .max = 20, .fallback = "related",
     .about = "related, duplicate, parent (of the other) or follow_up (to the other)"},
};
static const struct shape link_body_shape =
    SHAPE("LinkInput", "A link to another ticket", struct link_body, link_body_fields);

struct link_view {
    struct uuid id;
    int64_t number;
    const char *subject;
    int status;
    const char *kind;
    bool outgoing;
    int64_t created_ms;
};
#define L(member) offsetof(struct link_view, member)
static const struct field link_fields[] = {
    {"id", FIELD_UUID, L(id), .required = true},
    {"number", FIELD_INT, L(number), .required = true},
    {"subject", FIELD_TEXT, L(subject), .required = true},
    {"status", FIELD_ENUM, L(status), .required = true, .names = ticket_status_enum},
    {"kind", FIELD_TEXT, L(kind), .required = true},
    {"outgoing", FIELD_BOOL, L(outgoing), .required = true,
     .about = "Said of this ticket about the other, not the other way round"},
    {"createdAt", FIELD_TIME, L(created_ms), .required = true},
};
static const struct shape link_shape =
    SHAPE_OUT("Link", "Another ticket that belongs to this one", struct link_view, link_fields);
struct links_answer {
    struct object_list links;
};
static const struct field links_answer_fields[] = {
    {"links", FIELD_OBJECTS, offsetof(struct links_answer, links), .required = true,
     .of = &link_shape},
};
static const struct shape links_answer_shape =
    SHAPE_OUT("Links", "Linked tickets", struct links_answer, links_answer_fields);

static err answer_links(struct request *r, struct tx *tx, int status)
{
    struct ticket ticket;
    struct links_of_ticket_rows rows;
    struct links_answer links;
    struct link_view *views;

    TRY(ticket_find(tx, request_param(r, "id"), &ticket));
    TRY(q_links_of_ticket(tx, ticket.id, &rows));
    views = ARENA_ARRAY(r->arena, struct link_view, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        views[i] = (struct link_view){rows.v[i].uuid,        rows.v[i].id,   rows.v[i].subject,
                                      (int)rows.v[i].status, rows.v[i].kind, rows.v[i].outgoing,
                                      rows.v[i].created_ms};
    links.links = (struct object_list){views, rows.n};
    return answer(r, status, &links_answer_shape, &links);
}

static err links_get(struct request *r, struct tx *tx)
{
    return answer_links(r, tx, 200);
}

static err link_post(struct request *r, struct tx *tx)
{
    const struct link_body *body = r->body;

    TRY(ticket_link(tx, request_param(r, "id"), body->ticket_id,
                    body->kind ? body->kind : "related"));
    return answer_links(r, tx, 201);
}

static err link_delete(struct request *r, struct tx *tx)
{
    TRY(ticket_unlink(tx, request_param(r, "id"), request_param(r, "other"),
                      request_param(r, "kind")));
    return answer_empty(r);
}

/* ---- watchers ---- */

struct watcher_body {
    uint64_t present;
    const char *email;
    const char *name;
};
static const struct field watcher_body_fields[] = {
    {"email", FIELD_EMAIL, offsetof(struct watcher_body, email), .required = true,
     .max_bytes = EMAIL_MAX_BYTES},
    {"name", FIELD_TEXT, offsetof(struct watcher_body, name), .nullable = true,
     .max = NAME_MAX_CHARS},
};
static const struct shape watcher_body_shape =
    SHAPE("WatcherInput", "Who is to be told", struct watcher_body, watcher_body_fields);

static const struct field watcher_fields[] = {
    {"email", FIELD_TEXT, offsetof(struct watcher_row, email), .required = true},
    {"name", FIELD_TEXT, offsetof(struct watcher_row, name), .nullable = true},
    {"agentId", FIELD_UUID, offsetof(struct watcher_row, agent_uuid), .nullable = true},
    {"createdAt", FIELD_TIME, offsetof(struct watcher_row, created_ms), .required = true},
};
static const struct shape watcher_shape =
    SHAPE_OUT("Watcher", "Somebody who is told too", struct watcher_row, watcher_fields);
struct watchers_answer {
    struct object_list watchers;
};
static const struct field watchers_answer_fields[] = {
    {"watchers", FIELD_OBJECTS, offsetof(struct watchers_answer, watchers), .required = true,
     .of = &watcher_shape},
};
static const struct shape watchers_answer_shape =
    SHAPE_OUT("Watchers", "Who is told too", struct watchers_answer, watchers_answer_fields);

static err answer_watchers(struct request *r, struct tx *tx, int status)
{
    struct ticket ticket;
    struct watcher_rows rows;
    struct watchers_answer watchers;

    TRY(ticket_find(tx, request_param(r, "id"), &ticket));
    TRY(q_watchers_of_ticket(tx, ticket.id, &rows));
    watchers.watchers = (struct object_list){rows.v, rows.n};
    return answer(r, status, &watchers_answer_shape, &watchers);
}

static err watchers_get(struct request *r, struct tx *tx)
{
    return answer_watchers(r, tx, 200);
}

static err watcher_post(struct request *r, struct tx *tx)
{
    const struct watcher_body *body = r->body;

    TRY(ticket_watch(tx, request_param(r, "id"), body->email, body->name));
    return answer_watchers(r, tx, 201);
}

static err watcher_delete_api(struct request *r, struct tx *tx)
{
    TRY(ticket_unwatch(tx, request_param(r, "id"), request_param(r, "email")));
    return answer_empty(r);
}

#define ROUTE(verb, route_path, least, as, handler)                                                \
    .method = (verb), .path = (route_path), .access = (least), .run = (as), .handle = (handler),   \
    .tag = "Conversation"

const struct route conversation_routes[] = {
    {ROUTE("GET", "/api/tickets/:id/comments", ACCESS_SIGNED_IN, RUN_READ, comments_get),
     .status = 200, .answer = &comments_answer_shape, .summary = "The conversation"},
    {ROUTE("POST", "/api/tickets/:id/comments", ACCESS_SIGNED_IN, RUN_WRITE, comment_post),
     .body_kind = BODY_JSON, .body = &comment_body_shape, .status = 201,
     .answer = &comment_view_shape, .summary = "Replies, or leaves a note"},
    {ROUTE("GET", "/api/tickets/:id/history", ACCESS_SIGNED_IN, RUN_READ, history_get),
     .query = &history_query_shape, .status = 200, .answer = &history_answer_shape,
     .summary = "Every change of the ticket, oldest first"},
    {ROUTE("GET", "/api/tickets/:id/links", ACCESS_AGENT, RUN_READ, links_get), .status = 200,
     .answer = &links_answer_shape, .summary = "Tickets that belong to this one"},
    {ROUTE("POST", "/api/tickets/:id/links", ACCESS_AGENT, RUN_WRITE, link_post),
     .body_kind = BODY_JSON, .body = &link_body_shape, .status = 201, .answer = &links_answer_shape,
     .summary = "Links another ticket"},
    {ROUTE("DELETE", "/api/tickets/:id/links/:other/:kind", ACCESS_AGENT, RUN_WRITE, link_delete),
     .status = 204, .summary = "Takes a link away"},
    {ROUTE("GET", "/api/tickets/:id/watchers", ACCESS_AGENT, RUN_READ, watchers_get), .status = 200,
     .answer = &watchers_answer_shape, .summary = "Who else is told"},
    {ROUTE("POST", "/api/tickets/:id/watchers", ACCESS_AGENT, RUN_WRITE, watcher_post),
     .body_kind = BODY_JSON, .body = &watcher_body_shape, .status = 201,
     .answer = &watchers_answer_shape, .summary = "Tells somebody else too"},
    {ROUTE("DELETE", "/api/tickets/:id/watchers/:email", ACCESS_AGENT, RUN_WRITE,
           watcher_delete_api),
     .status = 204, .summary = "Tells them no more"},
};
const size_t conversation_route_count = COUNT_OF(conversation_routes);
