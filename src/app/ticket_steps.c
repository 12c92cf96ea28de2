/* ticket_steps.c -- everything that happens when a ticket changes, in order. Read it top to bottom. */
#include "ticket/change.h"

#include "assign/assign_step.h"
#include "file/attachment_step.h"
#include "mail_out/mail_out.h"
#include "priority/priority_step.h"
#include "report/counters.h"
#include "respond/respond_step.h"
#include "search/search_step.h"
#include "sla/sla_step.h"
#include "ticket/auto_close.h"

const struct ticket_step ticket_steps[] = {
    /* Before anything is written: it reads what the ticket said. */
    {.name = "search index",
     .text_will_change = search_text_will_change,
     .prepare = search_prepare,
     .follow = search_follow},
    /* How urgent, then who, then until when: each looks at what the one before it decided. */
    {.name = "priority", .prepare = priority_prepare, .follow = priority_follow},
    {.name = "assignment", .prepare = assign_prepare, .follow = assign_follow},
    {.name = "service level", .prepare = sla_prepare, .follow = sla_follow},
    {.name = "attachments", .follow = attachment_follow},
    {.name = "automatic response", .prepare = respond_prepare, .follow = respond_follow},
    {.name = "mail out", .follow = mail_out_follow},
    {.name = "closing timer", .follow = auto_close_follow},
    /* Last: they count what all others made of the ticket. */
    {.name = "counters", .follow = counters_follow},
};
const size_t ticket_steps_count = COUNT_OF(ticket_steps);
