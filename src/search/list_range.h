/* list_range.h -- ranges of indexes, merged in the order of a list. Private to this folder. */
#ifndef FD_SEARCH_LIST_RANGE_H
#define FD_SEARCH_LIST_RANGE_H

#include "queries.gen.h"
#include "search/list.h"

/* Which index a range is of; the parameters that make the range follow. */
enum range_kind {
    RANGE_CREATED,
    RANGE_STATUS,     /* status */
    RANGE_STATE,      /* status, priority, category */
    RANGE_ASSIGNEE,   /* status, priority, category, assignee */
    RANGE_UNASSIGNED, /* status, priority, category */
    RANGE_REQUESTER,  /* requester */
    RANGE_GROUP,      /* status, group */
    RANGE_UPDATED,    /* status */
    RANGE_DUE,        /* status */
    RANGE_UNDUE,      /* status; no due time, in order of number */
    RANGE_NUMBER,
    RANGE_TAG,      /* tag */
    RANGE_EXTERNAL, /* external id */
    RANGE_KIND_COUNT
};

/* A place in an order: a sort value, then a number. */
struct place {
    int64_t key;
    int64_t id;
};

struct range {
    enum range_kind kind;
    int64_t eq[4];
    const char *text; /* of RANGE_TAG and RANGE_EXTERNAL, instead of eq */
    /* reading */
    struct list_row *rows;
    size_t n, at, cap;
    struct place last; /* read so far */
    int64_t chunk;
    bool ended;
};

struct range_set {
    struct range *v;
    size_t n, cap;
    struct time_window window; /* of the sort value */
    bool filtered;             /* rows must still be tested against the filter */
};
struct range *range_add(struct arena *a, struct range_set *set, enum range_kind kind);

/* Reads the set's rows in order, each ticket once. */
struct merge {
    struct tx *tx;
    struct range_set *set;
    bool ascending;
    bool rows_whole; /* else only key and id are filled in */
    struct range **heap;
    size_t heap_n;
    int64_t walked; /* rows given out so far */
    int64_t last_id;
};
/* want: about how many rows will be taken. after: NULL for the beginning. */
MUST_CHECK err merge_start(struct merge *merge, struct tx *tx, struct range_set *set,
                           bool ascending, int64_t want, const struct place *after);
/* The next row, or NULL in *out at the end; valid until the next call. */
MUST_CHECK err merge_next(struct merge *merge, const struct list_row **out);

/* Every statement of a kind, for the tests of their plans: 4 at most, NULL where there is none. */
const struct query *range_query(enum range_kind kind, bool ascending, bool rows_whole);
int range_param_count(enum range_kind kind);

#endif
