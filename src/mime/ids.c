/* ids.c -- message identifiers (RFC 5322 section 3.6.4) and what mailers make of them. */
#include "mime/mail.h"

#include "mime/text_out.h"

#include <ctype.h>
#include <string.h>

enum { ID_MAX_BYTES = 998 };

static const char *cleaned(struct arena *a, const char *s, size_t len)
{
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)s[i] > 32 && s[i] != 127 && s[i] != '<' && s[i] != '>')
            out[n++] = s[i];
    }
    out[n] = '\0';
    return n && n <= ID_MAX_BYTES ? out : NULL;
}

struct id_list {
    struct mail_ids ids;
    size_t cap;
};

static void add(struct arena *a, struct id_list *list, const char *id)
{
    if (!id)
        return;
    if (list->ids.count == list->cap) {
        size_t grown = list->cap ? list->cap * 2 : 8;
        list->ids.at =
            arena_grow(a, list->ids.at, list->cap * sizeof(char *), grown * sizeof(char *));
        list->cap = grown;
    }
    list->ids.at[list->ids.count++] = id;
}

/* Without angles: every word that looks like an identifier. */
static void add_bare(struct arena *a, struct id_list *list, const char *value)
{
    bool alone = !strpbrk(value, " \t,");

    while (*value) {
        size_t len;

        value += strspn(value, " \t\r\n,;\"");
        len = strcspn(value, " \t\r\n,;\"");
        if (len && (alone || memchr(value, '@', len)))
            add(a, list, cleaned(a, value, len));
        value += len;
    }
}

struct mail_ids mail_ids_parse(struct arena *a, const char *value, size_t max)
{
    struct id_list list = {0};
    const char *open = value ? strchr(value, '<') : NULL;

    if (value && !open)
        add_bare(a, &list, value);
    while (open) {
        size_t len = strcspn(open + 1, "<>");
        add(a, &list, cleaned(a, open + 1, len));
        open = strchr(open + 1 + len, '<');
    }
    if (list.ids.count > max) {
        list.ids.at += list.ids.count - max;
        list.ids.count = max;
    }
    return list.ids;
}
