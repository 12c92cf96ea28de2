/* housekeeping.c -- forgets what nobody needs any more, every hour. */
#include "app/housekeeping.h"

#include "base/clock.h"
#include "http/idempotency.h"
#include "people/housekeeping.h"

err housekeeping_fire(struct tx *tx, const struct job *job)
{
    int64_t forgotten;

    TRY(people_forget_expired(tx));
    TRY(idempotency_purge(tx, &forgotten));
    TRY(job_set(tx, JOB_SWEEP_FILES, 0, tx->now_ms));
    return job_set(tx, JOB_HOUSEKEEPING, 0, tx->now_ms + MS_PER_HOUR);
}
