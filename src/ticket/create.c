/* create.c -- a ticket is born. */
#include "base/limits.h"
#include "people/access.h"
#include "ticket/change.h"
#include "ticket/tags.h"

#include <string.h>

static err resolve_assignee(struct tx *tx, const struct ticket_input *input, struct ticket *t)
{
    t->assignee = input->assignee;
    t->group = input->group;
    if (!input->assignee_ref)
        return OK;
    if (!input->trusted)
        return fault_set(tx->fault, ERR_FORBIDDEN, "Only agents may choose who a ticket goes to");
    return agent_find(tx, input->assignee_ref, "assigneeId", &t->assignee);
}

static void take_times(struct tx *tx, const struct ticket_input *input, struct ticket *t)
{
    t->created_ms = input->created_ms ? input->created_ms : tx->now_ms;
    t->updated_ms = input->updated_ms ? input->updated_ms : t->created_ms;
    t->resolved_ms = input->resolved_ms;
    t->closed_ms = input->closed_ms;
    t->sla.response_ms = input->response_ms;
}

err ticket_create(struct tx *tx, const struct ticket_input *input, struct ticket *out)
{
    struct ticket_change change = {.input = input, .imported = input->imported};
    struct ticket *t = &change.after;
    struct tag_set tags = tags_normalize(tx->arena, input->tags, input->tag_count);

    ENSURE(input->category.id > 0);
    TRY(sequence_next(tx, SEQ_TICKET, &t->id));
    TRY(requester_find_or_make(tx, &input->requester, input->trusted, &t->requester));
    take_times(tx, input, t);
    t->uuid = uuid_new(t->created_ms);
    t->external_id = input->external_id;
    t->subject = input->subject;
    t->description = input->description;
    t->status = input->status >= 0 ? (enum ticket_status)input->status : STATUS_NEW;
    t->priority = input->priority >= 0 ? (enum ticket_priority)input->priority : PRIORITY_NORMAL;
    t->category = input->category;
    t->subcategory = input->subcategory;
    t->source = input->source;
    t->channel = input->channel;
    t->tags = tags_json(tx->arena, &tags);
    t->custom_fields = input->custom_fields ? input->custom_fields : "{}";
    t->sla.response_met = TRI_UNKNOWN;
    t->sla.resolution_met = TRI_UNKNOWN;
    TRY(resolve_assignee(tx, input, t));
    change.assign_automatically =
        !t->assignee.id && ticket_status_is_active(t->status) && !input->imported;
    if (t->assignee.id && t->status == STATUS_NEW && !input->imported)
        t->status = STATUS_OPEN;
    t->comment_count = (int64_t)input->comment_count;
    TRY(ticket_apply(tx, &change));
    TRY(ticket_add_told_comments(tx, t, input->comments, input->comment_count));
    TRY(requester_count_ticket(tx, t->requester.id, t->created_ms));
    *out = *t;
    return OK;
}
