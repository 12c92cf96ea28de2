/* job_kinds.c -- work for later, by kind (job/job.h). */
#include "job/job.h"

#include "app/housekeeping.h"
#include "assign/assign_step.h"
#include "ticket/auto_close.h"

const struct job_kind job_kinds[JOB_KIND_COUNT] = {
    [JOB_ASSIGN_WAITING] = {.name = "assign_waiting", .fire = assign_waiting_fire},
    [JOB_HOUSEKEEPING] = {.name = "housekeeping", .fire = housekeeping_fire},
    [JOB_AUTO_CLOSE] = {.name = "auto_close", .fire = auto_close_fire},
};
