#include "base/settings.h"
#include "queries.gen.h"
#include "sla/level.h"
#include "sla/sla_step.h"

static err tell_calendar(struct tx *tx, const struct ticket_sla *sla, struct sla_explanation *out)
{
    struct calendar_row row;

    if (!sla->calendar_id)
        return OK;
    TRY(q_calendar_by_ref(tx, sla->calendar_id, (struct uuid){{0}}, &row));
    out->calendar = row.name;
    out->calendar_uuid = row.uuid;
    return OK;
}

static err tell_pauses(struct tx *tx, const struct ticket *t, const struct calendar *calendar,
                       struct sla_explanation *out)
{
    struct sla_pauses_of_rows rows;

    TRY(q_sla_pauses_of(tx, t->id, 0, &rows));
    out->pauses = ARENA_ARRAY(tx->arena, struct sla_told_pause, rows.n + 1);
    out->pause_count = rows.n;
    for (size_t i = 0; i < rows.n; i++) {
        const struct sla_pauses_of_row *p = &rows.v[i];

        out->pauses[i] = (struct sla_told_pause){
            p->from_ms, p->to_ms,
            p->to_ms ? p->business_ms : calendar_between(calendar, p->from_ms, tx->now_ms)};
    }
    return OK;
}

err sla_explain(struct tx *tx, const struct ticket *t, struct sla_explanation *out)
{
    struct ticket_sla sla = t->sla;
    struct sla_explanation told = {.policy = sla.policy_name, .policy_uuid = sla.policy_uuid};
    const struct calendar *calendar;
    struct level level;
    struct sla_state state;
    struct sla_next next;

    *out = told;
    if (!sla.policy_name)
        return OK;
    TRY(sla_calendar_load(tx, sla.calendar_id, &calendar));
    TRY(tell_calendar(tx, &sla, &told));
    told.timezone = calendar ? calendar->timezone : NULL;
    TRY(tell_pauses(tx, t, calendar, &told));
    level = level_open(&sla, calendar, (int)tx->settings->sla_warning_percent);
    TRY(sla_clock_state(&level.clock, tx->now_ms, &state));
    told.response_overdue_ms = calendar_between(calendar, sla.response_due_ms,
                                                sla.response_ms     ? sla.response_ms
                                                : sla.resolution_ms ? sla.resolution_ms
                                                                    : tx->now_ms);
    told.resolution_overdue_ms = state.resolution_overdue_ms;
    TRY(level_next(&level, sla_phase_of(t, false), &next));
    told.next_ms = next.at_ms;
    told.next_event = next.at_ms ? sla_event_name(next.event) : NULL;
    *out = told;
    return OK;
}
