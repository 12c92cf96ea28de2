/* export_row.h -- one ticket as a line of an export: what import_row.h reads, and more. */
#ifndef FD_EXPORT_ROW_H
#define FD_EXPORT_ROW_H

#include "base/buf.h"
#include "ticket/ticket.h"

#include <stdio.h>

enum export_format { EXPORT_JSONL, EXPORT_CSV };

struct export_out {
    FILE *file;
    struct buf buf; /* what is not written yet */
    bool history;
};
/* Empties the buffer into the file. ERR_IO. */
MUST_CHECK err export_flush(struct export_out *out);
void export_csv_header(struct export_out *out);
/* With comments, watchers, links and attachments (JSON: and history). */
MUST_CHECK err export_ticket(struct tx *tx, struct export_out *out, enum export_format format,
                             const struct ticket *ticket);

#endif
