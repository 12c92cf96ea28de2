/* transition.c -- which status may follow which. */
#include "ticket/ticket.h"

#include <stdbool.h>

/* Row: from. Column: to, in the order of the enum: new open in_progress pending resolved closed cancelled.
 * Nothing goes back to new. Closed and cancelled tickets come back only by being reopened (or restored). */
static const bool allowed[TICKET_STATUS_COUNT][TICKET_STATUS_COUNT] = {
    [STATUS_NEW] = {1, 1, 1, 1, 1, 1, 1},         [STATUS_OPEN] = {0, 1, 1, 1, 1, 1, 1},
    [STATUS_IN_PROGRESS] = {0, 1, 1, 1, 1, 1, 1}, [STATUS_PENDING] = {0, 1, 1, 1, 1, 1, 1},
    [STATUS_RESOLVED] = {0, 1, 1, 1, 1, 1, 0},    [STATUS_CLOSED] = {0, 1, 0, 0, 0, 1, 0},
    [STATUS_CANCELLED] = {0, 1, 0, 0, 0, 0, 1},
};

err ticket_transition_check(struct tx *tx, enum ticket_status from, enum ticket_status to)
{
    ENSURE((unsigned)from < TICKET_STATUS_COUNT && (unsigned)to < TICKET_STATUS_COUNT);
    if (allowed[from][to])
        return OK;
    if (from == STATUS_CLOSED || from == STATUS_CANCELLED)
        return fault_set(tx->fault, ERR_CONFLICT, "A %s ticket can't become %s: reopen it first",
                         ticket_status_name(from), ticket_status_name(to));
    return fault_set(tx->fault, ERR_CONFLICT, "A ticket can't go from %s to %s",
                     ticket_status_name(from), ticket_status_name(to));
}
