/* job_kinds.c -- work for later, by kind (job/job.h). */
#include "job/job.h"

#include "app/housekeeping.h"
#include "assign/assign_step.h"
#include "file/file_sweep.h"
#include "mail_out/deliver.h"
#include "sla/sla_step.h"
#include "ticket/auto_close.h"

const struct job_kind job_kinds[JOB_KIND_COUNT] = {
    [JOB_SLA_MOMENT] = {.name = "sla_moment", .fire = sla_moment_fire},
    [JOB_DELIVER] = {.name = "deliver",
                     .perform = mail_deliver_perform,
                     .lease_ms = DELIVER_LEASE_MS},
    [JOB_AGENT_LEFT] = {.name = "agent_left", .fire = assign_agent_left_fire},
    [JOB_ASSIGN_WAITING] = {.name = "assign_waiting", .fire = assign_waiting_fire},
    [JOB_HOUSEKEEPING] = {.name = "housekeeping", .fire = housekeeping_fire},
    [JOB_SWEEP_FILES] = {.name = "sweep_files",
                         .perform = file_sweep_perform,
                         .lease_ms = FILE_SWEEP_LEASE_MS},
    [JOB_AUTO_CLOSE] = {.name = "auto_close", .fire = auto_close_fire},
};
