#include "file/attachment.h"

#include "base/limits.h"
#include "people/access.h"
#include "queries.gen.h"

#include <string.h>

static struct attachment from_row(const struct attachment_row *row)
{
    struct attachment out = {
        .id = row->id,
        .uuid = row->uuid,
        .ticket_id = row->ticket_id,
        .comment_id = row->comment_id,
        .comment_uuid = row->comment_uuid,
        .file_name = row->file_name,
        .size_bytes = row->size_bytes,
        .mime_type = row->mime_type,
        .content_id = row->content_id,
        .is_internal = row->is_internal,
        .uploader_type = (enum actor_type)row->uploader_type,
        .uploader_id = row->uploader_id,
        .uploader_name = row->uploader_name,
        .created_ms = row->created_ms,
    };

    if (row->sha256.len == sizeof(out.sha256))
        memcpy(out.sha256, row->sha256.data, sizeof(out.sha256));
    return out;
}

static err count_more(struct tx *tx, const struct ticket *ticket)
{
    int64_t changed;

    TRY(q_attachment_count_more(tx, ticket->id, 1, ATTACHMENTS_PER_TICKET_MAX, &changed));
    if (changed == 0)
        return fault_set(tx->fault, ERR_CONFLICT, "A ticket has at most %d attachments",
                         ATTACHMENTS_PER_TICKET_MAX);
    return OK;
}

err attachment_add(struct tx *tx, const struct ticket *ticket, int64_t comment_id, bool is_internal,
                   const struct attachment_input *input, struct attachment *out)
{
    return attachment_add_by(tx, &tx->actor, ticket, comment_id, is_internal, input, out);
}

err attachment_add_by(struct tx *tx, const struct actor *uploader, const struct ticket *ticket,
                      int64_t comment_id, bool is_internal, const struct attachment_input *input,
                      struct attachment *out)
{
    struct attachment made = {
        .uuid = uuid_new(tx->now_ms),
        .ticket_id = ticket->id,
        .comment_id = comment_id,
        .file_name = file_name_clean(tx->arena, input->file_name),
        .size_bytes = input->size_bytes,
        .mime_type = input->mime_type ? input->mime_type : "application/octet-stream",
        .content_id = input->content_id,
        .is_internal = is_internal,
        .uploader_type = uploader->type,
        .uploader_id = uploader->id,
        .uploader_name = uploader->name,
        .created_ms = tx->now_ms,
    };

    memcpy(made.sha256, input->sha256, sizeof(made.sha256));
    TRY(count_more(tx, ticket));
    TRY(sequence_next(tx, SEQ_ATTACHMENT, &made.id));
    TRY(q_attachment_insert(tx, &(struct q_attachment_insert_args){
                                    .id = made.id,
                                    .uuid = made.uuid,
                                    .ticket_id = made.ticket_id,
                                    .comment_id = comment_id,
                                    .sha256 = {made.sha256, sizeof(made.sha256)},
                                    .file_name = made.file_name,
                                    .size_bytes = made.size_bytes,
                                    .mime_type = made.mime_type,
                                    .content_id = made.content_id,
                                    .is_internal = is_internal,
                                    .uploader_type = made.uploader_type,
                                    .uploader_id = made.uploader_id,
                                    .uploader_name = made.uploader_name,
                                    .created_ms = made.created_ms,
                                }));
    *out = made;
    return OK;
}

static bool may_claim(const struct tx *tx, const struct attachment_row *row, int64_t ticket_id)
{
    if (row->ticket_id != ticket_id || row->comment_id != 0)
        return false;
    return actor_is_agent(&tx->actor) || ((enum actor_type)row->uploader_type == tx->actor.type &&
                                          row->uploader_id == tx->actor.id);
}

/* A file of this ticket that no comment has taken yet, and that the actor may take. */
static err find_free(struct tx *tx, int64_t ticket_id, const char *ref, const char *path,
                     struct attachment_row *out)
{
    struct uuid uuid;
    err e;

    if (!uuid_parse(ref, &uuid))
        return fault_field(tx->fault, path, "Not the id of an attachment");
    e = q_attachment_by_uuid(tx, uuid, out);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    if (e == ERR_NOT_FOUND || !may_claim(tx, out, ticket_id))
        return fault_field(tx->fault, path, "Not an attachment of this ticket that is still free");
    return OK;
}

err attachments_claim(struct tx *tx, const struct ticket *ticket, const struct comment *comment,
                      const char *const *refs, size_t ref_count)
{
    for (size_t i = 0; i < ref_count; i++) {
        const char *path = arena_printf(tx->arena, "attachments[%zu]", i);
        struct attachment_row row;
        int64_t changed;

        TRY(find_free(tx, ticket->id, refs[i], path, &row));
        TRY(q_attachment_claim(tx, row.id, comment->id, comment->is_internal, &changed));
        if (changed == 0)
            return fault_field(tx->fault, path, "Used by another comment already");
    }
    return OK;
}

err attachments_move(struct tx *tx, int64_t from_ticket_id, const struct ticket *to,
                     const char *const *refs, size_t ref_count)
{
    for (size_t i = 0; i < ref_count; i++) {
        const char *path = arena_printf(tx->arena, "attachments[%zu]", i);
        struct attachment_row row;

        TRY(find_free(tx, from_ticket_id, refs[i], path, &row));
        TRY(count_more(tx, to));
        TRY(q_attachment_move(tx, row.id, to->id));
        TRY(q_ticket_add_attachment_count(tx, from_ticket_id, -1));
    }
    return OK;
}

static void list_of(struct tx *tx, const struct attachment_rows *rows, struct attachment_list *out)
{
    *out = (struct attachment_list){ARENA_ARRAY(tx->arena, struct attachment, rows->n), rows->n};
    for (size_t i = 0; i < rows->n; i++)
        out->v[i] = from_row(&rows->v[i]);
}

err attachments_of_ticket(struct tx *tx, int64_t ticket_id, struct attachment_list *out)
{
    struct attachment_rows rows;

    TRY(q_attachments_of_ticket(tx, ticket_id, actor_is_agent(&tx->actor), &rows));
    list_of(tx, &rows, out);
    return OK;
}

err attachments_of_comment(struct tx *tx, int64_t comment_id, struct attachment_list *out)
{
    struct attachment_rows rows;

    TRY(q_attachments_of_comment(tx, comment_id, actor_is_agent(&tx->actor), &rows));
    list_of(tx, &rows, out);
    return OK;
}

err attachment_find(struct tx *tx, const char *ref, struct attachment *out)
{
    struct attachment_row row;
    struct ticket ticket;
    struct uuid uuid;
    err e = uuid_parse(ref, &uuid) ? q_attachment_by_uuid(tx, uuid, &row) : ERR_NOT_FOUND;

    if (e == OK)
        e = ticket_load(tx, row.ticket_id, &ticket);
    if (e == OK && row.is_internal && !actor_is_agent(&tx->actor))
        e = ERR_NOT_FOUND;
    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "Attachment not found");
    TRY(e);
    *out = from_row(&row);
    return OK;
}
