/* html_strip.h -- HTML without a tree, in one pass: a measure of nesting, and a plain removal of
 * tags for what is too hostile or too large for a tree. */
#ifndef FD_MIME_HTML_STRIP_H
#define FD_MIME_HTML_STRIP_H

#include "base/arena.h"

/* An upper estimate of how deep the tree of this HTML would be. */
size_t html_nesting(const char *html, size_t len);
char *html_strip(struct arena *a, const char *html, size_t len);

#endif
