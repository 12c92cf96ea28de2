#include "http/idempotency.h"

#include "base/clock.h"
#include "base/limits.h"
#include "queries.gen.h"

#include <string.h>

err idempotency_find(struct tx *tx, const struct idempotency_key *key, struct kept_answer *out)
{
    struct idempotency_find_row row;

    TRY(q_idempotency_find(tx, key->actor_type, key->actor_id, key->key, &row));
    if (row.request_hash.len != sizeof(key->hash) ||
        memcmp(row.request_hash.data, key->hash, sizeof(key->hash)) != 0)
        return fault_set(tx->fault, ERR_UNPROCESSABLE,
                         "This Idempotency-Key was used for a different request");
    *out = (struct kept_answer){(int)row.status, row.content_type, row.body};
    return OK;
}

err idempotency_keep(struct tx *tx, const struct idempotency_key *key,
                     const struct kept_answer *answer)
{
    return q_idempotency_keep(
        tx, &(struct q_idempotency_keep_args){.actor_type = key->actor_type,
                                              .actor_id = key->actor_id,
                                              .key = key->key,
                                              .request_hash = {key->hash, sizeof(key->hash)},
                                              .status = answer->status,
                                              .content_type = answer->content_type,
                                              .body = answer->body ? answer->body : "",
                                              .created_ms = tx->now_ms});
}

err idempotency_purge(struct tx *tx, int64_t *out_count)
{
    return q_idempotency_purge(tx, tx->now_ms - IDEMPOTENCY_KEEP_DAYS * MS_PER_DAY, out_count);
}
