/* csv.h -- comma-separated values, RFC 4180: reading what people export, writing what
 * spreadsheets may open safely.
 *
 * The reader streams: it holds one row. It takes both line ends, quoted fields with line breaks,
 * a UTF-8 byte order mark and a last row without line end, and skips empty lines. What breaks
 * the format is an error that names the line, never a guess. */
#ifndef FD_CSV_H
#define FD_CSV_H

#include "base/buf.h"
#include "base/fault.h"

#include <stdio.h>

enum {
    CSV_FIELDS_MAX = 256,
    CSV_FIELD_MAX_BYTES = 1024 * 1024,
    CSV_ROW_MAX_BYTES = 4 * 1024 * 1024,
};

struct csv_reader {
    FILE *file;      /* borrowed */
    char separator;  /* ',' or ';' or a tab */
    int64_t line;    /* of the next character, from 1 */
    int64_t offset;  /* bytes read: with line, where to go on after an interruption */
    struct buf text; /* of the row, a NUL after each field */
    size_t starts[CSV_FIELDS_MAX];
    const char *fields[CSV_FIELDS_MAX];
    size_t count;
};

/* A row; valid until the next csv_read. */
struct csv_row {
    const char *const *fields; /* never NULL inside; "" when empty */
    size_t count;              /* 0: the end of the file */
    int64_t line;              /* on which it begins */
};

/* From the beginning of the file. */
void csv_reader_init(struct csv_reader *reader, FILE *file, char separator);
/* From between two rows, where an earlier reader had this offset and line. ERR_IO. */
MUST_CHECK err csv_reader_init_at(struct csv_reader *reader, FILE *file, char separator,
                                  int64_t offset, int64_t line);
void csv_reader_done(struct csv_reader *reader);
/* ERR_INVALID with a sentence that begins with "line N:"; ERR_IO. Don't read on after an error. */
MUST_CHECK err csv_read(struct csv_reader *reader, struct csv_row *out_row, struct fault *fault);

/* Writing: cells one after the other, then csv_end; lines end with CR LF. */
struct csv_writer {
    struct buf *buf; /* borrowed */
    bool comma;      /* the next cell needs one before it */
};

static inline struct csv_writer csv_to(struct buf *buf)
{
    return (struct csv_writer){.buf = buf};
}

/* NULL writes an empty cell. Text that a spreadsheet would take for a formula (it begins with
 * = + - @, their full-width forms, a tab or CR) gets an apostrophe in front; plain numbers like
 * -5 or +1.5e3 stay numbers. */
void csv_text(struct csv_writer *writer, const char *text);
void csv_int(struct csv_writer *writer, int64_t n);
void csv_real(struct csv_writer *writer, double d);      /* NaN and infinities: empty */
void csv_time(struct csv_writer *writer, int64_t at_ms); /* 0: empty */
void csv_end(struct csv_writer *writer);

#endif
