/* uuid.h -- names for things that leave the desk. Version 7 (RFC 9562 section 5.7): they sort by
 * birth, so their index grows at one end. */
#ifndef FD_UUID_H
#define FD_UUID_H

#include "base/base.h"

enum { UUID_TEXT_SIZE = 37 }; /* with the NUL */

struct uuid {
    unsigned char b[16];
};

/* A new one, born at now_ms. Thread-safe. */
struct uuid uuid_new(int64_t now_ms);
/* 36 lower-case characters into out, returned. */
char *uuid_text(struct uuid id, char out[static UUID_TEXT_SIZE]);
/* Takes upper and lower case; false leaves *out alone. */
bool uuid_parse(const char *text, struct uuid *out);
bool uuid_is_nil(struct uuid id);
bool uuid_equal(struct uuid a, struct uuid b);

#endif
