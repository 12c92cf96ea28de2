/* copy.h -- moving house: a whole desk from one place to another, bit for bit; for the files copy_*.c.
 *
 * Invariant: how far the target is stands in the target itself (copy_note), in the transaction of the
 * rows; while it stands there, nobody else can open that desk. All is read in one snapshot of the
 * source, and the note goes only when both sides have been read again and are the same. */
#ifndef FD_COPY_H
#define FD_COPY_H

#include "cli/open.h"
#include "cli/progress.h"
#include "store/table.h"

/* One of the two desks. */
struct copy_end {
    const char *name; /* for people: without a password */
    const char *data_dir;
    const char *scratch; /* the same, when it goes with the copy; else NULL */
    struct settings settings;
    struct store *store; /* NULL until it is open */
};

/* What is copied one after the other: a table's rows, then what of them refers to other rows of it. */
struct copy_step {
    const char *name; /* kept in the note: "ticket", "ticket.merged_into" */
    const struct table *table;
    int only;
    int64_t rows; /* that the source has */
};

/* How far the target is. */
struct copy_state {
    const char *source; /* which desk, and as it was when; "" before it is known */
    const char *step;
    int64_t rows_done; /* of that step */
    int64_t all_done;  /* of all steps */
};

struct copy {
    struct desk *desk; /* arguments, arena and fault */
    struct copy_end from, to;
    struct copy_step *steps;
    size_t step_count;
    struct copy_state state;
    struct progress progress;
    int64_t rows, files, file_bytes; /* of the source */
    int64_t files_damaged;           /* that the source has not, or not as they were */
    double rows_per_second;          /* that were copied */
    int64_t began_rows;              /* that were there when this run began */
    bool terminal;                   /* a person watches: a bar instead of lines */
    bool while_serving;
};

/* ---- copy_plan.c: what is copied ---- */

/* Why a table is not copied; NULL: it is. */
const char *copy_left_out(const struct table *table);
/* The steps, with the source's number of rows of each. */
MUST_CHECK err copy_plan(struct tx *from, struct copy *copy);
/* Each table, its columns and what becomes of it, for people and tests. */
void copy_print_tables(FILE *to);

/* ---- copy_ends.c: the two desks ---- */

/* Reads --from, --to and what belongs to them. ERR_INVALID with a sentence. */
MUST_CHECK err copy_find_ends(struct copy *copy);
MUST_CHECK err copy_open_source(struct copy *copy);
/* Makes it, or opens half a copy. ERR_CONFLICT if there is a desk already. */
MUST_CHECK err copy_open_target(struct copy *copy);
/* How far the target is, into copy->state. ERR_CONFLICT if it is whole. */
MUST_CHECK err copy_read_note(struct copy *copy);
/* For comparing: a whole desk. */
MUST_CHECK err copy_open_compared(struct copy *copy);
void copy_close_ends(struct copy *copy);

/* ---- copy_walk.c: a table in slices ---- */

enum { COPY_SLICE_ROWS = 5000, COPY_SLICE_BYTES = 8 * 1024 * 1024 };

struct copy_walk {
    struct tx *tx;
    const struct table *table;
    int only;
    int64_t skip;      /* rows left out, once */
    int64_t row_bytes; /* of the slice before, on average; 0: not known yet */
    struct value after[TABLE_KEY_MAX];
    bool begun;
};
struct copy_slice {
    struct arena arena;
    struct value *values;
    size_t rows; /* 0: the table is at its end */
    int64_t bytes;
};
/* The next rows; the slice before must still be there. A slice is at most COPY_SLICE_ROWS rows and about
 * COPY_SLICE_BYTES long. */
MUST_CHECK err copy_walk_next(struct copy_walk *walk, struct copy_slice *slice);

/* ---- copy_rows.c: rows from one to the other ---- */

/* Inside the source's snapshot. Goes on where copy->state is. */
MUST_CHECK err copy_rows(struct tx *from, struct copy *copy);
/* Moves the note on by itself. */
MUST_CHECK err copy_reach(struct copy *copy, const char *step);

/* ---- copy_files.c: attachments and raw mails ---- */

MUST_CHECK err copy_files(struct tx *from, struct copy *copy);
/* Reads each at the target; told on standard error and counted in copy->files_damaged when it is not
 * as it should be. */
MUST_CHECK err copy_check_files(struct tx *from, struct copy *copy);

/* ---- copy_sum.c: are both the same? ---- */

/* Does not depend on the engine, nor on the order of rows: each row's BLAKE2b hash, added up. */
struct copy_sum {
    int64_t rows;
    uint64_t lanes[4];
};
MUST_CHECK err copy_sum_table(struct tx *tx, const struct table *table, struct copy_sum *out,
                              struct progress *progress);
enum { COPY_SUM_TEXT_SIZE = 65 };
char *copy_sum_text(const struct copy_sum *sum, char out[static COPY_SUM_TEXT_SIZE]);
/* Reads both desks, each in its snapshot and at the same time, prints a line a table on standard output.
 * ERR_CONFLICT with a sentence when they differ. */
MUST_CHECK err copy_compare(struct tx *from, struct copy *copy);

#endif
