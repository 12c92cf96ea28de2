/* Moments: how time passes when the wall clock is set. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

#include "base/clock.h"

static void moments_pass_and_do_not_go_back_when_the_clock_is_trimmed(void **state)
{
    assert_int_equal(clock_moment_after(0, 1000), 1000);
    assert_int_equal(clock_moment_after(1000, 2000), 2000);
    assert_int_equal(clock_moment_after(1000000, 1000000 - CLOCK_TRIM_MS), 1000000);
}

static void a_clock_that_was_set_back_is_believed(void **state)
{
    assert_int_equal(clock_moment_after(1000000, 999999 - CLOCK_TRIM_MS), 999999 - CLOCK_TRIM_MS);
    assert_int_equal(clock_moment_after(365 * MS_PER_DAY, 1000), 1000);
}

static void a_wait_ends_in_time(void **state)
{
    pthread_mutex_t mutex = PTHREAD_MUTEX_INITIALIZER;
    pthread_cond_t cond;
    struct timespec until = clock_steady_in(1050);
    int64_t started_us = clock_steady_us();
    int64_t took_ms;

    clock_cond_init(&cond);
    pthread_mutex_lock(&mutex);
    while (pthread_cond_timedwait(&cond, &mutex, &until) == 0)
        continue;
    pthread_mutex_unlock(&mutex);
    pthread_cond_destroy(&cond);
    took_ms = (clock_steady_us() - started_us) / 1000;
    assert_true(took_ms >= 1040 && took_ms < 10000);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(moments_pass_and_do_not_go_back_when_the_clock_is_trimmed),
        cmocka_unit_test(a_clock_that_was_set_back_is_believed),
        cmocka_unit_test(a_wait_ends_in_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
