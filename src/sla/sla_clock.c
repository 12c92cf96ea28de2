#include "sla/sla_clock.h"

#include "base/clock.h"

static const char *const event_names[SLA_EVENT_COUNT] = {"responseWarning", "responseBreach",
                                                         "resolutionWarning", "resolutionBreach"};
enum {
    RESPONSE_EVENTS = 1 << SLA_RESPONSE_WARNING | 1 << SLA_RESPONSE_BREACH,
    RESOLUTION_EVENTS = 1 << SLA_RESOLUTION_WARNING | 1 << SLA_RESOLUTION_BREACH,
};

const char *sla_event_name(enum sla_event event)
{
    ENSURE((unsigned)event < SLA_EVENT_COUNT);
    return event_names[event];
}

struct sla_clock sla_clock_start(const struct sla_targets *targets, int64_t created_ms)
{
    return (struct sla_clock){
        .calendar = targets->calendar,
        .warning_percent = targets->warning_percent,
        .started_ms = created_ms,
        .response_target_ms = targets->response_ms,
        .resolution_started_ms = created_ms,
        .resolution_target_ms = targets->resolution_ms,
    };
}

void sla_clock_respond(struct sla_clock *clock, int64_t now_ms)
{
    if (!clock->response_at_ms)
        clock->response_at_ms = now_ms;
}

void sla_clock_pause(struct sla_clock *clock, int64_t now_ms)
{
    if (!clock->paused_since_ms && !clock->resolution_at_ms)
        clock->paused_since_ms = now_ms;
}

void sla_clock_resume(struct sla_clock *clock, int64_t now_ms)
{
    if (!clock->paused_since_ms)
        return;
    clock->paused_total_ms += calendar_between(clock->calendar, clock->paused_since_ms, now_ms);
    clock->paused_since_ms = 0;
}

void sla_clock_resolve(struct sla_clock *clock, int64_t now_ms)
{
    if (clock->resolution_at_ms)
        return;
    sla_clock_resume(clock, now_ms);
    clock->resolution_at_ms = now_ms;
}

void sla_clock_reopen(struct sla_clock *clock, int64_t now_ms)
{
    if (!clock->resolution_at_ms)
        return;
    clock->resolution_at_ms = 0;
    clock->resolution_started_ms = now_ms;
    clock->paused_total_ms = 0;
    clock->fired &= ~(unsigned)RESOLUTION_EVENTS;
}

static err response_after(const struct sla_clock *clock, int64_t percent, int64_t *out_ms)
{
    return calendar_add(clock->calendar, clock->started_ms,
                        clock->response_target_ms * percent / 100, out_ms);
}

static err resolution_after(const struct sla_clock *clock, int64_t percent, int64_t *out_ms)
{
    return calendar_add(clock->calendar, clock->resolution_started_ms,
                        clock->resolution_target_ms * percent / 100 + clock->paused_total_ms,
                        out_ms);
}

/* When an event falls as things stand now, whatever has happened; 0 if there is no target. */
static err event_moment(const struct sla_clock *clock, enum sla_event event, int64_t *out_ms)
{
    bool response = RESPONSE_EVENTS >> event & 1;
    int64_t target_ms = response ? clock->response_target_ms : clock->resolution_target_ms;
    bool warning = event == SLA_RESPONSE_WARNING || event == SLA_RESOLUTION_WARNING;
    int64_t percent = warning ? clock->warning_percent : 100;
    int64_t at_ms;

    if (target_ms == 0 || percent == 0) {
        *out_ms = 0;
        return OK;
    }
    TRY(response ? response_after(clock, percent, &at_ms)
                 : resolution_after(clock, percent, &at_ms));
    *out_ms = at_ms + !warning; /* the due millisecond itself is in time */
    return OK;
}

/* Whether an event can still happen at all. */
static bool event_open(const struct sla_clock *clock, enum sla_event event)
{
    if (clock->fired >> event & 1 || clock->resolution_at_ms)
        return false;
    return RESPONSE_EVENTS >> event & 1 ? clock->response_at_ms == 0 : clock->paused_since_ms == 0;
}

err sla_clock_next(const struct sla_clock *clock, struct sla_next *out_next)
{
    struct sla_next next = {0};

    for (int e = 0; e < SLA_EVENT_COUNT; e++) {
        int64_t at_ms;

        if (!event_open(clock, (enum sla_event)e))
            continue;
        TRY(event_moment(clock, (enum sla_event)e, &at_ms));
        if (at_ms && (!next.at_ms || at_ms < next.at_ms))
            next = (struct sla_next){at_ms, (enum sla_event)e};
    }
    *out_next = next;
    return OK;
}

void sla_clock_fired(struct sla_clock *clock, enum sla_event event)
{
    clock->fired |= 1u << event;
}

/* The outcome at until_ms, of a clock that has stopped there or is still running. */
static enum tri met(int64_t due_ms, int64_t until_ms, bool done)
{
    if (until_ms > due_ms)
        return TRI_NO;
    return done ? TRI_YES : TRI_UNKNOWN;
}

static int64_t first_set(int64_t a, int64_t b, int64_t c)
{
    return a ? a : b ? b : c;
}

err sla_clock_state(const struct sla_clock *clock, int64_t now_ms, struct sla_state *out_state)
{
    struct sla_state state = {.response_met = TRI_UNKNOWN,
                              .resolution_met = TRI_UNKNOWN,
                              .paused = clock->paused_since_ms != 0};
    int64_t until_ms;

    if (clock->response_target_ms) {
        /* Resolved without an answer: the wait ended there. */
        until_ms = first_set(clock->response_at_ms, clock->resolution_at_ms, now_ms);
        TRY(response_after(clock, 100, &state.response_due_ms));
        state.response_met = met(state.response_due_ms, until_ms, clock->response_at_ms != 0);
        state.response_overdue_ms =
            calendar_between(clock->calendar, state.response_due_ms, until_ms);
    }
    if (clock->resolution_target_ms) {
        until_ms = first_set(clock->resolution_at_ms, clock->paused_since_ms, now_ms);
        TRY(resolution_after(clock, 100, &state.resolution_due_ms));
        state.resolution_met = met(state.resolution_due_ms, until_ms, clock->resolution_at_ms != 0);
        state.resolution_overdue_ms =
            calendar_between(clock->calendar, state.resolution_due_ms, until_ms);
    }
    *out_state = state;
    return OK;
}

err sla_clock_retarget(struct sla_clock *clock, const struct sla_targets *targets,
                       const struct sla_pause *pauses, size_t pause_count, int64_t now_ms)
{
    struct sla_clock changed = *clock;

    changed.calendar = targets->calendar;
    changed.warning_percent = targets->warning_percent;
    changed.response_target_ms = targets->response_ms;
    changed.resolution_target_ms = targets->resolution_ms;
    changed.paused_total_ms = 0;
    for (size_t i = 0; i < pause_count; i++)
        changed.paused_total_ms +=
            calendar_between(changed.calendar, pauses[i].from_ms, pauses[i].to_ms);
    for (int e = 0; e < SLA_EVENT_COUNT; e++) {
        int64_t at_ms;

        TRY(event_moment(&changed, (enum sla_event)e, &at_ms));
        if (at_ms > now_ms)
            changed.fired &= ~(1u << e);
    }
    *clock = changed;
    return OK;
}
