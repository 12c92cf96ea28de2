/* round.h -- for this folder: lanes and rounds. */
#ifndef FD_JOB_ROUND_H
#define FD_JOB_ROUND_H

#include "job/job.h"
#include "queries.gen.h"

/* 0: timers, fired inside a transaction. 1: work with the outside. */
int job_lane(enum job_kind_id kind);
struct job job_from_row(const struct job_row *row);
/* Runs what is due in a lane, at most a round's worth; *out_ran tells how many there were. */
err job_round(struct store *store, const struct settings *settings, int lane, int *out_ran);

#endif
