/* nearest.h -- "did you mean": the known name that a mistyped one is most like. */
#ifndef FD_NEAREST_H
#define FD_NEAREST_H

#include "base/base.h"

/* Slips between two names: letters put in, left out, exchanged, or two neighbours swapped
 * (optimal string alignment). Names over 63 bytes count as entirely different. */
int name_distance(const char *a, const char *b);

/* Keep offering names; *best is the nearest so far. Names that need more slips than a third of
 * their length are no suggestion. Start with {.wanted = name}. */
struct nearest {
    const char *wanted;
    const char *best; /* NULL: nothing like it */
    int distance;
};
void nearest_offer(struct nearest *nearest, const char *name);

#endif
