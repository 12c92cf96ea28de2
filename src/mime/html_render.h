/* html_render.h -- the pen of html_text.c: lines, blanks, quote marks and list markers. Keeps no
 * tree; every call says what comes next. */
#ifndef FD_MIME_HTML_RENDER_H
#define FD_MIME_HTML_RENDER_H

#include "mime/text_out.h"

enum { RENDER_LISTS_MAX = 16 };

struct render {
    struct text_out out;
    int newlines;      /* wanted before the next text: 1 a new line, 2 a blank one as well */
    bool line_begun;   /* the present line has text */
    bool blank_wanted; /* white space was read, not yet written */
    bool hard_blank;   /* the empty line holds a no-break space: it is meant */
    bool cell_wanted;  /* the next text is another cell of the row */
    bool mark_wanted;  /* history begins with the next text */
    int quote_depth;
    int written_depth; /* of the line before */
    int pre_depth;
    size_t lines; /* written so far */
    size_t history_at;
    struct {
        bool ordered;
        int next;
    } lists[RENDER_LISTS_MAX];
    int list_depth;
    bool marker_wanted; /* the next text begins a list item */
};

void render_break(struct render *r, int newlines);
/* <br>: two of them make a blank line. */
void render_line_break(struct render *r);
/* Blanks collapse unless inside <pre>. */
void render_text(struct render *r, const char *s, size_t len);
/* As it is, no blanks collapsed. */
void render_raw(struct render *r, const char *s);
void render_list_open(struct render *r, bool ordered, int start);
void render_list_close(struct render *r);

#endif
