#include "sla/sla_step.h"

#include "base/settings.h"
#include "queries.gen.h"
#include "sla/level.h"

#include <string.h>

/* Kept from prepare to follow. */
struct work {
    struct sla_next next;
    int64_t pause_ended_ms;             /* 0: none ended */
    int64_t pause_business_ms;          /* of the pause that ended */
    struct sla_pauses_of_rows measured; /* earlier pauses, measured again in another calendar */
};

static int warning_percent(const struct tx *tx)
{
    return (int)tx->settings->sla_warning_percent;
}

static bool is_answer(const struct ticket_change *change)
{
    const struct comment *c = change->comment;

    return c && !c->is_internal && c->author_type == ACTOR_AGENT &&
           !(change->comment_input && change->comment_input->imported);
}

static enum sla_phase phase_after(const struct ticket_change *change)
{
    return sla_phase_of(&change->after, change->merging);
}

static bool conditions_changed(const struct ticket_change *change)
{
    const struct ticket *before = &change->before;
    const struct ticket *after = &change->after;

    return before->priority != after->priority || before->category.id != after->category.id ||
           before->requester.id != after->requester.id;
}

/* Whether the change has anything to do with the clocks; most have not. */
static bool concerns(const struct ticket_change *change)
{
    const struct ticket *before = &change->before;
    const struct ticket *after = &change->after;

    return sla_phase_of(before, false) != phase_after(change) || conditions_changed(change) ||
           (is_answer(change) && !after->sla.response_ms) || before->sla.fired != after->sla.fired;
}

/* ---- a new ticket ---- */

/* Since when the clocks stand as they do. Of a pause nobody knows more than the last change. */
static int64_t imported_since_ms(const struct ticket *t, enum sla_phase phase)
{
    if (phase != PHASE_DONE)
        return t->updated_ms;
    return t->resolved_ms ? t->resolved_ms : t->closed_ms ? t->closed_ms : t->updated_ms;
}

/* What lies in the past of an imported ticket was told elsewhere. */
static err silence_the_past(struct level *level, enum sla_phase phase, int64_t now_ms)
{
    for (int i = 0; i < SLA_EVENT_COUNT; i++) {
        struct sla_next next;

        TRY(level_next(level, phase, &next));
        if (!next.at_ms || next.at_ms > now_ms)
            return OK;
        sla_clock_fired(&level->clock, next.event);
    }
    return OK;
}

static err start(struct tx *tx, struct ticket_change *change, struct work *work)
{
    struct ticket *t = &change->after;
    enum sla_phase phase = phase_after(change);
    bool imported = change->imported;
    int64_t response_ms = t->sla.response_ms;
    struct level level = {.sla = &t->sla, .response_open = true};
    struct sla_level to;

    TRY(sla_level_of(tx, t, &to));
    t->sla = (struct ticket_sla){.policy_id = to.policy_id,
                                 .policy_uuid = to.policy_uuid,
                                 .policy_name = to.policy_name,
                                 .calendar_id = to.calendar_id};
    level.clock = sla_clock_start(&to.targets, t->created_ms);
    if (imported && response_ms)
        sla_clock_respond(&level.clock, response_ms);
    (void)level_enter(&level, phase, imported ? imported_since_ms(t, phase) : tx->now_ms);
    if (imported)
        TRY(silence_the_past(&level, phase, tx->now_ms));
    TRY(level_close(&level, tx->now_ms));
    return level_next(&level, phase, &work->next);
}

/* ---- a change ---- */

/* Other conditions: the policy that matches now, from the same start, with the pauses there were. */
static err retarget(struct tx *tx, struct ticket_change *change, struct level *level,
                    struct work *work)
{
    const struct ticket *t = &change->after;
    int64_t calendar_id = t->sla.calendar_id;
    struct sla_pauses_of_rows rows;
    struct sla_pause *pauses;
    struct sla_level to;
    size_t n = 0;
    bool taken;

    TRY(sla_level_of(tx, t, &to));
    TRY(q_sla_pauses_of(tx, t->id, level->clock.resolution_started_ms, &rows));
    pauses = ARENA_ARRAY(tx->arena, struct sla_pause, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.v[i].to_ms)
            pauses[n++] = (struct sla_pause){rows.v[i].from_ms, rows.v[i].to_ms};
    }
    TRY(level_retarget(level, &to, pauses, n, tx->now_ms, change->by_escalation, &taken));
    if (!taken || to.calendar_id == calendar_id)
        return OK;
    for (size_t i = 0; i < rows.n; i++)
        rows.v[i].business_ms =
            calendar_between(to.targets.calendar, rows.v[i].from_ms, rows.v[i].to_ms);
    work->measured = rows;
    return OK;
}

static err move(struct tx *tx, struct ticket_change *change, struct work *work)
{
    struct ticket *t = &change->after;
    enum sla_phase phase = phase_after(change);
    const struct calendar *calendar;
    struct level level;
    bool reopened;
    int64_t paused_since_ms;

    TRY(sla_calendar_load(tx, t->sla.calendar_id, &calendar));
    level = level_open(&t->sla, calendar, warning_percent(tx));
    if (is_answer(change) &&
        (!level.clock.resolution_at_ms || tx->now_ms <= t->sla.response_due_ms))
        sla_clock_respond(&level.clock, tx->now_ms);
    if (conditions_changed(change) && !level.clock.resolution_at_ms)
        TRY(retarget(tx, change, &level, work));
    paused_since_ms = level.clock.paused_since_ms;
    reopened = level_enter(&level, phase, tx->now_ms);
    if (reopened) /* a new start: under the policy that matches now */
        TRY(retarget(tx, change, &level, work));
    if (paused_since_ms && !level.clock.paused_since_ms) {
        work->pause_ended_ms = tx->now_ms;
        work->pause_business_ms =
            calendar_between(level.clock.calendar, paused_since_ms, tx->now_ms);
    }
    TRY(level_close(&level, tx->now_ms));
    return level_next(&level, phase, &work->next);
}

err sla_prepare(struct tx *tx, struct ticket_change *change)
{
    bool is_new = ticket_change_is_new(change);
    struct work *work;

    if (!is_new && (!change->before.sla.policy_name || !concerns(change)))
        return OK;
    work = ARENA_NEW(tx->arena, struct work);
    TRY(is_new ? start(tx, change, work) : move(tx, change, work));
    change->after.due_ms = change->after.sla.resolution_due_ms;
    change->scratch[change->step_index] = work;
    return OK;
}

/* ---- follow ---- */

static err insert_row(struct tx *tx, int64_t ticket_id, const struct ticket_sla *s)
{
    return q_ticket_sla_insert(tx, &(struct q_ticket_sla_insert_args){
                                       .ticket_id = ticket_id,
                                       .policy_id = s->policy_id,
                                       .policy_name = s->policy_name,
                                       .calendar_id = s->calendar_id,
                                       .started_ms = s->started_ms,
                                       .response_target_ms = s->response_target_ms,
                                       .resolution_target_ms = s->resolution_target_ms,
                                       .response_due_ms = s->response_due_ms,
                                       .resolution_due_ms = s->resolution_due_ms,
                                       .response_ms = s->response_ms,
                                       .resolution_ms = s->resolution_ms,
                                       .response_met = s->response_met,
                                       .resolution_met = s->resolution_met,
                                       .paused_since_ms = s->paused_since_ms,
                                       .paused_ms = s->paused_ms,
                                       .fired = s->fired,
                                   });
}

static err update_row(struct tx *tx, int64_t ticket_id, const struct ticket_sla *s)
{
    return q_ticket_sla_update(tx, &(struct q_ticket_sla_update_args){
                                       .ticket_id = ticket_id,
                                       .policy_id = s->policy_id,
                                       .policy_name = s->policy_name,
                                       .calendar_id = s->calendar_id,
                                       .started_ms = s->started_ms,
                                       .response_target_ms = s->response_target_ms,
                                       .resolution_target_ms = s->resolution_target_ms,
                                       .response_due_ms = s->response_due_ms,
                                       .resolution_due_ms = s->resolution_due_ms,
                                       .response_ms = s->response_ms,
                                       .resolution_ms = s->resolution_ms,
                                       .response_met = s->response_met,
                                       .resolution_met = s->resolution_met,
                                       .paused_since_ms = s->paused_since_ms,
                                       .paused_ms = s->paused_ms,
                                       .fired = s->fired,
                                   });
}

static err write_pauses(struct tx *tx, const struct ticket_change *change, const struct work *work)
{
    int64_t id = change->after.id;
    int64_t was_ms = change->before.sla.paused_since_ms;
    int64_t is_ms = change->after.sla.paused_since_ms;

    for (size_t i = 0; i < work->measured.n; i++) {
        const struct sla_pauses_of_row *p = &work->measured.v[i];

        if (p->to_ms)
            TRY(q_sla_pause_end(tx, id, p->from_ms, p->to_ms, p->business_ms));
    }
    if (work->pause_ended_ms)
        TRY(q_sla_pause_end(tx, id, was_ms, work->pause_ended_ms, work->pause_business_ms));
    return is_ms && is_ms != was_ms ? q_sla_pause_begin(tx, id, is_ms) : OK;
}

err sla_follow(struct tx *tx, struct ticket_change *change)
{
    const struct work *work = change->scratch[change->step_index];
    int64_t id = change->after.id;
    bool is_new = ticket_change_is_new(change);

    if (!work)
        return OK;
    TRY(is_new ? insert_row(tx, id, &change->after.sla) : update_row(tx, id, &change->after.sla));
    TRY(write_pauses(tx, change, work));
    if (work->next.at_ms)
        return job_set(tx, JOB_SLA_MOMENT, id, work->next.at_ms);
    return is_new ? OK : job_clear(tx, JOB_SLA_MOMENT, id);
}
