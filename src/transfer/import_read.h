/* import_read.h -- a file of tickets as a stream of rows, in constant memory. */
#ifndef FD_IMPORT_READ_H
#define FD_IMPORT_READ_H

#include "transfer/csv.h"
#include "transfer/import_row.h"

enum import_format { IMPORT_JSONL, IMPORT_CSV };

struct import_reader {
    enum import_format format;
    FILE *file; /* owned, unless it is standard input */
    const char *path;
    int64_t size_bytes; /* 0: not known */
    int64_t offset;     /* of the next row */
    int64_t line;
    char separator;
    struct buf text; /* JSON: the line */
    struct csv_reader csv;
    const char **columns;
    size_t column_count;
    struct arena arena; /* the header's names */
    struct import_unknowns unknowns;
};

/* path "-" is standard input. ERR_IO, ERR_INVALID with a sentence. format -1: by the file's name. */
MUST_CHECK err import_open(struct import_reader *reader, const char *path, int format,
                           struct fault *fault);
/* Goes on where an earlier run was. */
MUST_CHECK err import_seek(struct import_reader *reader, int64_t offset, int64_t line);
/* ERR_NOT_FOUND at the end. A row that is wrong in itself is a row (out->wrong); what breaks the
 * file as a whole is ERR_INVALID or ERR_IO with a sentence. The row lives in a. */
MUST_CHECK err import_next(struct import_reader *reader, struct arena *a, int64_t now_ms,
                           struct import_row *out, struct fault *fault);
void import_close(struct import_reader *reader);
/* A name for this file's content as it is now: hash of path, size and beginning. NULL for what can't
 * be read again. */
const char *import_identity(struct import_reader *reader, struct arena *a);

#endif
