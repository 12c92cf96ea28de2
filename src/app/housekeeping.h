/* housekeeping.h -- the hourly job. */
#ifndef FD_HOUSEKEEPING_H
#define FD_HOUSEKEEPING_H

#include "job/job.h"

err housekeeping_fire(struct tx *tx, const struct job *job);

#endif
