#include "explain/explain_api.h"

#include "assign/assign_step.h"
#include "assign/rules.h"
#include "base/clock.h"
#include "priority/priority_step.h"
#include "sla/sla_step.h"
#include "ticket/ticket.h"

/* ---- priority ---- */

#define ROW(id, value, name) {name, value, false},
static const struct enum_name priority_names[] = {TICKET_PRIORITY_WORDS(ROW){NULL, 0, false}};
static const struct enum_name rule_type_names[] = {RULE_TYPE_WORDS(ROW){NULL, 0, false}};
#undef ROW

#define AT(member) offsetof(struct priority_part, member)
static const struct field part_fields[] = {
    {"what", FIELD_TEXT, AT(what), .required = true,
     .about = "tier, category, keyword, attachments, earlierTickets, recentTicket, given"},
    {"points", FIELD_INT, AT(points), .required = true},
    {"detail", FIELD_TEXT, AT(detail)},
};
#undef AT
static const struct shape part_shape =
    SHAPE_OUT("ScorePart", "What added how much", struct priority_part, part_fields);

struct priority_view {
    int priority;
    bool given;
    int64_t score;
    struct object_list parts;
};
#define AT(member) offsetof(struct priority_view, member)
static const struct field priority_fields[] = {
    {"priority", FIELD_ENUM, AT(priority), .required = true, .names = priority_names,
     .about = "as it is now"},
    {"given", FIELD_BOOL, AT(given), .required = true,
     .about = "said when the ticket came, not computed"},
    {"score", FIELD_INT, AT(score), .required = true, .about = "the sum of the parts"},
    {"parts", FIELD_OBJECTS, AT(parts), .required = true, .of = &part_shape},
};
#undef AT
static const struct shape priority_shape = SHAPE_OUT(
    "PriorityExplained", "How urgent the ticket began", struct priority_view, priority_fields);

/* ---- assignment ---- */

#define AT(member) offsetof(struct assign_candidate, member)
static const struct field candidate_fields[] = {
    {"agentId", FIELD_UUID, AT(agent_uuid), .required = true},
    {"name", FIELD_TEXT, AT(name), .required = true},
    {"currentTickets", FIELD_INT, AT(load), .required = true, .about = "at that moment"},
    {"maxConcurrentTickets", FIELD_INT, AT(capacity), .required = true},
};
#undef AT
static const struct shape candidate_shape = SHAPE_OUT(
    "AssignmentCandidate", "An agent who was eligible", struct assign_candidate, candidate_fields);

struct rule_view {
    struct uuid id;
    int type;
    int64_t priority;
};
static const struct field rule_fields[] = {
    {"id", FIELD_UUID, offsetof(struct rule_view, id), .required = true},
    {"type", FIELD_ENUM, offsetof(struct rule_view, type), .required = true,
     .names = rule_type_names},
    {"priority", FIELD_INT, offsetof(struct rule_view, priority), .required = true},
};
static const struct shape rule_shape =
    SHAPE_OUT("RuleApplied", "The rule that decided", struct rule_view, rule_fields);

struct named {
    struct uuid id;
    const char *name;
};
static const struct field named_fields[] = {
    {"id", FIELD_UUID, offsetof(struct named, id), .required = true},
    {"name", FIELD_TEXT, offsetof(struct named, name), .required = true},
};
static const struct shape named_shape =
    SHAPE_OUT("Named", "An agent or group", struct named, named_fields);

struct decision_view {
    int64_t at_ms;
    const char *method;
    const char *reason;
    const struct rule_view *rule;
    const struct named *agent;
    const struct named *group;
    struct object_list candidates;
};
#define AT(member) offsetof(struct decision_view, member)
static const struct field decision_fields[] = {
    {"at", FIELD_TIME, AT(at_ms), .required = true},
    {"method", FIELD_TEXT, AT(method), .required = true,
     .about = "auto, skill_based, least_busy, round_robin, manual, none"},
    {"reason", FIELD_TEXT, AT(reason), .required = true, .about = "a sentence"},
    {"rule", FIELD_OBJECT, AT(rule), .of = &rule_shape, .about = "null: none, or deleted since"},
    {"agent", FIELD_OBJECT, AT(agent), .of = &named_shape},
    {"group", FIELD_OBJECT, AT(group), .of = &named_shape},
    {"candidates", FIELD_OBJECTS, AT(candidates), .required = true, .of = &candidate_shape,
     .about = "who was eligible, best first; at most 50"},
};
#undef AT
static const struct shape decision_shape = SHAPE_OUT(
    "AssignmentDecision", "Who was chosen, and why", struct decision_view, decision_fields);

struct assignment_view {
    bool waiting;
    struct object_list decisions;
};
static const struct field assignment_fields[] = {
    {"waiting", FIELD_BOOL, offsetof(struct assignment_view, waiting), .required = true,
     .about = "an agent is looked for as soon as one is free"},
    {"decisions", FIELD_OBJECTS, offsetof(struct assignment_view, decisions), .required = true,
     .of = &decision_shape, .about = "newest first"},
};
static const struct shape assignment_shape =
    SHAPE_OUT("AssignmentExplained", "How the ticket found its agent", struct assignment_view,
              assignment_fields);

/* ---- service level ---- */

#define AT(member) offsetof(struct sla_told_pause, member)
static const struct field pause_fields[] = {
    {"from", FIELD_TIME, AT(from_ms), .required = true},
    {"to", FIELD_TIME, AT(to_ms), .about = "null: it lasts"},
    {"businessMs", FIELD_INT, AT(business_ms), .required = true, .about = "business time"},
};
#undef AT
static const struct shape pause_shape = SHAPE_OUT(
    "SlaPause", "When the resolution clock stood still", struct sla_told_pause, pause_fields);

struct clock_view {
    int64_t target_ms;
    int64_t due_ms;
    int64_t at_ms;
    enum tri met;
    int64_t overdue_ms;
};
#define AT(member) offsetof(struct clock_view, member)
static const struct field clock_fields[] = {
    {"targetMs", FIELD_INT, AT(target_ms), .required = true, .about = "business time"},
    {"due", FIELD_TIME, AT(due_ms), .required = true},
    {"at", FIELD_TIME, AT(at_ms), .about = "when it happened"},
    {"met", FIELD_TRI, AT(met), .about = "null: not known yet"},
    {"overdueMs", FIELD_INT, AT(overdue_ms), .required = true,
     .about = "business time after it was due, up to when it happened"},
};
#undef AT
static const struct shape clock_shape =
    SHAPE_OUT("SlaClock", "One promise", struct clock_view, clock_fields);

struct next_view {
    int64_t at_ms;
    const char *event;
};
static const struct field next_fields[] = {
    {"at", FIELD_TIME, offsetof(struct next_view, at_ms), .required = true},
    {"event", FIELD_TEXT, offsetof(struct next_view, event), .required = true,
     .about = "responseWarning, responseBreach, resolutionWarning, resolutionBreach"},
};
static const struct shape next_shape = SHAPE_OUT(
    "SlaMoment", "What happens next if nobody does anything", struct next_view, next_fields);

struct calendar_view {
    struct uuid id;
    const char *name;
    const char *timezone;
};
static const struct field calendar_fields[] = {
    {"id", FIELD_UUID, offsetof(struct calendar_view, id), .required = true},
    {"name", FIELD_TEXT, offsetof(struct calendar_view, name), .required = true},
    {"timezone", FIELD_TEXT, offsetof(struct calendar_view, timezone), .required = true},
};
static const struct shape calendar_shape = SHAPE_OUT(
    "CalendarApplied", "The calendar by which it counts", struct calendar_view, calendar_fields);

struct sla_view {
    const char *policy;
    struct uuid policy_id;
    const struct calendar_view *calendar;
    int64_t started_ms;
    const struct clock_view *response;
    const struct clock_view *resolution;
    bool paused;
    int64_t paused_ms;
    struct object_list pauses;
    const struct next_view *next;
};
#define AT(member) offsetof(struct sla_view, member)
static const struct field sla_fields[] = {
    {"policy", FIELD_TEXT, AT(policy), .required = true, .about = "its name when it was chosen"},
    {"policyId", FIELD_UUID, AT(policy_id), .about = "null: the default times of the settings"},
    {"calendar", FIELD_OBJECT, AT(calendar), .of = &calendar_shape,
     .about = "null: round the clock"},
    {"startedAt", FIELD_TIME, AT(started_ms), .required = true, .about = "creation or reopening"},
    {"response", FIELD_OBJECT, AT(response), .required = true, .of = &clock_shape},
    {"resolution", FIELD_OBJECT, AT(resolution), .required = true, .of = &clock_shape},
    {"paused", FIELD_BOOL, AT(paused), .required = true},
    {"pausedMs", FIELD_INT, AT(paused_ms), .required = true,
     .about = "business time of the pauses that ended"},
    {"pauses", FIELD_OBJECTS, AT(pauses), .required = true, .of = &pause_shape},
    {"next", FIELD_OBJECT, AT(next), .of = &next_shape, .about = "null: nothing more"},
};
#undef AT
static const struct shape sla_shape =
    SHAPE_OUT("SlaExplained", "Which service level times the ticket", struct sla_view, sla_fields);

/* ---- the whole ---- */

struct explain_view {
    struct uuid id;
    int64_t number;
    const struct priority_view *priority;
    const struct assignment_view *assignment;
    const struct sla_view *sla;
};
#define AT(member) offsetof(struct explain_view, member)
static const struct field explain_fields[] = {
    {"ticketId", FIELD_UUID, AT(id), .required = true},
    {"number", FIELD_INT, AT(number), .required = true},
    {"priority", FIELD_OBJECT, AT(priority), .required = true, .of = &priority_shape},
    {"assignment", FIELD_OBJECT, AT(assignment), .required = true, .of = &assignment_shape},
    {"sla", FIELD_OBJECT, AT(sla), .of = &sla_shape, .about = "null: it has none"},
};
#undef AT
static const struct shape explain_shape = SHAPE_OUT(
    "TicketExplained", "Why a ticket is where it is", struct explain_view, explain_fields);

static err explain_priority(struct tx *tx, const struct ticket *t, struct priority_view *out)
{
    struct priority_explanation told;

    TRY(priority_explain(tx, t->id, &told));
    *out =
        (struct priority_view){t->priority, told.given, told.score, {told.parts, told.part_count}};
    return OK;
}

static const struct named *named(struct arena *a, struct uuid id, const char *name)
{
    struct named *one;

    if (!name)
        return NULL;
    one = ARENA_NEW(a, struct named);
    *one = (struct named){id, name};
    return one;
}

static void decision_view_of(struct arena *a, const struct assign_decision *d,
                             struct decision_view *out)
{
    struct rule_view *rule = NULL;

    if (!uuid_is_nil(d->rule_uuid)) {
        rule = ARENA_NEW(a, struct rule_view);
        rule->id = d->rule_uuid;
        rule->priority = d->rule_priority;
        rule->type = (int)d->rule_type;
    }
    *out = (struct decision_view){
        .at_ms = d->at_ms,
        .method = d->method,
        .reason = d->reason,
        .rule = rule,
        .agent = named(a, d->agent_uuid, d->agent_name),
        .group = named(a, d->group_uuid, d->group_name),
        .candidates = {d->candidates, d->candidate_count},
    };
}

static err explain_assignment(struct tx *tx, const struct ticket *t, struct assignment_view *out)
{
    struct assign_explanation told;
    struct decision_view *views;

    TRY(assign_explain(tx, t->id, &told));
    views = ARENA_ARRAY(tx->arena, struct decision_view, told.n + 1);
    for (size_t i = 0; i < told.n; i++)
        decision_view_of(tx->arena, &told.v[i], &views[i]);
    *out = (struct assignment_view){t->waiting, {views, told.n}};
    return OK;
}

static const struct calendar_view *calendar_of(struct arena *a, const struct sla_explanation *told)
{
    struct calendar_view *calendar;

    if (!told->calendar)
        return NULL;
    calendar = ARENA_NEW(a, struct calendar_view);
    *calendar = (struct calendar_view){told->calendar_uuid, told->calendar, told->timezone};
    return calendar;
}

static const struct next_view *next_of(struct arena *a, const struct sla_explanation *told)
{
    struct next_view *next;

    if (!told->next_ms)
        return NULL;
    next = ARENA_NEW(a, struct next_view);
    *next = (struct next_view){told->next_ms, told->next_event};
    return next;
}

static err explain_sla(struct tx *tx, const struct ticket *t, const struct sla_view **out)
{
    const struct ticket_sla *s = &t->sla;
    struct clock_view *clocks = ARENA_ARRAY(tx->arena, struct clock_view, 2);
    struct sla_view *view = ARENA_NEW(tx->arena, struct sla_view);
    struct sla_explanation told;

    TRY(sla_explain(tx, t, &told));
    *out = NULL;
    if (!told.policy)
        return OK;
    clocks[0] = (struct clock_view){s->response_target_ms, s->response_due_ms, s->response_ms,
                                    s->response_met, told.response_overdue_ms};
    clocks[1] = (struct clock_view){s->resolution_target_ms, s->resolution_due_ms, s->resolution_ms,
                                    s->resolution_met, told.resolution_overdue_ms};
    *view = (struct sla_view){
        .policy = told.policy,
        .policy_id = told.policy_uuid,
        .calendar = calendar_of(tx->arena, &told),
        .started_ms = s->started_ms,
        .response = &clocks[0],
        .resolution = &clocks[1],
        .paused = s->paused_since_ms != 0,
        .paused_ms = s->paused_ms,
        .pauses = {told.pauses, told.pause_count},
        .next = next_of(tx->arena, &told),
    };
    *out = view;
    return OK;
}

static err explain_get(struct request *r, struct tx *tx)
{
    struct ticket ticket;
    struct priority_view priority;
    struct assignment_view assignment;
    struct explain_view view = {.priority = &priority, .assignment = &assignment};

    TRY(ticket_find(tx, request_param(r, "id"), &ticket));
    view.id = ticket.uuid;
    view.number = ticket.id;
    TRY(explain_priority(tx, &ticket, &priority));
    TRY(explain_assignment(tx, &ticket, &assignment));
    TRY(explain_sla(tx, &ticket, &view.sla));
    return answer(r, 200, &explain_shape, &view);
}

const struct route explain_routes[] = {
    {"GET", "/api/tickets/:id/explain", ACCESS_AGENT, RUN_READ, explain_get, .status = 200,
     .answer = &explain_shape, .tag = "Tickets",
     .summary = "How its priority was scored, who got it and why, which service level times it"},
};
const size_t explain_route_count = COUNT_OF(explain_routes);
