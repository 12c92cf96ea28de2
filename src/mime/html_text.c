#include "mime/html_text.h"

#include "mime/html_render.h"
#include "mime/html_strip.h"

#include <ctype.h>
#include <gumbo.h>
#include <setjmp.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

/* Beyond these the tree is not built: HTML5's rules need time and memory that grow with nesting
 * times length, and no letter needs them. */
enum {
    TREE_MAX_BYTES = 4 * 1024 * 1024,
    TREE_MAX_DEPTH = 400,
    TREE_MEMORY_FACTOR = 48,
    TREE_MEMORY_MIN = 8 * 1024 * 1024,
    URL_MAX_BYTES = 2000,
};

/* All of gumbo's memory: given back at once, so that its recursive free is never needed. */
struct tree_memory {
    struct arena arena;
    size_t left;
    jmp_buf exhausted;
};

static void *tree_alloc(void *user, size_t size)
{
    struct tree_memory *m = user;

    if (size > m->left)
        longjmp(m->exhausted, 1);
    m->left -= size;
    return arena_alloc(&m->arena, size ? size : 1);
}

static void tree_free(void *user, void *p)
{
    (void)user;
    (void)p;
}

static const char *attribute(const GumboNode *n, const char *name)
{
    GumboAttribute *at = gumbo_get_attribute(&n->v.element.attributes, name);
    return at ? at->value : NULL;
}

/* Does the style hold this declaration, blanks and case aside? wanted: lower case, no blanks. */
static bool style_has(const char *style, const char *wanted)
{
    for (; style && *style; style++) {
        const char *s = style, *w = wanted;
        while (*s && *w) {
            if (*s == ' ')
                s++;
            else if (tolower((unsigned char)*s) == *w)
                s++, w++;
            else
                break;
        }
        if (!*w)
            return true;
    }
    return false;
}

static bool is_hidden(const GumboNode *n)
{
    static const char *const HIDING[] = {"display:none", "visibility:hidden", "mso-hide:all"};
    const char *style = attribute(n, "style");

    if (attribute(n, "hidden"))
        return true;
    for (size_t i = 0; style && i < COUNT_OF(HIDING); i++) {
        if (style_has(style, HIDING[i]))
            return true;
    }
    return false;
}

static bool has_word(const char *list, const char *word)
{
    size_t len = strlen(word);
    const char *at = list;

    while (at && (at = strstr(at, word)) != NULL) {
        if ((at == list || at[-1] == ' ') && (at[len] == '\0' || at[len] == ' '))
            return true;
        at += len;
    }
    return false;
}

/* How mail clients mark the beginning of what is quoted below. */
static bool begins_history(const GumboNode *n)
{
    static const char *const IDS[] = {"divRplyFwdMsg",
                                      "appendonsend",
                                      "stopSpelling",
                                      "OLK_SRC_BODY_SECTION",
                                      "mail-editor-reference-message-container",
                                      "ms-outlook-mobile-body-separator-line",
                                      "isReplyContent"};
    static const char *const CLASSES[] = {
        "gmail_quote",      "gmail_quote_container", "yahoo_quoted", "moz-cite-prefix",
        "protonmail_quote", "tutanota_quote",        "zmail_extra",  "OutlookMessageHeader"};
    const char *id = attribute(n, "id"), *class = attribute(n, "class");
    const char *style = attribute(n, "style");

    for (size_t i = 0; id && i < COUNT_OF(IDS); i++) {
        if (strcmp(id, IDS[i]) == 0)
            return true;
    }
    for (size_t i = 0; class && i < COUNT_OF(CLASSES); i++) {
        if (has_word(class, CLASSES[i]))
            return true;
    }
    return style && n->v.element.tag == GUMBO_TAG_DIV &&
           ((style_has(style, "border-top:solid") && style_has(style, "padding:3.0pt0")) ||
            (style_has(style, "padding-top:5px") && style_has(style, "border-top-style:solid")));
}

enum block {
    INLINE,
    BLOCK,     /* on lines of its own */
    PARAGRAPH, /* and blank lines around */
    SKIPPED,   /* not for reading */
};

static enum block block_of(const GumboNode *n)
{
    switch ((int)n->v.element.tag) {
    case GUMBO_TAG_HEAD:
    case GUMBO_TAG_STYLE:
    case GUMBO_TAG_SCRIPT:
    case GUMBO_TAG_TITLE:
    case GUMBO_TAG_TEMPLATE:
    case GUMBO_TAG_SVG:
    case GUMBO_TAG_MATH:
    case GUMBO_TAG_SELECT:
    case GUMBO_TAG_IFRAME:
    case GUMBO_TAG_OBJECT:
    case GUMBO_TAG_VIDEO:
    case GUMBO_TAG_AUDIO:
    case GUMBO_TAG_TEXTAREA:
    case GUMBO_TAG_CANVAS:
        return SKIPPED;
    case GUMBO_TAG_P: {
        const char *class = attribute(n, "class"), *style = attribute(n, "style");
        bool tight = (class && strncmp(class, "Mso", 3) == 0) || style_has(style, "margin:0") ||
                     style_has(style, "margin-bottom:0");
        return tight ? BLOCK : PARAGRAPH;
    }
    case GUMBO_TAG_H1:
    case GUMBO_TAG_H2:
    case GUMBO_TAG_H3:
    case GUMBO_TAG_H4:
    case GUMBO_TAG_H5:
    case GUMBO_TAG_H6:
    case GUMBO_TAG_BLOCKQUOTE:
    case GUMBO_TAG_PRE:
    case GUMBO_TAG_DL:
    case GUMBO_TAG_FIGURE:
        return PARAGRAPH;
    case GUMBO_TAG_DIV:
    case GUMBO_TAG_TABLE:
    case GUMBO_TAG_LI:
    case GUMBO_TAG_TR:
    case GUMBO_TAG_CENTER:
    case GUMBO_TAG_SECTION:
    case GUMBO_TAG_ARTICLE:
    case GUMBO_TAG_HEADER:
    case GUMBO_TAG_FOOTER:
    case GUMBO_TAG_ADDRESS:
    case GUMBO_TAG_DT:
    case GUMBO_TAG_DD:
    case GUMBO_TAG_FORM:
    case GUMBO_TAG_FIELDSET:
    case GUMBO_TAG_MAIN:
    case GUMBO_TAG_NAV:
    case GUMBO_TAG_ASIDE:
    case GUMBO_TAG_CAPTION:
    case GUMBO_TAG_FIGCAPTION:
    case GUMBO_TAG_DETAILS:
    case GUMBO_TAG_SUMMARY:
    case GUMBO_TAG_BODY:
        return BLOCK;
    default:
        return INLINE;
    }
}

/* What entering an element must remember until it is left. */
struct open_element {
    size_t text_at;  /* <a>: where its text begins */
    size_t lines_at; /* <tr>: lines written before its text begins */
    bool row_begun;  /* <tr>: a cell has been seen */
    bool is_quote;
};

static void enter_cell(struct render *r, struct open_element *row)
{
    if (row->row_begun && r->out.len && r->lines <= row->lines_at &&
        r->quote_depth == r->written_depth) {
        r->newlines = 0;
        r->line_begun = true;
        r->cell_wanted = true;
    } else {
        render_break(r, 1);
    }
    row->row_begun = true;
}

/* "image001.png" and "cid:..." as alternative text say nothing. */
static bool is_file_name(const char *alt)
{
    const char *dot = strrchr(alt, '.');
    return strncmp(alt, "cid:", 4) == 0 || (dot && strlen(dot) <= 5 && !strchr(alt, ' '));
}

static void add_image(struct render *r, const GumboNode *n)
{
    const char *alt = attribute(n, "alt");

    if (!alt || !alt[strspn(alt, " \t\r\n\xC2\xA0")] || is_file_name(alt))
        return;
    render_text(r, "[", 1);
    render_text(r, alt, strlen(alt));
    render_text(r, "]", 1);
}

/* "http://example.com/" and "example.com" are the same to a reader. */
static bool same_address(const char *text, size_t len, const char *url)
{
    static const char *const PREFIXES[] = {"http://", "https://", "mailto:", "tel:", "www."};
    size_t url_len;

    for (size_t i = 0; i < COUNT_OF(PREFIXES); i++) {
        size_t n = strlen(PREFIXES[i]);
        if (len > n && strncasecmp(text, PREFIXES[i], n) == 0)
            text += n, len -= n;
        if (strncasecmp(url, PREFIXES[i], n) == 0)
            url += n;
    }
    url_len = strcspn(url, "?");
    if (len && text[len - 1] == '/')
        len--;
    if (strlen(url) == len || (strlen(url) == len + 1 && url[len] == '/'))
        url_len = len;
    return url_len == len && strncasecmp(text, url, len) == 0;
}

static void leave_link(struct render *r, const GumboNode *n, const struct open_element *open)
{
    const char *url = attribute(n, "href");
    const char *text = r->out.data ? r->out.data + open->text_at : "";
    size_t len = r->out.len - open->text_at;

    while (len && (*text == ' ' || *text == '\n' || *text == '>'))
        text++, len--;
    if (!url || !len || strlen(url) > URL_MAX_BYTES)
        return;
    url += strspn(url, " \t\r\n");
    if (strncasecmp(url, "http://", 7) != 0 && strncasecmp(url, "https://", 8) != 0 &&
        (strncasecmp(url, "mailto:", 7) != 0 || memchr(text, '@', len)))
        return;
    if (same_address(text, len, url))
        return;
    r->blank_wanted = r->line_begun;
    render_raw(r, "<");
    text_out_str(&r->out, url);
    text_out_char(&r->out, '>');
}

static void enter(struct render *r, const GumboNode *n, enum block block, struct open_element *open,
                  struct open_element *parent)
{
    if (begins_history(n) && !r->quote_depth) {
        render_break(r, 1);
        r->mark_wanted = true;
    }
    if (block != INLINE)
        render_break(r, block == PARAGRAPH ? 2 : 1);
    *open = (struct open_element){
        .text_at = r->out.len,
        .lines_at = r->lines + (size_t)(r->out.len ? r->newlines : 0),
    };
    switch ((int)n->v.element.tag) {
    case GUMBO_TAG_BR:
        render_line_break(r);
        break;
    case GUMBO_TAG_HR:
        render_break(r, 1);
        render_raw(r, "________________________________");
        render_break(r, 1);
        break;
    case GUMBO_TAG_IMG:
        add_image(r, n);
        break;
    case GUMBO_TAG_UL:
        render_list_open(r, false, 1);
        break;
    case GUMBO_TAG_OL: {
        const char *start = attribute(n, "start");
        render_list_open(r, true, start ? (int)strtol(start, NULL, 10) : 1);
        break;
    }
    case GUMBO_TAG_LI:
        r->marker_wanted = true;
        break;
    case GUMBO_TAG_TD:
    case GUMBO_TAG_TH:
        enter_cell(r, parent);
        break;
    case GUMBO_TAG_PRE:
        r->pre_depth++;
        break;
    case GUMBO_TAG_BLOCKQUOTE: {
        const char *style = attribute(n, "style"), *class = attribute(n, "class");
        /* Gmail indents by a blockquote without a border: that is no quote. */
        open->is_quote = !(style_has(style, "border:none") && !class);
        r->quote_depth += open->is_quote;
        break;
    }
    default:
        break;
    }
}

static void leave(struct render *r, const GumboNode *n, enum block block,
                  const struct open_element *open)
{
    switch ((int)n->v.element.tag) {
    case GUMBO_TAG_A:
        leave_link(r, n, open);
        break;
    case GUMBO_TAG_UL:
    case GUMBO_TAG_OL:
        render_list_close(r);
        break;
    case GUMBO_TAG_LI:
        r->marker_wanted = false;
        break;
    case GUMBO_TAG_TR:
        r->cell_wanted = false;
        break;
    case GUMBO_TAG_PRE:
        r->pre_depth--;
        break;
    case GUMBO_TAG_BLOCKQUOTE:
        r->quote_depth -= open->is_quote;
        break;
    default:
        break;
    }
    if (block != INLINE)
        render_break(r, block == PARAGRAPH ? 2 : 1);
}

/* Recursion is bounded: deeper elements than TREE_MAX_DEPTH give their text as if inline. */
static void walk(struct render *r, const GumboNode *n, struct open_element *parent, int depth)
{
    struct open_element open;
    enum block block;

    if (n->type == GUMBO_NODE_TEXT || n->type == GUMBO_NODE_WHITESPACE ||
        n->type == GUMBO_NODE_CDATA) {
        render_text(r, n->v.text.text, strlen(n->v.text.text));
        return;
    }
    if (n->type != GUMBO_NODE_ELEMENT || depth > 2 * TREE_MAX_DEPTH)
        return;
    block = block_of(n);
    if (block == SKIPPED || is_hidden(n))
        return;
    enter(r, n, block, &open, parent);
    for (unsigned i = 0; i < n->v.element.children.length; i++)
        walk(r, n->v.element.children.data[i], &open, depth + 1);
    leave(r, n, block, &open);
}

static bool render_tree(struct render *r, const char *html, size_t len)
{
    struct tree_memory *m = malloc(sizeof *m);
    GumboOptions options = kGumboDefaultOptions;
    volatile bool done = false;

    ENSURE(m);
    arena_init(&m->arena);
    m->left = len * TREE_MEMORY_FACTOR + TREE_MEMORY_MIN;
    options.allocator = tree_alloc;
    options.deallocator = tree_free;
    options.userdata = m;
    options.max_errors = 0;
    if (setjmp(m->exhausted) == 0) {
        struct open_element top = {0};
        GumboOutput *tree = gumbo_parse_with_options(&options, html, len);
        walk(r, tree->root, &top, 0);
        done = true;
    }
    arena_done(&m->arena);
    free(m);
    return done;
}

char *html_to_text(struct arena *a, const char *html, size_t len, size_t *out_history_at)
{
    struct render r = {.out = {.arena = a}, .history_at = HTML_NO_HISTORY};

    if (len <= TREE_MAX_BYTES && html_nesting(html, len) <= TREE_MAX_DEPTH &&
        render_tree(&r, html, len)) {
        if (out_history_at)
            *out_history_at = r.history_at;
        if (r.out.len)
            text_out_char(&r.out, '\n');
        return text_out_end(&r.out);
    }
    if (out_history_at)
        *out_history_at = HTML_NO_HISTORY;
    return html_strip(a, html, len);
}
