/* merge.c -- two tickets about one thing become one.
 *
 * Comments, attachments, watchers and mail threads of `from` move into `into`; its first message becomes a
 * comment there. `from` is closed and says where everything went, and later replies to it follow. */
#include "base/utf8.h"
#include "people/access.h"
#include "queries.gen.h"
#include "ticket/change.h"

static err check(struct tx *tx, const struct ticket *into, const struct ticket *from)
{
    if (into->id == from->id)
        return fault_field(tx->fault, "ticketId", "a ticket can't be merged into itself");
    if (into->deleted_ms || from->deleted_ms)
        return fault_set(tx->fault, ERR_CONFLICT, "A deleted ticket can't be merged");
    if (into->merged_into || from->merged_into)
        return fault_set(tx->fault, ERR_CONFLICT, "One of these tickets was merged already");
    return OK;
}

/* The first message of `from`, in the words and at the moment of its writer. */
static err first_message(struct tx *tx, const struct ticket *from, int64_t into_id,
                         struct comment *out)
{
    *out = (struct comment){
        .uuid = uuid_new(from->created_ms),
        .ticket_id = into_id,
        .author_type = ACTOR_REQUESTER,
        .author_id = from->requester.id,
        .author_uuid = from->requester.uuid,
        .author_name = from->requester.name,
        .content = arena_printf(tx->arena, "%s\n\n%s", from->subject, from->description),
        .created_ms = from->created_ms,
    };
    return sequence_next(tx, SEQ_COMMENT, &out->id);
}

static err move_threads(struct tx *tx, const struct ticket *into, const struct ticket *from)
{
    int64_t added;

    TRY(q_message_refs_copy(tx, into->id, from->id));
    TRY(q_message_refs_drop(tx, from->id));
    TRY(q_watchers_copy(tx, into->id, from->id));
    if (from->requester.id == into->requester.id)
        return OK;
    return q_watcher_insert(tx, into->id, utf8_fold(tx->arena, from->requester.email),
                            from->requester.email, from->requester.name, 0, tx->now_ms, &added);
}

/* `from` gives up its comments before its own change is applied, so that both search documents are made anew
 * from what is there then. The steps read the old text in prepare, so both prepare first. */
static err close_source(struct tx *tx, struct ticket_change *from, const struct ticket *into)
{
    from->after.status = STATUS_CLOSED;
    from->after.merged_into = into->id;
    from->after.comment_count = 0;
    from->text_changed = true;
    from->merging = true;
    from->note = arena_printf(tx->arena, "Merged into #%lld", (long long)into->id);
    return ticket_apply(tx, from);
}

err ticket_merge(struct tx *tx, const char *into_ref, const char *from_ref, struct ticket *out_into)
{
    struct ticket_change into, from;
    struct comment first;
    struct comment_input quiet = {.quiet = true, .imported = true};
    int64_t comments, attachments;

    TRY(access_require_role(tx, ROLE_AGENT));
    TRY(ticket_change_begin(tx, into_ref, 0, &into));
    TRY(ticket_change_begin(tx, from_ref, 0, &from));
    TRY(check(tx, &into.before, &from.before));
    TRY(ticket_text_will_change(tx, into.before.id));
    TRY(ticket_text_will_change(tx, from.before.id));
    TRY(first_message(tx, &from.before, into.before.id, &first));
    TRY(q_comments_move(tx, into.before.id, from.before.id, &comments));
    quiet.content = first.content;
    into.comment = &first;
    into.comment_input = &quiet;
    into.after.comment_count += comments;
    into.note =
        arena_printf(tx->arena, "#%lld was merged into this ticket", (long long)from.before.id);
    into.moved = true;
    TRY(ticket_apply(tx, &into));
    TRY(q_attachments_move(tx, into.before.id, from.before.id, first.id, &attachments));
    TRY(q_ticket_add_attachment_count(tx, into.before.id, attachments));
    TRY(q_ticket_add_attachment_count(tx, from.before.id, -attachments));
    TRY(move_threads(tx, &into.after, &from.before));
    TRY(close_source(tx, &from, &into.after));
    TRY(ticket_event(tx, &into.after, "merged", NULL,
                     arena_printf(tx->arena, "{\"number\":%lld}", (long long)from.before.id),
                     into.note, false));
    return ticket_load(tx, into.before.id, out_into);
}
