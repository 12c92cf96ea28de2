#include "mail_in/mail_shape_api.h"

#include "file/file.h"

#include <sodium.h>

#define AT(member) offsetof(struct mail_summary, member)
static const struct field summary_fields[] = {
    {"id", FIELD_UUID, AT(id), .required = true},
    {"action", FIELD_TEXT, AT(action), .required = true,
     .about = "created, commented, duplicate or ignored"},
    {"reason", FIELD_TEXT, AT(reason), .required = true, .about = "why"},
    {"ticketId", FIELD_UUID, AT(ticket_id)},
    {"number", FIELD_INT, AT(number), .about = "of the ticket; 0: none"},
    {"commentId", FIELD_UUID, AT(comment_id)},
    {"messageId", FIELD_TEXT, AT(message_id)},
    {"fromEmail", FIELD_TEXT, AT(from_email)},
    {"subject", FIELD_TEXT, AT(subject)},
    {"receivedAt", FIELD_TIME, AT(received_ms), .required = true},
    {"size", FIELD_INT, AT(size), .required = true, .about = "bytes"},
    {"isAutomatic", FIELD_BOOL, AT(is_automatic), .required = true},
    {"isBounce", FIELD_BOOL, AT(is_bounce), .required = true},
};
#undef AT
static const struct shape summary_shape =
    SHAPE_OUT("MailSummary", "A message that came in", struct mail_summary, summary_fields);

static const struct field list_fields[] = {
    {"mails", FIELD_OBJECTS, offsetof(struct mail_list_view, mails), .required = true,
     .of = &summary_shape},
    {"nextCursor", FIELD_TEXT, offsetof(struct mail_list_view, next_cursor),
     .about = "null: that was all"},
};
const struct shape mail_list_shape =
    SHAPE_OUT("MailList", "Messages, newest first", struct mail_list_view, list_fields);

struct address_view {
    const char *name;
    const char *address;
};
static const struct field address_fields[] = {
    {"name", FIELD_TEXT, offsetof(struct address_view, name)},
    {"address", FIELD_TEXT, offsetof(struct address_view, address)},
};
static const struct shape address_shape =
    SHAPE_OUT("MailAddress", "A name and an address", struct address_view, address_fields);

struct bounce_view {
    const char *recipient;
    const char *status;
    const char *diagnostic;
    enum tri permanent;
};
static const struct field bounce_fields[] = {
    {"recipient", FIELD_TEXT, offsetof(struct bounce_view, recipient)},
    {"status", FIELD_TEXT, offsetof(struct bounce_view, status), .about = "RFC 3463, e.g. 5.1.1"},
    {"diagnostic", FIELD_TEXT, offsetof(struct bounce_view, diagnostic)},
    {"permanent", FIELD_TRI, offsetof(struct bounce_view, permanent)},
};
static const struct shape bounce_shape =
    SHAPE_OUT("MailBounce", "What could not be delivered", struct bounce_view, bounce_fields);

struct authentication_view {
    const char *spf;
    const char *dkim;
    const char *dmarc;
    const char *server;
};
static const struct field authentication_fields[] = {
    {"spf", FIELD_TEXT, offsetof(struct authentication_view, spf)},
    {"dkim", FIELD_TEXT, offsetof(struct authentication_view, dkim)},
    {"dmarc", FIELD_TEXT, offsetof(struct authentication_view, dmarc)},
    {"server", FIELD_TEXT, offsetof(struct authentication_view, server), .about = "who says so"},
};
static const struct shape authentication_shape =
    SHAPE_OUT("MailAuthentication", "The topmost Authentication-Results header",
              struct authentication_view, authentication_fields);

struct part_view {
    const char *file_name;
    int64_t size;
    const char *mime_type;
    const char *sha256;
    const char *content_id;
    bool is_inline;
};
static const struct field part_fields[] = {
    {"fileName", FIELD_TEXT, offsetof(struct part_view, file_name)},
    {"size", FIELD_INT, offsetof(struct part_view, size), .required = true},
    {"mimeType", FIELD_TEXT, offsetof(struct part_view, mime_type), .about = "as declared"},
    {"sha256", FIELD_TEXT, offsetof(struct part_view, sha256), .required = true},
    {"contentId", FIELD_TEXT, offsetof(struct part_view, content_id)},
    {"isInline", FIELD_BOOL, offsetof(struct part_view, is_inline), .required = true},
};
static const struct shape part_shape =
    SHAPE_OUT("MailAttachment", "A part that is a file", struct part_view, part_fields);

struct mail_view {
    struct uuid id;
    const char *action;
    const char *reason;
    struct uuid ticket_id;
    int64_t number;
    struct uuid comment_id;
    int64_t received_ms;
    int64_t size;
    const char *message_id;
    const char *in_reply_to;
    struct text_list references;
    const struct address_view *from;
    struct object_list to;
    struct object_list cc;
    const char *subject;
    int64_t date_ms;
    const char *text;
    const char *reply_text;
    bool is_automatic;
    const char *automatic_reason;
    bool is_bounce;
    const struct bounce_view *bounce;
    const struct authentication_view *authentication;
    struct object_list attachments;
    struct text_list warnings;
};
#define AT(member) offsetof(struct mail_view, member)
static const struct field mail_fields[] = {
    {"id", FIELD_UUID, AT(id), .required = true},
    {"action", FIELD_TEXT, AT(action), .required = true,
     .about = "created, commented, duplicate or ignored"},
    {"reason", FIELD_TEXT, AT(reason), .required = true, .about = "why"},
    {"ticketId", FIELD_UUID, AT(ticket_id)},
    {"number", FIELD_INT, AT(number), .about = "of the ticket; 0: none"},
    {"commentId", FIELD_UUID, AT(comment_id)},
    {"receivedAt", FIELD_TIME, AT(received_ms), .required = true},
    {"size", FIELD_INT, AT(size), .required = true, .about = "bytes"},
    {"messageId", FIELD_TEXT, AT(message_id)},
    {"inReplyTo", FIELD_TEXT, AT(in_reply_to)},
    {"references", FIELD_TEXTS, AT(references), .required = true},
    {"from", FIELD_OBJECT, AT(from), .of = &address_shape},
    {"to", FIELD_OBJECTS, AT(to), .required = true, .of = &address_shape},
    {"cc", FIELD_OBJECTS, AT(cc), .required = true, .of = &address_shape},
    {"subject", FIELD_TEXT, AT(subject)},
    {"date", FIELD_TIME, AT(date_ms)},
    {"text", FIELD_TEXT, AT(text), .required = true, .about = "all of the readable text"},
    {"replyText", FIELD_TEXT, AT(reply_text), .required = true,
     .about = "without quoted history and signature"},
    {"isAutomatic", FIELD_BOOL, AT(is_automatic), .required = true},
    {"automaticReason", FIELD_TEXT, AT(automatic_reason)},
    {"isBounce", FIELD_BOOL, AT(is_bounce), .required = true},
    {"bounce", FIELD_OBJECT, AT(bounce), .of = &bounce_shape},
    {"authentication", FIELD_OBJECT, AT(authentication), .required = true,
     .of = &authentication_shape},
    {"attachments", FIELD_OBJECTS, AT(attachments), .required = true, .of = &part_shape},
    {"warnings", FIELD_TEXTS, AT(warnings), .required = true,
     .about = "what was odd about the message"},
};
#undef AT
const struct shape mail_shape =
    SHAPE_OUT("Mail", "How a message was understood", struct mail_view, mail_fields);

void mail_summary_of(const struct mail_row *row, struct mail_summary *out)
{
    *out = (struct mail_summary){
        .id = row->uuid,
        .action = row->action,
        .reason = row->reason,
        .ticket_id = row->ticket_uuid,
        .number = row->ticket_id,
        .comment_id = row->comment_uuid,
        .message_id = row->message_id,
        .from_email = row->from_email,
        .subject = row->subject,
        .received_ms = row->received_ms,
        .size = row->size_bytes,
        .is_automatic = row->is_automatic,
        .is_bounce = row->is_bounce,
    };
}

static struct object_list addresses(struct arena *a, const struct mail_address *v, size_t n)
{
    struct address_view *out = ARENA_ARRAY(a, struct address_view, n);

    for (size_t i = 0; i < n; i++)
        out[i] = (struct address_view){v[i].name, v[i].email};
    return (struct object_list){out, n};
}

static struct object_list parts(struct arena *a, const struct mail_attachments *from)
{
    struct part_view *out = ARENA_ARRAY(a, struct part_view, from->count);
    unsigned char hash[FILE_HASH_SIZE];
    char hex[FILE_HASH_TEXT_SIZE];

    for (size_t i = 0; i < from->count; i++) {
        const struct mail_attachment *part = &from->at[i];

        crypto_hash_sha256(hash, part->content.data, part->content.len);
        out[i] = (struct part_view){
            .file_name = part->file_name,
            .size = (int64_t)part->content.len,
            .mime_type = part->mime_type,
            .sha256 = arena_str(a, file_hash_text(hash, hex)),
            .content_id = part->content_id,
            .is_inline = part->is_inline,
        };
    }
    return (struct object_list){out, from->count};
}

static const struct bounce_view *bounce_of(struct arena *a, const struct mail *mail)
{
    struct bounce_view *out;

    if (!mail->is_bounce)
        return NULL;
    out = ARENA_NEW(a, struct bounce_view);
    *out = (struct bounce_view){mail->bounce.recipient, mail->bounce.status,
                                mail->bounce.diagnostic, mail->bounce.permanent};
    return out;
}

static const struct authentication_view *authentication_of(struct arena *a,
                                                           const struct mail_authentication *from)
{
    struct authentication_view *out = ARENA_NEW(a, struct authentication_view);

    *out = (struct authentication_view){from->spf, from->dkim, from->dmarc, from->server};
    return out;
}

const struct mail_view *mail_view_of(struct arena *a, const struct mail_row *row,
                                     const struct mail *mail)
{
    struct mail_view *out = ARENA_NEW(a, struct mail_view);
    bool has_from = mail->from.name || mail->from.email;

    *out = (struct mail_view){
        .id = row->uuid,
        .action = row->action,
        .reason = row->reason,
        .ticket_id = row->ticket_uuid,
        .number = row->ticket_id,
        .comment_id = row->comment_uuid,
        .received_ms = row->received_ms,
        .size = row->size_bytes,
        .message_id = mail->message_id,
        .in_reply_to = mail->in_reply_to.count ? mail->in_reply_to.at[0] : NULL,
        .references = {mail->references.at, mail->references.count},
        .from = has_from ? addresses(a, &mail->from, 1).v : NULL,
        .to = addresses(a, mail->to.at, mail->to.count),
        .cc = addresses(a, mail->cc.at, mail->cc.count),
        .subject = mail->subject,
        .date_ms = mail->date_ms,
        .text = mail->text,
        .reply_text = mail->reply_text,
        .is_automatic = mail->is_automatic,
        .automatic_reason = mail->automatic_why,
        .is_bounce = mail->is_bounce,
        .bounce = bounce_of(a, mail),
        .authentication = authentication_of(a, &mail->authentication),
        .attachments = parts(a, &mail->attachments),
        .warnings = {mail->warnings.at, mail->warnings.count},
    };
    return out;
}
