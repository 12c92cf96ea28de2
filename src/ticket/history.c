/* history.c -- each difference a change makes becomes one entry: who, from, to. */
#include "ticket/history.h"

#include "base/json_out.h"
#include "event/event.h"

#include <string.h>

err ticket_event(struct tx *tx, const struct ticket *ticket, const char *kind,
                 const char *from_json, const char *to_json, const char *note, bool agents_only)
{
    return event_emit(tx, &(struct event){
                              .entity = ENTITY_TICKET,
                              .entity_id = ticket->id,
                              .entity_uuid = ticket->uuid,
                              .kind = kind,
                              .changed_from = from_json,
                              .changed_to = to_json,
                              .note = note,
                              .requester_id = ticket->requester.id,
                              .agents_only = agents_only,
                          });
}

static bool same_text(const char *a, const char *b)
{
    return a == b || (a && b && strcmp(a, b) == 0);
}

/* One row for each thing whose change is told. put writes its value as members of an object. */
struct facet {
    const char *kind;
    bool agents_only;
    bool (*differs)(const struct ticket *a, const struct ticket *b);
    void (*put)(struct json_out *j, const struct ticket *t);
};

#define FACET_TEXT(name, member, json_name)                                                        \
    static bool name##_differs(const struct ticket *a, const struct ticket *b)                     \
    {                                                                                              \
        return !same_text(a->member, b->member);                                                   \
    }                                                                                              \
    static void name##_put(struct json_out *j, const struct ticket *t)                             \
    {                                                                                              \
        JSON_PUT(j, text, json_name, t->member);                                                   \
    }

#define FACET_RAW(name, member, json_name)                                                         \
    static bool name##_differs(const struct ticket *a, const struct ticket *b)                     \
    {                                                                                              \
        return !same_text(a->member, b->member);                                                   \
    }                                                                                              \
    static void name##_put(struct json_out *j, const struct ticket *t)                             \
    {                                                                                              \
        JSON_PUT(j, raw, json_name, t->member);                                                    \
    }

FACET_TEXT(subject, subject, "subject")
FACET_TEXT(description, description, "description")
FACET_TEXT(subcategory, subcategory, "subcategory")
FACET_TEXT(external_id, external_id, "externalId")
FACET_TEXT(channel, channel, "channel")
FACET_RAW(tags, tags, "tags")
FACET_RAW(custom_fields, custom_fields, "customFields")

static bool status_differs(const struct ticket *a, const struct ticket *b)
{
    return a->status != b->status;
}
static void status_put(struct json_out *j, const struct ticket *t)
{
    JSON_PUT(j, text, "status", ticket_status_name(t->status));
}

static bool priority_differs(const struct ticket *a, const struct ticket *b)
{
    return a->priority != b->priority;
}
static void priority_put(struct json_out *j, const struct ticket *t)
{
    JSON_PUT(j, text, "priority", ticket_priority_name(t->priority));
}

static bool category_differs(const struct ticket *a, const struct ticket *b)
{
    return a->category.id != b->category.id;
}
static void category_put(struct json_out *j, const struct ticket *t)
{
    JSON_PUT(j, text, "category", t->category.name);
}

static bool requester_differs(const struct ticket *a, const struct ticket *b)
{
    return a->requester.id != b->requester.id;
}
static void requester_put(struct json_out *j, const struct ticket *t)
{
    JSON_PUT(j, text, "requester", t->requester.email);
}

static bool assignee_differs(const struct ticket *a, const struct ticket *b)
{
    return a->assignee.id != b->assignee.id || a->group.id != b->group.id;
}
static void assignee_put(struct json_out *j, const struct ticket *t)
{
    JSON_PUT(j, uuid, "assigneeId", t->assignee.uuid);
    JSON_PUT(j, text, "assignee", t->assignee.id ? t->assignee.name : NULL);
    JSON_PUT(j, text, "assigneeGroup", t->group.id ? t->group.name : NULL);
}

static bool deleted_differs(const struct ticket *a, const struct ticket *b)
{
    return a->deleted_ms != b->deleted_ms;
}
static void deleted_put(struct json_out *j, const struct ticket *t)
{
    JSON_PUT(j, time, "deletedAt", t->deleted_ms);
}

static bool merged_differs(const struct ticket *a, const struct ticket *b)
{
    return a->merged_into != b->merged_into;
}
static void merged_put(struct json_out *j, const struct ticket *t)
{
    json_key(j, "mergedInto");
    if (t->merged_into)
        json_int(j, t->merged_into);
    else
        json_none(j);
}

static const struct facet facets[] = {
    {"subject", false, subject_differs, subject_put},
    {"description", false, description_differs, description_put},
    {"requester", true, requester_differs, requester_put},
    {"category", false, category_differs, category_put},
    {"subcategory", false, subcategory_differs, subcategory_put},
    {"priority", false, priority_differs, priority_put},
    {"status", false, status_differs, status_put},
    {"tags", true, tags_differs, tags_put},
    {"custom_fields", true, custom_fields_differs, custom_fields_put},
    {"external_id", true, external_id_differs, external_id_put},
    {"channel", true, channel_differs, channel_put},
    {"deleted", true, deleted_differs, deleted_put},
    {"merged", true, merged_differs, merged_put},
};

/* A missed due time changes nothing else, and counts. */
static bool outcome_differs(const struct ticket_sla *a, const struct ticket_sla *b)
{
    return a->fired != b->fired || a->response_met != b->response_met ||
           a->resolution_met != b->resolution_met || a->response_ms != b->response_ms;
}

bool ticket_differs(const struct ticket *a, const struct ticket *b)
{
    for (size_t i = 0; i < COUNT_OF(facets); i++) {
        if (facets[i].differs(a, b))
            return true;
    }
    return assignee_differs(a, b) || a->waiting != b->waiting || a->due_ms != b->due_ms ||
           a->resolved_ms != b->resolved_ms || a->closed_ms != b->closed_ms ||
           a->comment_count != b->comment_count || outcome_differs(&a->sla, &b->sla);
}

static const char *facet_json(struct tx *tx, void (*put)(struct json_out *, const struct ticket *),
                              const struct ticket *t)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);
    const char *text;

    json_open(&j, '{');
    put(&j, t);
    json_close(&j, '}');
    text = arena_strn(tx->arena, buf_text(&b), b.len);
    buf_done(&b);
    return text;
}

static void created_put(struct json_out *j, const struct ticket *t)
{
    subject_put(j, t);
    category_put(j, t);
    priority_put(j, t);
    JSON_PUT(j, text, "source", ticket_source_name(t->source));
}

/* Assignment by rule is the system's doing, not of the person whose request set it off. */
static err assignment_event(struct tx *tx, const struct ticket_change *change)
{
    const struct actor actor = tx->actor;
    bool manual = change->assign_method && strcmp(change->assign_method, "manual") == 0;
    const char *kind =
        change->after.assignee.id || change->after.group.id ? "assigned" : "unassigned";
    err e;

    if (change->assign_method && !manual)
        tx->actor = actor_system();
    e = ticket_event(tx, &change->after, kind,
                     ticket_change_is_new(change)
                         ? "{\"assigneeId\":null,\"assignee\":null,\"assigneeGroup\":null}"
                         : facet_json(tx, assignee_put, &change->before),
                     facet_json(tx, assignee_put, &change->after),
                     change->assign_reason ? change->assign_reason : change->note, false);
    tx->actor = actor;
    return e;
}

static const char *deleted_or_restored(const struct ticket *after)
{
    return after->deleted_ms ? "deleted" : "restored";
}

err ticket_history_write(struct tx *tx, const struct ticket_change *change)
{
    const struct ticket *before = &change->before;
    const struct ticket *after = &change->after;

    if (ticket_change_is_new(change)) {
        TRY(ticket_event(tx, after, "created", NULL, facet_json(tx, created_put, after),
                         change->note, false));
    } else {
        for (size_t i = 0; i < COUNT_OF(facets); i++) {
            const struct facet *f = &facets[i];

            if (!f->differs(before, after))
                continue;
            TRY(ticket_event(tx, after,
                             f->differs == deleted_differs ? deleted_or_restored(after) : f->kind,
                             facet_json(tx, f->put, before), facet_json(tx, f->put, after),
                             change->note, f->agents_only));
        }
    }
    if (assignee_differs(before, after))
        TRY(assignment_event(tx, change));
    return OK;
}

err ticket_comment_event(struct tx *tx, const struct ticket *ticket, const struct comment *comment)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);
    const char *text;

    json_open(&j, '{');
    JSON_PUT(&j, uuid, "commentId", comment->uuid);
    JSON_PUT(&j, bool, "isInternal", comment->is_internal);
    JSON_PUT(&j, text, "author", comment->author_name);
    JSON_PUT(&j, text, "authorType", actor_type_name(comment->author_type));
    json_close(&j, '}');
    text = arena_strn(tx->arena, buf_text(&b), b.len);
    buf_done(&b);
    return ticket_event(tx, ticket, "commented", NULL, text, NULL, comment->is_internal);
}
