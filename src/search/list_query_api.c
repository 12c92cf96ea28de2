#include "search/list_query_api.h"

#include "base/limits.h"
#include "base/ref.h"
#include "base/utf8.h"
#include "people/access.h"
#include "ticket/ticket_view_api.h"

#include <stdlib.h>
#include <string.h>

static const struct enum_name sorts[] = {
    {"createdAt", SORT_CREATED, false},
    {"updatedAt", SORT_UPDATED, false},
    {"priority", SORT_PRIORITY, false},
    {"dueDate", SORT_DUE, false},
    {"number", SORT_NUMBER, false},
    {"relevance", SORT_RELEVANCE, false},
    {NULL, 0, false},
};
static const struct enum_name orders[] = {{"desc", 0, false}, {"asc", 1, false}, {NULL, 0, false}};

#define F(member) offsetof(struct ticket_filter_body, member)
#define LIST_OF(name, type, member, words)                                                         \
    {                                                                                              \
        name, type, F(member), .max_items = FILTER_VALUES_MAX, .about = words                      \
    }
#define FILTER_FIELDS                                                                              \
    {"status",                                                                                     \
     FIELD_ENUMS,                                                                                  \
     F(status),                                                                                    \
     .names = ticket_status_enum,                                                                  \
     .max_items = FILTER_VALUES_MAX,                                                               \
     .about = "Any of these"},                                                                     \
        {"priority",                                                                               \
         FIELD_ENUMS,                                                                              \
         F(priority),                                                                              \
         .names = ticket_priority_enum,                                                            \
         .max_items = FILTER_VALUES_MAX,                                                           \
         .about = "Any of these"},                                                                 \
        LIST_OF("category", FIELD_TEXTS, category, "Names or ids"),                                \
        LIST_OF("assigneeId", FIELD_TEXTS, assignee, "Ids, \"me\" or \"unassigned\""),             \
        LIST_OF("requesterId", FIELD_TEXTS, requester, "Ids or e-mail addresses"),                 \
        LIST_OF("group", FIELD_TEXTS, group, "Names or ids"),                                      \
        LIST_OF("tags", FIELD_TEXTS, tags, "Has any of these"),                                    \
        {"externalId", FIELD_TEXT, F(external_id), .max = NAME_MAX_CHARS},                         \
        {"createdAfter", FIELD_TIME, F(created_after), .about = "This moment or later"},           \
        {"createdBefore", FIELD_TIME, F(created_before), .about = "This moment or earlier"},       \
        {"updatedAfter", FIELD_TIME, F(updated_after)},                                            \
        {"updatedBefore", FIELD_TIME, F(updated_before)}, {"dueAfter", FIELD_TIME, F(due_after)},  \
        {"dueBefore", FIELD_TIME, F(due_before)},                                                  \
    {                                                                                              \
        "searchQuery", FIELD_TEXT, F(search_query),                                                \
            .max = SEARCH_QUERY_MAX_CHARS,                                                         \
            .about = "Words that all occur in subject, description or comments; \"a phrase\", "    \
                     "begin*, -without, one OR another; a ticket's number; an e-mail address"      \
    }

static const struct field filter_fields[] = {FILTER_FIELDS};
const struct shape ticket_filter_body_shape =
    SHAPE("TicketFilter", "Which tickets", struct ticket_filter_body, filter_fields);

static const struct field list_fields[] = {
    FILTER_FIELDS,
    {"page", FIELD_INT, F(page), .min = 1, .max = LIST_PAGE_ROWS_MAX, .fallback = "1",
     .about = "Reaches 10,000 tickets deep; cursor goes further"},
    {"limit", FIELD_INT, F(limit), .min = 1, .max = LIST_LIMIT_MAX, .fallback = "20"},
    {"sortBy", FIELD_ENUM, F(sort_by), .names = sorts,
     .fallback = "createdAt, or relevance with searchQuery"},
    {"sortOrder", FIELD_ENUM, F(sort_order), .names = orders, .fallback = "desc"},
    {"cursor", FIELD_TEXT, F(cursor), .max = 100,
     .about = "nextCursor of the page before, with the same filters and order"},
};
const struct shape ticket_list_query_shape = SHAPE(
    "TicketListQuery", "Which tickets, in which order", struct ticket_filter_body, list_fields);

/* Both shapes begin with the same fields, so either tells what was sent. */
static bool sent(const struct ticket_filter_body *body, const char *name)
{
    return shape_sent(&ticket_filter_body_shape, body, name);
}

static struct time_window window_of(const struct ticket_filter_body *body, const char *after,
                                    int64_t after_ms, const char *before, int64_t before_ms)
{
    struct time_window w = ANY_TIME;

    if (sent(body, after))
        w.from_ms = after_ms;
    if (sent(body, before))
        w.to_ms = before_ms;
    return w;
}

/* ---- names to numbers ----
 * Each finds what one value names: its number, 0 if it names nothing that exists. */
typedef err finder(struct tx *tx, const char *text, int64_t *out);

static err find_category(struct tx *tx, const char *text, int64_t *out)
{
    struct category category;
    err e = category_find(tx, text, &category);

    *out = e == OK ? category.id : 0;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err find_agent(struct tx *tx, const char *text, int64_t *out)
{
    struct agent_ref agent;
    err e;

    if (strcmp(text, "me") == 0) {
        *out = tx->actor.type == ACTOR_AGENT ? tx->actor.id : 0;
        return OK;
    }
    e = agent_find(tx, text, "assigneeId", &agent);
    *out = e == OK ? agent.id : 0;
    return e == ERR_INVALID ? OK : e;
}

static err find_requester(struct tx *tx, const char *text, int64_t *out)
{
    struct requester requester;
    err e = email_valid(text) ? requester_by_email(tx, text, &requester)
                              : requester_find(tx, text, &requester);

    *out = e == OK ? requester.id : 0;
    return e == ERR_NOT_FOUND || e == ERR_INVALID ? OK : e;
}

static err find_group(struct tx *tx, const char *text, int64_t *out)
{
    struct group_ref group;
    err e = group_find(tx, text, "group", &group);

    *out = e == OK ? group.id : 0;
    return e == ERR_INVALID ? OK : e;
}

/* Numbers and UUIDs (and addresses, where people are meant) may be of nobody; anything else is a slip. */
static bool well_formed(const char *text)
{
    struct ref ref;

    return ref_parse(text, &ref) || email_valid(text) || strcmp(text, "me") == 0;
}

static err read_ids(struct tx *tx, const struct text_list *names, const char *param, bool any_name,
                    finder *find, struct id_list *ids, bool *nothing)
{
    struct fault *fault = tx->fault;

    for (size_t i = 0; i < names->n; i++) {
        int64_t id = 0;
        err e;

        if (strcmp(param, "assigneeId") == 0 && strcmp(names->v[i], "unassigned") == 0) {
            id_list_add(tx->arena, ids, 0);
            continue;
        }
        if (!any_name && !well_formed(names->v[i]))
            return fault_field(fault, param, "\"%.80s\" is not an id", names->v[i]);
        tx->fault = NULL; /* not to be found is no fault here */
        e = find(tx, names->v[i], &id);
        tx->fault = fault;
        TRY(e);
        if (id)
            id_list_add(tx->arena, ids, id);
        else if (any_name && !well_formed(names->v[i]))
            return fault_field(fault, param, "there is no \"%.80s\"", names->v[i]);
    }
    if (names->n && !ids->n)
        *nothing = true;
    return OK;
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Folded as they are stored, sorted, each once. */
static void read_tags(struct tx *tx, const struct text_list *tags, struct list_filter *out)
{
    out->tags = ARENA_ARRAY(tx->arena, const char *, tags->n + 1);
    for (size_t i = 0; i < tags->n; i++) {
        const char *tag = utf8_fold(tx->arena, utf8_trim(tx->arena, tags->v[i]));
        bool there = *tag == '\0';

        for (size_t k = 0; k < out->tag_count && !there; k++)
            there = strcmp(out->tags[k], tag) == 0;
        if (!there)
            out->tags[out->tag_count++] = tag;
    }
    if (out->tag_count > 1)
        qsort(out->tags, out->tag_count, sizeof(out->tags[0]), by_text);
    if (tags->n && !out->tag_count)
        out->nothing = true;
}

static err read_search(struct tx *tx, const char *text, struct list_filter *out)
{
    struct requester requester;
    err e;

    if (!text)
        return OK;
    TRY(search_query_parse(tx->arena, tx->fault, text, &out->search));
    out->searching = true;
    if (!out->search.email || !actor_is_agent(&tx->actor))
        return OK;
    /* An address finds its person's tickets; an unknown one is text like any other. */
    e = requester_by_email(tx, out->search.email, &requester);
    if (e != OK)
        return e == ERR_NOT_FOUND ? OK : e;
    out->searching = false;
    if (!id_list_has(&out->requesters, requester.id))
        out->nothing = true;
    out->requesters = (struct id_list){0};
    id_list_add(tx->arena, &out->requesters, requester.id);
    return OK;
}

/* What others may not know of cannot be asked for either. */
static void restrict_to_actor(struct tx *tx, struct list_filter *out)
{
    if (actor_is_agent(&tx->actor))
        return;
    out->public_only = true;
    if (tx->actor.type != ACTOR_REQUESTER || !id_list_has(&out->requesters, tx->actor.id))
        out->nothing = true;
    out->requesters = (struct id_list){0};
    id_list_add(tx->arena, &out->requesters, tx->actor.id);
}

err list_filter_read(struct tx *tx, const struct ticket_filter_body *body, struct list_filter *out)
{
    struct list_filter f = list_filter_any();

    for (size_t i = 0; i < body->status.n; i++)
        id_list_add(tx->arena, &f.statuses, body->status.v[i]);
    for (size_t i = 0; i < body->priority.n; i++)
        id_list_add(tx->arena, &f.priorities, body->priority.v[i]);
    TRY(read_ids(tx, &body->category, "category", true, find_category, &f.categories, &f.nothing));
    TRY(read_ids(tx, &body->assignee, "assigneeId", false, find_agent, &f.assignees, &f.nothing));
    TRY(read_ids(tx, &body->requester, "requesterId", false, find_requester, &f.requesters,
                 &f.nothing));
    TRY(read_ids(tx, &body->group, "group", true, find_group, &f.groups, &f.nothing));
    read_tags(tx, &body->tags, &f);
    f.external_id = body->external_id;
    f.created =
        window_of(body, "createdAfter", body->created_after, "createdBefore", body->created_before);
    f.updated =
        window_of(body, "updatedAfter", body->updated_after, "updatedBefore", body->updated_before);
    f.due = window_of(body, "dueAfter", body->due_after, "dueBefore", body->due_before);
    TRY(read_search(tx, body->search_query, &f));
    restrict_to_actor(tx, &f);
    *out = f;
    return OK;
}

err list_ask_read(struct tx *tx, const struct ticket_filter_body *query, struct list_ask *out)
{
    const struct shape *shape = &ticket_list_query_shape;
    struct list_ask ask = {.page = 1,
                           .limit = LIST_LIMIT_DEFAULT,
                           .ascending = query->sort_order == 1,
                           .cursor = query->cursor};

    TRY(list_filter_read(tx, query, &ask.filter));
    if (shape_sent(shape, query, "page"))
        ask.page = query->page;
    if (shape_sent(shape, query, "limit"))
        ask.limit = query->limit;
    if (ask.cursor && shape_sent(shape, query, "page"))
        return fault_field(tx->fault, "cursor", "goes without page: it says itself where to go on");
    ask.sort = ask.filter.searching ? SORT_RELEVANCE : SORT_CREATED;
    if (shape_sent(shape, query, "sortBy"))
        ask.sort = (enum list_sort)query->sort_by;
    if (ask.sort == SORT_RELEVANCE && !ask.filter.searching) {
        if (!query->search_query)
            return fault_field(tx->fault, "sortBy", "relevance needs a searchQuery");
        ask.sort = SORT_CREATED;
    }
    if (ask.sort == SORT_RELEVANCE)
        ask.ascending = false;
    *out = ask;
    return OK;
}

err tickets_select(struct tx *tx, const struct ticket_filter_body *body, size_t most,
                   int64_t **out_ids, size_t *out_n)
{
    struct list_ask ask = {.page = 1, .limit = (int64_t)most};
    struct list_page page;

    TRY(list_filter_read(tx, body, &ask.filter));
    ask.sort = ask.filter.searching ? SORT_RELEVANCE : SORT_CREATED;
    TRY(list_find(tx, &ask, &page));
    *out_ids = ARENA_ARRAY(tx->arena, int64_t, page.n + 1);
    for (size_t i = 0; i < page.n; i++)
        (*out_ids)[i] = page.v[i].id;
    *out_n = page.n;
    return OK;
}
