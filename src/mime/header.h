/* header.h -- the header block of a message or part (RFC 5322 section 2.2), raw and decoded. */
#ifndef FD_MIME_HEADER_H
#define FD_MIME_HEADER_H

#include "base/arena.h"

struct header {
    const char *name;
    size_t name_len;
    const char *value; /* raw, with its folds */
    size_t value_len;
};

struct headers {
    struct header *at;
    size_t count;
};

/* Reads the block at the start of data; returns where the body begins. */
size_t headers_parse(struct arena *a, const char *data, size_t len, struct headers *out);

/* The first with that name (any case), or NULL. */
const struct header *header_find(const struct headers *h, const char *name);
/* The nth, from 0. */
const struct header *header_find_nth(const struct headers *h, const char *name, size_t nth);

/* One line, blanks trimmed, 8-bit bytes in UTF-8, encoded words left alone. NULL when h is. */
char *header_line(struct arena *a, const struct header *h);
/* The same of the first with that name. */
char *header_line_of(struct arena *a, const struct headers *h, const char *name);
/* "Name: value" as a reason for people, cut to a sane length. */
const char *header_reason(struct arena *a, const char *name, const char *value);
/* For people: encoded words (RFC 2047), also broken ones, decoded; no control characters. */
char *header_text(struct arena *a, const struct header *h);
/* RFC 2047 on text that is unfolded UTF-8 already. */
char *header_decode_words(struct arena *a, const char *line);

#endif
