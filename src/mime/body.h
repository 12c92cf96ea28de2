/* body.h -- which parts are the text and which are attachments. */
#ifndef FD_MIME_BODY_H
#define FD_MIME_BODY_H

#include "mime/part.h"

struct body {
    const char *text;  /* never NULL */
    const char *html;  /* NULL when none */
    size_t history_at; /* as html_to_text's, when the text came from HTML */
    struct mail_attachments attachments;
};

struct body body_collect(struct parse *p, const struct part *root);

/* CRLF and CR to LF; control characters that have no meaning in text become blanks. */
char *body_clean_lines(struct arena *a, const char *text, size_t len);

#endif
