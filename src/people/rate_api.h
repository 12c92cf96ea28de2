/* rate_api.h -- rate limits as an HTTP client meets them. */
#ifndef FD_RATE_API_H
#define FD_RATE_API_H

#include "http/http.h"

/* Counts one more request of the caller's address; `what` names the purpose ("create"). ERR_RATE
 * with Retry-After set when it is more than max within window_ms. */
MUST_CHECK err request_rate_limit(struct request *r, struct tx *tx, const char *what, int max,
                                  int64_t window_ms);
/* Sets Retry-After when e is ERR_RATE; returns e. */
err request_retry_after(struct request *r, err e, int64_t retry_after_ms);

#endif
