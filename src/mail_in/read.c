/* read.c -- what a message says, before anybody decides what it means. */
#include "base/limits.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "mail_in/intake.h"
#include "mime/compose.h"

#include <string.h>

/* Of a message too large to be taken apart: enough for its headers and the beginning of its text. */
enum { PARTIAL_BYTES = 256 * 1024 };

static const char cut_mark[] = "\n\n[... the rest is in the attached message.txt]";

err mail_read(struct arena *a, const struct settings *settings, const void *raw, size_t len,
              struct mail *out, bool *out_partial)
{
    bool partial = len > (size_t)settings->mail_max_bytes;

    TRY(mail_parse(a, raw, partial ? PARTIAL_BYTES : len, out));
    *out_partial = partial;
    return OK;
}

static err put(struct intake *in, const void *data, size_t len, unsigned char *out_sha256)
{
    if (!in->files)
        return file_put(in->store, data, len, out_sha256);
    file_batch_put(in->files, data, len, out_sha256);
    return OK;
}

err intake_keep_raw(struct intake *in)
{
    return put(in, in->raw, in->len, in->sha256);
}

/* A trimmed copy of at most max_chars. */
static const char *cut_chars(struct arena *a, const char *text, size_t max_chars)
{
    char *copy = utf8_trim(a, text);
    size_t chars = 0;

    for (char *at = copy; *at; at++) {
        if (((unsigned char)*at & 0xc0) != 0x80 && ++chars > max_chars) {
            *at = '\0';
            break;
        }
    }
    return copy;
}

err intake_parse(struct intake *in)
{
    const struct mail *mail = &in->mail;
    const char *from;

    TRY(mail_read(in->arena, in->settings, in->raw, in->len, &in->mail, &in->is_partial));
    from = mail->from.email ? mail->from.email : mail->sender.email;
    in->from_email = from && compose_is_address(from) ? from : NULL;
    if (mail->from.name && *mail->from.name)
        in->from_name = cut_chars(in->arena, mail->from.name, NAME_MAX_CHARS);
    /* Nothing that every message has: whatever this is, a person must look at it. */
    if (!from && !mail->subject && !mail->message_id && mail->to.count == 0)
        in->is_odd = true;
    return OK;
}

/* At most max_bytes, and a mark where the text was cut. */
static const char *cut_text(struct intake *in, const char *text, size_t max_bytes, bool *out_cut)
{
    size_t len = strlen(text);

    if (*text == '\0')
        return "(no text)";
    if (len <= max_bytes)
        return text;
    *out_cut = true;
    len = utf8_cut(text, len, max_bytes - sizeof(cut_mark));
    return arena_printf(in->arena, "%.*s%s", (int)len, text, cut_mark);
}

static const char *cut_subject(struct arena *a, const char *subject)
{
    const char *cut = cut_chars(a, subject ? subject : "", SUBJECT_MAX_CHARS);

    return *cut ? cut : "(no subject)";
}

static struct attachment_input *next_attachment(struct intake *in)
{
    return &in->attachments[in->attachment_count++];
}

static err attach_bytes(struct intake *in, const char *file_name, const char *mime_type,
                        const void *data, size_t len)
{
    struct attachment_input *added = next_attachment(in);

    *added = (struct attachment_input){
        .file_name = file_name, .mime_type = mime_type, .size_bytes = (int64_t)len};
    return put(in, data, len, added->sha256);
}

/* Room for the parts, the full text and the raw message. */
static size_t attachments_most(const struct intake *in)
{
    size_t most = (size_t)in->settings->mail_attachments_max;
    size_t limit = ATTACHMENTS_PER_TICKET_MAX - 2;

    return most < limit ? most : limit;
}

err intake_content(struct intake *in)
{
    const struct mail *mail = &in->mail;
    bool cut = false;

    in->attachments = ARENA_ARRAY(in->arena, struct attachment_input, attachments_most(in) + 2);
    in->tags = subject_tags_parse(in->arena, mail->subject);
    in->subject = cut_subject(in->arena, mail->subject);
    in->description = cut_text(in, mail->text, DESCRIPTION_MAX_BYTES, &cut);
    in->reply = cut_text(in, mail->reply_text, COMMENT_MAX_BYTES, &cut);
    if (cut)
        TRY(attach_bytes(in, "message.txt", "text/plain", mail->text, strlen(mail->text)));
    return OK;
}

static const char *name_of(struct intake *in, const struct mail_attachment *part, size_t index)
{
    if (part->file_name && *part->file_name)
        return file_name_clean(in->arena, part->file_name);
    return arena_printf(in->arena, "attachment-%zu", index + 1);
}

/* What is not kept singly is still in the raw message, which is then attached. */
err intake_attachments(struct intake *in)
{
    const struct mail_attachments *parts = &in->mail.attachments;
    bool all = !in->is_partial && !in->is_odd;

    for (size_t i = 0; i < parts->count && !in->is_partial; i++) {
        const struct mail_attachment *part = &parts->at[i];
        const struct bytes *content = &part->content;

        if (i >= attachments_most(in) ||
            content->len > (size_t)in->settings->mail_attachment_max_bytes) {
            all = false;
            continue;
        }
        TRY(attach_bytes(in, name_of(in, part, i),
                         file_type_of_bytes(in->arena, content->data, content->len), content->data,
                         content->len));
        in->attachments[in->attachment_count - 1].content_id = part->content_id;
    }
    if (!all) {
        struct attachment_input *raw = next_attachment(in);

        *raw = (struct attachment_input){.file_name = "message.eml",
                                         .mime_type = "message/rfc822",
                                         .size_bytes = (int64_t)in->len};
        memcpy(raw->sha256, in->sha256, sizeof(raw->sha256));
    }
    return OK;
}
