/* render.h -- a row of the outbox as the message that goes over the wire. */
#ifndef FD_MAIL_RENDER_H
#define FD_MAIL_RENDER_H

#include "base/buf.h"
#include "file/file.h"
#include "mail_out/outbox.h"

/* What is looked up in a transaction before the message is composed outside of one. */
struct outbox_file {
    const char *file_name;
    const char *mime_type;
    unsigned char sha256[FILE_HASH_SIZE];
};
struct outbox_files {
    struct outbox_file *v; /* attachments of its comment */
    size_t n;
    const char *reply_to; /* where answers go; NULL: the desk's own address */
};
MUST_CHECK err outbox_files(struct tx *tx, const struct outbox_mail *mail,
                            struct outbox_files *out);
/* Appends the message. The same row gives the same Message-ID and date however often it is made.
 * ERR_INVALID when its recipient can't be written to; ERR_IO when a file is gone; else as
 * file_get. Not inside a unit of work. */
MUST_CHECK err outbox_render(struct arena *a, struct store *store, const struct outbox_mail *mail,
                             const struct outbox_files *files, struct buf *out);
#endif
