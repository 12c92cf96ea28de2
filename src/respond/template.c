#include "respond/template.h"

#include <string.h>

static const char name_chars[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_";
static const char blanks[] = " \t\r\n";

/* The next two opening braces, or NULL. Not strstr: under sanitizers that measures the whole rest
 * of the text each time. */
static const char *find_braces(const char *at)
{
    for (; *at; at++) {
        if (at[0] == '{' && at[1] == '{')
            return at;
    }
    return NULL;
}

struct placeholder {
    const char *name;
    size_t len;
    const char *end; /* behind the braces */
};

/* Reads a placeholder that begins at the two braces at text. */
static bool read_placeholder(const char *text, struct placeholder *out)
{
    const char *at = text + 2;

    at += strspn(at, blanks);
    out->name = at;
    out->len = strspn(at, name_chars);
    at += out->len;
    at += strspn(at, blanks);
    out->end = at + 2;
    return out->len > 0 && out->len <= TEMPLATE_NAME_MAX && at[0] == '}' && at[1] == '}';
}

static bool is_name(const struct placeholder *p, const char *name)
{
    return strlen(name) == p->len && memcmp(name, p->name, p->len) == 0;
}

/* A text that grows by doubling within an arena. */
struct grown {
    struct arena *arena;
    char *data;
    size_t len;
    size_t cap;
};

static void add(struct grown *g, const char *data, size_t len)
{
    if (g->len + len + 1 > g->cap) {
        size_t cap = (g->len + len + 1) * 2;

        g->data = arena_grow(g->arena, g->data, g->cap, cap);
        g->cap = cap;
    }
    memcpy(g->data + g->len, data, len);
    g->len += len;
    g->data[g->len] = '\0';
}

const char *template_render(struct arena *a, const char *text, const struct template_value *values,
                            size_t count)
{
    struct grown out = {.arena = a};
    const char *braces;

    if (!text)
        return NULL;
    add(&out, "", 0);
    while ((braces = find_braces(text))) {
        struct placeholder p;
        size_t i = count;

        add(&out, text, (size_t)(braces - text));
        if (read_placeholder(braces, &p)) {
            for (i = 0; i < count && !is_name(&p, values[i].name); i++)
                ;
        }
        if (i < count) {
            if (values[i].value)
                add(&out, values[i].value, strlen(values[i].value));
            text = p.end;
        } else { /* one brace only: in "{{{name}}" the placeholder begins at the second */
            add(&out, braces, 1);
            text = braces + 1;
        }
    }
    add(&out, text, strlen(text));
    return out.data;
}

const char *template_unknown(struct arena *a, const char *text, const char *const *names,
                             size_t count)
{
    const char *braces = text ? find_braces(text) : NULL;

    for (; braces; braces = find_braces(braces + 1)) {
        struct placeholder p;
        size_t i = 0;

        if (!read_placeholder(braces, &p))
            continue;
        while (i < count && !is_name(&p, names[i]))
            i++;
        if (i == count)
            return arena_strn(a, p.name, p.len);
    }
    return NULL;
}
