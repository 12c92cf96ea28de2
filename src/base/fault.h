/* fault.h -- what exactly is wrong, in words for the person who sent it.
 *
 * An err says which kind; a fault carries the sentence and, for invalid input, each
 * field with its path ("requester.email"). Lives in an arena; {.arena = a} is empty. */
#ifndef FD_FAULT_H
#define FD_FAULT_H

#include "base/arena.h"

struct fault_field {
    const char *path;
    const char *msg;
    struct fault_field *next;
};

struct fault {
    struct arena *arena;
    const char *message; /* NULL: err_text says enough */
    struct fault_field *fields;
    struct fault_field **tail;
    size_t field_count; /* kept up to FAULT_FIELDS_MAX (limits.h) */
};

/* Sets the sentence and returns e, so that a verb can `return fault_set(...)`. Never puts
 * SQL, paths of the server or secrets into it. fault may be NULL. */
err fault_set(struct fault *fault, err e, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* Adds one field; returns ERR_INVALID. path and msg are copied. */
err fault_field(struct fault *fault, const char *path, const char *fmt, ...) PRINTF_LIKE(3, 4);
/* fault's sentence or e's own. */
const char *fault_text(const struct fault *fault, err e);

#endif
