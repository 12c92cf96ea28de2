#include "mime/html_render.h"

#include <stdio.h>

enum { QUOTE_DEPTH_SHOWN_MAX = 20 };

void render_break(struct render *r, int newlines)
{
    if (r->cell_wanted)
        return; /* a block that only wraps the text of its cell */
    if (r->hard_blank && !r->line_begun) {
        r->hard_blank = false;
        r->newlines = 2;
    }
    if (r->newlines < newlines)
        r->newlines = newlines;
    r->blank_wanted = false;
    r->line_begun = false;
}

void render_line_break(struct render *r)
{
    if (r->cell_wanted)
        return;
    r->newlines = r->newlines >= 1 ? 2 : 1;
    r->blank_wanted = false;
    r->line_begun = false;
    r->hard_blank = false;
}

static void add_quote_marks(struct render *r, int depth, bool blank_line)
{
    if (depth > QUOTE_DEPTH_SHOWN_MAX)
        depth = QUOTE_DEPTH_SHOWN_MAX;
    for (int i = 0; i < depth; i++)
        text_out_char(&r->out, '>');
    if (depth && !blank_line)
        text_out_char(&r->out, ' ');
}

static void add_marker(struct render *r)
{
    char marker[24] = "* ";
    int depth = r->list_depth;

    for (int i = 1; i < depth; i++)
        text_out_str(&r->out, "  ");
    if (depth && r->lists[depth - 1].ordered)
        snprintf(marker, sizeof marker, "%d. ", r->lists[depth - 1].next++);
    text_out_str(&r->out, marker);
    r->marker_wanted = false;
}

static void begin_line(struct render *r)
{
    int shared = r->quote_depth < r->written_depth ? r->quote_depth : r->written_depth;

    if (r->out.len) {
        for (int i = 0; i < r->newlines; i++) {
            if (i)
                add_quote_marks(r, shared, true);
            text_out_char(&r->out, '\n');
            r->lines++;
        }
    }
    if (r->mark_wanted && r->history_at == (size_t)-1)
        r->history_at = r->out.len;
    r->mark_wanted = false;
    add_quote_marks(r, r->quote_depth, false);
    r->written_depth = r->quote_depth;
    r->newlines = 0;
    r->line_begun = true;
    r->blank_wanted = false;
    r->hard_blank = false;
    if (r->marker_wanted)
        add_marker(r);
}

/* Everything that must stand before the next visible character. */
static void before_text(struct render *r)
{
    if (r->cell_wanted && r->line_begun)
        text_out_str(&r->out, " | ");
    else if (!r->line_begun || r->out.len == 0)
        begin_line(r);
    else if (r->blank_wanted)
        text_out_char(&r->out, ' ');
    r->cell_wanted = false;
    r->blank_wanted = false;
}

/* Length of an invisible character at s: soft hyphen, combining grapheme joiner, zero width space,
 * word joiner, byte order mark. Newsletters pad their preheaders with them. */
static size_t invisible_length(const char *s, size_t len)
{
    static const char *const INVISIBLE[] = {"\xC2\xAD", "\xCD\x8F", "\xE2\x80\x8B", "\xE2\x81\xA0",
                                            "\xEF\xBB\xBF"};

    for (size_t i = 0; i < COUNT_OF(INVISIBLE); i++) {
        size_t n = strlen(INVISIBLE[i]);
        if (len >= n && memcmp(s, INVISIBLE[i], n) == 0)
            return n;
    }
    return 0;
}

static void pre_text(struct render *r, const char *s, size_t len)
{
    for (size_t i = 0; i < len; i++) {
        if (s[i] == '\n') {
            if (!r->line_begun)
                begin_line(r);
            r->newlines = 1;
            r->line_begun = false;
            /* Blank lines in <pre> are meant: each is written. */
            continue;
        }
        if (!r->line_begun || r->out.len == 0)
            begin_line(r);
        text_out_char(&r->out, s[i]);
    }
}

void render_text(struct render *r, const char *s, size_t len)
{
    size_t i = 0;

    if (r->pre_depth) {
        pre_text(r, s, len);
        return;
    }
    while (i < len) {
        unsigned char c = (unsigned char)s[i];
        size_t n;

        if (c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f') {
            r->blank_wanted |= r->line_begun;
            i++;
        } else if (c == 0xC2 && len - i > 1 && (unsigned char)s[i + 1] == 0xA0) {
            r->blank_wanted |= r->line_begun;
            r->hard_blank |= !r->line_begun;
            i += 2;
        } else if (c >= 0xC2 && (n = invisible_length(s + i, len - i)) > 0) {
            i += n;
        } else {
            size_t start = i;
            while (i < len && (unsigned char)s[i] > ' ' && (unsigned char)s[i] < 0xC2)
                i++;
            if (i == start)
                for (i++; i < len && ((unsigned char)s[i] & 0xC0) == 0x80; i++)
                    ;
            before_text(r);
            text_out_add(&r->out, s + start, i - start);
        }
    }
}

void render_raw(struct render *r, const char *s)
{
    before_text(r);
    text_out_str(&r->out, s);
}

void render_list_open(struct render *r, bool ordered, int start)
{
    render_break(r, r->list_depth ? 1 : 2);
    if (r->list_depth < RENDER_LISTS_MAX) {
        r->lists[r->list_depth].ordered = ordered;
        r->lists[r->list_depth].next = start;
    }
    r->list_depth++;
    if (r->list_depth > RENDER_LISTS_MAX)
        r->list_depth = RENDER_LISTS_MAX;
}

void render_list_close(struct render *r)
{
    if (r->list_depth)
        r->list_depth--;
    r->marker_wanted = false;
    render_break(r, r->list_depth ? 1 : 2);
}
