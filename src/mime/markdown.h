/* markdown.h -- what agents write (GitHub's Markdown) as HTML for mail and screen. */
#ifndef FD_MIME_MARKDOWN_H
#define FD_MIME_MARKDOWN_H

#include "base/arena.h"

/* Tables, strikethrough, links by themselves, task lists; a line break is a line break. HTML in
 * the text is shown as text, javascript: and data: links go nowhere. Call mail_init first. */
char *markdown_to_html(struct arena *a, const char *markdown);

/* For mail_init. */
void markdown_init(void);

#endif
