#include "report/report.h"

#include "base/clock.h"
#include "base/words.h"
#include "queries.gen.h"

#include <stdlib.h>

static struct report_sums *sums_at(struct arena *a, struct report_groups *groups, int64_t key)
{
    size_t i = groups->n;

    /* From the end: days come in order, the last one is the likeliest. */
    while (i > 0 && groups->v[i - 1].key != key)
        i--;
    if (i > 0)
        return &groups->v[i - 1].sums;
    if (groups->n == groups->cap) {
        size_t bigger = groups->cap ? groups->cap * 2 : 16;

        groups->v = arena_grow(a, groups->v, groups->cap * sizeof(groups->v[0]),
                               bigger * sizeof(groups->v[0]));
        groups->cap = bigger;
    }
    groups->v[groups->n] = (struct report_group){.key = key};
    return &groups->v[groups->n++].sums;
}

static void add_row(struct report_sums *sums, const struct report_sum_row *row)
{
    const int64_t values[SUM_COUNT] = {
        [SUM_TOTAL] = row->total,
        [SUM_NEW] = row->new_n,
        [SUM_OPEN] = row->open_n,
        [SUM_PENDING] = row->pending_n,
        [SUM_RESOLVED] = row->resolved_n,
        [SUM_CLOSED] = row->closed_n,
        [SUM_CANCELLED] = row->cancelled_n,
        [SUM_SOLVED_N] = row->solved_n,
        [SUM_SOLVED_MS] = row->solved_ms,
        [SUM_RESPONDED_N] = row->responded_n,
        [SUM_RESPONDED_MS] = row->responded_ms,
        [SUM_OUTCOME_N] = row->outcome_n,
        [SUM_MET_N] = row->met_n,
    };

    for (int i = 0; i < SUM_COUNT; i++)
        sums->v[i] += values[i];
}

/* ---- whole days ---- */

static err add_dimension(struct tx *tx, int64_t agent_id, enum report_dimension dimension,
                         int64_t from_day, int64_t to_day, struct report_groups *out)
{
    struct report_sum_rows rows;

    TRY(q_report_by_key(tx, agent_id, dimension, from_day, to_day, &rows));
    for (size_t i = 0; i < rows.n; i++)
        add_row(sums_at(tx->arena, out, rows.v[i].key), &rows.v[i]);
    return OK;
}

static err add_days(struct tx *tx, const struct report_ask *ask, int64_t from_day, int64_t to_day,
                    struct report *out)
{
    struct report_sum_rows rows;

    TRY(q_report_by_day(tx, ask->agent_id, from_day, to_day, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        add_row(sums_at(tx->arena, &out->by_day, rows.v[i].key), &rows.v[i]);
        add_row(&out->all, &rows.v[i]);
        if (ask->agent_id)
            add_row(sums_at(tx->arena, &out->by_agent, ask->agent_id), &rows.v[i]);
    }
    TRY(add_dimension(tx, ask->agent_id, REPORT_PRIORITY, from_day, to_day, &out->by_priority));
    TRY(add_dimension(tx, ask->agent_id, REPORT_CATEGORY, from_day, to_day, &out->by_category));
    return ask->agent_id ? OK
                         : add_dimension(tx, 0, REPORT_AGENT, from_day, to_day, &out->by_agent);
}

/* ---- parts of days, ticket by ticket ---- */

static void add_ticket(struct arena *a, const struct ticket_facts *f, struct report *out)
{
    report_sums_add(&out->all, f, 1);
    report_sums_add(sums_at(a, &out->by_day, time_utc_day(f->created_ms)), f, 1);
    report_sums_add(sums_at(a, &out->by_priority, f->priority), f, 1);
    report_sums_add(sums_at(a, &out->by_category, f->category_id), f, 1);
    if (f->assignee_id)
        report_sums_add(sums_at(a, &out->by_agent, f->assignee_id), f, 1);
}

static err add_tickets(struct tx *tx, const struct report_ask *ask, int64_t from_ms, int64_t to_ms,
                       struct report *out)
{
    const struct value params[] = {value_int(from_ms), value_int(to_ms)};
    struct rows rows;

    if (from_ms > to_ms)
        return OK;
    TRY(query_run(tx, &query_report_tickets, params, 2, &rows));
    while (rows_next(&rows)) {
        struct ticket_facts f = facts_of_row(&rows);

        if (!ask->agent_id || ask->agent_id == f.assignee_id)
            add_ticket(tx->arena, &f, out);
    }
    return rows_end(&rows);
}

/* ---- names and order ---- */

static err name_categories(struct tx *tx, struct report_groups *groups)
{
    struct report_categories_rows rows;

    TRY(q_report_categories(tx, &rows));
    for (size_t g = 0; g < groups->n; g++) {
        for (size_t i = 0; i < rows.n; i++) {
            if (rows.v[i].id == groups->v[g].key)
                groups->v[g].key_text = rows.v[i].name;
        }
    }
    return OK;
}

static err name_agents(struct tx *tx, struct report_groups *groups)
{
    struct report_agents_rows rows;
    char uuid[UUID_TEXT_SIZE];

    TRY(q_report_agents(tx, &rows));
    for (size_t g = 0; g < groups->n; g++) {
        for (size_t i = 0; i < rows.n; i++) {
            if (rows.v[i].id != groups->v[g].key)
                continue;
            groups->v[g].key_text = arena_str(tx->arena, uuid_text(rows.v[i].uuid, uuid));
            groups->v[g].name = rows.v[i].name;
        }
    }
    return OK;
}

static int by_key(const void *a, const void *b)
{
    int64_t x = ((const struct report_group *)a)->key, y = ((const struct report_group *)b)->key;

    return x < y ? -1 : x > y;
}

/* Tickets that came and went leave rows of zeros behind: they are no group. */
static void tidy(struct report_groups *groups)
{
    size_t n = 0;

    for (size_t i = 0; i < groups->n; i++) {
        if (groups->v[i].sums.v[SUM_TOTAL] != 0)
            groups->v[n++] = groups->v[i];
    }
    groups->n = n;
    if (n > 1)
        qsort(groups->v, n, sizeof(groups->v[0]), by_key);
}

static err name_all(struct tx *tx, struct report *r)
{
    for (size_t i = 0; i < r->by_priority.n; i++)
        r->by_priority.v[i].key_text =
            ticket_priority_name((enum ticket_priority)r->by_priority.v[i].key);
    for (size_t i = 0; i < r->by_day.n; i++) {
        int year, month, day;

        time_civil_from_day(r->by_day.v[i].key, &year, &month, &day);
        r->by_day.v[i].key_text = arena_printf(tx->arena, "%04d-%02d-%02d", year, month, day);
    }
    TRY(name_categories(tx, &r->by_category));
    return name_agents(tx, &r->by_agent);
}

err report_make(struct tx *tx, const struct report_ask *ask, struct report *out)
{
    int64_t first = time_utc_day(ask->from_ms + MS_PER_DAY - 1); /* first and last whole day */
    int64_t last = time_utc_day(ask->to_ms + 1) - 1;
    struct report r = {0};

    if (first <= last) {
        TRY(add_tickets(tx, ask, ask->from_ms, first * MS_PER_DAY - 1, &r));
        TRY(add_days(tx, ask, first, last, &r));
        TRY(add_tickets(tx, ask, (last + 1) * MS_PER_DAY, ask->to_ms, &r));
    } else {
        TRY(add_tickets(tx, ask, ask->from_ms, ask->to_ms, &r));
    }
    tidy(&r.by_priority);
    tidy(&r.by_category);
    tidy(&r.by_agent);
    tidy(&r.by_day);
    TRY(name_all(tx, &r));
    *out = r;
    return OK;
}

static double ratio(int64_t part, int64_t all)
{
    return all > 0 ? (double)part / (double)all : 0;
}

double report_average_resolution_ms(const struct report_sums *s)
{
    return ratio(s->v[SUM_SOLVED_MS], s->v[SUM_SOLVED_N]);
}

double report_average_response_ms(const struct report_sums *s)
{
    return ratio(s->v[SUM_RESPONDED_MS], s->v[SUM_RESPONDED_N]);
}

double report_compliance_percent(const struct report_sums *s)
{
    return 100.0 * ratio(s->v[SUM_MET_N], s->v[SUM_OUTCOME_N]);
}
