/* charset.h -- bytes in some charset, rightly or wrongly labelled, to UTF-8. Nothing is dropped:
 * what cannot be decoded becomes U+FFFD. */
#ifndef FD_MIME_CHARSET_H
#define FD_MIME_CHARSET_H

#include "base/arena.h"

/* charset may be NULL or nonsense. *out_unknown (may be NULL) is set to true when no one here
 * knows it. The result is valid UTF-8 without NUL; its length goes to *out_len (may be NULL). */
char *charset_to_utf8(struct arena *a, const char *charset, const void *data, size_t len,
                      bool *out_unknown, size_t *out_len);

/* Bytes without a label: UTF-8 if they are, else windows-1252. */
char *charset_guess(struct arena *a, const void *data, size_t len);

#endif
