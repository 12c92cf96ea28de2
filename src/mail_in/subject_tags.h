/* subject_tags.h -- what stands in brackets in a subject: "[urgent] [billing] Re: help [#12]". */
#ifndef FD_SUBJECT_TAGS_H
#define FD_SUBJECT_TAGS_H

#include "base/arena.h"

enum { SUBJECT_TAGS_MAX = 16 };

struct subject_tags {
    int priority; /* enum ticket_priority of the first that names one; -1: none does */
    const char *names[SUBJECT_TAGS_MAX]; /* the others, case-folded: may be categories */
    size_t name_count;
    int64_t numbers[SUBJECT_TAGS_MAX]; /* of [#12] */
    size_t number_count;
};

/* subject may be NULL. */
struct subject_tags subject_tags_parse(struct arena *a, const char *subject);

#endif
