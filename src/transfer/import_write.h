/* import_write.h -- rows of an import as units of work.
 *
 * Many rows share one transaction, together with the note of how far the import came: after a crash
 * it goes on exactly there. If one of them fails, nothing of the unit is kept and each row is tried
 * by itself. */
#ifndef FD_IMPORT_WRITE_H
#define FD_IMPORT_WRITE_H

#include "transfer/import_row.h"

struct import_state {
    const char *source; /* NULL: not resumable */
    int64_t offset;
    int64_t line;
    int64_t created;
    int64_t skipped;
    int64_t failed;
    int64_t unassigned; /* whose agent is not known here */
    bool finished;
};

/* What one unit writes, and what came of it. */
struct import_unit {
    const struct import_row *rows;
    size_t count;
    bool strict; /* categories are not made */
    struct import_state before;
    struct import_state after; /* when it has run; set anew by each try */
};
err import_unit_run(struct tx *tx, void *unit);

/* Reading: ERR_NOT_FOUND when the source was never begun. Needs state->source. */
err import_state_load(struct tx *tx, void *state);
err import_state_forget(struct tx *tx, void *state);
/* Writing: done with this source; told in the audit log. */
err import_state_finish(struct tx *tx, void *state);

#endif
