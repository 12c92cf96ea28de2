#include "sla/level.h"

enum { RESPONSE_BITS = 1 << SLA_RESPONSE_WARNING | 1 << SLA_RESPONSE_BREACH };

enum sla_phase sla_phase_of(const struct ticket *t, bool merging)
{
    static const enum sla_phase by_status[TICKET_STATUS_COUNT] = {
        [STATUS_NEW] = PHASE_RUNNING,         [STATUS_OPEN] = PHASE_RUNNING,
        [STATUS_IN_PROGRESS] = PHASE_RUNNING, [STATUS_PENDING] = PHASE_PAUSED,
        [STATUS_RESOLVED] = PHASE_DONE,       [STATUS_CLOSED] = PHASE_DONE,
        [STATUS_CANCELLED] = PHASE_OFF,
    };

    return t->deleted_ms || t->merged_into || merging ? PHASE_OFF : by_status[t->status];
}

/* Missed, and the clock has begun anew since. */
static bool missed_before_reopening(const struct ticket_sla *sla)
{
    return sla->response_met == TRI_NO && sla->response_due_ms < sla->started_ms;
}

struct level level_open(struct ticket_sla *sla, const struct calendar *calendar,
                        int warning_percent)
{
    struct level level = {
        .sla = sla,
        .clock =
            {
                .calendar = calendar,
                .warning_percent = warning_percent,
                .started_ms = sla->started_ms,
                .response_target_ms = sla->response_target_ms,
                .response_at_ms = sla->response_ms,
                .resolution_started_ms = sla->started_ms,
                .resolution_target_ms = sla->resolution_target_ms,
                .resolution_at_ms = sla->resolution_ms,
                .paused_since_ms = sla->paused_since_ms,
                .paused_total_ms = sla->paused_ms,
                .fired = (unsigned)sla->fired,
            },
        .response_open = sla->response_ms == 0 && !missed_before_reopening(sla),
    };

    if (missed_before_reopening(sla))
        level.clock.fired |= RESPONSE_BITS; /* told in its time */
    return level;
}

bool level_enter(struct level *level, enum sla_phase phase, int64_t at_ms)
{
    struct sla_clock *clock = &level->clock;
    bool reopened = false;

    if (phase == PHASE_RUNNING || phase == PHASE_PAUSED) {
        reopened = clock->resolution_at_ms != 0;
        sla_clock_reopen(clock, at_ms);
    }
    switch (phase) {
    case PHASE_RUNNING:
        sla_clock_resume(clock, at_ms);
        break;
    case PHASE_PAUSED:
        sla_clock_pause(clock, at_ms);
        break;
    case PHASE_DONE:
        sla_clock_resolve(clock, at_ms);
        break;
    case PHASE_OFF:
        sla_clock_pause(clock, at_ms); /* nothing if there is an outcome already */
        break;
    case SLA_PHASE_COUNT:
        break;
    }
    if (reopened && level->response_open && level->sla->response_met != TRI_NO) {
        clock->started_ms = at_ms;
        clock->fired &= ~(unsigned)RESPONSE_BITS;
    } else if (reopened) {
        level->response_open = false;
        clock->fired |= RESPONSE_BITS;
    }
    return reopened;
}

static void take_level(struct ticket_sla *sla, const struct sla_level *to)
{
    sla->policy_id = to->policy_id;
    sla->policy_uuid = to->policy_uuid;
    sla->policy_name = to->policy_name;
    sla->calendar_id = to->calendar_id;
}

/* What is missed already stays missed: an escalation must not undo what it comes from. */
static err settle_missed_response(struct level *level, int64_t now_ms)
{
    struct sla_state state;

    TRY(sla_clock_state(&level->clock, now_ms, &state));
    if (!level->response_open || state.response_met != TRI_NO)
        return OK;
    level->sla->response_met = TRI_NO;
    level->response_open = false;
    return OK;
}

err level_retarget(struct level *level, const struct sla_level *to, const struct sla_pause *pauses,
                   size_t pause_count, int64_t now_ms, bool gently, bool *out_taken)
{
    struct sla_clock changed = level->clock;
    struct sla_state state;

    *out_taken = false;
    TRY(sla_clock_retarget(&changed, &to->targets, pauses, pause_count, now_ms));
    TRY(sla_clock_state(&changed, now_ms, &state));
    if (gently) {
        if (state.resolution_due_ms <= now_ms ||
            state.resolution_due_ms > level->sla->resolution_due_ms)
            return OK;
        TRY(settle_missed_response(level, now_ms));
    }
    if (!level->response_open || (gently && state.response_due_ms <= now_ms)) {
        changed.response_target_ms = level->clock.response_target_ms;
        changed.fired |= level->clock.fired & RESPONSE_BITS;
    }
    level->clock = changed;
    take_level(level->sla, to);
    *out_taken = true;
    return OK;
}

err level_close(struct level *level, int64_t now_ms)
{
    const struct sla_clock *clock = &level->clock;
    struct ticket_sla *sla = level->sla;
    struct sla_state state;

    TRY(sla_clock_state(clock, now_ms, &state));
    sla->started_ms = clock->resolution_started_ms;
    if (level->response_open) {
        sla->response_target_ms = clock->response_target_ms;
        sla->response_due_ms = state.response_due_ms;
        sla->response_met = state.response_met;
    }
    sla->response_ms = clock->response_at_ms;
    sla->resolution_target_ms = clock->resolution_target_ms;
    sla->resolution_due_ms = state.resolution_due_ms;
    sla->resolution_ms = clock->resolution_at_ms;
    sla->resolution_met = state.resolution_met;
    sla->paused_since_ms = clock->paused_since_ms;
    sla->paused_ms = clock->paused_total_ms;
    sla->fired = clock->fired;
    return OK;
}

err level_next(const struct level *level, enum sla_phase phase, struct sla_next *out)
{
    *out = (struct sla_next){0};
    return phase == PHASE_OFF || phase == PHASE_DONE ? OK : sla_clock_next(&level->clock, out);
}
