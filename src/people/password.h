/* password.h -- argon2id (RFC 9106) by libsodium: 64 MiB, two passes, some 70 ms.
 *
 * At most PASSWORD_HASHES_AT_ONCE run at a time; others wait a little, and when too many wait they are
 * told ERR_BUSY: memory and processor stay with those who work. Never call these on the writer's thread
 * or on a thread that answers other requests meanwhile. */
#ifndef FD_PEOPLE_PASSWORD_H
#define FD_PEOPLE_PASSWORD_H

#include "base/fault.h"

/* Long enough, not too long, not the address itself (may be NULL). ERR_INVALID naming field. */
MUST_CHECK err password_check(struct fault *fault, const char *field, const char *password,
                              const char *email);
/* Text that holds salt and parameters too. ERR_BUSY. */
MUST_CHECK err password_hash(struct arena *a, const char *password, const char **out);
/* hash NULL: nobody, which takes as long as somebody. ERR_BUSY. */
MUST_CHECK err password_verify(const char *hash, const char *password, bool *out_right);

#endif
