/* render.h -- a row of the outbox as the message that goes over the wire. */
#ifndef FD_MAIL_RENDER_H
#define FD_MAIL_RENDER_H

#include "base/buf.h"
#include "mail_out/outbox.h"

/* Attachments of its comment, found in a transaction before it is composed outside of one. */
struct outbox_file {
    const char *file_name;
    const char *mime_type;
    const char *path;
};
struct outbox_files {
    struct outbox_file *v;
    size_t n;
};
MUST_CHECK err outbox_files(struct tx *tx, const struct outbox_mail *mail,
                            struct outbox_files *out);
/* Appends the message. The same row gives the same Message-ID and date however often it is made.
 * ERR_INVALID when its recipient can't be written to; ERR_IO when a file is gone. */
MUST_CHECK err outbox_render(struct arena *a, const struct settings *settings,
                             const struct outbox_mail *mail, const struct outbox_files *files,
                             struct buf *out);
/* Markdown as HTML without raw HTML, scripts or dangerous links. */
const char *markdown_html(struct arena *a, const char *markdown);

#endif
