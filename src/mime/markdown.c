#include "mime/markdown.h"

#include <cmark-gfm-core-extensions.h>
#include <cmark-gfm.h>
#include <stdlib.h>
#include <string.h>

static const char *const EXTENSIONS[] = {"table", "strikethrough", "autolink", "tagfilter",
                                         "tasklist"};

void markdown_init(void)
{
    cmark_gfm_core_extensions_ensure_registered();
}

/* The node as the text it was written as. A block of HTML is a paragraph to those who wrote it. */
static void replace_by_text(cmark_node *html, bool is_block)
{
    cmark_node *text = cmark_node_new(CMARK_NODE_TEXT);
    cmark_node *whole = text;

    cmark_node_set_literal(text, cmark_node_get_literal(html));
    if (is_block) {
        whole = cmark_node_new(CMARK_NODE_PARAGRAPH);
        cmark_node_append_child(whole, text);
    }
    if (cmark_node_replace(html, whole))
        cmark_node_free(html);
    else
        cmark_node_free(whole);
}

static void show_html_as_text(cmark_node *root)
{
    cmark_iter *iter = cmark_iter_new(root);
    cmark_event_type event;

    while ((event = cmark_iter_next(iter)) != CMARK_EVENT_DONE) {
        cmark_node *node = cmark_iter_get_node(iter);
        cmark_node_type type = cmark_node_get_type(node);

        if (type == CMARK_NODE_HTML_BLOCK || type == CMARK_NODE_HTML_INLINE)
            replace_by_text(node, type == CMARK_NODE_HTML_BLOCK);
    }
    cmark_iter_free(iter);
}

char *markdown_to_html(struct arena *a, const char *markdown)
{
    int options = CMARK_OPT_HARDBREAKS | CMARK_OPT_VALIDATE_UTF8;
    cmark_parser *parser = cmark_parser_new(options);
    cmark_node *root;
    char *html, *copy;

    for (size_t i = 0; i < COUNT_OF(EXTENSIONS); i++) {
        cmark_syntax_extension *extension = cmark_find_syntax_extension(EXTENSIONS[i]);
        ENSURE(extension);
        cmark_parser_attach_syntax_extension(parser, extension);
    }
    cmark_parser_feed(parser, markdown, strlen(markdown));
    root = cmark_parser_finish(parser);
    show_html_as_text(root);
    html = cmark_render_html(root, options, cmark_parser_get_syntax_extensions(parser));
    copy = arena_str(a, html);
    free(html);
    cmark_node_free(root);
    cmark_parser_free(parser);
    return copy;
}
