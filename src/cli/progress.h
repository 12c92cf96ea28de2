/* progress.h -- how far a long command is, for the person who waits for it: a bar with rate and
 * remaining time, redrawn in place. Draws only on a terminal; elsewhere it is silent, so that
 * logs and pipes stay clean. */
#ifndef FD_PROGRESS_H
#define FD_PROGRESS_H

#include "base/base.h"

#include <stdio.h>

struct progress {
    FILE *to;         /* NULL: silent */
    const char *what; /* "tickets" */
    int64_t total;    /* 0: unknown, then there is no bar and no remaining time */
    int64_t done;
    int64_t started_us; /* steady clock */
    int64_t drawn_us;
};

enum { PROGRESS_LINE_SIZE = 192 };

/* Draws on standard error if that is a terminal. what must outlive the progress. */
void progress_init(struct progress *p, const char *what, int64_t total);
/* done is counted from the start. Draws ten times a second at the most, so call it freely. */
void progress_set(struct progress *p, int64_t done);
/* Draws the last state and ends the line. */
void progress_end(struct progress *p);

/* The line for elapsed_us since the start, into out, returned: "[####....]  40% 400/1,000 tickets
 * 200/s 0:03 left". */
const char *progress_line(const struct progress *p, int64_t elapsed_us,
                          char out[static PROGRESS_LINE_SIZE]);

#endif
