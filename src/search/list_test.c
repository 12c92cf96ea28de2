/* Lists, totals, statistics and counters against the plainest thing that can be right: all tickets in memory, each
 * tested, all sorted. Filters, orders, pages and cursors are drawn at random; the seed is printed. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/seed.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/settings.h"
#include "queries.gen.h"
#include "report/report.h"
#include "search/list_plan.h"
#include "search/search_step.h"
#include "store/test_place.h"
#include "ticket/change.h"

enum { TICKETS = 600, AGENTS = 5, GROUPS = 3, ASKS = 300, TAGS = 4 };
static const char *const tag_names[TAGS] = {"vip", "billing", "größe", "a \"quoted\" tag"};
static const char *const words[] = {"printer", "paper", "Café",  "invoice", "broken",
                                    "please",  "login", "crash", "urgent",  "the"};

struct desk {
    struct test_place place;
    struct arena arena;
    struct fault fault;
    struct settings settings;
    struct store *store;
    unsigned seed;
};

static unsigned roll(struct desk *d, unsigned sides)
{
    d->seed = d->seed * 1103515245u + 12345u;
    return (d->seed >> 12) % sides;
}

static void complain(void *ctx, const char *text)
{
    if (++*(int *)ctx < 5)
        fprintf(stderr, "problem: %s\n", text);
}

static void must(struct desk *d, err e)
{
    if (e != OK)
        fprintf(stderr, "%s: %s %s\n", err_code(e), fault_text(&d->fault, e),
                d->fault.fields ? d->fault.fields->msg : "");
    assert_int_equal(e, OK);
}

/* ---- a desk of random tickets ---- */

static const char *sentence(struct desk *d, struct tx *tx, unsigned n)
{
    struct buf b = {0};
    const char *text;

    for (unsigned i = 0; i < n; i++)
        buf_printf(&b, "%s%s", i ? " " : "", words[roll(d, COUNT_OF(words))]);
    text = arena_str(tx->arena, buf_text(&b));
    buf_done(&b);
    return text;
}

static err exec(struct tx *tx, const char *sql, const struct value *params, int n)
{
    struct rows rows;

    TRY(query_run_text(tx, sql, params, n, &rows));
    while (rows_next(&rows))
        continue;
    return rows_end(&rows);
}

static err make_people(struct tx *tx, void *arg)
{
    for (int64_t id = 1; id <= AGENTS; id++) {
        const char *email = arena_printf(tx->arena, "agent%lld@desk.test", (long long)id);
        const struct q_agent_insert_args agent = {.uuid = uuid_new(tx->now_ms + id),
                                                  .name = email,
                                                  .email = email,
                                                  .email_key = email,
                                                  .role = 1,
                                                  .max_concurrent_tickets = 100000};
        struct agent_insert_row made;

        TRY(q_agent_insert(tx, &agent, &made));
        assert_int_equal(made.id, id);
    }
    for (int64_t id = 1; id <= GROUPS; id++) {
        const char *name = arena_printf(tx->arena, "group %lld", (long long)id);
        struct group_insert_row made;

        TRY(q_group_insert(tx, uuid_new(tx->now_ms + id), name, name, NULL, 0, &made));
        assert_int_equal(made.id, id);
    }
    return OK;
}

/* Sets what a list looks at to anything, in the one way in which tickets change. */
static err shuffle(struct desk *d, struct tx *tx, int64_t id)
{
    struct ticket_change c;
    bool text = roll(d, 3) == 0;

    TRY(ticket_change_begin_id(tx, id, &c));
    c.imported = true;
    c.after.status = (enum ticket_status)roll(d, TICKET_STATUS_COUNT);
    c.after.priority = (enum ticket_priority)roll(d, TICKET_PRIORITY_COUNT);
    TRY(category_load(tx, 1 + roll(d, 3), &c.after.category));
    c.after.assignee = (struct agent_ref){.id = roll(d, AGENTS + 1)};
    c.after.group = (struct group_ref){.id = roll(d, GROUPS + 1)};
    c.after.updated_ms = c.after.created_ms + (int64_t)roll(d, 5) * MS_PER_HOUR;
    c.after.due_ms = roll(d, 4) ? c.after.created_ms + (int64_t)roll(d, 9) * MS_PER_DAY : 0;
    c.after.resolved_ms = roll(d, 2) ? c.after.created_ms + (int64_t)roll(d, 90000) : 0;
    c.after.deleted_ms = roll(d, 10) == 0 ? tx->now_ms : 0;
    if (text)
        c.after.subject = sentence(d, tx, 3);
    return ticket_apply(tx, &c);
}

static err make_ticket(struct desk *d, struct tx *tx, int64_t *out_id)
{
    const char *tags[2] = {tag_names[roll(d, TAGS)], tag_names[roll(d, TAGS)]};
    struct ticket_input input = {
        .subject = sentence(d, tx, 3),
        .description = sentence(d, tx, 6),
        .requester = {.email = arena_printf(tx->arena, "r%u@x.test", roll(d, 20)), .tier = -1},
        .trusted = true,
        .priority = (int)roll(d, TICKET_PRIORITY_COUNT),
        .status = (int)roll(d, TICKET_STATUS_COUNT),
        .tags = tags,
        .tag_count = roll(d, 3),
        .external_id = roll(d, 5) ? NULL : "X-1",
        .imported = true,
        /* few moments for many tickets: ties must be told apart by number */
        .created_ms = INT64_C(1700000000000) + (int64_t)roll(d, 120) * 6 * MS_PER_HOUR,
    };
    struct ticket ticket;

    TRY(category_load(tx, 1 + roll(d, 3), &input.category));
    TRY(ticket_create(tx, &input, &ticket));
    *out_id = ticket.id;
    return OK;
}

static err add_comment(struct desk *d, struct tx *tx, int64_t id)
{
    struct comment_input input = {.content = sentence(d, tx, 2),
                                  .is_internal = roll(d, 2),
                                  .imported = true,
                                  .quiet = true,
                                  .author = {.type = ACTOR_AGENT, .id = 1, .name = "agent"}};
    struct comment comment;
    struct ticket ticket;

    return ticket_comment(tx, arena_printf(tx->arena, "%lld", (long long)id), &input, &comment,
                          &ticket);
}

static err make_tickets(struct tx *tx, void *arg)
{
    struct desk *d = arg;

    for (int i = 0; i < 50; i++) {
        int64_t id;

        TRY(make_ticket(d, tx, &id));
        if (roll(d, 2))
            TRY(add_comment(d, tx, id));
        TRY(shuffle(d, tx, id));
        if (roll(d, 4) == 0)
            TRY(shuffle(d, tx, id));
    }
    return OK;
}

/* Everything it did must be gone again, from the index and the counters too. */
static err make_and_fail(struct tx *tx, void *arg)
{
    TRY(make_tickets(tx, arg));
    return ERR_CONFLICT;
}

static int setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));
    struct store_options options = {.create = true, .seed = desk_seed};
    struct unit_setup s = {.arena = &d->arena, .fault = &d->fault, .actor = actor_system()};
    const char *seed = getenv("LIST_TEST_SEED");

    d->seed = seed ? (unsigned)atoi(seed) : (unsigned)clock_now_ms();
    fprintf(stderr, "LIST_TEST_SEED=%u\n", d->seed);
    test_place_make(&d->place);
    arena_init(&d->arena);
    d->fault.arena = &d->arena;
    settings_init(&d->settings, &d->arena);
    options.data_dir = d->place.dir;
    options.database_url = d->place.database_url;
    options.settings = &d->settings;
    options.fault = &d->fault;
    must(d, store_open(&options, &d->store));
    must(d, store_write(d->store, &s, make_people, d));
    for (int i = 0; i < TICKETS / 50; i++)
        must(d, store_write(d->store, &s, make_tickets, d));
    assert_int_equal(store_write(d->store, &s, make_and_fail, d), ERR_CONFLICT);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;

    store_close(d->store);
    test_place_remove(&d->place);
    arena_done(&d->arena);
    free(d);
    return 0;
}

/* ---- the plain way ---- */

struct plain {
    struct list_row row;
    const char *tags;
    const char *external_id;
    const char *text[2]; /* public, with internal notes */
};
struct plain_list {
    struct plain *v;
    size_t n;
};

static err load_all(struct tx *tx, struct plain_list *out)
{
    const char *joined = tx_engine(tx) == ENGINE_POSTGRES ? "string_agg" : "group_concat";
    struct rows rows;

    out->v = ARENA_ARRAY(tx->arena, struct plain, TICKETS * 2);
    TRY(query_run_text(
        tx,
        arena_printf(
            tx->arena,
            "SELECT t.id, t.created_ms, t.updated_ms, coalesce(t.due_ms, 0), t.status, t.priority, "
            "t.category_id, coalesce(t.assignee_id, 0), t.requester_id, coalesce(t.group_id, 0), "
            "t.tags, t.external_id, t.subject || ' ' || t.description || ' ' || "
            "coalesce((SELECT %s(content, ' ') FROM ticket_comment c "
            "WHERE c.ticket_id = t.id AND NOT is_internal), ''), "
            "coalesce((SELECT %s(content, ' ') FROM ticket_comment c "
            "WHERE c.ticket_id = t.id AND is_internal), '') "
            "FROM ticket t WHERE t.deleted_ms IS NULL",
            joined, joined),
        NULL, 0, &rows));
    while (rows_next(&rows)) {
        struct plain *p = &out->v[out->n++];

        p->row = (struct list_row){
            .id = rows_int(&rows, 0),
            .created_ms = rows_int(&rows, 1),
            .updated_ms = rows_int(&rows, 2),
            .due_ms = rows_int(&rows, 3),
            .status = rows_int(&rows, 4),
            .priority = rows_int(&rows, 5),
            .category_id = rows_int(&rows, 6),
            .assignee_id = rows_int(&rows, 7),
            .requester_id = rows_int(&rows, 8),
            .group_id = rows_int(&rows, 9),
        };
        p->tags = rows_text(&rows, 10, tx->arena);
        p->external_id = rows_text(&rows, 11, tx->arena);
        p->text[0] = rows_text(&rows, 12, tx->arena);
        p->text[1] = arena_printf(tx->arena, "%s %s", p->text[0], rows_text(&rows, 13, tx->arena));
    }
    return rows_end(&rows);
}

static bool has_tag(const struct plain *p, const struct list_filter *f)
{
    for (size_t i = 0; i < f->tag_count; i++) {
        /* the quoted one is told by its first letters, which no other has */
        if (strstr(p->tags, *f->tags[i] == 'a' ? "a \\\"quoted" : f->tags[i]))
            return true;
    }
    return f->tag_count == 0;
}

static bool has_word(const char *text, const char *word)
{
    size_t len = strlen(word);

    for (const char *at = text; (at = strstr(at, word)); at++) {
        if ((at == text || at[-1] == ' ') && (at[len] == ' ' || at[len] == '\0'))
            return true;
    }
    return false;
}

static bool found_by_text(const struct plain *p, const struct list_filter *f)
{
    const char *text = p->text[!f->public_only];
    bool group = true;

    if (!f->searching)
        return true;
    if (f->search.number == p->row.id)
        return true;
    for (size_t i = 0; i < f->search.n; i++) {
        const struct search_term *t = &f->search.terms[i];
        bool has = has_word(text, t->text);

        if (t->exclude && has)
            return false;
        if (t->exclude)
            continue;
        if (!t->or_before && !group)
            return false;
        group = t->or_before ? group || has : has;
    }
    return group && f->search.wanted > 0;
}

static bool in(struct time_window w, int64_t at)
{
    return at >= w.from_ms && at <= w.to_ms;
}

static bool plainly_fits(const struct plain *p, const struct list_filter *f)
{
    const struct list_row *r = &p->row;

    return id_list_has(&f->statuses, r->status) && id_list_has(&f->priorities, r->priority) &&
           id_list_has(&f->categories, r->category_id) &&
           id_list_has(&f->assignees, r->assignee_id) &&
           id_list_has(&f->requesters, r->requester_id) && id_list_has(&f->groups, r->group_id) &&
           in(f->created, r->created_ms) && in(f->updated, r->updated_ms) &&
           (time_window_open(f->due) || (r->due_ms && in(f->due, r->due_ms))) && has_tag(p, f) &&
           (!f->external_id || (p->external_id && strcmp(p->external_id, f->external_id) == 0)) &&
           found_by_text(p, f);
}

static enum list_sort plain_sort;
static bool plain_up;

/* Says the order over again in other words than list_spot.c. */
static int plain_order(const void *a, const void *b)
{
    const struct list_row *x = &((const struct plain *)a)->row,
                          *y = &((const struct plain *)b)->row;
    int64_t keys[3][2] = {{0, 0}, {0, 0}, {x->id, y->id}};
    int64_t none = plain_up ? INT64_MAX : INT64_MIN;

    switch (plain_sort) {
    case SORT_UPDATED:
        keys[0][0] = x->updated_ms, keys[0][1] = y->updated_ms;
        break;
    case SORT_PRIORITY:
        keys[0][0] = x->priority, keys[0][1] = y->priority;
        keys[1][0] = x->created_ms, keys[1][1] = y->created_ms;
        break;
    case SORT_DUE:
        keys[0][0] = x->due_ms ? x->due_ms : none, keys[0][1] = y->due_ms ? y->due_ms : none;
        break;
    case SORT_CREATED:
        keys[0][0] = x->created_ms, keys[0][1] = y->created_ms;
        break;
    case SORT_NUMBER:
    case SORT_RELEVANCE:
    case LIST_SORT_COUNT:
        break;
    }
    for (int i = 0; i < 3; i++) {
        if (keys[i][0] != keys[i][1])
            return (keys[i][0] < keys[i][1] ? -1 : 1) * (plain_up ? 1 : -1);
    }
    return 0;
}

/* ---- random questions ---- */

static void some_ids(struct desk *d, struct id_list *list, unsigned first, unsigned kinds)
{
    for (unsigned i = 1 + roll(d, 3); i-- > 0;)
        id_list_add(&d->arena, list, first + roll(d, kinds));
}

static struct time_window some_window(struct desk *d)
{
    struct time_window w = ANY_TIME;
    int64_t at = INT64_C(1700000000000) + (int64_t)roll(d, 30) * MS_PER_DAY;

    if (roll(d, 2))
        w.from_ms = at;
    if (roll(d, 2))
        w.to_ms = at + (int64_t)roll(d, 20) * MS_PER_DAY;
    return w;
}

static void some_search(struct desk *d, struct list_filter *f)
{
    const char *a = words[roll(d, COUNT_OF(words))], *b = words[roll(d, COUNT_OF(words))];
    const char *forms[] = {"%s", "%s %s", "%s OR %s", "%s -%s", "%.0s%.0s42"};
    char text[128];

    if (roll(d, 3) == 0)
        snprintf(text, sizeof(text), "%u", 1 + roll(d, TICKETS));
    else
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
        snprintf(text, sizeof(text), forms[roll(d, 4)], a, b);
#pragma GCC diagnostic pop
    must(d, search_query_parse(&d->arena, &d->fault, text, &f->search));
    f->searching = true;
    f->public_only = roll(d, 3) == 0;
}

static struct list_filter some_filter(struct desk *d)
{
    struct list_filter f = list_filter_any();

    if (roll(d, 3) == 0)
        some_ids(d, &f.statuses, 0, TICKET_STATUS_COUNT);
    if (roll(d, 4) == 0)
        some_ids(d, &f.priorities, 0, TICKET_PRIORITY_COUNT);
    if (roll(d, 4) == 0)
        some_ids(d, &f.categories, 1, 4);
    if (roll(d, 4) == 0)
        some_ids(d, &f.assignees, 0, AGENTS + 1);
    if (roll(d, 8) == 0)
        some_ids(d, &f.requesters, 1, 20);
    if (roll(d, 8) == 0)
        some_ids(d, &f.groups, 1, GROUPS);
    if (roll(d, 6) == 0)
        f.created = some_window(d);
    if (roll(d, 8) == 0)
        f.updated = some_window(d);
    if (roll(d, 8) == 0)
        f.due = some_window(d);
    if (roll(d, 6) == 0) {
        f.tags = ARENA_ARRAY(&d->arena, const char *, 2);
        f.tags[f.tag_count++] = tag_names[roll(d, TAGS)];
        if (roll(d, 2) && f.tags[0] != tag_names[1])
            f.tags[f.tag_count++] = tag_names[1];
    }
    if (roll(d, 12) == 0)
        f.external_id = roll(d, 4) ? "X-1" : "nobody's";
    if (roll(d, 4) == 0)
        some_search(d, &f);
    return f;
}

struct question {
    struct desk *desk;
    struct plain_list all;
};

static void same_numbers(const struct stat_counts *counts, int64_t total)
{
    for (size_t i = 0; i < counts->n; i++)
        total -= counts->v[i].n;
    assert_int_equal(total, 0);
}

static void describe(const struct list_ask *ask, const struct list_page *page, size_t n)
{
    const struct list_filter *f = &ask->filter;

    fprintf(stderr,
            "sort %d %s: total %lld, wanted %zu. statuses %zu priorities %zu categories %zu "
            "assignees %zu requesters %zu groups %zu tags %zu external %s search %d terms %zu "
            "number %lld public %d created %d updated %d due %d\n",
            ask->sort, ask->ascending ? "up" : "down", (long long)page->total, n, f->statuses.n,
            f->priorities.n, f->categories.n, f->assignees.n, f->requesters.n, f->groups.n,
            f->tag_count, f->external_id ? f->external_id : "-", f->searching, f->search.n,
            (long long)f->search.number, f->public_only, !time_window_open(f->created),
            !time_window_open(f->updated), !time_window_open(f->due));
    for (size_t i = 0; i < f->search.n; i++)
        fprintf(stderr, "  %s%s%s\n", f->search.terms[i].or_before ? "OR " : "",
                f->search.terms[i].exclude ? "-" : "", f->search.terms[i].text);
}

/* Pages to the end by cursor, or one page by number; every ticket where it belongs. */
static err ask_once(struct tx *tx, struct question *q)
{
    struct desk *d = q->desk;
    struct list_ask ask = {.filter = some_filter(d),
                           .sort = (enum list_sort)roll(d, SORT_RELEVANCE),
                           .ascending = roll(d, 2),
                           .page = 1 + roll(d, 4),
                           .limit = 1 + roll(d, 40)};
    struct plain *wanted = ARENA_ARRAY(tx->arena, struct plain, q->all.n + 1);
    struct list_statistics stats;
    struct list_page page = {0};
    size_t n = 0, at = (size_t)((ask.page - 1) * ask.limit);
    int64_t page_number = ask.page;

    for (size_t i = 0; i < q->all.n; i++) {
        if (plainly_fits(&q->all.v[i], &ask.filter))
            wanted[n++] = q->all.v[i];
    }
    plain_sort = ask.sort;
    plain_up = ask.ascending;
    qsort(wanted, n, sizeof(wanted[0]), plain_order);
    do {
        TRY(list_find(tx, &ask, &page));
        if (page.total != (int64_t)n || !page.total_is_exact)
            describe(&ask, &page, n);
        assert_int_equal(page.total, n);
        assert_int_equal(page.page, page_number++);
        for (size_t i = 0; i < page.n; i++, at++) {
            assert_true(at < n);
            assert_int_equal(page.v[i].id, wanted[at].row.id);
        }
        assert_true(page.n == (size_t)ask.limit || !page.next_cursor);
        ask.cursor = page.next_cursor;
    } while (page.next_cursor);
    assert_true(at >= n);
    TRY(list_count_by(tx, &ask.filter, &stats));
    assert_int_equal(stats.total, n);
    assert_true(stats.total_is_exact);
    same_numbers(&stats.by_status, (int64_t)n);
    same_numbers(&stats.by_priority, (int64_t)n);
    same_numbers(&stats.by_category, (int64_t)n);
    same_numbers(&stats.by_assignee, (int64_t)n);
    return OK;
}

static err ask_many(struct tx *tx, void *arg)
{
    struct question q = {.desk = arg};

    TRY(load_all(tx, &q.all));
    for (int i = 0; i < ASKS; i++)
        TRY(ask_once(tx, &q));
    return OK;
}

static void any_list_is_what_a_plain_filter_and_sort_would_give(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena, .fault = &d->fault, .actor = actor_system()};

    must(d, store_read(d->store, &s, ask_many, d));
}

/* With little work allowed: pages come short, but one after the other they are the list. */
static err walk_once(struct tx *tx, struct question *q)
{
    struct desk *d = q->desk;
    struct list_ask ask = {.filter = some_filter(d),
                           .sort = (enum list_sort)roll(d, SORT_RELEVANCE),
                           .ascending = roll(d, 2),
                           .page = 1,
                           .limit = 1 + roll(d, 40)};
    struct plain *wanted = ARENA_ARRAY(tx->arena, struct plain, q->all.n + 1);
    struct list_page page = {0};
    size_t n = 0, at = 0;

    /* Of many hits only the order of numbers goes to the end; a typed number is among the few. */
    if (ask.filter.searching && !ask.filter.search.number)
        ask.sort = SORT_NUMBER;
    for (size_t i = 0; i < q->all.n; i++) {
        if (plainly_fits(&q->all.v[i], &ask.filter))
            wanted[n++] = q->all.v[i];
    }
    plain_sort = ask.sort;
    plain_up = ask.ascending;
    qsort(wanted, n, sizeof(wanted[0]), plain_order);
    do {
        TRY(list_find(tx, &ask, &page));
        if (page.total_is_exact)
            assert_int_equal(page.total, n);
        for (size_t i = 0; i < page.n; i++, at++) {
            if (at >= n || page.v[i].id != wanted[at].row.id)
                describe(&ask, &page, n);
            assert_true(at < n);
            assert_int_equal(page.v[i].id, wanted[at].row.id);
        }
        ask.cursor = page.next_cursor;
    } while (page.next_cursor);
    if (at != n)
        describe(&ask, &page, n);
    assert_int_equal(at, n);
    return OK;
}

static err walk_many(struct tx *tx, void *arg)
{
    struct question q = {.desk = arg};
    struct list_bounds usual = list_bounds;

    TRY(load_all(tx, &q.all));
    for (int i = 0; i < ASKS; i++) {
        list_bounds = (struct list_bounds){.walked = 10 + roll(q.desk, 200),
                                           .ranges = roll(q.desk, 2) ? 3 : 512,
                                           .sorted = roll(q.desk, 30),
                                           .hits = 1 + roll(q.desk, 30),
                                           .hits_walked = 600,
                                           .tested = roll(q.desk, 30)};
        TRY(walk_once(tx, &q));
    }
    list_bounds = usual;
    return OK;
}

static void long_lists_come_page_by_page_without_loss(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena, .fault = &d->fault, .actor = actor_system()};

    must(d, store_read(d->store, &s, walk_many, d));
}

static err check_counters(struct tx *tx, void *arg)
{
    return counters_check(tx, complain, arg);
}

static err spoil(struct tx *tx, void *arg)
{
    TRY(exec(tx, "UPDATE ticket_count SET n = n + 1 WHERE assignee_id = 1", NULL, 0));
    return exec(tx, "DELETE FROM report_day WHERE dimension = 1", NULL, 0);
}

static err rebuild(struct tx *tx, void *arg)
{
    TRY(search_rebuild(tx));
    return counters_rebuild(tx);
}

static void counters_and_index_agree_with_the_tickets_and_can_be_made_anew(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena, .fault = &d->fault, .actor = actor_system()};
    int problems = 0;

    must(d, store_check(d->store, complain, &problems));
    must(d, store_read(d->store, &s, check_counters, &problems));
    assert_int_equal(problems, 0);
    must(d, store_write(d->store, &s, spoil, NULL));
    must(d, store_read(d->store, &s, check_counters, &problems));
    assert_true(problems > 0);
    problems = 0;
    must(d, store_write(d->store, &s, rebuild, NULL));
    must(d, store_read(d->store, &s, check_counters, &problems));
    must(d, store_check(d->store, complain, &problems));
    assert_int_equal(problems, 0);
}

/* ---- reports ---- */

static err plain_report(struct tx *tx, const struct report_ask *ask, struct report_sums *all,
                        struct report_sums *high)
{
    const struct value params[] = {value_int(ask->from_ms), value_int(ask->to_ms),
                                   value_int(ask->agent_id)};
    struct rows rows;

    TRY(query_run_text(
        tx,
        "SELECT t.status, t.priority, t.created_ms, t.resolved_ms, s.response_ms, "
        "s.resolution_met FROM ticket t LEFT JOIN ticket_sla s ON s.ticket_id = t.id "
        "WHERE t.deleted_ms IS NULL AND t.created_ms BETWEEN $1 AND $2 "
        "AND ($3 = 0 OR t.assignee_id = $3)",
        params, 3, &rows));
    while (rows_next(&rows)) {
        struct ticket_facts f = {.counted = 1,
                                 .status = rows_int(&rows, 0),
                                 .priority = rows_int(&rows, 1),
                                 .created_ms = rows_int(&rows, 2),
                                 .resolved_ms = rows_int(&rows, 3),
                                 .response_ms = rows_int(&rows, 4),
                                 .resolution_met = rows_tri(&rows, 5)};
        report_sums_add(all, &f, 1);
        if (f.priority == PRIORITY_HIGH)
            report_sums_add(high, &f, 1);
    }
    return rows_end(&rows);
}

static void sum_of_groups(const struct report_groups *groups, const struct report_sums *all)
{
    int64_t total = 0;

    for (size_t i = 0; i < groups->n; i++)
        total += groups->v[i].sums.v[SUM_TOTAL];
    assert_int_equal(total, all->v[SUM_TOTAL]);
}

static err report_once(struct tx *tx, struct desk *d)
{
    int64_t begin = INT64_C(1700000000000) + (int64_t)roll(d, 30) * MS_PER_DAY;
    struct report_ask ask = {.from_ms = begin,
                             .to_ms = begin + (int64_t)roll(d, 1000) * MS_PER_HOUR};
    struct report_sums all = {{0}}, high = {{0}};
    struct report report;

    if (roll(d, 2)) /* from midnight, to the last moment of a day */
        ask.from_ms = time_utc_day(ask.from_ms) * MS_PER_DAY;
    if (roll(d, 2))
        ask.to_ms = (time_utc_day(ask.to_ms) + 1) * MS_PER_DAY - 1;
    if (roll(d, 2))
        ask.agent_id = 1 + roll(d, AGENTS);
    TRY(plain_report(tx, &ask, &all, &high));
    TRY(report_make(tx, &ask, &report));
    assert_memory_equal(&report.all, &all, sizeof(all));
    for (size_t i = 0; i < report.by_priority.n; i++) {
        if (report.by_priority.v[i].key == PRIORITY_HIGH)
            assert_memory_equal(&report.by_priority.v[i].sums, &high, sizeof(high));
    }
    sum_of_groups(&report.by_priority, &all);
    sum_of_groups(&report.by_category, &all);
    sum_of_groups(&report.by_day, &all);
    if (ask.agent_id)
        sum_of_groups(&report.by_agent, &all);
    return OK;
}

static err report_many(struct tx *tx, void *arg)
{
    for (int i = 0; i < ASKS; i++)
        TRY(report_once(tx, arg));
    return OK;
}

static void any_report_is_what_adding_up_its_tickets_would_give(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena, .fault = &d->fault};

    must(d, store_read(d->store, &s, report_many, d));
}

/* ---- plans ---- */

static const char *const intended[RANGE_KIND_COUNT] = {
    [RANGE_CREATED] = "ticket_by_created (created_ms",
    [RANGE_STATUS] = "ticket_by_status (status=? AND created_ms",
    [RANGE_STATE] = "ticket_by_state (status=? AND priority=? AND category_id=? AND created_ms",
    [RANGE_ASSIGNEE] = "ticket_by_assignee (assignee_id=? AND status=? AND priority=? AND "
                       "category_id=? AND created_ms",
    [RANGE_UNASSIGNED] = "ticket_by_assignee (assignee_id=? AND status=? AND priority=? AND "
                         "category_id=? AND created_ms",
    [RANGE_REQUESTER] = "ticket_by_requester (requester_id=? AND created_ms",
    [RANGE_GROUP] = "ticket_by_group (group_id=? AND status=? AND created_ms",
    [RANGE_UPDATED] = "ticket_by_updated (status=? AND updated_ms",
    [RANGE_DUE] = "ticket_by_due (status=? AND due_ms",
    [RANGE_UNDUE] = "ticket_by_due (status=? AND due_ms=? AND id",
    [RANGE_NUMBER] = "INTEGER PRIMARY KEY (rowid",
    [RANGE_TAG] = "PRIMARY KEY (tag=? AND ",
    [RANGE_EXTERNAL] = "ticket_by_external_id (external_id=?)",
};

static err explain(struct tx *tx, const struct query *query, const char **out)
{
    struct rows rows;
    const char *plan = "";

    TRY(query_run_text(tx,
                       arena_printf(tx->arena, "EXPLAIN QUERY PLAN %s", query->sql[ENGINE_SQLITE]),
                       NULL, 0, &rows));
    while (rows_next(&rows))
        plan = arena_printf(tx->arena, "%s%s; ", plan, rows_text(&rows, 3, tx->arena));
    TRY(rows_end(&rows));
    *out = plan;
    return OK;
}

static err explain_ranges(struct tx *tx, void *arg)
{
    for (int kind = 0; kind < RANGE_KIND_COUNT; kind++) {
        for (int form = 0; form < 4; form++) {
            const struct query *query =
                range_query((enum range_kind)kind, form & 1, (form & 2) != 0);
            const char *plan;

            TRY(explain(tx, query, &plan));
            if (!strstr(plan, intended[kind]) || strstr(plan, "SCAN") ||
                (strstr(plan, "TEMP B-TREE") && kind != RANGE_EXTERNAL))
                fail_msg("%s: %s", query->name, plan);
        }
    }
    return OK;
}

static err explain_counters(struct tx *tx, void *arg)
{
    static const struct query *const hot[] = {&query_count_cells,           &query_list_row_by_id,
                                              &query_list_has_tag,          &query_report_tickets,
                                              &query_report_by_key,         &query_report_by_day,
                                              &query_count_agents_by_status};

    for (size_t i = 0; i < COUNT_OF(hot); i++) {
        const char *plan;

        TRY(explain(tx, hot[i], &plan));
        if (strstr(plan, "SCAN ticket") || strstr(plan, "SCAN t ") || strstr(plan, "SCAN t;") ||
            strstr(plan, "SCAN c") || strstr(plan, "SCAN report"))
            fail_msg("%s: %s", hot[i]->name, plan);
    }
    return OK;
}

static void every_range_is_read_from_its_index_in_order(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena, .fault = &d->fault};

    if (store_engine(d->store) != ENGINE_SQLITE)
        skip(); /* tests/store/test_dialects.py asks PostgreSQL */
    must(d, store_read(d->store, &s, explain_ranges, NULL));
    must(d, store_read(d->store, &s, explain_counters, NULL));
}

/* ---- cursors ---- */

static err other_list(struct tx *tx, void *arg)
{
    struct list_ask ask = {.filter = list_filter_any(), .page = 1, .limit = 5};
    struct list_page page;

    TRY(list_find(tx, &ask, &page));
    ask.cursor = page.next_cursor;
    ask.sort = SORT_DUE;
    assert_int_equal(list_find(tx, &ask, &page), ERR_INVALID);
    ask.cursor = "bm9uc2Vuc2U";
    assert_int_equal(list_find(tx, &ask, &page), ERR_INVALID);
    ask = (struct list_ask){.filter = list_filter_any(), .page = 101, .limit = 100};
    assert_int_equal(list_find(tx, &ask, &page), ERR_INVALID);
    ask.page = 100;
    return list_find(tx, &ask, &page);
}

static void cursors_of_other_lists_and_pages_too_deep_are_refused(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena, .fault = &d->fault};

    must(d, store_read(d->store, &s, other_list, NULL));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(any_list_is_what_a_plain_filter_and_sort_would_give),
        cmocka_unit_test(long_lists_come_page_by_page_without_loss),
        cmocka_unit_test(any_report_is_what_adding_up_its_tickets_would_give),
        cmocka_unit_test(every_range_is_read_from_its_index_in_order),
        cmocka_unit_test(cursors_of_other_lists_and_pages_too_deep_are_refused),
        cmocka_unit_test(counters_and_index_agree_with_the_tickets_and_can_be_made_anew),
    };

    return cmocka_run_group_tests(tests, setup, teardown);
}
