#include "people/housekeeping.h"

#include "base/clock.h"
#include "queries.gen.h"

err people_forget_expired(struct tx *tx)
{
    TRY(q_sessions_forget(tx, tx->now_ms));
    return q_rate_limit_forget(tx, tx->now_ms - MS_PER_DAY);
}
