/* text_out.h -- text that grows inside an arena: what decoders write into. Never on the heap, so
 * a parser may stop anywhere without freeing. */
#ifndef FD_MIME_TEXT_OUT_H
#define FD_MIME_TEXT_OUT_H

#include "base/arena.h"

#include <string.h>

struct text_out {
    struct arena *arena;
    char *data; /* ends with a NUL after text_out_end */
    size_t len;
    size_t cap;
};

static inline void text_out_room(struct text_out *t, size_t more)
{
    size_t cap = t->cap ? t->cap : 64;

    if (t->len + more + 1 <= t->cap)
        return;
    while (cap < t->len + more + 1)
        cap *= 2;
    t->data = arena_grow(t->arena, t->data, t->cap, cap);
    t->cap = cap;
}

static inline void text_out_add(struct text_out *t, const char *s, size_t len)
{
    if (len == 0)
        return;
    text_out_room(t, len);
    memcpy(t->data + t->len, s, len);
    t->len += len;
}

static inline void text_out_str(struct text_out *t, const char *s)
{
    text_out_add(t, s, strlen(s));
}

static inline void text_out_char(struct text_out *t, char c)
{
    text_out_room(t, 1);
    t->data[t->len++] = c;
}

/* Ends the text and returns it; never NULL. */
static inline char *text_out_end(struct text_out *t)
{
    text_out_room(t, 0);
    t->data[t->len] = '\0';
    return t->data;
}

#endif
