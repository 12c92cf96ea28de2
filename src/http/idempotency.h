/* idempotency.h -- the answers that Idempotency-Key promises to give again, kept in the table
 * `idempotency` by the very transaction that did the work. The two hooks of http_options. */
#ifndef FD_IDEMPOTENCY_H
#define FD_IDEMPOTENCY_H

#include "http/http.h"

/* ERR_NOT_FOUND: the key is new. ERR_UNPROCESSABLE: it was used for another request. */
MUST_CHECK err idempotency_find(struct tx *tx, const struct idempotency_key *key,
                                struct kept_answer *out);
MUST_CHECK err idempotency_keep(struct tx *tx, const struct idempotency_key *key,
                                const struct kept_answer *answer);
/* Forgets what is older than IDEMPOTENCY_KEEP_DAYS; for a daily job. */
MUST_CHECK err idempotency_purge(struct tx *tx, int64_t *out_count);

#endif
