#include "sla/sla_clock.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#define MIN MS_PER_MINUTE

/* All tests run from here: Monday 2026-11-23, 08:00 UTC. */
static const int64_t start_ms = INT64_C(1795420800000);
static const struct sla_targets targets = {
    .response_ms = 60 * MIN, .resolution_ms = 240 * MIN, .warning_percent = 80};

static struct sla_state state_at(const struct sla_clock *clock, int64_t now_ms)
{
    struct sla_state state;

    assert_int_equal(sla_clock_state(clock, now_ms, &state), OK);
    return state;
}

static struct sla_next next_of(const struct sla_clock *clock)
{
    struct sla_next next;

    assert_int_equal(sla_clock_next(clock, &next), OK);
    return next;
}

static void both_targets_count_from_the_creation(void **state)
{
    struct sla_clock clock = sla_clock_start(&targets, start_ms);
    struct sla_state now = state_at(&clock, start_ms);

    assert_int_equal(now.response_due_ms, start_ms + 60 * MIN);
    assert_int_equal(now.resolution_due_ms, start_ms + 240 * MIN);
    assert_int_equal(now.response_met, TRI_UNKNOWN);
    assert_int_equal(now.resolution_met, TRI_UNKNOWN);
    assert_int_equal(now.response_overdue_ms, 0);
}

static void the_due_millisecond_is_in_time_and_the_next_is_not(void **state)
{
    static const struct {
        int64_t after_ms;
        enum tri met;
        int64_t overdue_ms;
    } cases[] = {{0, TRI_YES, 0},
                 {60 * MIN, TRI_YES, 0},
                 {60 * MIN + 1, TRI_NO, 1},
                 {90 * MIN, TRI_NO, 30 * MIN}};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct sla_clock clock = sla_clock_start(&targets, start_ms);
        struct sla_state later;

        sla_clock_respond(&clock, start_ms + cases[i].after_ms);
        sla_clock_respond(&clock, start_ms + 1000 * MIN); /* a second answer changes nothing */
        later = state_at(&clock, start_ms + 5000 * MIN);
        assert_int_equal(later.response_met, cases[i].met);
        assert_int_equal(later.response_overdue_ms, cases[i].overdue_ms);
    }
}

static void without_an_outcome_overdue_time_grows_until_now(void **state)
{
    struct sla_clock clock = sla_clock_start(&targets, start_ms);

    assert_int_equal(state_at(&clock, start_ms + 240 * MIN).resolution_met, TRI_UNKNOWN);
    assert_int_equal(state_at(&clock, start_ms + 240 * MIN + 1).resolution_met, TRI_NO);
    assert_int_equal(state_at(&clock, start_ms + 300 * MIN).resolution_overdue_ms, 60 * MIN);
    sla_clock_resolve(&clock, start_ms + 310 * MIN);
    assert_int_equal(state_at(&clock, start_ms + 9999 * MIN).resolution_overdue_ms, 70 * MIN);
}

static void pending_moves_the_resolution_only(void **state)
{
    struct sla_clock clock = sla_clock_start(&targets, start_ms);
    struct sla_state now;

    sla_clock_pause(&clock, start_ms + 30 * MIN);
    sla_clock_pause(&clock, start_ms + 40 * MIN); /* within a pause: nothing */
    now = state_at(&clock, start_ms + 1000 * MIN);
    assert_true(now.paused);
    assert_int_equal(now.resolution_met, TRI_UNKNOWN);
    assert_int_equal(now.resolution_overdue_ms, 0);
    assert_int_equal(now.response_met, TRI_NO); /* the customer still waits for an answer */
    sla_clock_resume(&clock, start_ms + 1030 * MIN);
    sla_clock_resume(&clock, start_ms + 1040 * MIN);
    now = state_at(&clock, start_ms + 1030 * MIN);
    assert_false(now.paused);
    assert_int_equal(now.resolution_due_ms, start_ms + 1240 * MIN);
    assert_int_equal(now.response_due_ms, start_ms + 60 * MIN);
    sla_clock_pause(&clock, start_ms + 1100 * MIN);
    sla_clock_resolve(&clock, start_ms + 1200 * MIN); /* ends the pause too */
    now = state_at(&clock, start_ms + 5000 * MIN);
    assert_int_equal(now.resolution_due_ms, start_ms + 1340 * MIN);
    assert_int_equal(now.resolution_met, TRI_YES);
    assert_false(now.paused);
}

static void a_pause_after_the_breach_takes_nothing_back(void **state)
{
    struct sla_clock clock = sla_clock_start(&targets, start_ms);

    sla_clock_pause(&clock, start_ms + 250 * MIN);
    assert_int_equal(state_at(&clock, start_ms + 400 * MIN).resolution_overdue_ms, 10 * MIN);
    sla_clock_resume(&clock, start_ms + 400 * MIN);
    assert_int_equal(state_at(&clock, start_ms + 400 * MIN).resolution_met, TRI_NO);
    assert_int_equal(state_at(&clock, start_ms + 400 * MIN).resolution_overdue_ms, 10 * MIN);
}

static void pauses_count_in_business_time(void **state)
{
    struct arena arena;
    struct calendar *office = NULL;
    struct sla_targets in_hours = targets;
    struct sla_clock clock;

    arena_init(&arena);
    assert_int_equal(calendar_parse(&arena,
                                    "{\"timezone\":\"UTC\",\"hours\":{\"monday\":[\"09:00-17:00\"],"
                                    "\"tuesday\":[\"09:00-17:00\"]}}",
                                    "", NULL, &office),
                     OK);
    in_hours.calendar = office;
    clock = sla_clock_start(&in_hours, start_ms); /* an hour before opening */
    assert_int_equal(state_at(&clock, start_ms).response_due_ms, start_ms + 120 * MIN);
    assert_int_equal(state_at(&clock, start_ms).resolution_due_ms, start_ms + 300 * MIN);
    /* 16:00 to 10:00 the next day: two hours of business */
    sla_clock_pause(&clock, start_ms + 480 * MIN);
    sla_clock_resume(&clock, start_ms + 1560 * MIN);
    assert_int_equal(clock.paused_total_ms, 120 * MIN);
    /* due was 13:00; the breach was before the pause and stays */
    assert_int_equal(state_at(&clock, start_ms + 1560 * MIN).resolution_overdue_ms, 180 * MIN);
    arena_done(&arena);
}

static void reopening_gives_a_full_target_again(void **state)
{
    struct sla_clock clock = sla_clock_start(&targets, start_ms);
    struct sla_state now;

    sla_clock_pause(&clock, start_ms + 10 * MIN);
    sla_clock_resolve(&clock, start_ms + 100 * MIN);
    clock.fired = 0xF;
    sla_clock_reopen(&clock, start_ms + 5000 * MIN);
    now = state_at(&clock, start_ms + 5000 * MIN);
    assert_int_equal(now.resolution_due_ms, start_ms + 5240 * MIN);
    assert_int_equal(now.resolution_met, TRI_UNKNOWN);
    assert_int_equal(clock.resolution_at_ms, 0);
    assert_int_equal(clock.fired, 1u << SLA_RESPONSE_WARNING | 1u << SLA_RESPONSE_BREACH);
    sla_clock_reopen(&clock, start_ms + 6000 * MIN); /* not resolved: nothing */
    assert_int_equal(state_at(&clock, start_ms).resolution_due_ms, start_ms + 5240 * MIN);
}

static void events_come_once_and_in_order(void **state)
{
    static const struct sla_next expected[] = {
        {48 * MIN, SLA_RESPONSE_WARNING},
        {60 * MIN + 1, SLA_RESPONSE_BREACH},
        {192 * MIN, SLA_RESOLUTION_WARNING},
        {240 * MIN + 1, SLA_RESOLUTION_BREACH},
    };
    struct sla_clock clock = sla_clock_start(&targets, start_ms);

    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        struct sla_next next = next_of(&clock);

        assert_int_equal(next.at_ms, start_ms + expected[i].at_ms);
        assert_int_equal(next.event, expected[i].event);
        sla_clock_fired(&clock, next.event);
    }
    assert_int_equal(next_of(&clock).at_ms, 0);
}

static void what_can_no_longer_happen_is_not_waited_for(void **state)
{
    struct sla_clock clock = sla_clock_start(&targets, start_ms);

    sla_clock_respond(&clock, start_ms + MIN);
    assert_int_equal(next_of(&clock).event, SLA_RESOLUTION_WARNING);
    sla_clock_pause(&clock, start_ms + 2 * MIN);
    assert_int_equal(next_of(&clock).at_ms, 0);
    sla_clock_resume(&clock, start_ms + 12 * MIN);
    assert_int_equal(next_of(&clock).at_ms, start_ms + 202 * MIN);
    clock.warning_percent = 0;
    assert_int_equal(next_of(&clock).event, SLA_RESOLUTION_BREACH);
    sla_clock_resolve(&clock, start_ms + 20 * MIN);
    assert_int_equal(next_of(&clock).at_ms, 0);
}

static void resolving_without_an_answer_ends_the_wait(void **state)
{
    struct sla_clock early = sla_clock_start(&targets, start_ms);
    struct sla_clock late = sla_clock_start(&targets, start_ms);

    sla_clock_resolve(&early, start_ms + 30 * MIN);
    assert_int_equal(state_at(&early, start_ms + 900 * MIN).response_met, TRI_UNKNOWN);
    sla_clock_resolve(&late, start_ms + 70 * MIN);
    assert_int_equal(state_at(&late, start_ms + 900 * MIN).response_met, TRI_NO);
    assert_int_equal(state_at(&late, start_ms + 900 * MIN).response_overdue_ms, 10 * MIN);
}

static void other_targets_count_from_the_creation_too(void **state)
{
    const struct sla_targets longer = {
        .response_ms = 120 * MIN, .resolution_ms = 480 * MIN, .warning_percent = 80};
    const struct sla_pause pause = {start_ms + 100 * MIN, start_ms + 130 * MIN};
    struct sla_clock clock = sla_clock_start(&targets, start_ms);

    clock.fired = 1u << SLA_RESPONSE_WARNING | 1u << SLA_RESPONSE_BREACH;
    assert_int_equal(sla_clock_retarget(&clock, &longer, &pause, 1, start_ms + 100 * MIN), OK);
    assert_int_equal(state_at(&clock, start_ms).response_due_ms, start_ms + 120 * MIN);
    assert_int_equal(state_at(&clock, start_ms).resolution_due_ms, start_ms + 510 * MIN);
    /* the warning (96 min) has passed under the new target too, the breach lies ahead again */
    assert_int_equal(clock.fired, 1u << SLA_RESPONSE_WARNING);
}

static void without_a_target_nothing_is_due(void **state)
{
    const struct sla_targets none = {.warning_percent = 80};
    struct sla_clock clock = sla_clock_start(&none, start_ms);
    struct sla_state now = state_at(&clock, start_ms + 9999 * MIN);

    assert_int_equal(now.response_due_ms, 0);
    assert_int_equal(now.resolution_due_ms, 0);
    assert_int_equal(now.resolution_met, TRI_UNKNOWN);
    assert_int_equal(next_of(&clock).at_ms, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_targets_count_from_the_creation),
        cmocka_unit_test(the_due_millisecond_is_in_time_and_the_next_is_not),
        cmocka_unit_test(without_an_outcome_overdue_time_grows_until_now),
        cmocka_unit_test(pending_moves_the_resolution_only),
        cmocka_unit_test(a_pause_after_the_breach_takes_nothing_back),
        cmocka_unit_test(pauses_count_in_business_time),
        cmocka_unit_test(reopening_gives_a_full_target_again),
        cmocka_unit_test(events_come_once_and_in_order),
        cmocka_unit_test(what_can_no_longer_happen_is_not_waited_for),
        cmocka_unit_test(resolving_without_an_answer_ends_the_wait),
        cmocka_unit_test(other_targets_count_from_the_creation_too),
        cmocka_unit_test(without_a_target_nothing_is_due),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
