/* comment.c -- replies and notes. A requester's reply wakes what was asleep. */
#include "base/limits.h"
#include "people/access.h"
#include "ticket/change.h"

#include "base/settings.h"

#include <string.h>

static err author_of(struct tx *tx, const struct comment_input *input, struct actor *out)
{
    *out = input->author.type == ACTOR_ANONYMOUS ? tx->actor : input->author;
    if (out->type == ACTOR_ANONYMOUS)
        return ERR_UNAUTHENTICATED;
    if (out->type == ACTOR_REQUESTER && input->is_internal)
        return fault_set(tx->fault, ERR_FORBIDDEN, "Only agents may write internal notes");
    return OK;
}

static err make_comment(struct tx *tx, const struct comment_input *input,
                        const struct actor *author, struct comment *out)
{
    *out = (struct comment){
        .author_type = author->type,
        .author_id = author->id,
        .author_uuid = author->uuid,
        .author_name = author->name,
        .content = input->content,
        .is_internal = input->is_internal,
        .mail_id = input->mail_id,
        .created_ms = input->created_ms ? input->created_ms : tx->now_ms,
    };
    out->uuid = uuid_new(out->created_ms);
    return sequence_next(tx, SEQ_COMMENT, &out->id);
}

/* What a comment does to the status; TICKET_STATUS_COUNT: the reply came too late, it opens a new ticket. */
static enum ticket_status status_after(const struct tx *tx, const struct ticket *t,
                                       const struct comment_input *input,
                                       const struct actor *author)
{
    if (input->imported || input->is_internal || author->type == ACTOR_SYSTEM)
        return t->status;
    if (author->type == ACTOR_AGENT)
        return t->status == STATUS_NEW ? STATUS_OPEN : t->status;
    switch (t->status) {
    case STATUS_PENDING:
    case STATUS_RESOLVED:
        return STATUS_OPEN;
    case STATUS_CLOSED:
    case STATUS_CANCELLED:
        return ticket_is_past_reopening(tx, t) ? TICKET_STATUS_COUNT : STATUS_OPEN;
    case STATUS_NEW:
    case STATUS_OPEN:
    case STATUS_IN_PROGRESS:
    case TICKET_STATUS_COUNT:
        break;
    }
    return t->status;
}

/* Too late for the old ticket: a new one that is linked to it. What was said is its description, and whoever said it
 * asks: not always the one who asked before. */
static err open_follow_up(struct tx *tx, const struct ticket *old,
                          const struct comment_input *input, const struct actor *author,
                          struct comment *out, struct ticket *out_ticket)
{
    struct requester asker = old->requester;
    struct ticket_input follow_up = {
        .subject = old->subject,
        .description = input->content,
        .category = old->category,
        .subcategory = old->subcategory,
        .priority = -1,
        .status = -1,
        .source = input->mail_id ? SOURCE_EMAIL : old->source,
        .attachments = input->attachments,
        .attachment_count = input->attachment_count,
        .uploads_of = old->id,
        .upload_refs = input->attachment_refs,
        .upload_ref_count = input->attachment_ref_count,
        .mail_id = input->mail_id,
        .message_id = input->message_id,
        .no_automatic_answer = input->no_automatic_answer,
    };

    if (author->id != asker.id)
        TRY(requester_load(tx, author->id, &asker));
    follow_up.requester =
        (struct requester_input){.name = asker.name, .email = asker.email, .tier = -1};
    TRY(ticket_create(tx, &follow_up, out_ticket));
    TRY(ticket_link_add(tx, out_ticket, old, "follow_up"));
    *out = (struct comment){
        .uuid = out_ticket->uuid,
        .ticket_id = out_ticket->id,
        .author_type = author->type,
        .author_id = author->id,
        .author_uuid = author->uuid,
        .author_name = author->name,
        .content = input->content,
        .created_ms = out_ticket->created_ms,
    };
    return OK;
}

/* To where the conversation went. Its requester may be another: whoever could write here may write
 * there, though they can't read it. */
static err follow_merge(struct tx *tx, struct ticket_change *change)
{
    const struct actor actor = tx->actor;
    err e = OK;

    tx->actor = actor_system();
    for (int hops = 0; e == OK && change->before.merged_into && hops < 10; hops++)
        e = ticket_change_begin_id(tx, change->before.merged_into, change);
    tx->actor = actor;
    return e;
}

err ticket_comment(struct tx *tx, const char *ref, const struct comment_input *input,
                   struct comment *out, struct ticket *out_ticket)
{
    struct ticket_change change;
    struct actor author;
    struct comment comment;
    enum ticket_status status;

    TRY(author_of(tx, input, &author));
    TRY(ticket_change_begin(tx, ref, 0, &change));
    if (!input->imported)
        TRY(follow_merge(tx, &change));
    if (change.before.deleted_ms && author.type == ACTOR_AGENT)
        return fault_set(tx->fault, ERR_CONFLICT, "This ticket is deleted: restore it first");
    if (change.before.comment_count >= COMMENTS_PER_TICKET_MAX)
        return fault_set(tx->fault, ERR_UNPROCESSABLE, "A ticket has at most %d comments",
                         COMMENTS_PER_TICKET_MAX);
    status = status_after(tx, &change.before, input, &author);
    if (status == TICKET_STATUS_COUNT)
        return open_follow_up(tx, &change.before, input, &author, out, out_ticket);
    TRY(make_comment(tx, input, &author, &comment));
    comment.ticket_id = change.before.id;
    change.after.status = status;
    change.comment = &comment;
    change.comment_input = input;
    change.imported = input->imported;
    TRY(ticket_apply(tx, &change));
    *out = comment;
    *out_ticket = change.after;
    return OK;
}
