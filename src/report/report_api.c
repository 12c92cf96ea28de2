/* report_api.c -- reports over HTTP, as JSON and as a table for spreadsheets. */
#include "report/report_api.h"

#include "base/clock.h"
#include "base/limits.h"
#include "people/people.h"
#include "report/report.h"
#include "transfer/csv.h"

#include <string.h>

enum { DEFAULT_DAYS = 30, DAYS_LISTED = 366, BARE_DATE_LENGTH = 10 };
enum report_format { FORMAT_JSON, FORMAT_CSV };

struct report_query {
    uint64_t present;
    const char *start_date;
    const char *end_date;
    const char *agent_id;
    int format;
    int by;
};
#define Q(member) offsetof(struct report_query, member)
static const struct enum_name formats[] = {
    {"json", FORMAT_JSON, false}, {"csv", FORMAT_CSV, false}, {NULL, 0, false}};
static const struct enum_name splits[] = {{"day", 1, false}, {NULL, 0, false}};
static const struct field query_fields[] = {
    {"startDate", FIELD_TEXT, Q(start_date), .max = 40, .fallback = "30 days before endDate",
     .about = "ISO 8601; tickets created from this moment on"},
    {"endDate", FIELD_TEXT, Q(end_date), .max = 40, .fallback = "now",
     .about = "ISO 8601; up to and with this moment, a bare date up to its end"},
    {"agentId", FIELD_REF, Q(agent_id), .about = "Only tickets that this agent has now"},
    {"format", FIELD_ENUM, Q(format), .names = formats, .fallback = "json"},
    {"by", FIELD_ENUM, Q(by), .names = splits,
     .about = "day: byDay also of periods of more than 366 days"},
};
static const struct shape query_shape =
    SHAPE("ReportQuery", "Which tickets", struct report_query, query_fields);

/* ---- how it looks ---- */

struct period_view {
    int64_t start_ms, end_ms;
};
static const struct field period_fields[] = {
    {"start", FIELD_TIME, offsetof(struct period_view, start_ms), .required = true},
    {"end", FIELD_TIME, offsetof(struct period_view, end_ms), .required = true},
};
static const struct shape period_shape =
    SHAPE_OUT("ReportPeriod", "Both moments belong to it", struct period_view, period_fields);

struct metrics_view {
    struct report_sums sums;
    double resolution_ms, response_ms, compliance;
    const char *name;
};
#define M(member) offsetof(struct metrics_view, member)
#define SUM(sum) offsetof(struct metrics_view, sums.v[sum])
#define AVERAGES                                                                                   \
    {"averageResolutionTime", FIELD_REAL, M(resolution_ms), .required = true,                      \
     .about = "Milliseconds from creation to resolution; 0 if there is none"},                     \
        {"averageResponseTime", FIELD_REAL, M(response_ms), .required = true,                      \
         .about = "Milliseconds from creation to the first public reply of an agent"},             \
        {"slaComplianceRate", FIELD_REAL, M(compliance), .required = true,                         \
         .about = "Percent of the tickets whose outcome is known"},                                \
    {                                                                                              \
        "slaOutcomes", FIELD_INT, SUM(SUM_OUTCOME_N), .required = true,                            \
                                                      .about = "Tickets whose outcome is known"    \
    }
static const struct field metrics_fields[] = {
    {"totalTickets", FIELD_INT, SUM(SUM_TOTAL), .required = true},
    {"newTickets", FIELD_INT, SUM(SUM_NEW), .required = true},
    {"openTickets", FIELD_INT, SUM(SUM_OPEN), .required = true, .about = "Open or in progress"},
    {"pendingTickets", FIELD_INT, SUM(SUM_PENDING), .required = true},
    {"resolvedTickets", FIELD_INT, SUM(SUM_RESOLVED), .required = true},
    {"closedTickets", FIELD_INT, SUM(SUM_CLOSED), .required = true},
    {"cancelledTickets", FIELD_INT, SUM(SUM_CANCELLED), .required = true},
    AVERAGES,
};
static const struct shape metrics_shape =
    SHAPE_OUT("ReportMetrics", "All tickets of the period", struct metrics_view, metrics_fields);

static const struct field group_fields[] = {
    {"name", FIELD_TEXT, M(name), .omit_null = true, .about = "Of an agent"},
    {"total", FIELD_INT, SUM(SUM_TOTAL), .required = true},
    {"resolved", FIELD_INT, SUM(SUM_RESOLVED), .required = true},
    {"closed", FIELD_INT, SUM(SUM_CLOSED), .required = true},
    AVERAGES,
};
static const struct shape group_shape =
    SHAPE_OUT("TicketMetrics", "Some tickets of the period", struct metrics_view, group_fields);

struct report_view {
    const struct period_view *period;
    const struct metrics_view *metrics;
    struct map_list by_priority, by_category, by_agent, by_day;
};
#define R(member) offsetof(struct report_view, member)
static const struct field report_fields[] = {
    {"period", FIELD_OBJECT, R(period), .required = true, .of = &period_shape},
    {"metrics", FIELD_OBJECT, R(metrics), .required = true, .of = &metrics_shape},
    {"byPriority", FIELD_MAP, R(by_priority), .required = true, .of = &group_shape},
    {"byCategory", FIELD_MAP, R(by_category), .required = true, .of = &group_shape},
    {"byAgent", FIELD_MAP, R(by_agent), .required = true, .of = &group_shape,
     .about = "By the agent's id"},
    {"byDay", FIELD_MAP, R(by_day), .required = true, .of = &group_shape,
     .about = "By the UTC day of creation; empty for more than 366 days without by=day"},
};
static const struct shape report_shape = SHAPE_OUT(
    "TicketReport", "What the tickets of a period came to", struct report_view, report_fields);

static struct metrics_view *metrics_of(struct arena *a, const struct report_sums *sums,
                                       const char *name)
{
    struct metrics_view *view = ARENA_NEW(a, struct metrics_view);

    *view = (struct metrics_view){
        .sums = *sums,
        .resolution_ms = report_average_resolution_ms(sums),
        .response_ms = report_average_response_ms(sums),
        .compliance = report_compliance_percent(sums),
        .name = name,
    };
    return view;
}

static struct map_list map_of(struct arena *a, const struct report_groups *groups)
{
    struct map_list map = {ARENA_ARRAY(a, struct map_entry, groups->n + 1), groups->n};

    for (size_t i = 0; i < groups->n; i++)
        map.v[i] =
            (struct map_entry){.name = groups->v[i].key_text,
                               .object = metrics_of(a, &groups->v[i].sums, groups->v[i].name)};
    return map;
}

/* ---- as a table ---- */

static const char *const csv_heads[] = {"section",
                                        "key",
                                        "name",
                                        "total",
                                        "new",
                                        "open",
                                        "pending",
                                        "resolved",
                                        "closed",
                                        "cancelled",
                                        "averageResolutionTime",
                                        "averageResponseTime",
                                        "slaComplianceRate",
                                        "slaOutcomes"};

static void csv_line(struct csv_writer *csv, const char *section, const char *key, const char *name,
                     const struct report_sums *sums)
{
    csv_text(csv, section);
    csv_text(csv, key);
    csv_text(csv, name);
    for (int sum = SUM_TOTAL; sum <= SUM_CANCELLED; sum++)
        csv_int(csv, sums->v[sum]);
    csv_real(csv, report_average_resolution_ms(sums));
    csv_real(csv, report_average_response_ms(sums));
    csv_real(csv, report_compliance_percent(sums));
    csv_int(csv, sums->v[SUM_OUTCOME_N]);
    csv_end(csv);
}

static err answer_csv(struct request *r, const struct report *report)
{
    const struct {
        const char *name;
        const struct report_groups *groups;
    } sections[] = {{"priority", &report->by_priority},
                    {"category", &report->by_category},
                    {"agent", &report->by_agent},
                    {"day", &report->by_day}};
    struct csv_writer csv;

    TRY(answer_text(r, 200, "text/csv; charset=utf-8"));
    answer_header(r, "Content-Disposition", "attachment; filename=\"report.csv\"");
    csv = csv_to(&r->out);
    for (size_t i = 0; i < COUNT_OF(csv_heads); i++)
        csv_text(&csv, csv_heads[i]);
    csv_end(&csv);
    csv_line(&csv, "all", NULL, NULL, &report->all);
    for (size_t s = 0; s < COUNT_OF(sections); s++) {
        for (size_t i = 0; i < sections[s].groups->n; i++) {
            const struct report_group *g = &sections[s].groups->v[i];

            csv_line(&csv, sections[s].name, g->key_text, g->name, &g->sums);
        }
    }
    return OK;
}

/* ---- the request ---- */

static err read_moment(struct request *r, const char *name, const char *text, bool end_of_day,
                       int64_t *out_ms)
{
    if (!text)
        return OK;
    if (!time_parse_iso(text, out_ms))
        return fault_field(&r->fault, name, "must be a date or moment in ISO 8601");
    if (end_of_day && strlen(text) == BARE_DATE_LENGTH)
        *out_ms += MS_PER_DAY - 1;
    return OK;
}

static err read_ask(struct request *r, struct tx *tx, struct report_ask *out)
{
    const struct report_query *q = r->query;
    struct report_ask ask = {.to_ms = tx->now_ms};
    struct agent_ref agent;

    TRY(read_moment(r, "endDate", q->end_date, true, &ask.to_ms));
    ask.from_ms = ask.to_ms - DEFAULT_DAYS * MS_PER_DAY;
    TRY(read_moment(r, "startDate", q->start_date, false, &ask.from_ms));
    if (ask.from_ms > ask.to_ms)
        return fault_field(&r->fault, "startDate", "lies after endDate");
    if ((ask.to_ms - ask.from_ms) / MS_PER_DAY > REPORT_DAYS_MAX)
        return fault_field(&r->fault, "startDate", "the period is longer than %d days",
                           REPORT_DAYS_MAX);
    if (q->agent_id) {
        TRY(agent_find(tx, q->agent_id, "agentId", &agent));
        ask.agent_id = agent.id;
    }
    *out = ask;
    return OK;
}

static err report_get(struct request *r, struct tx *tx)
{
    const struct report_query *q = r->query;
    struct report_ask ask;
    struct report report;
    struct report_view view;

    TRY(read_ask(r, tx, &ask));
    TRY(report_make(tx, &ask, &report));
    if (q->by != 1 && (ask.to_ms - ask.from_ms) / MS_PER_DAY > DAYS_LISTED)
        report.by_day.n = 0;
    if (q->format == FORMAT_CSV)
        return answer_csv(r, &report);
    view = (struct report_view){
        .period = &(struct period_view){ask.from_ms, ask.to_ms},
        .metrics = metrics_of(tx->arena, &report.all, NULL),
        .by_priority = map_of(tx->arena, &report.by_priority),
        .by_category = map_of(tx->arena, &report.by_category),
        .by_agent = map_of(tx->arena, &report.by_agent),
        .by_day = map_of(tx->arena, &report.by_day),
    };
    return answer(r, 200, &report_shape, &view);
}

const struct route report_routes[] = {
    {.method = "GET",
     .path = "/api/reports",
     .access = ACCESS_SUPERVISOR,
     .run = RUN_REPORT,
     .handle = report_get,
     .query = &query_shape,
     .status = 200,
     .answer = &report_shape,
     .answer_type = "text/csv",
     .tag = "Reports",
     .summary = "What the tickets of a period came to, by priority, category, agent and day"},
};
const size_t report_route_count = COUNT_OF(report_routes);
