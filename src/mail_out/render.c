#include "mail_out/render.h"

#include "base/limits.h"
#include "base/settings.h"
#include "file/attachment.h"
#include "mail_out/reply_address.h"
#include "mime/compose.h"
#include "mime/markdown.h"

#include <string.h>

/* More than most servers take; the rest is on the ticket. */
enum { MAIL_FILES_MAX_BYTES = 20 * 1024 * 1024 };

err outbox_files(struct tx *tx, const struct outbox_mail *mail, struct outbox_files *out)
{
    struct attachment_list list = {0};
    int64_t bytes = 0;

    if (mail->comment_id && strcmp(mail->kind, "reply") == 0)
        TRY(attachments_of_comment(tx, mail->comment_id, &list));
    *out = (struct outbox_files){.v = ARENA_ARRAY(tx->arena, struct outbox_file, list.n)};
    TRY(reply_address(tx, mail->ticket_id, &out->reply_to));
    for (size_t i = 0; i < list.n; i++) {
        const struct attachment *a = &list.v[i];

        bytes += a->size_bytes;
        if (a->is_internal || bytes > MAIL_FILES_MAX_BYTES)
            continue;
        out->v[out->n] = (struct outbox_file){.file_name = a->file_name, .mime_type = a->mime_type};
        memcpy(out->v[out->n++].sha256, a->sha256, FILE_HASH_SIZE);
    }
    return OK;
}

/* A whole page, as mail programs like it. */
static const char *page_of(struct arena *a, const char *markdown)
{
    return arena_printf(a,
                        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n"
                        "%s</body></html>\n",
                        markdown_to_html(a, markdown));
}

static err compose_files(struct arena *a, struct store *store, const struct outbox_files *files,
                         struct compose_file **out)
{
    struct compose_file *made = ARENA_ARRAY(a, struct compose_file, files->n);

    for (size_t i = 0; i < files->n; i++) {
        const struct outbox_file *file = &files->v[i];
        err e;

        made[i] = (struct compose_file){.file_name = file->file_name, .mime_type = file->mime_type};
        e = file_get(a, store, file->sha256, MAIL_FILES_MAX_BYTES, &made[i].content);
        if (e != OK)
            return e == ERR_NOT_FOUND ? ERR_IO : e;
    }
    *out = made;
    return OK;
}

err outbox_render(struct arena *a, struct store *store, const struct outbox_mail *mail,
                  const struct outbox_files *files, struct buf *out)
{
    const struct settings *settings = store_settings(store);
    const char *desk = settings->smtp_from_name ? settings->smtp_from_name : settings->desk_name;
    struct mail_address from = {desk, settings->mail_address};
    struct mail_address reply_to = {desk,
                                    files->reply_to ? files->reply_to : settings->mail_address};
    /* The name in an acknowledgement would be the word of whoever wrote, perhaps with somebody else's address. */
    bool unasked = strcmp(mail->kind, "acknowledgement") == 0;
    struct mail_address to = {unasked ? NULL : mail->to.name, mail->to.email};
    struct compose_header ticket = {"X-Frontdesk-Ticket", NULL};
    struct compose message = {
        .from = from,
        .reply_to = {&reply_to, 1},
        .to = {&to, 1},
        .subject = mail->subject,
        .message_id = mail->message_id,
        .in_reply_to = mail->in_reply_to,
        .references = mail_ids_parse(a, mail->references, MAIL_REFERENCES_MAX),
        .date_ms = mail->created_ms,
        .auto_submitted = mail->auto_submitted,
        .headers = &ticket,
        .header_count = mail->ticket_id ? 1 : 0,
        .text = mail->body,
        .html = page_of(a, mail->body),
        .file_count = files->n,
    };
    struct compose_file *attached;

    TRY(compose_files(a, store, files, &attached));
    message.files = attached;
    ticket.value = arena_printf(a, "%lld", (long long)mail->ticket_id);
    return compose_mail(&message, out);
}
