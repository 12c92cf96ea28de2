/* rate.h -- how often something may happen: counted in fixed windows, kept in the database so that a
 * restart forgives nothing and all nodes count together. */
#ifndef FD_RATE_H
#define FD_RATE_H

#include "store/store.h"

/* Counts one more of key. ERR_RATE with a sentence if that is more than max within window_ms, and
 * how long to wait (out_retry_after_ms may be NULL). max 0: never allowed. */
MUST_CHECK err rate_limit_take(struct tx *tx, const char *key, int max, int64_t window_ms,
                               int64_t *out_retry_after_ms);
/* Would rate_limit_take be refused? Writes nothing: for turning floods away cheaply. */
MUST_CHECK err rate_limit_check(struct tx *tx, const char *key, int max, int64_t window_ms,
                                int64_t *out_retry_after_ms);
/* It was no misuse after all: counts one less. */
MUST_CHECK err rate_limit_give_back(struct tx *tx, const char *key);
/* The part of an address by which its owner is counted: all of IPv4, the /64 of IPv6 (a household
 * has 2^64 addresses of that). NULL is "unknown". */
const char *rate_limit_address(struct arena *a, const char *ip);

#endif
