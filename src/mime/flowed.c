#include "mime/flowed.h"

#include "mime/text_out.h"

static size_t quote_depth(const char *line, const char *end)
{
    const char *c = line;

    while (c < end && *c == '>')
        c++;
    return (size_t)(c - line);
}

static void add_quotes(struct text_out *t, size_t depth)
{
    for (size_t i = 0; i < depth; i++)
        text_out_char(t, '>');
    if (depth)
        text_out_char(t, ' ');
}

char *flowed_unwrap(struct arena *a, const char *text, bool delsp)
{
    struct text_out t = {.arena = a};
    size_t open_depth = 0; /* quote depth of the paragraph that is still flowing */
    bool flowing = false;

    while (*text) {
        const char *nl = strchr(text, '\n');
        const char *end = nl ? nl : text + strlen(text);
        size_t depth = quote_depth(text, end);
        const char *line = text + depth;
        bool is_signature, soft;

        if (line < end && *line == ' ')
            line++; /* space-stuffing */
        is_signature = end - line == 3 && memcmp(line, "-- ", 3) == 0;
        if (flowing && (depth != open_depth || is_signature)) {
            text_out_char(&t, '\n');
            flowing = false;
        }
        if (!flowing)
            add_quotes(&t, depth);
        soft = !is_signature && end > line && end[-1] == ' ';
        text_out_add(&t, line, (size_t)(end - line) - (soft && delsp));
        if (nl && !soft)
            text_out_char(&t, '\n');
        flowing = soft;
        open_depth = depth;
        text = nl ? nl + 1 : end;
    }
    if (flowing && t.len && t.data[t.len - 1] == ' ')
        t.len--;
    return text_out_end(&t);
}
