#include "ticket/ticket_view_api.h"

#include "file/attachment_api.h"
#include "people/access.h"

#include <math.h>

#define NAME_ROW(id, value, text) {text, value, false},
#define ALIAS_ROW(id, value, text) {text, value, true},

const struct enum_name ticket_status_enum[] = {
    TICKET_STATUS_WORDS(NAME_ROW) TICKET_STATUS_ALIASES(ALIAS_ROW){NULL, 0, false}};
const struct enum_name ticket_priority_enum[] = {
    TICKET_PRIORITY_WORDS(NAME_ROW) TICKET_PRIORITY_ALIASES(ALIAS_ROW){NULL, 0, false}};
const struct enum_name ticket_source_enum[] = {
    TICKET_SOURCE_WORDS(NAME_ROW) TICKET_SOURCE_ALIASES(ALIAS_ROW){NULL, 0, false}};
const struct enum_name requester_tier_enum[] = {
    REQUESTER_TIER_WORDS(NAME_ROW) REQUESTER_TIER_ALIASES(ALIAS_ROW){NULL, 0, false}};
const struct enum_name author_type_enum[] = {{"anonymous", ACTOR_ANONYMOUS, false},
                                             {"system", ACTOR_SYSTEM, false},
                                             {"agent", ACTOR_AGENT, false},
                                             {"requester", ACTOR_REQUESTER, false},
                                             {NULL, 0, false}};

static const struct field requester_brief_fields[] = {
    {"id", FIELD_UUID, offsetof(struct requester, uuid), .required = true},
    {"name", FIELD_TEXT, offsetof(struct requester, name), .required = true},
    {"email", FIELD_TEXT, offsetof(struct requester, email), .required = true},
    {"phone", FIELD_TEXT, offsetof(struct requester, phone), .nullable = true},
    {"userId", FIELD_TEXT, offsetof(struct requester, user_id), .nullable = true},
    {"organization", FIELD_TEXT, offsetof(struct requester, organization), .nullable = true},
    {"tier", FIELD_ENUM, offsetof(struct requester, tier), .names = requester_tier_enum},
};
const struct shape requester_brief_shape =
    SHAPE_OUT("TicketRequester", "Who asks", struct requester, requester_brief_fields);

static const struct field assignee_fields[] = {
    {"id", FIELD_UUID, offsetof(struct agent_ref, uuid), .required = true},
    {"name", FIELD_TEXT, offsetof(struct agent_ref, name), .required = true},
    {"email", FIELD_TEXT, offsetof(struct agent_ref, email), .omit_null = true,
     .about = "For agents only"},
};
static const struct shape assignee_shape =
    SHAPE_OUT("TicketAssignee", "Who answers", struct agent_ref, assignee_fields);

#define SLA(member) offsetof(struct sla_view, sla.member)
static const struct field sla_fields[] = {
    {"id", FIELD_UUID, offsetof(struct sla_view, id), .required = true},
    {"policyId", FIELD_UUID, SLA(policy_uuid), .nullable = true,
     .about = "null: the default targets of the settings"},
    {"policyName", FIELD_TEXT, SLA(policy_name), .required = true},
    {"responseDue", FIELD_TIME, SLA(response_due_ms), .required = true},
    {"resolutionDue", FIELD_TIME, SLA(resolution_due_ms), .required = true},
    {"responseMet", FIELD_TRI, SLA(response_met), .nullable = true},
    {"resolutionMet", FIELD_TRI, SLA(resolution_met), .nullable = true},
    {"responseAt", FIELD_TIME, SLA(response_ms), .nullable = true},
    {"resolutionAt", FIELD_TIME, SLA(resolution_ms), .nullable = true},
    {"pausedSince", FIELD_TIME, SLA(paused_since_ms), .nullable = true,
     .about = "When it began to wait for the customer"},
};
static const struct shape sla_view_shape =
    SHAPE_OUT("TicketSla", "The ticket's service level", struct sla_view, sla_fields);

static const struct field author_fields[] = {
    {"id", FIELD_UUID, offsetof(struct comment_author, id), .nullable = true},
    {"type", FIELD_ENUM, offsetof(struct comment_author, type), .names = author_type_enum},
    {"name", FIELD_TEXT, offsetof(struct comment_author, name), .required = true},
};
static const struct shape author_shape =
    SHAPE_OUT("CommentAuthor", "Who wrote it", struct comment_author, author_fields);

#define COMMENT(member) offsetof(struct comment_view, comment.member)
static const struct field comment_fields[] = {
    {"id", FIELD_UUID, COMMENT(uuid), .required = true},
    {"authorId", FIELD_UUID, COMMENT(author_uuid), .nullable = true},
    {"authorType", FIELD_ENUM, COMMENT(author_type), .names = author_type_enum},
    {"author", FIELD_OBJECT, offsetof(struct comment_view, author), .of = &author_shape},
    {"content", FIELD_TEXT, COMMENT(content), .required = true, .about = "Markdown"},
    {"isInternal", FIELD_BOOL, COMMENT(is_internal), .required = true},
    {"isPublic", FIELD_BOOL, offsetof(struct comment_view, is_public), .required = true},
    {"attachments", FIELD_OBJECTS, offsetof(struct comment_view, attachments),
     .of = &attachment_shape},
    {"createdAt", FIELD_TIME, COMMENT(created_ms), .required = true},
};
const struct shape comment_view_shape =
    SHAPE_OUT("Comment", "A reply or a note", struct comment_view, comment_fields);

#define T(member) offsetof(struct ticket_view, ticket.member)
#define TICKET_FIELDS                                                                              \
    {"id", FIELD_UUID, T(uuid), .required = true},                                                 \
        {"number", FIELD_INT, T(id), .required = true, .about = "Short, for people to say"},       \
        {"subject", FIELD_TEXT, T(subject), .required = true},                                     \
        {"description", FIELD_TEXT, T(description), .required = true},                             \
        {"status", FIELD_ENUM, T(status), .required = true, .names = ticket_status_enum},          \
        {"priority", FIELD_ENUM, T(priority), .required = true, .names = ticket_priority_enum},    \
        {"category", FIELD_TEXT, T(category.name), .required = true},                              \
        {"subcategory", FIELD_TEXT, T(subcategory), .nullable = true},                             \
        {"requester", FIELD_OBJECT, offsetof(struct ticket_view, requester), .required = true,     \
         .of = &requester_brief_shape},                                                            \
        {"assignee", FIELD_OBJECT, offsetof(struct ticket_view, assignee), .nullable = true,       \
         .of = &assignee_shape},                                                                   \
        {"assigneeGroup", FIELD_TEXT, T(group.name), .nullable = true},                            \
        {"tags", FIELD_JSON_TEXTS, T(tags), .required = true},                                     \
        {"customFields", FIELD_JSON, T(custom_fields), .required = true},                          \
        {"source", FIELD_ENUM, T(source), .required = true, .names = ticket_source_enum},          \
        {"channel", FIELD_TEXT, T(channel), .nullable = true},                                     \
        {"sla", FIELD_OBJECT, offsetof(struct ticket_view, sla), .nullable = true,                 \
         .of = &sla_view_shape},                                                                   \
        {"createdAt", FIELD_TIME, T(created_ms), .required = true},                                \
        {"updatedAt", FIELD_TIME, T(updated_ms), .required = true},                                \
        {"dueDate", FIELD_TIME, T(due_ms), .nullable = true},                                      \
        {"resolvedAt", FIELD_TIME, T(resolved_ms), .nullable = true},                              \
        {"closedAt", FIELD_TIME, T(closed_ms), .nullable = true},                                  \
        {"deletedAt", FIELD_TIME, T(deleted_ms), .omit_null = true},                               \
        {"externalId", FIELD_TEXT, T(external_id), .nullable = true},                              \
        {"commentCount", FIELD_INT, T(comment_count), .required = true},                           \
        {"attachmentCount", FIELD_INT, T(attachment_count), .required = true},                     \
    {                                                                                              \
        "version", FIELD_INT, T(version), .required = true, .about = "Also the ETag"               \
    }

static const struct field ticket_fields[] = {
    TICKET_FIELDS,
    {"rank", FIELD_REAL, offsetof(struct ticket_view, rank), .omit_null = true,
     .about = "Search hits in order of relevance: more is better"},
    {"snippet", FIELD_TEXT, offsetof(struct ticket_view, snippet), .omit_null = true,
     .about = "Search hits: HTML-escaped text with the words found in <mark>"},
};
const struct shape ticket_view_shape =
    SHAPE_OUT("Ticket", "A ticket", struct ticket_view, ticket_fields);

static const struct field ticket_full_fields[] = {
    TICKET_FIELDS,
    {"comments", FIELD_OBJECTS, offsetof(struct ticket_view, comments), .required = true,
     .of = &comment_view_shape, .about = "Oldest first"},
    {"attachments", FIELD_OBJECTS, offsetof(struct ticket_view, attachments), .required = true,
     .of = &attachment_shape, .about = "Of the ticket itself"},
};
const struct shape ticket_full_view_shape = SHAPE_OUT(
    "TicketWithComments", "A ticket with its conversation", struct ticket_view, ticket_full_fields);

void ticket_view_fill(const struct tx *tx, const struct ticket *ticket, struct ticket_view *out)
{
    *out = (struct ticket_view){.ticket = *ticket, .rank = NAN};
    out->requester = &out->ticket.requester;
    if (ticket->assignee.id) {
        out->assignee = &out->ticket.assignee;
        if (!actor_is_agent(&tx->actor))
            out->ticket.assignee.email = NULL;
    }
    if (ticket->sla.policy_name) {
        out->sla_body = (struct sla_view){.sla = ticket->sla, .id = ticket->uuid};
        out->sla = &out->sla_body;
    }
}

static struct object_list views_of_comment(struct tx *tx, const struct attachment_list *all,
                                           int64_t comment_id)
{
    struct attachment_list mine = {ARENA_ARRAY(tx->arena, struct attachment, all->n), 0};

    for (size_t i = 0; i < all->n; i++) {
        if (all->v[i].comment_id == comment_id)
            mine.v[mine.n++] = all->v[i];
    }
    return attachment_views(tx->arena, &mine);
}

void comment_view_fill(struct tx *tx, const struct comment *comment,
                       const struct attachment_list *attachments, struct comment_view *out)
{
    struct comment_author *author = ARENA_NEW(tx->arena, struct comment_author);

    *author = (struct comment_author){comment->author_uuid, (int)comment->author_type,
                                      comment->author_name};
    *out = (struct comment_view){
        .comment = *comment, .is_public = !comment->is_internal, .author = author};
    if (attachments->n > 0)
        out->attachments = views_of_comment(tx, attachments, comment->id);
}

err ticket_view_fill_full(struct tx *tx, const struct ticket *ticket, struct ticket_view *out)
{
    struct comment_list comments = {0};
    struct attachment_list attachments = {0};
    struct comment_view *views;

    ticket_view_fill(tx, ticket, out);
    if (ticket->comment_count > 0)
        TRY(ticket_comments(tx, ticket->id, &comments));
    if (ticket->attachment_count > 0)
        TRY(attachments_of_ticket(tx, ticket->id, &attachments));
    views = ARENA_ARRAY(tx->arena, struct comment_view, comments.n ? comments.n : 1);
    for (size_t i = 0; i < comments.n; i++)
        comment_view_fill(tx, &comments.v[i], &attachments, &views[i]);
    out->comments = (struct object_list){views, comments.n};
    if (attachments.n > 0)
        out->attachments = views_of_comment(tx, &attachments, 0);
    return OK;
}

err answer_ticket(struct request *r, struct tx *tx, int status, const struct ticket *ticket)
{
    struct ticket_view *view = ARENA_NEW(r->arena, struct ticket_view);

    ticket_view_fill(tx, ticket, view);
    answer(r, status, &ticket_view_shape, view);
    answer_etag(r, ticket->version);
    return OK;
}
