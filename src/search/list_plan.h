/* list_plan.h -- what a list is read from. Private to this folder. */
#ifndef FD_SEARCH_LIST_PLAN_H
#define FD_SEARCH_LIST_PLAN_H

#include "search/list_range.h"

/* ---- list_filter.c ---- */
/* Does a row (read whole) pass every filter but the search? */
MUST_CHECK err list_row_fits(struct tx *tx, const struct list_filter *filter,
                             const struct list_row *row, bool *out);
/* Only status, priority, category and assignee are asked for: the counters know how many. */
bool filter_is_counted(const struct list_filter *filter);

/* ---- list_cube.c ---- */
/* A state in which tickets stand that pass the filter's status, priority, category and assignee. */
struct cube_cell {
    int64_t assignee_id; /* COUNT_ALL, 0: nobody, or an agent */
    int64_t priority;    /* COUNT_ALL when the cube is coarse, likewise category_id */
    int64_t category_id;
    int64_t status;
    int64_t n;
};
struct cube {
    struct cube_cell *v;
    size_t n, cap;
    int64_t total;
};
/* fine: the cells' priority and category are wanted although the filter does not name any. */
MUST_CHECK err cube_read(struct tx *tx, const struct list_filter *filter, bool fine,
                         struct cube *out);

/* ---- list_plan.c ---- */
/* The filter's tickets by creation. */
void plan_created(struct arena *a, const struct list_filter *filter, const struct cube *cube,
                  struct range_set *out);
/* By the window of due or updated times that the filter names, if it does. */
bool plan_window(struct arena *a, const struct list_filter *filter, enum list_sort sort,
                 struct range_set *out);
/* A list is read level after level: the priorities; those with a due time and those without. */
int plan_levels(const struct list_filter *filter, enum list_sort sort);
void plan_level(struct arena *a, const struct list_filter *filter, const struct cube *cube,
                enum list_sort sort, bool ascending, int level, struct range_set *out);
/* So few that all can be read and sorted? (As far as the counters and the kind of filter tell.) */
bool plan_may_be_small(const struct list_filter *filter, const struct cube *cube);

/* ---- list_spot.c: where a row stands in a list ---- */
struct spot {
    int level;
    struct place place;
};
struct spot spot_of(enum list_sort sort, bool ascending, const struct list_row *row, double rank);
/* Negative: a comes first. */
int spot_compare(const struct spot *a, const struct spot *b, bool ascending);

struct cursor {
    struct spot spot;
    int64_t page;   /* the page that it leads to */
    bool by_number; /* of a search with many hits: goes by number whatever the sort says */
};
const char *cursor_write(struct arena *a, const struct list_ask *ask, const struct cursor *cursor);
/* ERR_INVALID, named "cursor", if it is none or belongs to another list. */
MUST_CHECK err cursor_read(struct tx *tx, const struct list_ask *ask, struct cursor *out);

/* ---- list_page.c: pages of rows that are all in memory ---- */
struct found {
    struct list_row row;
    double rank;
    struct spot spot;
};
struct found_list {
    struct found *v;
    size_t n, cap;
};
void found_add(struct arena *a, struct found_list *list, const struct list_row *row, double rank);
void page_of_found(struct tx *tx, const struct list_ask *ask, const struct cursor *after,
                   struct found_list *found, struct list_page *out);
/* Reads at most so many rows; *out_complete tells whether these were all. */
MUST_CHECK err found_read(struct tx *tx, const struct list_filter *filter, struct range_set *set,
                          int64_t most, struct found_list *out, bool *out_complete);

/* ---- list_text.c ---- */
MUST_CHECK err text_find(struct tx *tx, const struct list_ask *ask, const struct cursor *after,
                         struct list_page *out);
/* All that a search finds, as far as it looks (the newest SEARCH_RANKED_MAX at least). */
MUST_CHECK err text_candidates(struct tx *tx, const struct list_filter *filter, bool ranked,
                               struct found_list *out, bool *out_complete);

#endif
