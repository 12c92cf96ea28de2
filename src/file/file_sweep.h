/* file_sweep.h -- gives back the space of files that nothing refers to: half-written ones of a killed
 * node, uploads that came to nothing. JOB_SWEEP_FILES, which housekeeping sets every hour; ref: 0. */
#ifndef FD_FILE_SWEEP_H
#define FD_FILE_SWEEP_H

#include "job/job.h"

enum { FILE_SWEEP_LEASE_MS = 30 * 60 * 1000 };

void file_sweep_perform(struct store *store, const struct settings *settings, const struct job *job,
                        struct arena *arena, struct job_outcome *out);
/* What was put before before_ms, of rows at most FILE_SWEEP_FILES_MAX: *out_more if there may be others. */
MUST_CHECK err file_sweep(struct store *store, int64_t before_ms, bool *out_more);

#endif
