#include "file/attachment_step.h"

#include "file/attachment.h"

struct files {
    const struct attachment_input *v;
    size_t n;
    int64_t comment_id;
    bool is_internal;
};

static err add_all(struct tx *tx, struct ticket_change *change, const struct actor *uploader,
                   const struct files *files)
{
    struct attachment added;

    for (size_t i = 0; i < files->n; i++) {
        TRY(attachment_add_by(tx, uploader, &change->after, files->comment_id, files->is_internal,
                              &files->v[i], &added));
        change->after.attachment_count++;
    }
    return OK;
}

static struct actor author_of(const struct comment *comment)
{
    return (struct actor){.type = comment->author_type,
                          .id = comment->author_id,
                          .uuid = comment->author_uuid,
                          .name = comment->author_name};
}

/* A ticket that a program made for somebody is theirs, and so are its files. */
static struct actor maker_of(const struct tx *tx, const struct ticket *ticket)
{
    if (tx->actor.type == ACTOR_AGENT)
        return tx->actor;
    return (struct actor){.type = ACTOR_REQUESTER,
                          .id = ticket->requester.id,
                          .uuid = ticket->requester.uuid,
                          .name = ticket->requester.name};
}

err attachment_follow(struct tx *tx, struct ticket_change *change)
{
    const struct comment_input *comment_input = change->comment_input;
    struct actor uploader;

    if (ticket_change_is_new(change) && change->input) {
        uploader = maker_of(tx, &change->after);
        TRY(add_all(tx, change, &uploader,
                    &(struct files){change->input->attachments, change->input->attachment_count, 0,
                                    false}));
        TRY(attachments_move(tx, change->input->uploads_of, &change->after,
                             change->input->upload_refs, change->input->upload_ref_count));
        change->after.attachment_count += (int64_t)change->input->upload_ref_count;
    }
    if (!change->comment || !comment_input)
        return OK;
    uploader = author_of(change->comment);
    TRY(add_all(tx, change, &uploader,
                &(struct files){comment_input->attachments, comment_input->attachment_count,
                                change->comment->id, change->comment->is_internal}));
    return attachments_claim(tx, &change->after, change->comment, comment_input->attachment_refs,
                             comment_input->attachment_ref_count);
}
