#include "sla/targets.h"

#include "base/clock.h"
#include "base/settings.h"
#include "queries.gen.h"

static struct sla_level default_level(const struct settings *s, enum ticket_priority priority)
{
    const int64_t response_ms[TICKET_PRIORITY_COUNT] = {
        [PRIORITY_LOW] = s->sla_response_low_ms,
        [PRIORITY_NORMAL] = s->sla_response_normal_ms,
        [PRIORITY_HIGH] = s->sla_response_high_ms,
        [PRIORITY_CRITICAL] = s->sla_response_critical_ms,
    };
    const int64_t resolution_ms[TICKET_PRIORITY_COUNT] = {
        [PRIORITY_LOW] = s->sla_resolution_low_ms,
        [PRIORITY_NORMAL] = s->sla_resolution_normal_ms,
        [PRIORITY_HIGH] = s->sla_resolution_high_ms,
        [PRIORITY_CRITICAL] = s->sla_resolution_critical_ms,
    };

    return (struct sla_level){
        .policy_name = "default",
        .targets = {.response_ms = response_ms[priority], .resolution_ms = resolution_ms[priority]},
    };
}

static err parse(struct tx *tx, const char *definition, const struct calendar **out)
{
    struct calendar *calendar = NULL;

    if (definition)
        TRY(calendar_parse(tx->arena, definition, "", NULL, &calendar));
    *out = calendar;
    return OK;
}

err sla_level_of(struct tx *tx, const struct ticket *t, struct sla_level *out)
{
    struct sla_level level = default_level(tx->settings, t->priority);
    struct sla_policy_match_row row;
    err e = q_sla_policy_match(tx, t->priority, t->category.id, t->requester.tier, &row);

    if (e == OK) {
        level = (struct sla_level){
            .policy_id = row.id,
            .policy_uuid = row.uuid,
            .policy_name = row.name,
            .calendar_id = row.calendar_id,
            .targets = {.response_ms = row.response_minutes * MS_PER_MINUTE,
                        .resolution_ms = row.resolution_minutes * MS_PER_MINUTE},
        };
        TRY(parse(tx, row.definition, &level.targets.calendar));
    } else if (e != ERR_NOT_FOUND) {
        return e;
    }
    level.targets.warning_percent = (int)tx->settings->sla_warning_percent;
    *out = level;
    return OK;
}

err sla_calendar_load(struct tx *tx, int64_t id, const struct calendar **out)
{
    struct calendar_row row;

    *out = NULL;
    if (!id)
        return OK;
    TRY(q_calendar_by_ref(tx, id, (struct uuid){{0}}, &row));
    return parse(tx, row.definition, out);
}
