#include "mail_in/split.h"

#include <ctype.h>
#include <string.h>

static const char from_word[] = "From ";
enum { FROM_LEN = sizeof(from_word) - 1 };

static size_t line_length(const char *at, size_t left)
{
    const char *end = memchr(at, '\n', left);

    return end ? (size_t)(end - at) + 1 : left;
}

/* "From someone Mon Nov 23 08:00:00 2026": without a time of day it is a sentence that begins so. */
static bool is_from_line(const char *at, size_t left)
{
    size_t n = line_length(at, left);

    if (n < FROM_LEN || memcmp(at, from_word, FROM_LEN) != 0)
        return false;
    for (size_t i = FROM_LEN; i + 4 < n; i++) {
        if (isdigit((unsigned char)at[i]) && isdigit((unsigned char)at[i + 1]) &&
            at[i + 2] == ':' && isdigit((unsigned char)at[i + 3]) &&
            isdigit((unsigned char)at[i + 4]))
            return true;
    }
    return false;
}

static bool is_blank_line(const char *at, size_t n)
{
    return (n == 1 && at[0] == '\n') || (n == 2 && at[0] == '\r' && at[1] == '\n');
}

bool mbox_is(const char *data, size_t len)
{
    return is_from_line(data, len);
}

struct bytes mail_without_from_line(const char *data, size_t len)
{
    size_t skip = is_from_line(data, len) ? line_length(data, len) : 0;

    return (struct bytes){(const unsigned char *)data + skip, len - skip};
}

/* ">From ", ">>From " ...: quoted so as not to look like the next message. */
static bool is_quoted_from(const char *at, size_t n)
{
    size_t marks = 0;

    while (marks < n && at[marks] == '>')
        marks++;
    return marks > 0 && n - marks >= FROM_LEN && memcmp(at + marks, from_word, FROM_LEN) == 0;
}

static struct bytes unquote(struct arena *a, const char *data, size_t len)
{
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;

    while (len > 0) {
        size_t line = line_length(data, len);
        size_t skip = is_quoted_from(data, line) ? 1 : 0;

        memcpy(out + n, data + skip, line - skip);
        n += line - skip;
        data += line;
        len -= line;
    }
    return (struct bytes){(const unsigned char *)out, n};
}

bool mbox_next(struct mbox *mbox, struct arena *a, struct bytes *out)
{
    bool quoted = false, blank = false;
    const char *start;
    size_t len = 0;

    if (mbox->left > 0 && is_from_line(mbox->at, mbox->left)) {
        size_t n = line_length(mbox->at, mbox->left);

        mbox->at += n;
        mbox->left -= n;
    }
    if (mbox->left == 0)
        return false;
    start = mbox->at;
    while (mbox->left > 0 && !(blank && is_from_line(mbox->at, mbox->left))) {
        size_t n = line_length(mbox->at, mbox->left);

        quoted |= is_quoted_from(mbox->at, n);
        blank = is_blank_line(mbox->at, n);
        len += n;
        mbox->at += n;
        mbox->left -= n;
    }
    /* The blank line before the next From_ line is the format's, not the message's. */
    if (blank && mbox->left > 0)
        len -= len > 1 && start[len - 2] == '\r' ? 2 : 1;
    *out = quoted ? unquote(a, start, len) : (struct bytes){(const unsigned char *)start, len};
    return true;
}
