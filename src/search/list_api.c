/* list_api.c -- lists of tickets and their statistics over HTTP. */
#include "search/list_query_api.h"
#include "ticket/ticket_view_api.h"

struct list_answer {
    struct object_list tickets; /* of ticket_view */
    int64_t total;
    bool total_is_exact;
    int64_t page;
    int64_t total_pages;
    const char *next_cursor;
};
#define L(member) offsetof(struct list_answer, member)
static const struct field list_answer_fields[] = {
    {"tickets", FIELD_OBJECTS, L(tickets), .required = true, .of = &ticket_view_shape},
    {"total", FIELD_INT, L(total), .required = true},
    {"totalIsExact", FIELD_BOOL, L(total_is_exact), .required = true,
     .about = "False: at least so many; counting stopped"},
    {"page", FIELD_INT, L(page), .required = true},
    {"totalPages", FIELD_INT, L(total_pages), .required = true},
    {"nextCursor", FIELD_TEXT, L(next_cursor), .nullable = true,
     .about = "Leads to the next page, at any depth; null at the end"},
};
static const struct shape list_answer_shape =
    SHAPE_OUT("TicketList", "A page of tickets", struct list_answer, list_answer_fields);

/* The page's tickets in its order. One that this reader may not know of cannot be among them, but if loading left
 * one out, the others must keep their snippets. */
static err fill_views(struct tx *tx, const struct list_page *page, bool ranked,
                      struct object_list *out)
{
    int64_t *ids = ARENA_ARRAY(tx->arena, int64_t, page->n + 1);
    struct ticket_view *views;
    struct ticket *tickets;
    size_t n, hit = 0;

    for (size_t i = 0; i < page->n; i++)
        ids[i] = page->v[i].id;
    TRY(tickets_load(tx, ids, page->n, &tickets, &n));
    views = ARENA_ARRAY(tx->arena, struct ticket_view, n + 1);
    for (size_t i = 0; i < n; i++) {
        while (page->v[hit].id != tickets[i].id)
            hit++;
        ticket_view_fill(tx, &tickets[i], &views[i]);
        views[i].snippet = page->v[hit].snippet;
        if (ranked)
            views[i].rank = page->v[hit].rank;
    }
    *out = (struct object_list){views, n};
    return OK;
}

static err list_get(struct request *r, struct tx *tx)
{
    struct list_ask ask;
    struct list_page page;
    struct list_answer body;

    TRY(list_ask_read(tx, r->query, &ask));
    TRY(list_find(tx, &ask, &page));
    body = (struct list_answer){
        .total = page.total,
        .total_is_exact = page.total_is_exact,
        .page = page.page,
        .total_pages = (page.total + ask.limit - 1) / ask.limit,
        .next_cursor = page.next_cursor,
    };
    TRY(fill_views(tx, &page, ask.sort == SORT_RELEVANCE, &body.tickets));
    return answer(r, 200, &list_answer_shape, &body);
}

/* ---- statistics ---- */

struct statistics_answer {
    int64_t total;
    bool total_is_exact;
    struct map_list by_status, by_priority, by_category, by_assignee;
};
#define S(member) offsetof(struct statistics_answer, member)
static const struct field statistics_fields[] = {
    {"total", FIELD_INT, S(total), .required = true},
    {"totalIsExact", FIELD_BOOL, S(total_is_exact), .required = true},
    {"byStatus", FIELD_MAP, S(by_status), .required = true},
    {"byPriority", FIELD_MAP, S(by_priority), .required = true},
    {"byCategory", FIELD_MAP, S(by_category), .required = true, .about = "By name"},
    {"byAssignee", FIELD_MAP, S(by_assignee), .required = true,
     .about = "By the agent's id; \"unassigned\" for nobody"},
};
static const struct shape statistics_shape = SHAPE_OUT("Statistics", "How many tickets there are",
                                                       struct statistics_answer, statistics_fields);

static struct map_list as_map(struct arena *a, const struct stat_counts *counts)
{
    struct map_list map = {ARENA_ARRAY(a, struct map_entry, counts->n + 1), counts->n};

    for (size_t i = 0; i < counts->n; i++)
        map.v[i] = (struct map_entry){.name = counts->v[i].name, .number = counts->v[i].n};
    return map;
}

static err statistics_get(struct request *r, struct tx *tx)
{
    struct list_filter filter;
    struct list_statistics s;

    TRY(list_filter_read(tx, r->query, &filter));
    TRY(list_count_by(tx, &filter, &s));
    return answer(r, 200, &statistics_shape,
                  &(struct statistics_answer){
                      .total = s.total,
                      .total_is_exact = s.total_is_exact,
                      .by_status = as_map(tx->arena, &s.by_status),
                      .by_priority = as_map(tx->arena, &s.by_priority),
                      .by_category = as_map(tx->arena, &s.by_category),
                      .by_assignee = as_map(tx->arena, &s.by_assignee),
                  });
}

const struct route list_routes[] = {
    {.method = "GET",
     .path = "/api/tickets",
     .access = ACCESS_SIGNED_IN,
     .run = RUN_READ,
     .handle = list_get,
     .query = &ticket_list_query_shape,
     .status = 200,
     .answer = &list_answer_shape,
     .tag = "Tickets",
     .summary = "Tickets by any filter, in any order, and full text search"},
    {.method = "GET",
     .path = "/api/statistics",
     .access = ACCESS_AGENT,
     .run = RUN_READ,
     .handle = statistics_get,
     .query = &ticket_filter_body_shape,
     .status = 200,
     .answer = &statistics_shape,
     .tag = "Reports",
     .summary = "How many tickets, by status, priority, category and assignee"},
};
const size_t list_route_count = COUNT_OF(list_routes);
