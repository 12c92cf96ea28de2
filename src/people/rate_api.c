#include "people/rate_api.h"

#include "base/clock.h"
#include "people/rate.h"

err request_retry_after(struct request *r, err e, int64_t retry_after_ms)
{
    if (e == ERR_RATE)
        answer_header(
            r, "Retry-After",
            arena_printf(r->arena, "%lld",
                         (long long)((retry_after_ms + MS_PER_SECOND - 1) / MS_PER_SECOND)));
    return e;
}

err request_rate_limit(struct request *r, struct tx *tx, const char *what, int max,
                       int64_t window_ms)
{
    int64_t retry_after_ms = 0;
    const char *key =
        arena_printf(tx->arena, "%s:%s", what, rate_limit_address(tx->arena, tx->actor.ip));
    err e = rate_limit_take(tx, key, max, window_ms, &retry_after_ms);

    return request_retry_after(r, e, retry_after_ms);
}
