/* deliver.h -- the job that sends one mail of the outbox: JOB_DELIVER, ref: the row. */
#ifndef FD_DELIVER_H
#define FD_DELIVER_H

#include "job/job.h"

enum { DELIVER_LEASE_MS = 15 * 60 * 1000 };

/* Loads in one transaction, sends in none, settles in another: at least once, with one Message-ID.
 * What fails for a while is tried again after outbox_retries, until outbox_max_age. */
void mail_deliver_perform(struct store *store, const struct settings *settings,
                          const struct job *job, struct arena *arena, struct job_outcome *out);

/* The wait after so many tries. */
int64_t mail_retry_wait_ms(const struct settings *settings, int64_t attempts);

#endif
