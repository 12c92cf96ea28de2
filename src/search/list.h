/* list.h -- which tickets, in which order, from where on: every list of tickets is found here.
 *
 * The cost of a page depends neither on the number of tickets nor on how deep the page lies: a list is merged from
 * ranges of indexes that are in its order already, and its total is taken from the counters where they know it.
 * Where filters must be tested ticket by ticket, the tickets looked at for one page are bounded (list_bounds);
 * a page may then come short, with a cursor to go on from.
 */
#ifndef FD_SEARCH_LIST_H
#define FD_SEARCH_LIST_H

#include "base/words.h"
#include "search/search_query.h"
#include "store/store.h"

enum list_sort {
    SORT_CREATED,
    SORT_UPDATED,
    SORT_PRIORITY, /* then by creation */
    SORT_DUE,      /* tickets without a due time come last */
    SORT_NUMBER,
    SORT_RELEVANCE,
    LIST_SORT_COUNT
};

/* How much work one page may be. Only tests change it, to walk with few tickets the ways that many take. */
struct list_bounds {
    int64_t walked; /* tickets looked at for one page */
    int64_t ranges; /* merged at once */
    int64_t sorted; /* so few are read whole and sorted */
    int64_t hits;   /* of a search: so few are read whole; of more, the newest so many are ranked */
    int64_t hits_walked; /* of a search, looked at for one page */
    int64_t tested;      /* tickets tested one by one against a search */
};
extern struct list_bounds list_bounds;

struct id_list {
    int64_t *v; /* sorted, each once */
    size_t n;   /* 0: any */
};
struct time_window { /* both ends belong to it */
    int64_t from_ms;
    int64_t to_ms;
};
static const struct time_window ANY_TIME = {INT64_MIN, INT64_MAX};

struct list_filter {
    struct id_list statuses, priorities, categories;
    struct id_list assignees; /* 0: nobody */
    struct id_list requesters, groups;
    const char **tags; /* folded; any of them */
    size_t tag_count;
    const char *external_id;
    struct time_window created, updated, due;
    struct search_query search; /* wanted and number 0: none */
    bool searching;             /* something was typed into the search box */
    bool public_only;           /* never look into internal notes */
    bool nothing;               /* names something that does not exist: no ticket can fit */
};
/* Any ticket. */
struct list_filter list_filter_any(void);
bool id_list_has(const struct id_list *list, int64_t id);
void id_list_add(struct arena *a, struct id_list *list, int64_t id);
bool time_window_open(struct time_window window);

struct list_ask {
    struct list_filter filter;
    enum list_sort sort;
    bool ascending;
    int64_t page; /* from 1; with a cursor it is the cursor's */
    int64_t limit;
    const char *cursor; /* NULL: from the beginning */
};

struct list_hit {
    int64_t id;
    double rank; /* of a search; more is better. Else 0 */
    const char
        *snippet; /* HTML: text escaped, words found in <mark>. NULL: not found by its text */
};
struct list_page {
    struct list_hit *v;
    size_t n;
    int64_t page;
    int64_t total;
    bool total_is_exact;
    const char *next_cursor; /* NULL: this is the end */
};
/* ERR_INVALID (cursor or page, named in the fault). */
MUST_CHECK err list_find(struct tx *tx, const struct list_ask *ask, struct list_page *out);

/* Tickets by each of four properties; names are for answers. */
struct stat_count {
    const char *name;
    int64_t n;
};
struct stat_counts {
    struct stat_count *v;
    size_t n;
};
struct list_statistics {
    int64_t total;
    bool total_is_exact; /* false: counting stopped at LIST_COUNT_CAP */
    struct stat_counts by_status, by_priority, by_category, by_assignee;
};
MUST_CHECK err list_count_by(struct tx *tx, const struct list_filter *filter,
                             struct list_statistics *out);

#endif
