/* sla_moment.c -- what happens when a due moment passes: it is told, once, and acted upon.
 *
 * A warning only tells. A breach is an outcome, and escalates as the settings say: the priority
 * goes up one step, supervisors are told, another group takes over. What follows from an
 * escalation never escalates again by itself (change->by_escalation, level.h). */
#include "base/clock.h"
#include "base/json_out.h"
#include "base/settings.h"
#include "event/event.h"
#include "mail_out/notify.h"
#include "queries.gen.h"
#include "sla/level.h"
#include "sla/sla_step.h"

struct told {
    enum sla_event events[SLA_EVENT_COUNT];
    size_t n;
    bool breach;
    struct sla_next next;
};

/* Per event: what history calls it, what people are told. */
static const struct {
    bool breach;
    bool response;
    const char *sentence;
} about[SLA_EVENT_COUNT] = {
    [SLA_RESPONSE_WARNING] = {false, true, "The first answer is due soon: by"},
    [SLA_RESPONSE_BREACH] = {true, true, "Not answered in time: it was due by"},
    [SLA_RESOLUTION_WARNING] = {false, false, "The resolution is due soon: by"},
    [SLA_RESOLUTION_BREACH] = {true, false, "Not resolved in time: it was due by"},
};

static err collect(struct tx *tx, struct ticket *t, struct told *out)
{
    enum sla_phase phase = sla_phase_of(t, false);
    const struct calendar *calendar;
    struct level level;
    struct told told = {0};

    TRY(sla_calendar_load(tx, t->sla.calendar_id, &calendar));
    level = level_open(&t->sla, calendar, (int)tx->settings->sla_warning_percent);
    TRY(level_next(&level, phase, &told.next));
    while (told.next.at_ms && told.next.at_ms <= tx->now_ms) {
        ENSURE(told.n < SLA_EVENT_COUNT); /* each is told once */
        told.events[told.n++] = told.next.event;
        told.breach = told.breach || about[told.next.event].breach;
        sla_clock_fired(&level.clock, told.next.event);
        TRY(level_next(&level, phase, &told.next));
    }
    t->sla.fired = level.clock.fired;
    *out = told;
    return OK;
}

static const char *sentence_of(struct tx *tx, const struct ticket *t, enum sla_event event)
{
    int64_t due_ms = about[event].response ? t->sla.response_due_ms : t->sla.resolution_due_ms;
    char iso[TIME_ISO_SIZE];

    return arena_printf(tx->arena, "%s %s", about[event].sentence, time_iso(due_ms, iso));
}

static err tell(struct tx *tx, const struct ticket *t, enum sla_event event)
{
    return ticket_event(tx, t, about[event].breach ? "sla_breached" : "sla_warning", NULL,
                        event_json_text(tx, "event", sla_event_name(event)),
                        sentence_of(tx, t, event), true);
}

/* What was done about it, as one event. */
static err tell_escalation(struct tx *tx, const struct ticket_change *change, const char *sentence)
{
    const struct ticket *before = &change->before;
    const struct ticket *after = &change->after;
    struct buf buf = {0};
    struct json_out j = json_to(&buf);
    const char *json;

    json_open(&j, '{');
    if (after->priority != before->priority)
        JSON_PUT(&j, text, "priority", ticket_priority_name(after->priority));
    if (after->group.id != before->group.id)
        JSON_PUT(&j, text, "assigneeGroup", after->group.name);
    JSON_PUT(&j, bool, "supervisorsNotified", tx->settings->escalate_notify_supervisors);
    json_close(&j, '}');
    json = arena_strn(tx->arena, buf_text(&buf), buf.len);
    buf_done(&buf);
    return ticket_event(tx, before, "escalated", NULL, json, sentence, true);
}

/* A group that the settings name but that is gone must not keep the breach from being told. */
static err hand_over(struct tx *tx, struct ticket_change *change)
{
    const char *name = tx->settings->escalate_reassign_group;
    struct group_ref group;

    if (!name || group_find(tx, name, "escalate_reassign_group", &group) != OK ||
        group.id == change->before.group.id)
        return OK;
    change->after.group = group;
    change->after.assignee = (struct agent_ref){0};
    change->assign_automatically = true;
    return OK;
}

static err escalate(struct tx *tx, struct ticket_change *change, const char *sentence)
{
    const struct settings *s = tx->settings;
    struct ticket *after = &change->after;
    bool notify = s->escalate_notify_supervisors;

    change->by_escalation = true;
    change->note = sentence;
    if (s->escalate_raise_priority && after->priority < PRIORITY_CRITICAL)
        after->priority++;
    TRY(hand_over(tx, change));
    if (!notify && after->priority == change->before.priority &&
        after->group.id == change->before.group.id)
        return OK;
    TRY(tell_escalation(tx, change, sentence));
    if (!notify)
        return OK;
    return notify_supervisors(tx, after,
                              arena_printf(tx->arena, "Service level missed: #%lld %s",
                                           (long long)after->id, after->subject),
                              sentence);
}

err sla_moment_fire(struct tx *tx, const struct job *job)
{
    struct ticket_change change;
    struct told told;
    const char *sentence = NULL;
    err e = ticket_change_begin_id(tx, job->ref, &change);

    if (e == ERR_NOT_FOUND || (e == OK && !change.before.sla.policy_name))
        return OK;
    TRY(e);
    TRY(collect(tx, &change.after, &told));
    for (size_t i = 0; i < told.n; i++) {
        TRY(tell(tx, &change.before, told.events[i]));
        if (about[told.events[i]].breach)
            sentence = sentence_of(tx, &change.before, told.events[i]);
    }
    if (told.breach) {
        TRY(escalate(tx, &change, sentence));
        return ticket_apply(tx, &change);
    }
    /* A warning changes nothing that people edit: the ticket's version stays. */
    if (told.n)
        TRY(q_ticket_sla_fired(tx, change.after.id, change.after.sla.fired));
    return told.next.at_ms ? job_set(tx, JOB_SLA_MOMENT, job->ref, told.next.at_ms) : OK;
}
