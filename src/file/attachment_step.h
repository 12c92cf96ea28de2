/* attachment_step.h -- a ticket's change brings its files along. */
#ifndef FD_ATTACHMENT_STEP_H
#define FD_ATTACHMENT_STEP_H

#include "ticket/change.h"

/* Stores the attachments of change->input and change->comment_input (given there, or uploaded before)
 * and keeps change->after.attachment_count right. */
MUST_CHECK err attachment_follow(struct tx *tx, struct ticket_change *change);

#endif
