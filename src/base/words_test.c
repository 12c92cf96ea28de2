#include "base/words.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

/* Stored values: a change here is a change of every database out there. */
static void stored_values_never_change(void **state)
{
    assert_int_equal(STATUS_NEW, 0);
    assert_int_equal(STATUS_CANCELLED, 6);
    assert_int_equal(TICKET_STATUS_COUNT, 7);
    assert_int_equal(PRIORITY_LOW, 0);
    assert_int_equal(PRIORITY_CRITICAL, 3);
    assert_int_equal(TIER_ENTERPRISE, 3);
    assert_int_equal(SOURCE_PHONE, 4);
    assert_int_equal(PRESENCE_ONLINE, 3);
}

#define ROUND_TRIP(type, COUNT)                                                                    \
    for (int i = 0; i < (COUNT); i++) {                                                            \
        enum type value = (enum type)((i + 1) % (COUNT));                                          \
        assert_true(type##_parse(type##_name((enum type)i), &value));                              \
        assert_int_equal(value, i);                                                                \
    }

static void every_name_parses_to_its_value(void **state)
{
    ROUND_TRIP(ticket_status, TICKET_STATUS_COUNT)
    ROUND_TRIP(ticket_priority, TICKET_PRIORITY_COUNT)
    ROUND_TRIP(requester_tier, REQUESTER_TIER_COUNT)
    ROUND_TRIP(ticket_source, TICKET_SOURCE_COUNT)
    ROUND_TRIP(presence, PRESENCE_COUNT)
}

static void aliases_are_read_but_never_written(void **state)
{
    enum ticket_priority priority;
    enum ticket_status status;

    assert_true(ticket_priority_parse("urgent", &priority));
    assert_int_equal(priority, PRIORITY_CRITICAL);
    assert_string_equal(ticket_priority_name(priority), "critical");
    assert_true(ticket_priority_parse("medium", &priority));
    assert_int_equal(priority, PRIORITY_NORMAL);
    assert_true(ticket_status_parse("in-progress", &status));
    assert_string_equal(ticket_status_name(status), "in_progress");
}

static void anything_else_leaves_the_result_alone(void **state)
{
    static const char *const wrong[] = {"", "High", "high ", "hi", "3", NULL};

    for (size_t i = 0; i < COUNT_OF(wrong); i++) {
        enum ticket_priority priority = PRIORITY_HIGH;
        assert_false(ticket_priority_parse(wrong[i], &priority));
        assert_int_equal(priority, PRIORITY_HIGH);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(stored_values_never_change),
        cmocka_unit_test(every_name_parses_to_its_value),
        cmocka_unit_test(aliases_are_read_but_never_written),
        cmocka_unit_test(anything_else_leaves_the_result_alone),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
