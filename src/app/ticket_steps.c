/* ticket_steps.c -- everything that happens when a ticket changes, in order. Read it top to bottom. */
#include "ticket/change.h"

#include "report/counters.h"
#include "search/search_step.h"
#include "ticket/auto_close.h"

const struct ticket_step ticket_steps[] = {
    /* Before anything is written: it reads what the ticket said. */
    {.name = "search index",
     .text_will_change = search_text_will_change,
     .prepare = search_prepare},
    {.name = "closing timer", .follow = auto_close_follow},
    /* Last: they count what all others made of the ticket. */
    {.name = "counters", .follow = counters_follow},
};
const size_t ticket_steps_count = COUNT_OF(ticket_steps);
