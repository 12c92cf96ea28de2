/* buf.h -- bytes that grow: answers, mails, CSV. On the heap, so that it can outlive
 * an arena and be handed to the HTTP library. Always ends with a NUL (not counted). */
#ifndef FD_BUF_H
#define FD_BUF_H

#include "base/base.h"

#include <string.h>

struct buf {
    char *data; /* NULL until something is added */
    size_t len;
    size_t cap;
};

/* {0} is an empty buffer. */
void buf_done(struct buf *b);
void buf_clear(struct buf *b);
/* Makes room for more bytes and a NUL. */
void buf_reserve(struct buf *b, size_t more);
void buf_add(struct buf *b, const void *data, size_t len);
void buf_printf(struct buf *b, const char *fmt, ...) PRINTF_LIKE(2, 3);

static inline void buf_str(struct buf *b, const char *s)
{
    buf_add(b, s, strlen(s));
}

static inline void buf_char(struct buf *b, char c)
{
    if (b->len + 1 >= b->cap)
        buf_reserve(b, 1);
    b->data[b->len++] = c;
    b->data[b->len] = '\0';
}

/* Never NULL. */
static inline const char *buf_text(const struct buf *b)
{
    return b->data ? b->data : "";
}

#endif
