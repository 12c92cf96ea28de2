/* job_kinds.c -- work for later, by kind (job/job.h). */
#include "job/job.h"

#include "ticket/auto_close.h"

const struct job_kind job_kinds[JOB_KIND_COUNT] = {
    [JOB_AUTO_CLOSE] = {.name = "auto_close", .fire = auto_close_fire},
};
