/* html_text.h -- what a person would read of HTML mail, as plain text. */
#ifndef FD_MIME_HTML_TEXT_H
#define FD_MIME_HTML_TEXT_H

#include "base/arena.h"

/* Where nothing marks the history. */
#define HTML_NO_HISTORY ((size_t)-1)

/* html: UTF-8 of any quality and nesting. *out_history_at (may be NULL): offset in the result at
 * which a mail client's own marks (Outlook's reply header, Yahoo's and Gmail's quote containers)
 * say that the quoted history begins, or HTML_NO_HISTORY. */
char *html_to_text(struct arena *a, const char *html, size_t len, size_t *out_history_at);

#endif
