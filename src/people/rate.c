#include "people/rate.h"

#include "base/clock.h"
#include "queries.gen.h"

#include <arpa/inet.h>
#include <string.h>

static err refuse(struct tx *tx, int64_t wait_ms, int64_t *out_retry_after_ms)
{
    int64_t seconds;

    if (wait_ms < MS_PER_SECOND)
        wait_ms = MS_PER_SECOND;
    seconds = (wait_ms + MS_PER_SECOND - 1) / MS_PER_SECOND;
    if (out_retry_after_ms)
        *out_retry_after_ms = wait_ms;
    return fault_set(tx->fault, ERR_RATE, "Too many tries: wait %lld seconds and try again",
                     (long long)seconds);
}

err rate_limit_take(struct tx *tx, const char *key, int max, int64_t window_ms,
                    int64_t *out_retry_after_ms)
{
    struct rate_limit_take_row row;

    if (max <= 0)
        return refuse(tx, window_ms, out_retry_after_ms);
    TRY(q_rate_limit_take(tx, key, tx->now_ms, window_ms, &row));
    if (row.n > max)
        return refuse(tx, row.window_ms + window_ms - tx->now_ms, out_retry_after_ms);
    return OK;
}

err rate_limit_check(struct tx *tx, const char *key, int max, int64_t window_ms,
                     int64_t *out_retry_after_ms)
{
    struct rate_limit_get_row row;
    err e = q_rate_limit_get(tx, key, &row);

    if (e == ERR_NOT_FOUND)
        return max > 0 ? OK : refuse(tx, window_ms, out_retry_after_ms);
    TRY(e);
    if (row.n >= max && row.window_ms + window_ms > tx->now_ms)
        return refuse(tx, row.window_ms + window_ms - tx->now_ms, out_retry_after_ms);
    return OK;
}

err rate_limit_give_back(struct tx *tx, const char *key)
{
    return q_rate_limit_give_back(tx, key);
}

const char *rate_limit_address(struct arena *a, const char *ip)
{
    struct in6_addr address;
    char text[INET6_ADDRSTRLEN];

    if (!ip)
        return "unknown";
    if (inet_pton(AF_INET6, ip, &address) != 1)
        return ip;
    if (IN6_IS_ADDR_V4MAPPED(&address)) {
        inet_ntop(AF_INET, &address.s6_addr[12], text, sizeof(text));
        return arena_str(a, text);
    }
    memset(&address.s6_addr[8], 0, 8);
    inet_ntop(AF_INET6, &address, text, sizeof(text));
    return arena_printf(a, "%s/64", text);
}
