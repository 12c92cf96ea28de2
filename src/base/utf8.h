/* utf8.h -- text as people write it (RFC 3629). */
#ifndef FD_UTF8_H
#define FD_UTF8_H

#include "base/arena.h"

/* Valid UTF-8 without NUL: no overlong forms, no surrogates, nothing above U+10FFFF. */
bool utf8_valid(const char *s, size_t len);
/* Number of code points of valid text. */
size_t utf8_length(const char *s);
/* The longest prefix of at most max_bytes that ends between code points; returns its length. */
size_t utf8_cut(const char *s, size_t len, size_t max_bytes);
/* A copy in which each undecodable byte and each NUL is U+FFFD. */
char *utf8_repair(struct arena *a, const char *s, size_t len);
/* Full Unicode case folding (ICU), the key by which e-mails, names and tags are compared. */
char *utf8_fold(struct arena *a, const char *s);
/* 0 to 15; -1 if it is no hexadecimal digit. */
int hex_digit(char c);
/* A copy without white space at both ends. */
char *utf8_trim(struct arena *a, const char *s);

#endif
