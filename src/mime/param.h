/* param.h -- "type/subtype; name=value" headers: Content-Type, Content-Disposition (RFC 2045,
 * RFC 2183), with RFC 2231 continuations and charsets and what mailers send instead. */
#ifndef FD_MIME_PARAM_H
#define FD_MIME_PARAM_H

#include "base/arena.h"

struct param {
    const char *name;  /* lower case, without RFC 2231 marks */
    const char *value; /* UTF-8, decoded */
    struct param *next;
};

struct params {
    const char *value; /* before the first semicolon, lower case; "" when empty */
    struct param *first;
};

/* line: unfolded (header_line). */
struct params params_parse(struct arena *a, const char *line);
/* NULL when not given. */
const char *param_get(const struct params *p, const char *name);

#endif
