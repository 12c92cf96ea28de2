/* template.h -- fills {{placeholders}} of automatic answers and canned replies.
 *
 * One pass: what a value contains is never looked at again, so a customer who writes
 * "{{requester_name}}" in a subject gets it back as it is. A value that goes into a mail header
 * is escaped by the mail writer, not here. */
#ifndef FD_TEMPLATE_H
#define FD_TEMPLATE_H

#include "base/arena.h"

struct template_value {
    const char *name;  /* letters, digits and _, at most TEMPLATE_NAME_MAX */
    const char *value; /* NULL: nothing is put in */
};

enum { TEMPLATE_NAME_MAX = 64 };

/* text with each {{name}} (white space inside the braces allowed) replaced; names that are not
 * among values stay as they are. NULL stays NULL. */
const char *template_render(struct arena *a, const char *text, const struct template_value *values,
                            size_t count);
/* The first placeholder of text that is not among names, so that a form can warn; or NULL. */
const char *template_unknown(struct arena *a, const char *text, const char *const *names,
                             size_t count);

#endif
