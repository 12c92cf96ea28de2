/* search_query.h -- what a person types into a search box, understood.
 *
 * Words must all occur; "several words" in this order; word* begins so; -word does not occur; a OR b either.
 * Anything else is text: no input is an error of the database. Words are compared without case and accents. */
#ifndef FD_SEARCH_QUERY_H
#define FD_SEARCH_QUERY_H

#include "base/fault.h"

enum { SEARCH_TERMS_MAX = 32, SEARCH_PREFIX_MIN = 2 };

struct search_term {
    const char *text; /* holds a letter or digit, no quotation mark */
    bool prefix;
    bool exclude;
    bool or_before; /* an alternative to the term before it */
};
struct search_query {
    struct search_term terms[SEARCH_TERMS_MAX];
    size_t n;
    size_t wanted;     /* terms that are not excluded; 0: nothing can match */
    int64_t number;    /* "123" or "#123": that ticket too; else 0 */
    const char *email; /* the whole text is an address; else NULL */
};

/* ERR_INVALID, with the parameter named in fault, for too many characters or terms. */
MUST_CHECK err search_query_parse(struct arena *a, struct fault *fault, const char *text,
                                  struct search_query *out);

#endif
