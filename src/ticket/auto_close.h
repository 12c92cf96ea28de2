/* auto_close.h -- resolved tickets close themselves (setting auto_close_after). */
#ifndef FD_AUTO_CLOSE_H
#define FD_AUTO_CLOSE_H

#include "job/job.h"
#include "ticket/change.h"

err auto_close_follow(struct tx *tx, struct ticket_change *change);
err auto_close_fire(struct tx *tx, const struct job *job);

#endif
