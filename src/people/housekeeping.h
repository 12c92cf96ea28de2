/* housekeeping.h -- what time has made worthless is forgotten. */
#ifndef FD_PEOPLE_HOUSEKEEPING_H
#define FD_PEOPLE_HOUSEKEEPING_H

#include "store/store.h"

/* Sessions that are over and rate windows older than a day. For JOB_HOUSEKEEPING. */
MUST_CHECK err people_forget_expired(struct tx *tx);

#endif
