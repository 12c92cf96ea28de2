#include "transfer/export_row.h"

#include "base/json_out.h"
#include "file/attachment.h"
#include "queries.gen.h"
#include "ticket/tags.h"
#include "transfer/csv.h"

#include <string.h>

enum { FLUSH_BYTES = 256 * 1024 };

err export_flush(struct export_out *out)
{
    size_t written = fwrite(buf_text(&out->buf), 1, out->buf.len, out->file);
    bool whole = written == out->buf.len;

    buf_clear(&out->buf);
    return whole ? OK : ERR_IO;
}

/* ---- what both formats share: lists as JSON ---- */

/* A ticket may have thousands of long comments: they pass through one by one. */
static err put_comments(struct tx *tx, struct export_out *out, struct json_out *j,
                        int64_t ticket_id, bool may_flush)
{
    struct value id = value_int(ticket_id);
    struct arena arena;
    struct rows rows;
    err e = OK, ended;

    TRY(query_run(tx, &query_export_comments, &id, 1, &rows));
    arena_init(&arena);
    json_open(j, '[');
    while (e == OK && rows_next(&rows)) {
        arena_reset(&arena);
        json_open(j, '{');
        JSON_PUT(j, text, "authorType", actor_type_name((enum actor_type)rows_int(&rows, 0)));
        JSON_PUT(j, text, "authorEmail", rows_text(&rows, 1, &arena));
        JSON_PUT(j, text, "authorName", rows_text(&rows, 2, &arena));
        JSON_PUT(j, bool, "isInternal", rows_bool(&rows, 4));
        JSON_PUT(j, time, "createdAt", rows_int(&rows, 5));
        JSON_PUT(j, text, "content", rows_text(&rows, 3, &arena));
        json_close(j, '}');
        if (may_flush && j->buf->len > FLUSH_BYTES)
            e = export_flush(out);
    }
    json_close(j, ']');
    arena_done(&arena);
    ended = rows_end(&rows);
    return e == OK ? ended : e;
}

static err put_watchers(struct tx *tx, struct json_out *j, int64_t ticket_id)
{
    struct watcher_rows watchers;

    TRY(q_watchers_of_ticket(tx, ticket_id, &watchers));
    json_open(j, '[');
    for (size_t i = 0; i < watchers.n; i++) {
        json_open(j, '{');
        JSON_PUT(j, text, "email", watchers.v[i].email);
        JSON_PUT(j, text, "name", watchers.v[i].name);
        json_close(j, '}');
    }
    json_close(j, ']');
    return OK;
}

/* ---- JSON lines ---- */

static void put_requester(struct json_out *j, const struct requester *r)
{
    json_key(j, "requester");
    json_open(j, '{');
    JSON_PUT(j, text, "email", r->email);
    JSON_PUT(j, text, "name", r->name);
    JSON_PUT(j, text, "phone", r->phone);
    JSON_PUT(j, text, "userId", r->user_id);
    JSON_PUT(j, text, "organization", r->organization);
    JSON_PUT(j, text, "tier", requester_tier_name(r->tier));
    json_close(j, '}');
}

static void put_sla(struct json_out *j, const struct ticket_sla *s)
{
    json_key(j, "sla");
    if (!s->policy_name) {
        json_none(j);
        return;
    }
    json_open(j, '{');
    JSON_PUT(j, text, "policyName", s->policy_name);
    JSON_PUT(j, time, "startedAt", s->started_ms);
    JSON_PUT(j, time, "responseDue", s->response_due_ms);
    JSON_PUT(j, time, "resolutionDue", s->resolution_due_ms);
    JSON_PUT(j, time, "responseAt", s->response_ms);
    JSON_PUT(j, time, "resolutionAt", s->resolution_ms);
    JSON_PUT(j, tri, "responseMet", s->response_met);
    JSON_PUT(j, tri, "resolutionMet", s->resolution_met);
    JSON_PUT(j, time, "pausedSince", s->paused_since_ms);
    JSON_PUT(j, int, "pausedMs", s->paused_ms);
    json_close(j, '}');
}

static err put_links(struct tx *tx, struct json_out *j, int64_t ticket_id)
{
    struct links_of_ticket_rows links;

    TRY(q_links_of_ticket(tx, ticket_id, &links));
    json_key(j, "links");
    json_open(j, '[');
    for (size_t i = 0; i < links.n; i++) {
        json_open(j, '{');
        JSON_PUT(j, int, "number", links.v[i].id);
        JSON_PUT(j, text, "kind", links.v[i].kind);
        JSON_PUT(j, bool, "outgoing", links.v[i].outgoing);
        json_close(j, '}');
    }
    json_close(j, ']');
    return OK;
}

static err put_attachments(struct tx *tx, struct json_out *j, const struct ticket *t)
{
    struct attachment_list list = {0};
    char hash[FILE_HASH_TEXT_SIZE];

    if (t->attachment_count > 0)
        TRY(attachments_of_ticket(tx, t->id, &list));
    json_key(j, "attachments");
    json_open(j, '[');
    for (size_t i = 0; i < list.n; i++) {
        json_open(j, '{');
        JSON_PUT(j, text, "fileName", list.v[i].file_name);
        JSON_PUT(j, int, "size", list.v[i].size_bytes);
        JSON_PUT(j, text, "mimeType", list.v[i].mime_type);
        JSON_PUT(j, text, "sha256", file_hash_text(list.v[i].sha256, hash));
        JSON_PUT(j, bool, "isInternal", list.v[i].is_internal);
        JSON_PUT(j, time, "createdAt", list.v[i].created_ms);
        json_close(j, '}');
    }
    json_close(j, ']');
    return OK;
}

static err put_history(struct tx *tx, struct json_out *j, int64_t ticket_id)
{
    struct value id = value_int(ticket_id);
    struct arena arena;
    struct rows rows;

    TRY(query_run(tx, &query_export_events, &id, 1, &rows));
    arena_init(&arena);
    json_key(j, "history");
    json_open(j, '[');
    while (rows_next(&rows)) {
        arena_reset(&arena);
        json_open(j, '{');
        JSON_PUT(j, time, "at", rows_int(&rows, 0));
        JSON_PUT(j, text, "kind", rows_text(&rows, 1, &arena));
        JSON_PUT(j, text, "actorType", actor_type_name((enum actor_type)rows_int(&rows, 2)));
        JSON_PUT(j, text, "actorName", rows_text(&rows, 3, &arena));
        JSON_PUT(j, raw, "from", rows_text(&rows, 4, &arena));
        JSON_PUT(j, raw, "to", rows_text(&rows, 5, &arena));
        JSON_PUT(j, text, "note", rows_text(&rows, 6, &arena));
        json_close(j, '}');
    }
    json_close(j, ']');
    arena_done(&arena);
    return rows_end(&rows);
}

static void put_plain(struct json_out *j, const struct ticket *t)
{
    JSON_PUT(j, int, "number", t->id);
    JSON_PUT(j, uuid, "id", t->uuid);
    JSON_PUT(j, text, "externalId", t->external_id);
    JSON_PUT(j, text, "subject", t->subject);
    JSON_PUT(j, text, "description", t->description);
    JSON_PUT(j, text, "status", ticket_status_name(t->status));
    JSON_PUT(j, text, "priority", ticket_priority_name(t->priority));
    JSON_PUT(j, text, "category", t->category.name);
    JSON_PUT(j, text, "subcategory", t->subcategory);
    JSON_PUT(j, text, "source", ticket_source_name(t->source));
    JSON_PUT(j, text, "channel", t->channel);
    put_requester(j, &t->requester);
    JSON_PUT(j, text, "assigneeEmail", t->assignee.email);
    JSON_PUT(j, text, "assigneeGroup", t->group.name);
    JSON_PUT(j, raw, "tags", t->tags);
    JSON_PUT(j, raw, "customFields", t->custom_fields);
    JSON_PUT(j, time, "createdAt", t->created_ms);
    JSON_PUT(j, time, "updatedAt", t->updated_ms);
    JSON_PUT(j, time, "dueDate", t->due_ms);
    JSON_PUT(j, time, "respondedAt", t->sla.response_ms);
    JSON_PUT(j, time, "resolvedAt", t->resolved_ms);
    JSON_PUT(j, time, "closedAt", t->closed_ms);
    if (t->deleted_ms)
        JSON_PUT(j, time, "deletedAt", t->deleted_ms);
    if (t->merged_into)
        JSON_PUT(j, int, "mergedInto", t->merged_into);
}

static err export_json(struct tx *tx, struct export_out *out, const struct ticket *t)
{
    struct json_out j = json_to(&out->buf);

    json_open(&j, '{');
    put_plain(&j, t);
    put_sla(&j, &t->sla);
    json_key(&j, "watchers");
    TRY(put_watchers(tx, &j, t->id));
    TRY(put_links(tx, &j, t->id));
    TRY(put_attachments(tx, &j, t));
    json_key(&j, "comments");
    TRY(put_comments(tx, out, &j, t->id, true));
    if (out->history)
        TRY(put_history(tx, &j, t->id));
    json_close(&j, '}');
    buf_char(&out->buf, '\n');
    return OK;
}

/* ---- CSV ---- */

static const char *const columns[] = {
    "number",          "subject",       "description",
    "status",          "priority",      "category",
    "subcategory",     "source",        "channel",
    "requesterEmail",  "requesterName", "requesterPhone",
    "requesterUserId", "requesterTier", "requesterOrganization",
    "assigneeEmail",   "assigneeGroup", "tags",
    "externalId",      "customFields",  "createdAt",
    "updatedAt",       "dueDate",       "respondedAt",
    "resolvedAt",      "closedAt",      "watchers",
    "comments",
};

void export_csv_header(struct export_out *out)
{
    struct csv_writer csv = csv_to(&out->buf);

    for (size_t i = 0; i < COUNT_OF(columns); i++)
        csv_text(&csv, columns[i]);
    csv_end(&csv);
}

static const char *tags_cell(struct tx *tx, const char *json)
{
    struct tag_set tags = tags_parse(tx->arena, json);
    const char *text = "";

    for (size_t i = 0; i < tags.n; i++)
        text = i ? arena_printf(tx->arena, "%s;%s", text, tags.v[i]) : tags.v[i];
    return text;
}

static const char *unless_empty(const char *json)
{
    return strcmp(json, "[]") == 0 || strcmp(json, "{}") == 0 ? NULL : json;
}

static void put_cells(struct tx *tx, struct csv_writer *csv, const struct ticket *t)
{
    const char *texts[] = {
        t->subject,
        t->description,
        ticket_status_name(t->status),
        ticket_priority_name(t->priority),
        t->category.name,
        t->subcategory,
        ticket_source_name(t->source),
        t->channel,
        t->requester.email,
        t->requester.name,
        t->requester.phone,
        t->requester.user_id,
        requester_tier_name(t->requester.tier),
        t->requester.organization,
        t->assignee.email,
        t->group.name,
        tags_cell(tx, t->tags),
        t->external_id,
        unless_empty(t->custom_fields),
    };
    const int64_t times[] = {t->created_ms,      t->updated_ms,  t->due_ms,
                             t->sla.response_ms, t->resolved_ms, t->closed_ms};

    csv_int(csv, t->id);
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        csv_text(csv, texts[i]);
    for (size_t i = 0; i < COUNT_OF(times); i++)
        csv_time(csv, times[i]);
}

static err export_csv(struct tx *tx, struct export_out *out, const struct ticket *t)
{
    struct csv_writer csv = csv_to(&out->buf);
    struct buf watchers = {0}, comments = {0};
    struct json_out j = json_to(&watchers);
    struct json_out k = json_to(&comments);
    err e = put_watchers(tx, &j, t->id);

    if (e == OK)
        e = put_comments(tx, out, &k, t->id, false);
    if (e == OK) {
        put_cells(tx, &csv, t);
        csv_text(&csv, unless_empty(buf_text(&watchers)));
        csv_text(&csv, unless_empty(buf_text(&comments)));
        csv_end(&csv);
    }
    buf_done(&watchers);
    buf_done(&comments);
    return e;
}

err export_ticket(struct tx *tx, struct export_out *out, enum export_format format,
                  const struct ticket *ticket)
{
    TRY(format == EXPORT_CSV ? export_csv(tx, out, ticket) : export_json(tx, out, ticket));
    return out->buf.len > FLUSH_BYTES ? export_flush(out) : OK;
}
