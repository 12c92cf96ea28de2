/* quote.h -- the writer's own words: quoted history and signatures folded away. Works on lines of
 * plain text, by tables of what mail clients write in some twenty-five languages (quote_words.c).
 * Errs on the side of keeping: what is dropped here is still in the whole text. */
#ifndef FD_MIME_QUOTE_H
#define FD_MIME_QUOTE_H

#include "base/arena.h"

/* text: UTF-8 with LF. history_at: from html_to_text, or HTML_NO_HISTORY. is_forward: the subject
 * says that the quoted message is what the mail is about. Never blank unless text is; may be text
 * itself. */
const char *quote_fold(struct arena *a, const char *text, size_t history_at, bool is_forward);

/* Does a subject begin with "Fwd:" in any language ("Re: Fwd:" does not)? NULL is no. */
bool quote_is_forward_subject(const char *subject);

#endif
