/* part.h -- the tree of a message's parts (RFC 2046). Parts are ranges of the caller's bytes. */
#ifndef FD_MIME_PART_H
#define FD_MIME_PART_H

#include "mime/header.h"
#include "mime/mail.h"
#include "mime/param.h"

enum part_kind {
    PART_LEAF,
    PART_MULTIPART, /* children are its parts */
    PART_MESSAGE,   /* one child: the enclosed message */
    PART_RAW,       /* beyond a limit: kept as it came */
    PART_KIND_COUNT
};

struct part {
    enum part_kind kind;
    struct headers headers;
    const char *type; /* "text/plain"; lower case, never NULL */
    struct params content_type;
    struct params disposition;
    struct bytes body; /* still transfer-encoded */
    struct part *children;
    struct part *next;
};

/* What one message's parse shares: limits and warnings. */
struct parse {
    struct arena *arena;
    size_t parts;
    struct mail_texts warnings;
    size_t warnings_cap;
};

void parse_warn(struct parse *p, const char *fmt, ...) PRINTF_LIKE(2, 3);

struct part *part_parse(struct parse *p, const void *data, size_t len);

/* Transfer encoding undone (RFC 2045 section 6, uuencode); points into the message when there is
 * none. */
struct bytes part_content(struct parse *p, const struct part *part);
/* Decoded text of a text part in UTF-8, CRLF kept; never NULL. */
char *part_text(struct parse *p, const struct part *part, size_t *out_len);
/* The file name it was given, made harmless; NULL when none. */
const char *part_file_name(struct parse *p, const struct part *part);
const char *part_content_id(struct parse *p, const struct part *part);

bool part_is(const struct part *part, const char *type);
/* The first in the tree with that type, not looking into enclosed messages; or NULL. */
const struct part *part_find(const struct part *part, const char *type);

#endif
