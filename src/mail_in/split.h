/* split.h -- an mbox file as its messages (RFC 4155, and the "From " quoting of mboxrd). */
#ifndef FD_MAIL_SPLIT_H
#define FD_MAIL_SPLIT_H

#include "base/arena.h"

struct mbox {
    const char *at; /* what is left */
    size_t left;
};

/* Does it begin like an mbox? (A mail that a pipe hands over may, too: it has one From_ line.) */
bool mbox_is(const char *data, size_t len);
/* The next message without its From_ line, unquoted: points into the file, or into a where a quoted
 * line had to be changed. False when there is none left. */
bool mbox_next(struct mbox *mbox, struct arena *a, struct bytes *out);
/* data without a From_ line that a pipe put in front. */
struct bytes mail_without_from_line(const char *data, size_t len);

#endif
