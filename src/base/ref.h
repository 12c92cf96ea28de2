/* ref.h -- how people and programs name a thing: by its UUID or by its short number. */
#ifndef FD_REF_H
#define FD_REF_H

#include "base/uuid.h"

/* Exactly one of the two is set. */
struct ref {
    int64_t number; /* > 0 */
    struct uuid uuid;
};

/* "42" or a UUID. False, *out untouched, for anything else: signs, leading zeros, more than 18
 * digits, the nil UUID, NULL. */
bool ref_parse(const char *text, struct ref *out);

#endif
