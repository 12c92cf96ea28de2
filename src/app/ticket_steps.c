/* ticket_steps.c -- everything that happens when a ticket changes, in order. Read it top to bottom. */
#include "ticket/change.h"

#include "ticket/auto_close.h"

const struct ticket_step ticket_steps[] = {
    {.name = "closing timer", .follow = auto_close_follow},
};
const size_t ticket_steps_count = COUNT_OF(ticket_steps);
