/* load.c -- reading tickets, and who may know of them. */
#include "ticket/load.h"

#include "base/json_out.h"
#include "base/limits.h"
#include "people/access.h"
#include "ticket/ticket.h"

#include <stdlib.h>
#include <string.h>

static struct requester requester_from_row(const struct ticket_row *row)
{
    return (struct requester){
        .id = row->requester_id,
        .uuid = row->requester_uuid,
        .name = row->requester_name,
        .email = row->requester_email,
        .phone = row->requester_phone,
        .user_id = row->requester_user_id,
        .organization = row->requester_organization,
        .tier = (enum requester_tier)row->requester_tier,
        .ticket_count = row->requester_tickets,
        .last_ticket_ms = row->requester_last_ms,
        .created_ms = row->requester_created_ms,
        .updated_ms = row->requester_updated_ms,
    };
}

static struct ticket_sla sla_from_row(const struct ticket_row *row)
{
    if (!row->policy_name)
        return (struct ticket_sla){.response_met = TRI_UNKNOWN, .resolution_met = TRI_UNKNOWN};
    return (struct ticket_sla){
        .policy_id = row->policy_id,
        .policy_uuid = row->policy_uuid,
        .policy_name = row->policy_name,
        .calendar_id = row->calendar_id,
        .started_ms = row->started_ms,
        .response_target_ms = row->response_target_ms,
        .resolution_target_ms = row->resolution_target_ms,
        .response_due_ms = row->response_due_ms,
        .resolution_due_ms = row->resolution_due_ms,
        .response_ms = row->response_ms,
        .resolution_ms = row->resolution_ms,
        .response_met = row->response_met,
        .resolution_met = row->resolution_met,
        .paused_since_ms = row->paused_since_ms,
        .paused_ms = row->paused_ms,
        .fired = row->fired,
    };
}

struct ticket ticket_from_row(const struct ticket_row *row)
{
    return (struct ticket){
        .id = row->id,
        .uuid = row->uuid,
        .external_id = row->external_id,
        .subject = row->subject,
        .description = row->description,
        .status = (enum ticket_status)row->status,
        .priority = (enum ticket_priority)row->priority,
        .category = {.id = row->category_id,
                     .uuid = row->category_uuid,
                     .name = row->category_name,
                     .score = row->category_score,
                     .is_active = row->category_active},
        .subcategory = row->subcategory,
        .requester = requester_from_row(row),
        .assignee = {row->assignee_id, row->assignee_uuid, row->assignee_name, row->assignee_email},
        .group = {row->group_id, row->group_uuid, row->group_name},
        .waiting = row->waiting,
        .source = (enum ticket_source)row->source,
        .channel = row->channel,
        .tags = row->tags,
        .custom_fields = row->custom_fields,
        .comment_count = row->comment_count,
        .attachment_count = row->attachment_count,
        .due_ms = row->due_ms,
        .resolved_ms = row->resolved_ms,
        .closed_ms = row->closed_ms,
        .deleted_ms = row->deleted_ms,
        .merged_into = row->merged_into,
        .created_ms = row->created_ms,
        .updated_ms = row->updated_ms,
        .version = row->version,
        .sla = sla_from_row(row),
    };
}

static err not_found(struct tx *tx)
{
    return fault_set(tx->fault, ERR_NOT_FOUND, "Ticket not found");
}

/* Whoever may not see a ticket is told the same as if it were not there. */
static bool may_see(const struct tx *tx, const struct ticket_row *row)
{
    if (actor_is_agent(&tx->actor))
        return true;
    return tx->actor.type == ACTOR_REQUESTER && row->requester_id == tx->actor.id &&
           row->deleted_ms == 0;
}

static err finish(struct tx *tx, err loaded, const struct ticket_row *row, struct ticket *out)
{
    if (loaded == ERR_NOT_FOUND || (loaded == OK && !may_see(tx, row)))
        return not_found(tx);
    if (loaded == OK)
        *out = ticket_from_row(row);
    return loaded;
}

err ticket_load(struct tx *tx, int64_t id, struct ticket *out)
{
    struct ticket_row row;
    err e = q_ticket_by_id(tx, id, &row);

    return finish(tx, e, &row, out);
}

err ticket_find(struct tx *tx, const char *ref, struct ticket *out)
{
    struct ticket_row row;
    struct uuid uuid;
    char *end;
    int64_t number;

    if (uuid_parse(ref, &uuid)) {
        err e = q_ticket_by_uuid(tx, uuid, &row);
        return finish(tx, e, &row, out);
    }
    if (*ref == '#')
        ref++;
    if (*ref < '0' || *ref > '9' || strlen(ref) > 18)
        return not_found(tx);
    number = strtoll(ref, &end, 10);
    if (*end)
        return not_found(tx);
    return ticket_load(tx, number, out);
}

static const char *ids_json(struct arena *a, const int64_t *ids, size_t count)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);
    const char *text;

    json_open(&j, '[');
    for (size_t i = 0; i < count; i++)
        json_int(&j, ids[i]);
    json_close(&j, ']');
    text = arena_strn(a, buf_text(&b), b.len);
    buf_done(&b);
    return text;
}

/* Rows come as the engine likes, mostly in order already: the search starts where the last one ended. */
static const struct ticket_row *row_of(const struct ticket_rows *rows, int64_t id, size_t *hint)
{
    for (size_t i = 0; i < rows->n; i++) {
        size_t at = (*hint + i) % rows->n;

        if (rows->v[at].id == id) {
            *hint = at + 1;
            return &rows->v[at];
        }
    }
    return NULL;
}

err tickets_load(struct tx *tx, const int64_t *ids, size_t count, struct ticket **out,
                 size_t *out_count)
{
    struct ticket *tickets = ARENA_ARRAY(tx->arena, struct ticket, count);
    struct ticket_rows rows = {0};
    size_t n = 0;
    size_t hint = 0;

    if (count > 0)
        TRY(q_tickets_by_ids(tx, ids_json(tx->arena, ids, count), &rows));
    for (size_t i = 0; i < count; i++) {
        const struct ticket_row *row = row_of(&rows, ids[i], &hint);

        if (row && may_see(tx, row))
            tickets[n++] = ticket_from_row(row);
    }
    *out = tickets;
    *out_count = n;
    return OK;
}

err ticket_comments(struct tx *tx, int64_t ticket_id, struct comment_list *out)
{
    struct comment_rows rows;
    struct comment_list list;

    if (actor_is_agent(&tx->actor))
        TRY(q_comments_of_ticket(tx, ticket_id, COMMENTS_PER_TICKET_MAX, &rows));
    else
        TRY(q_public_comments_of_ticket(tx, ticket_id, COMMENTS_PER_TICKET_MAX, &rows));
    list =
        (struct comment_list){ARENA_ARRAY(tx->arena, struct comment, rows.n ? rows.n : 1), rows.n};
    for (size_t i = 0; i < rows.n; i++) {
        const struct comment_row *row = &rows.v[i];

        list.v[i] = (struct comment){
            .id = row->id,
            .uuid = row->uuid,
            .ticket_id = row->ticket_id,
            .author_type = (enum actor_type)row->author_type,
            .author_id = row->author_id,
            .author_uuid = row->author_uuid,
            .author_name = row->author_name,
            .content = row->content,
            .is_internal = row->is_internal,
            .mail_id = row->mail_id,
            .created_ms = row->created_ms,
        };
    }
    *out = list;
    return OK;
}
