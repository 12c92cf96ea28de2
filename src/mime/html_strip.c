#include "mime/html_strip.h"

#include "mime/html_render.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { NAME_SIZE = 16, NAME_BUCKETS = 256 };

struct tag {
    char name[NAME_SIZE]; /* lower case; "" for comments and the like */
    bool is_end;
    const char *after;
};

/* Reads the tag at "<". Quotes inside a tag are not looked at: at worst some text is lost, never
 * a tag invented. */
static bool read_tag(const char *s, const char *end, struct tag *out)
{
    const char *close;
    size_t n = 0;

    *out = (struct tag){0};
    if (end - s < 2)
        return false;
    if (end - s >= 4 && memcmp(s, "<!--", 4) == 0) {
        close = memmem(s + 4, (size_t)(end - s - 4), "-->", 3);
        out->after = close ? close + 3 : end;
        return true;
    }
    s++;
    if (*s == '/') {
        out->is_end = true;
        s++;
    }
    if (s == end || !(isalpha((unsigned char)*s) || *s == '!' || *s == '?'))
        return false;
    for (const char *c = s; c < end && isalnum((unsigned char)*c) && n + 1 < NAME_SIZE; c++)
        out->name[n++] = (char)tolower((unsigned char)*c);
    close = memchr(s, '>', (size_t)(end - s));
    out->after = close ? close + 1 : end;
    return true;
}

static bool is_one_of(const char *name, const char *const *names, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(name, names[i]) == 0)
            return true;
    }
    return false;
}

/* Elements that have no content or are closed by their next sibling: they do not nest. */
static bool nests(const char *name)
{
    static const char *const FLAT[] = {
        "br",    "img",   "hr",     "meta", "link", "input", "col",      "area",   "base",
        "wbr",   "p",     "li",     "td",   "tr",   "th",    "dd",       "dt",     "tbody",
        "thead", "tfoot", "option", "html", "head", "body",  "colgroup", "source", "param"};
    return *name && !is_one_of(name, FLAT, COUNT_OF(FLAT));
}

size_t html_nesting(const char *html, size_t len)
{
    unsigned open[NAME_BUCKETS] = {0};
    const char *at = html, *end = html + len;
    size_t depth = 0, deepest = 0;

    while (at < end && (at = memchr(at, '<', (size_t)(end - at))) != NULL) {
        struct tag tag;
        unsigned bucket = 5381;

        if (!read_tag(at, end, &tag)) {
            at++;
            continue;
        }
        at = tag.after;
        if (!nests(tag.name))
            continue;
        for (const char *c = tag.name; *c; c++)
            bucket = bucket * 33 + (unsigned char)*c;
        bucket %= NAME_BUCKETS;
        if (!tag.is_end) {
            open[bucket]++;
            depth++;
        } else if (open[bucket]) {
            open[bucket]--;
            depth--;
        }
        if (depth > deepest)
            deepest = depth;
    }
    return deepest;
}

static const struct {
    const char *name;
    const char *text;
} ENTITIES[] = {{"amp;", "&"},   {"lt;", "<"},   {"gt;", ">"},
                {"quot;", "\""}, {"nbsp;", " "}, {"#39;", "'"}};

static const char *add_entity(struct render *r, const char *at, const char *end)
{
    for (size_t i = 0; i < COUNT_OF(ENTITIES); i++) {
        size_t n = strlen(ENTITIES[i].name);
        if ((size_t)(end - at) > n && memcmp(at + 1, ENTITIES[i].name, n) == 0) {
            render_text(r, ENTITIES[i].text, strlen(ENTITIES[i].text));
            return at + 1 + n;
        }
    }
    render_text(r, "&", 1);
    return at + 1;
}

char *html_strip(struct arena *a, const char *html, size_t len)
{
    static const char *const DROPPED[] = {"script", "style", "head", "title"};
    static const char *const LINES[] = {"br", "p",  "div", "tr", "li", "table", "blockquote",
                                        "h1", "h2", "h3",  "ul", "ol", "pre",   "hr"};
    struct render r = {.out = {.arena = a}, .history_at = (size_t)-1};
    const char *at = html, *end = html + len;
    char dropping[NAME_SIZE] = "";

    while (at < end) {
        struct tag tag;
        size_t plain = 0;

        if (*at == '<' && read_tag(at, end, &tag)) {
            if (*dropping) {
                if (tag.is_end && strcmp(tag.name, dropping) == 0)
                    *dropping = '\0';
            } else if (!tag.is_end && is_one_of(tag.name, DROPPED, COUNT_OF(DROPPED))) {
                memcpy(dropping, tag.name, NAME_SIZE);
            } else if (is_one_of(tag.name, LINES, COUNT_OF(LINES))) {
                render_break(&r, 1);
            }
            at = tag.after;
            continue;
        }
        if (*at == '&' && !*dropping) {
            at = add_entity(&r, at, end);
            continue;
        }
        do {
            plain++;
        } while (at + plain < end && at[plain] != '<' && at[plain] != '&');
        if (!*dropping)
            render_text(&r, at, plain);
        at += plain;
    }
    if (r.out.len)
        text_out_char(&r.out, '\n');
    return text_out_end(&r.out);
}
