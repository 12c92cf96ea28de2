#include "mime/body.h"

#include "mime/flowed.h"
#include "mime/html_text.h"
#include "mime/text_out.h"

#include <string.h>
#include <strings.h>

enum { NAMED_TEXT_SHOWN_MAX_BYTES = 32 * 1024 };

/* What a part shows to a reader. */
struct shown {
    const char *text; /* NULL: nothing */
    const char *html; /* NULL: plain only */
    size_t history_at;
    bool is_plain; /* the text was written as such */
};

struct collector {
    struct parse *parse;
    struct mail_attachments attachments;
    size_t cap;
};

static const struct shown NOTHING = {NULL, NULL, HTML_NO_HISTORY, false};

char *body_clean_lines(struct arena *a, const char *text, size_t len)
{
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '\r') {
            if (i + 1 < len && text[i + 1] == '\r')
                continue; /* "\r\r\n" of gateways that converted twice */
            if (i + 1 < len && text[i + 1] == '\n')
                i++;
            c = '\n';
        } else if ((unsigned char)c < 32 && c != '\n' && c != '\t') {
            c = ' ';
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return out;
}

static bool is_blank(const char *text)
{
    return !text || text[strspn(text, " \t\n")] == '\0';
}

static void attach(struct collector *c, const struct part *part, const char *name, bool is_inline)
{
    struct mail_attachment *at;

    if (c->attachments.count == c->cap) {
        size_t grown = c->cap ? c->cap * 2 : 8;
        c->attachments.at =
            arena_grow(c->parse->arena, c->attachments.at, c->cap * sizeof *at, grown * sizeof *at);
        c->cap = grown;
    }
    at = &c->attachments.at[c->attachments.count++];
    *at = (struct mail_attachment){
        .file_name = name,
        .mime_type = part->type,
        .content_id = part_content_id(c->parse, part),
        .is_inline = is_inline,
        .content = part_content(c->parse, part),
    };
}

/* Text that only software reads, or that repeats another part: neither shown nor attached when
 * it stands among alternatives. */
static bool is_redundant_alternative(const struct part *part)
{
    static const char *const TYPES[] = {"text/x-amp-html", "text/watch-html", "text/enriched",
                                        "text/richtext", "text/rtf"};

    for (size_t i = 0; i < COUNT_OF(TYPES); i++) {
        if (part_is(part, TYPES[i]))
            return true;
    }
    return false;
}

static bool is_readable_type(const struct part *part)
{
    static const char *const FILES[] = {"text/calendar",  "text/x-vcard",    "text/vcard",
                                        "text/directory", "text/csv",        "text/rfc822-headers",
                                        "text/xml",       "text/css",        "text/javascript",
                                        "text/rtf",       "text/x-amp-html", "text/watch-html"};

    if (strncmp(part->type, "text/", 5) != 0)
        return false;
    for (size_t i = 0; i < COUNT_OF(FILES); i++) {
        if (part_is(part, FILES[i]))
            return false;
    }
    return true;
}

static bool is_named(const struct part *part)
{
    return param_get(&part->disposition, "filename") || param_get(&part->content_type, "name");
}

/* The first text of a message is its text, whatever name it bears; later ones with a name too
 * when they are meant to be shown and short enough to be read there. */
static bool is_text(const struct part *part, bool is_first)
{
    if (part->kind != PART_LEAF || !is_readable_type(part))
        return false;
    if (strcmp(part->disposition.value, "attachment") == 0)
        return false;
    return !is_named(part) || is_first || part->body.len <= NAMED_TEXT_SHOWN_MAX_BYTES;
}

static struct shown show_text(struct collector *c, const struct part *part)
{
    struct arena *a = c->parse->arena;
    struct shown s = NOTHING;
    size_t len;
    char *text = part_text(c->parse, part, &len);

    if (part_is(part, "text/html")) {
        s.html = body_clean_lines(a, text, len);
        s.text = html_to_text(a, s.html, strlen(s.html), &s.history_at);
        return s;
    }
    text = body_clean_lines(a, text, len);
    s.is_plain = true;
    s.text = text;
    if (part_is(part, "text/plain")) {
        const char *format = param_get(&part->content_type, "format");
        const char *delsp = param_get(&part->content_type, "delsp");
        if (format && strcasecmp(format, "flowed") == 0)
            s.text = flowed_unwrap(a, text, delsp && strcasecmp(delsp, "yes") == 0);
    }
    return s;
}

/* Plain text in an HTML message, as HTML. */
static void add_as_html(struct text_out *t, const char *text)
{
    text_out_str(t, "<div style=\"white-space: pre-wrap\">");
    for (; *text; text++) {
        if (*text == '<')
            text_out_str(t, "&lt;");
        else if (*text == '&')
            text_out_str(t, "&amp;");
        else
            text_out_char(t, *text);
    }
    text_out_str(t, "</div>");
}

/* What several parts show one after another: put together once, at the end, so that a thousand
 * parts cost no more than their length. */
struct sequence {
    struct shown *at;
    size_t count;
    size_t cap;
};

static void sequence_add(struct arena *a, struct sequence *q, struct shown s)
{
    if (!s.text)
        return;
    if (q->count == q->cap) {
        size_t grown = q->cap ? q->cap * 2 : 4;
        q->at = arena_grow(a, q->at, q->cap * sizeof s, grown * sizeof s);
        q->cap = grown;
    }
    q->at[q->count++] = s;
}

static const char *sequence_html(struct arena *a, const struct sequence *q)
{
    struct text_out t = {.arena = a};
    bool any = false;

    for (size_t i = 0; i < q->count; i++)
        any |= q->at[i].html != NULL;
    if (!any)
        return NULL;
    for (size_t i = 0; i < q->count; i++) {
        if (q->at[i].html)
            text_out_str(&t, q->at[i].html);
        else if (!is_blank(q->at[i].text))
            add_as_html(&t, q->at[i].text);
        text_out_char(&t, '\n');
    }
    return text_out_end(&t);
}

static struct shown sequence_shown(struct arena *a, const struct sequence *q)
{
    struct text_out t = {.arena = a};
    struct shown all = NOTHING;

    if (q->count <= 1)
        return q->count ? q->at[0] : NOTHING;
    all.is_plain = true;
    for (size_t i = 0; i < q->count; i++) {
        const struct shown *s = &q->at[i];

        if (t.len && t.data[t.len - 1] != '\n')
            text_out_char(&t, '\n');
        if (t.len)
            text_out_char(&t, '\n');
        if (s->history_at != HTML_NO_HISTORY && all.history_at == HTML_NO_HISTORY)
            all.history_at = t.len + s->history_at;
        text_out_str(&t, s->text);
        all.is_plain &= s->is_plain;
    }
    all.text = text_out_end(&t);
    all.html = sequence_html(a, q);
    return all;
}

static struct shown show(struct collector *c, const struct part *part, bool is_first);

/* RFC 2046 says the last is the best; a help desk wants the one written as text, and the best
 * HTML beside it. */
static struct shown show_alternative(struct collector *c, const struct part *part, bool is_first)
{
    struct shown best = NOTHING;
    const char *html = NULL;

    for (const struct part *child = part->children; child; child = child->next) {
        struct shown s;

        if (is_redundant_alternative(child) && part->children->next)
            continue;
        s = show(c, child, is_first);
        if (s.html)
            html = s.html;
        if (!is_blank(s.text) && (is_blank(best.text) || (s.is_plain && !best.is_plain)))
            best = s;
    }
    best.html = html;
    return best;
}

static struct shown show_children(struct collector *c, const struct part *part, bool is_first)
{
    bool is_signed = part_is(part, "multipart/signed");
    struct sequence all = {0};

    for (const struct part *child = part->children; child; child = child->next) {
        bool is_signature = is_signed && child != part->children && child->kind == PART_LEAF &&
                            strncmp(child->type, "application/", 12) == 0;

        if (is_signature)
            attach(c, child, part_file_name(c->parse, child), false);
        else
            sequence_add(c->parse->arena, &all,
                         show(c, child, is_first && child == part->children));
    }
    return sequence_shown(c->parse->arena, &all);
}

static struct shown show(struct collector *c, const struct part *part, bool is_first)
{
    bool is_inline = strcmp(part->disposition.value, "inline") == 0;

    switch (part->kind) {
    case PART_MULTIPART:
        if (part_is(part, "multipart/alternative"))
            return show_alternative(c, part, is_first);
        return show_children(c, part, is_first);
    case PART_RAW:
        attach(c, part, "unread-parts.eml", false);
        return NOTHING;
    case PART_MESSAGE:
        attach(c, part, part_file_name(c->parse, part), false);
        return NOTHING;
    case PART_LEAF:
    case PART_KIND_COUNT:
        break;
    }
    if (is_text(part, is_first)) {
        /* A text file that its sender's program shows in place: to be read and to be had. */
        if (is_named(part) && !is_first)
            attach(c, part, part_file_name(c->parse, part), true);
        return show_text(c, part);
    }
    if (part_is(part, "message/delivery-status") || part_is(part, "message/global-delivery-status"))
        return NOTHING; /* for machines: told as struct mail_bounce */
    is_inline = is_inline || (!*part->disposition.value && part_content_id(c->parse, part));
    attach(c, part, part_file_name(c->parse, part), is_inline);
    return NOTHING;
}

/* A forward without a word of its own: what was forwarded is all there is to read. */
static const char *text_of_enclosed(struct parse *p, const struct part *part)
{
    if (part->kind == PART_MESSAGE && part->children) {
        struct collector inner = {.parse = p};
        struct shown s = show(&inner, part->children, true);
        return is_blank(s.text) ? text_of_enclosed(p, part->children) : s.text;
    }
    for (const struct part *child = part->children; child; child = child->next) {
        const char *text = text_of_enclosed(p, child);
        if (!is_blank(text))
            return text;
    }
    return NULL;
}

struct body body_collect(struct parse *p, const struct part *root)
{
    struct collector c = {.parse = p};
    struct shown s = show(&c, root, true);
    struct body body = {.html = s.html, .history_at = s.history_at};

    if (is_blank(s.text)) {
        s.text = text_of_enclosed(p, root);
        body.history_at = HTML_NO_HISTORY;
    }
    body.text = s.text ? s.text : "";
    body.attachments = c.attachments;
    return body;
}
