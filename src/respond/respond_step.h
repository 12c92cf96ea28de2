/* respond_step.h -- a new ticket is acknowledged at once: a public comment by the system, and the
 * same text by mail. The comment is no response in the sense of the service level. */
#ifndef FD_RESPOND_STEP_H
#define FD_RESPOND_STEP_H

#include "ticket/change.h"

MUST_CHECK err respond_prepare(struct tx *tx, struct ticket_change *change);
MUST_CHECK err respond_follow(struct tx *tx, struct ticket_change *change);
/* First run: the fallback that every desk begins with. */
MUST_CHECK err respond_seed(struct tx *tx);

#endif
