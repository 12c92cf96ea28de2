#include "transfer/import_row.h"

#include "base/clock.h"
#include "base/email.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "transfer/import_field.h"

#include <stdlib.h>
#include <string.h>

#define ROW(member) offsetof(struct import_row, member)
#define ASKS(member) offsetof(struct import_row, input.requester.member)

static const struct import_field ticket_fields[] = {
    {"subject", IMPORT_TEXT, ROW(input.subject), SUBJECT_MAX_CHARS, 0, .required = true},
    {"description", IMPORT_TEXT, ROW(input.description), 0, DESCRIPTION_MAX_BYTES,
     .required = true},
    {"category", IMPORT_TEXT, ROW(category), NAME_MAX_CHARS, 0, .required = true},
    {"subcategory", IMPORT_TEXT, ROW(input.subcategory), NAME_MAX_CHARS, 0},
    {"channel", IMPORT_TEXT, ROW(input.channel), NAME_MAX_CHARS, 0},
    {"externalId", IMPORT_TEXT, ROW(input.external_id), NAME_MAX_CHARS, 0},
    {"assigneeEmail", IMPORT_TEXT, ROW(assignee_email), 0, EMAIL_MAX_BYTES},
    {"assigneeGroup", IMPORT_TEXT, ROW(assignee_group), NAME_MAX_CHARS, 0},
    {"priority", IMPORT_WORD, ROW(input.priority), .word = import_word_priority},
    {"status", IMPORT_WORD, ROW(input.status), .word = import_word_status},
    {"source", IMPORT_WORD, ROW(input.source), .word = import_word_source},
    {"createdAt", IMPORT_TIME, ROW(input.created_ms)},
    {"updatedAt", IMPORT_TIME, ROW(input.updated_ms)},
    {"resolvedAt", IMPORT_TIME, ROW(input.resolved_ms)},
    {"closedAt", IMPORT_TIME, ROW(input.closed_ms)},
    {"respondedAt", IMPORT_TIME, ROW(input.response_ms)},
    {"requesterEmail", IMPORT_EMAIL, ASKS(email), 0, EMAIL_MAX_BYTES},
    {"requesterName", IMPORT_TEXT, ASKS(name), NAME_MAX_CHARS, 0},
    {"requesterPhone", IMPORT_TEXT, ASKS(phone), PHONE_MAX_CHARS, 0},
    {"requesterUserId", IMPORT_TEXT, ASKS(user_id), NAME_MAX_CHARS, 0},
    {"requesterOrganization", IMPORT_TEXT, ASKS(organization), NAME_MAX_CHARS, 0},
    {"requesterTier", IMPORT_WORD, ASKS(tier), .word = import_word_tier},
    {"requester", IMPORT_OTHER},
    {"tags", IMPORT_OTHER},
    {"customFields", IMPORT_OTHER},
    {"comments", IMPORT_OTHER},
    {"watchers", IMPORT_OTHER},
    {"deletedAt", IMPORT_OTHER},
    /* What an export tells and a new desk makes anew. */
    {"id", IMPORT_IGNORED},
    {"number", IMPORT_IGNORED},
    {"version", IMPORT_IGNORED},
    {"requesterId", IMPORT_IGNORED},
    {"assigneeId", IMPORT_IGNORED},
    {"assignee", IMPORT_IGNORED},
    {"dueDate", IMPORT_IGNORED},
    {"sla", IMPORT_IGNORED},
    {"attachments", IMPORT_IGNORED},
    {"links", IMPORT_IGNORED},
    {"history", IMPORT_IGNORED},
    {"mergedInto", IMPORT_IGNORED},
};

#define REQUESTER(member) offsetof(struct requester_input, member)
static const struct import_field requester_fields[] = {
    {"email", IMPORT_EMAIL, REQUESTER(email), 0, EMAIL_MAX_BYTES, .required = true},
    {"name", IMPORT_TEXT, REQUESTER(name), NAME_MAX_CHARS, 0},
    {"phone", IMPORT_TEXT, REQUESTER(phone), PHONE_MAX_CHARS, 0},
    {"userId", IMPORT_TEXT, REQUESTER(user_id), NAME_MAX_CHARS, 0},
    {"organization", IMPORT_TEXT, REQUESTER(organization), NAME_MAX_CHARS, 0},
    {"tier", IMPORT_WORD, REQUESTER(tier), .word = import_word_tier},
    {"id", IMPORT_IGNORED},
};

struct told_comment {
    const char *content;
    int author_type;
    const char *author_email;
    const char *author_name;
    bool is_internal;
    int64_t created_ms;
};
#define COMMENT(member) offsetof(struct told_comment, member)
static const struct import_field comment_fields[] = {
    {"content", IMPORT_TEXT, COMMENT(content), 0, COMMENT_MAX_BYTES, .required = true},
    {"authorType", IMPORT_WORD, COMMENT(author_type), .word = import_word_author},
    {"authorEmail", IMPORT_TEXT, COMMENT(author_email), 0, EMAIL_MAX_BYTES},
    {"authorName", IMPORT_TEXT, COMMENT(author_name), NAME_MAX_CHARS, 0},
    {"isInternal", IMPORT_BOOL, COMMENT(is_internal)},
    {"createdAt", IMPORT_TIME, COMMENT(created_ms)},
    {"id", IMPORT_IGNORED},
    {"authorId", IMPORT_IGNORED},
    {"attachments", IMPORT_IGNORED},
};

static const struct import_field watcher_fields[] = {
    {"email", IMPORT_EMAIL, offsetof(struct import_watcher, email), 0, EMAIL_MAX_BYTES,
     .required = true},
    {"name", IMPORT_TEXT, offsetof(struct import_watcher, name), NAME_MAX_CHARS, 0},
};

const struct import_shape import_ticket_shape = {ticket_fields, COUNT_OF(ticket_fields)};
static const struct import_shape requester_shape = {requester_fields, COUNT_OF(requester_fields)};
static const struct import_shape comment_shape = {comment_fields, COUNT_OF(comment_fields)};
static const struct import_shape watcher_shape = {watcher_fields, COUNT_OF(watcher_fields)};

static void read_requester(struct import_reading *r, const json_t *object)
{
    const json_t *requester = json_object_get(object, "requester");
    struct requester_input *out = &r->row->input.requester;

    if (requester && !json_is_null(requester))
        import_read_object(r, &requester_shape, requester, "requester.", out);
    else if (!out->email)
        import_wrong(r, "", "requester.email", "is required");
}

static void read_tags(struct import_reading *r, const json_t *list)
{
    size_t n = json_array_size(list);
    const char **tags;

    if (!list || json_is_null(list))
        return;
    if (!json_is_array(list) || n > TAGS_PER_TICKET_MAX) {
        import_wrong(r, "", "tags", "must be a list of at most %d", TAGS_PER_TICKET_MAX);
        return;
    }
    tags = ARENA_ARRAY(r->arena, const char *, n + 1);
    for (size_t i = 0; i < n; i++) {
        const char *tag = json_string_value(json_array_get(list, i));

        if (!tag || utf8_length(tag) > TAG_MAX_CHARS) {
            import_wrong(r, "", "tags", "must be texts of at most %d characters", TAG_MAX_CHARS);
            return;
        }
        tags[i] = arena_str(r->arena, tag);
    }
    r->row->input.tags = tags;
    r->row->input.tag_count = n;
}

static void read_custom_fields(struct import_reading *r, const json_t *fields)
{
    char *text;

    if (!fields || json_is_null(fields) || (json_is_object(fields) && !json_object_size(fields)))
        return;
    text = json_is_object(fields) ? json_dumps(fields, JSON_COMPACT) : NULL;
    if (!text)
        import_wrong(r, "", "customFields", "must be an object");
    else if (strlen(text) > CUSTOM_FIELDS_MAX_BYTES)
        import_wrong(r, "", "customFields", "are longer than %d bytes", CUSTOM_FIELDS_MAX_BYTES);
    else
        r->row->input.custom_fields = arena_str(r->arena, text);
    free(text);
}

/* Who wrote, as far as the file says; agents and others are found when it is written. */
static struct comment_input comment_from(const struct import_reading *r,
                                         const struct told_comment *told)
{
    const char *asks = r->row->input.requester.email;
    bool by_requester = !told->author_email || (asks && strcasecmp(told->author_email, asks) == 0);
    struct comment_input comment = {
        .content = told->content,
        .is_internal = told->is_internal,
        .imported = true,
        .created_ms = told->created_ms ? told->created_ms : r->row->input.created_ms,
        .author = {.type = (enum actor_type)told->author_type, .name = told->author_name},
    };

    if (told->author_type == ACTOR_ANONYMOUS)
        comment.author.type = by_requester && !told->is_internal ? ACTOR_REQUESTER : ACTOR_AGENT;
    return comment;
}

static void read_comments(struct import_reading *r, const json_t *list)
{
    struct import_row *row = r->row;
    size_t n = json_array_size(list);

    if (!list || json_is_null(list))
        return;
    if (!json_is_array(list) || n > COMMENTS_PER_TICKET_MAX) {
        import_wrong(r, "", "comments", "must be a list of at most %d", COMMENTS_PER_TICKET_MAX);
        return;
    }
    row->comments = ARENA_ARRAY(r->arena, struct comment_input, n + 1);
    row->author_emails = ARENA_ARRAY(r->arena, const char *, n + 1);
    row->comment_count = n;
    for (size_t i = 0; i < n && !row->wrong; i++) {
        struct told_comment told = {.author_type = ACTOR_ANONYMOUS};
        char path[32];

        snprintf(path, sizeof(path), "comments[%zu].", i);
        import_read_object(r, &comment_shape, json_array_get(list, i), path, &told);
        row->comments[i] = comment_from(r, &told);
        row->author_emails[i] = told.author_email;
        if (told.is_internal && row->comments[i].author.type == ACTOR_REQUESTER)
            import_wrong(r, path, "isInternal", "is for agents: requesters write in public");
    }
}

static void read_watchers(struct import_reading *r, const json_t *list)
{
    struct import_row *row = r->row;
    size_t n = json_array_size(list);

    if (!list || json_is_null(list))
        return;
    if (!json_is_array(list) || n > WATCHERS_PER_TICKET_MAX) {
        import_wrong(r, "", "watchers", "must be a list of at most %d", WATCHERS_PER_TICKET_MAX);
        return;
    }
    row->watchers = ARENA_ARRAY(r->arena, struct import_watcher, n + 1);
    row->watcher_count = n;
    for (size_t i = 0; i < n && !row->wrong; i++)
        import_read_object(r, &watcher_shape, json_array_get(list, i), "watchers[].",
                           &row->watchers[i]);
}

/* The first public reply of an agent is the response, unless the file says otherwise (null: none). */
static void find_response(struct ticket_input *t, const struct import_row *row,
                          const json_t *responded_at)
{
    if (responded_at)
        return;
    for (size_t i = 0; i < row->comment_count; i++) {
        const struct comment_input *c = &row->comments[i];

        if (c->author.type == ACTOR_AGENT && !c->is_internal && c->created_ms >= t->created_ms &&
            (!t->response_ms || c->created_ms < t->response_ms))
            t->response_ms = c->created_ms;
    }
}

static int64_t later(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* Moments agree with each other and with the status (ticket.h: invariants). */
static void settle_moments(struct import_reading *r)
{
    struct ticket_input *t = &r->row->input;
    bool closed = t->status == STATUS_CLOSED;
    bool solved = closed || t->status == STATUS_RESOLVED;
    int64_t newest = later(later(t->created_ms, t->resolved_ms), t->closed_ms);

    for (size_t i = 0; i < r->row->comment_count; i++)
        newest = later(newest, r->row->comments[i].created_ms);
    if (!t->updated_ms)
        t->updated_ms = newest;
    t->closed_ms = !closed ? 0 : t->closed_ms ? t->closed_ms : t->updated_ms;
    if (!solved)
        t->resolved_ms = 0;
    else if (!t->resolved_ms)
        t->resolved_ms = closed ? t->closed_ms : t->updated_ms;
    if (t->updated_ms < t->created_ms)
        import_wrong(r, "", "updatedAt", "is before createdAt");
    if (t->resolved_ms && t->resolved_ms < t->created_ms)
        import_wrong(r, "", "resolvedAt", "is before createdAt");
    if (t->closed_ms && t->closed_ms < t->created_ms)
        import_wrong(r, "", "closedAt", "is before createdAt");
    if (t->response_ms && t->response_ms < t->created_ms)
        import_wrong(r, "", "respondedAt", "is before createdAt");
}

void import_row_read(struct arena *a, const json_t *object, int64_t now_ms,
                     struct import_unknowns *unknowns, struct import_row *out)
{
    struct import_row row = {
        .input = {.trusted = true,
                  .imported = true,
                  .priority = -1,
                  .status = -1,
                  .source = SOURCE_API,
                  .requester = {.tier = -1}},
    };
    struct import_reading r = {.arena = a, .row = &row, .now_ms = now_ms, .unknowns = unknowns};
    struct ticket_input *t = &row.input;

    import_read_object(&r, &import_ticket_shape, object, "", &row);
    if (!row.wrong)
        read_requester(&r, object);
    if (!t->created_ms)
        t->created_ms = now_ms;
    if (!row.wrong) {
        read_tags(&r, json_object_get(object, "tags"));
        read_custom_fields(&r, json_object_get(object, "customFields"));
        read_comments(&r, json_object_get(object, "comments"));
        read_watchers(&r, json_object_get(object, "watchers"));
        find_response(t, &row, json_object_get(object, "respondedAt"));
        settle_moments(&r);
    }
    row.skip = json_is_string(json_object_get(object, "deletedAt"));
    *out = row;
    out->input.comments = row.comments;
    out->input.comment_count = row.comment_count;
}
