/* apply.c -- writes a change: the one place where tickets' rows come and go (change.h). */
#include "ticket/change.h"

#include "base/limits.h"
#include "queries.gen.h"
#include "ticket/history.h"
#include "ticket/tags.h"

#include <string.h>

err ticket_change_begin_id(struct tx *tx, int64_t id, struct ticket_change *out)
{
    struct ticket_change change = {0};

    TRY(ticket_load(tx, id, &change.before));
    change.after = change.before;
    *out = change;
    return OK;
}

err ticket_change_begin(struct tx *tx, const char *ref, int64_t if_version,
                        struct ticket_change *out)
{
    struct ticket_change change = {0};

    TRY(ticket_find(tx, ref, &change.before));
    if (if_version && if_version != change.before.version)
        return fault_set(tx->fault, ERR_STALE,
                         "Somebody else changed this ticket meanwhile (it is at version %lld now): "
                         "read it again",
                         (long long)change.before.version);
    change.after = change.before;
    *out = change;
    return OK;
}

/* What a status says about its moments. */
static void keep_moments(struct tx *tx, struct ticket_change *change)
{
    const struct ticket *before = &change->before;
    struct ticket *after = &change->after;
    bool solved = after->status == STATUS_RESOLVED || after->status == STATUS_CLOSED;

    if (change->imported)
        return;
    if (after->status == STATUS_RESOLVED && before->status != STATUS_RESOLVED)
        after->resolved_ms = tx->now_ms;
    if (after->status == STATUS_CLOSED && before->status != STATUS_CLOSED) {
        after->closed_ms = tx->now_ms;
        /* Nobody solved a ticket that was merged away: it goes on elsewhere, and is no figure of a report. */
        if (!after->resolved_ms && !after->merged_into)
            after->resolved_ms = tx->now_ms;
    }
    if (after->status != STATUS_CLOSED)
        after->closed_ms = 0;
    if (!solved)
        after->resolved_ms = 0;
    if (!ticket_status_is_active(after->status))
        after->waiting = false;
}

/* Only tickets that are not deleted stand in ticket_tag: lists by tag need not look at the tickets. */
static err write_tags(struct tx *tx, const struct ticket_change *change)
{
    const struct ticket *before = &change->before, *after = &change->after;
    struct tag_set tags;

    if (!ticket_change_is_new(change)) {
        if (strcmp(before->tags, after->tags) == 0 && !before->deleted_ms == !after->deleted_ms)
            return OK;
        TRY(q_ticket_tags_clear(tx, after->id));
    }
    if (after->deleted_ms)
        return OK;
    tags = tags_parse(tx->arena, after->tags);
    for (size_t i = 0; i < tags.n; i++)
        TRY(q_ticket_tag_insert(tx, tags.v[i], after->created_ms, after->id));
    return OK;
}

static err insert_row(struct tx *tx, const struct ticket *t)
{
    return q_ticket_insert(tx, &(struct q_ticket_insert_args){
                                   .id = t->id,
                                   .uuid = t->uuid,
                                   .external_id = t->external_id,
                                   .subject = t->subject,
                                   .description = t->description,
                                   .status = t->status,
                                   .priority = t->priority,
                                   .category_id = t->category.id,
                                   .subcategory = t->subcategory,
                                   .requester_id = t->requester.id,
                                   .assignee_id = t->assignee.id,
                                   .group_id = t->group.id,
                                   .waiting = t->waiting,
                                   .source = t->source,
                                   .channel = t->channel,
                                   .tags = t->tags,
                                   .custom_fields = t->custom_fields,
                                   .comment_count = t->comment_count,
                                   .attachment_count = t->attachment_count,
                                   .due_ms = t->due_ms,
                                   .resolved_ms = t->resolved_ms,
                                   .closed_ms = t->closed_ms,
                                   .created_ms = t->created_ms,
                                   .updated_ms = t->updated_ms,
                                   .version = t->version,
                               });
}

static err update_row(struct tx *tx, const struct ticket *t)
{
    return q_ticket_update(tx, &(struct q_ticket_update_args){
                                   .id = t->id,
                                   .external_id = t->external_id,
                                   .subject = t->subject,
                                   .description = t->description,
                                   .status = t->status,
                                   .priority = t->priority,
                                   .category_id = t->category.id,
                                   .subcategory = t->subcategory,
                                   .requester_id = t->requester.id,
                                   .assignee_id = t->assignee.id,
                                   .group_id = t->group.id,
                                   .waiting = t->waiting,
                                   .channel = t->channel,
                                   .tags = t->tags,
                                   .custom_fields = t->custom_fields,
                                   .comment_count = t->comment_count,
                                   .due_ms = t->due_ms,
                                   .resolved_ms = t->resolved_ms,
                                   .closed_ms = t->closed_ms,
                                   .deleted_ms = t->deleted_ms,
                                   .merged_into = t->merged_into,
                                   .updated_ms = t->updated_ms,
                                   .version = t->version,
                               });
}

static err insert_comment(struct tx *tx, const struct comment *c)
{
    return q_comment_insert(tx, &(struct q_comment_insert_args){
                                    .id = c->id,
                                    .uuid = c->uuid,
                                    .ticket_id = c->ticket_id,
                                    .author_type = c->author_type,
                                    .author_id = c->author_id,
                                    .author_uuid = c->author_uuid,
                                    .author_name = c->author_name,
                                    .content = c->content,
                                    .is_internal = c->is_internal,
                                    .mail_id = c->mail_id,
                                    .created_ms = c->created_ms,
                                });
}

static err run_prepare(struct tx *tx, struct ticket_change *change)
{
    for (size_t i = 0; i < ticket_steps_count; i++) {
        change->step_index = i;
        if (ticket_steps[i].prepare)
            TRY(ticket_steps[i].prepare(tx, change));
    }
    return OK;
}

static err run_follow(struct tx *tx, struct ticket_change *change)
{
    for (size_t i = 0; i < ticket_steps_count; i++) {
        change->step_index = i;
        if (ticket_steps[i].follow)
            TRY(ticket_steps[i].follow(tx, change));
    }
    return OK;
}

err ticket_text_will_change(struct tx *tx, int64_t ticket_id)
{
    for (size_t i = 0; i < ticket_steps_count; i++) {
        if (ticket_steps[i].text_will_change)
            TRY(ticket_steps[i].text_will_change(tx, ticket_id));
    }
    return OK;
}

err ticket_apply(struct tx *tx, struct ticket_change *change)
{
    struct ticket *after = &change->after;
    bool is_new = ticket_change_is_new(change);

    ENSURE(tx->writable && after->id > 0);
    ENSURE(ticket_steps_count <= COUNT_OF(change->scratch));
    keep_moments(tx, change);
    if (change->comment)
        after->comment_count++;
    change->text_changed = is_new || change->text_changed || change->comment ||
                           strcmp(change->before.subject, after->subject) != 0 ||
                           strcmp(change->before.description, after->description) != 0;
    TRY(run_prepare(tx, change));
    if (!is_new && !change->comment && !change->text_changed &&
        !ticket_differs(&change->before, after))
        return OK;
    if (!change->imported)
        after->updated_ms = tx->now_ms;
    after->version = change->before.version + 1;
    TRY(is_new ? insert_row(tx, after) : update_row(tx, after));
    TRY(write_tags(tx, change));
    TRY(ticket_history_write(tx, change));
    if (change->comment) {
        TRY(insert_comment(tx, change->comment));
        TRY(ticket_comment_event(tx, after, change->comment));
    }
    return run_follow(tx, change);
}

err ticket_add_told_comments(struct tx *tx, const struct ticket *ticket,
                             const struct comment_input *comments, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const struct comment_input *input = &comments[i];
        struct comment comment = {
            .uuid = uuid_new(input->created_ms),
            .ticket_id = ticket->id,
            .author_type = input->author.type,
            .author_id = input->author.id,
            .author_uuid = input->author.uuid,
            .author_name = input->author.name,
            .content = input->content,
            .is_internal = input->is_internal,
            .created_ms = input->created_ms,
        };

        /* Who wrote as the requester is only now somebody with a number. */
        if (comment.author_type == ACTOR_REQUESTER && comment.author_id == 0 &&
            !comment.author_name) {
            comment.author_id = ticket->requester.id;
            comment.author_uuid = ticket->requester.uuid;
            comment.author_name = ticket->requester.name;
        }
        TRY(sequence_next(tx, SEQ_COMMENT, &comment.id));
        TRY(insert_comment(tx, &comment));
    }
    return OK;
}

err ticket_add_system_comment(struct tx *tx, struct ticket_change *change, const char *content,
                              bool is_internal, struct comment *out)
{
    const struct actor actor = tx->actor;
    struct comment comment = {
        .uuid = uuid_new(tx->now_ms),
        .ticket_id = change->after.id,
        .author_type = ACTOR_SYSTEM,
        .author_name = "system",
        .content = content,
        .is_internal = is_internal,
        .created_ms = tx->now_ms,
    };
    err e;

    TRY(sequence_next(tx, SEQ_COMMENT, &comment.id));
    TRY(insert_comment(tx, &comment));
    tx->actor = actor_system();
    e = ticket_comment_event(tx, &change->after, &comment);
    tx->actor = actor;
    *out = comment;
    return e;
}
