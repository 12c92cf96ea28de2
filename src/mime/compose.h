/* compose.h -- an outgoing message (RFC 5322, MIME) as the bytes that go over the wire.
 *
 * Seven-bit, CRLF line ends, no line over 998 bytes. No value can add a header of its own: control
 * characters become blanks. Text is UTF-8. Bcc is the envelope's business. Call mail_init first. */
#ifndef FD_MIME_COMPOSE_H
#define FD_MIME_COMPOSE_H

#include "base/buf.h"
#include "mime/mail.h"

struct compose_file {
    const char *path; /* read from there; NULL: content holds it */
    struct bytes content;
    const char *file_name;
    const char *mime_type;  /* NULL or nonsense: application/octet-stream */
    const char *content_id; /* without < >; set: a picture of the HTML, shown in place */
};

struct compose_header {
    const char *name;
    const char *value; /* plain UTF-8 */
};

struct compose {
    struct mail_address from; /* name may be NULL */
    struct mail_addresses reply_to;
    struct mail_addresses to;
    struct mail_addresses cc;
    const char *subject;
    const char *message_id;     /* without < >; required */
    const char *in_reply_to;    /* NULL when it starts a conversation */
    struct mail_ids references; /* oldest first */
    int64_t date_ms;
    const char *auto_submitted; /* NULL, "auto-replied", "auto-generated" (RFC 3834) */
    const struct compose_header *headers;
    size_t header_count;
    const char *text; /* required */
    const char *html; /* NULL: plain text only */
    const struct compose_file *files;
    size_t file_count;
};

/* Appends the message to *out. ERR_INVALID: an address or a header name cannot be sent, or nobody
 * is addressed, or something required is missing; ERR_IO: a file cannot be read. On failure *out
 * is as before. */
err compose_mail(const struct compose *c, struct buf *out) MUST_CHECK;

/* Can mail be sent to this address? ASCII before the @, a domain (also an international one)
 * behind it, at most EMAIL_MAX_BYTES. */
bool compose_is_address(const char *email);

#endif
