/* list_query_api.h -- the filters of tickets as they are asked for: in a query string, or in the body of a bulk
 * change. Also turns them into a list_filter, with the rights of whoever asks. */
#ifndef FD_SEARCH_LIST_QUERY_API_H
#define FD_SEARCH_LIST_QUERY_API_H

#include "http/http.h"
#include "search/list.h"

struct ticket_filter_body {
    uint64_t present;
    struct int_list status;
    struct int_list priority;
    struct text_list category;
    struct text_list assignee;
    struct text_list requester;
    struct text_list group;
    struct text_list tags;
    const char *external_id;
    int64_t created_after, created_before;
    int64_t updated_after, updated_before;
    int64_t due_after, due_before;
    const char *search_query;
    /* lists only */
    int64_t page;
    int64_t limit;
    int sort_by;
    int sort_order; /* 1: ascending */
    const char *cursor;
};
extern const struct shape ticket_filter_body_shape; /* the filters alone */
extern const struct shape ticket_list_query_shape;  /* with page and order */

/* Requesters find their own tickets only. Names that are well-formed but unknown match nothing; others are
 * ERR_INVALID with the parameter named in tx->fault. */
MUST_CHECK err list_filter_read(struct tx *tx, const struct ticket_filter_body *body,
                                struct list_filter *out);
MUST_CHECK err list_ask_read(struct tx *tx, const struct ticket_filter_body *query,
                             struct list_ask *out);
/* The numbers of the first `most` tickets that match, newest first. */
MUST_CHECK err tickets_select(struct tx *tx, const struct ticket_filter_body *filter, size_t most,
                              int64_t **out_ids, size_t *out_n);

extern const struct route list_routes[];
extern const size_t list_route_count;

#endif
