/* secret.h -- session and API tokens: made of 32 random bytes, kept only as a hash.
 *
 * The tokens are random, so a fast hash without salt is enough: there is nothing to guess from. */
#ifndef FD_SECRET_H
#define FD_SECRET_H

#include "base/base.h"

enum { SECRET_TEXT_SIZE = 44, SECRET_HASH_BYTES = 32 }; /* base64url of 32 bytes and a NUL */

/* Into out, returned. */
char *secret_new(char out[static SECRET_TEXT_SIZE]);
/* BLAKE2b-256 of the text. */
struct bytes secret_hash(const char *text, unsigned char out[static SECRET_HASH_BYTES]);
/* In a time that does not tell where they differ. NULL equals nothing. */
bool secret_equal(const char *a, const char *b);

#endif
