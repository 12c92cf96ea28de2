#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

#include "mail_in/split.h"

#define FROM_LINE "From a@b Mon Nov 23 08:00:00 2026\n"

static void check(const char *file, const char *const *messages, size_t count)
{
    struct mbox mbox = {file, strlen(file)};
    struct bytes got;
    struct arena a;

    arena_init(&a);
    for (size_t i = 0; i < count; i++) {
        assert_true(mbox_next(&mbox, &a, &got));
        assert_int_equal(got.len, strlen(messages[i]));
        assert_memory_equal(got.data, messages[i], got.len);
    }
    assert_false(mbox_next(&mbox, &a, &got));
    arena_done(&a);
}

static void messages_end_where_the_next_begins(void **state)
{
    check(FROM_LINE "A: 1\n\nx\n\n" FROM_LINE "B: 2\n\ny\n",
          (const char *const[]){"A: 1\n\nx\n", "B: 2\n\ny\n"}, 2);
}

static void a_sentence_that_begins_with_from_ends_nothing(void **state)
{
    check(FROM_LINE "A: 1\n\n\nFrom here on it is easy\n\nFrom now 12 of them\n",
          (const char *const[]){"A: 1\n\n\nFrom here on it is easy\n\nFrom now 12 of them\n"}, 1);
}

static void quoting_loses_one_mark(void **state)
{
    check(FROM_LINE "A: 1\n\n>From x\n>>From y\n> From z\n",
          (const char *const[]){"A: 1\n\nFrom x\n>From y\n> From z\n"}, 1);
}

static void carriage_returns_stay_with_the_message(void **state)
{
    check(FROM_LINE "A: 1\r\n\r\nx\r\n\r\n" FROM_LINE "B: 2\r\n",
          (const char *const[]){"A: 1\r\n\r\nx\r\n", "B: 2\r\n"}, 2);
}

static void only_a_from_line_in_front_is_taken_off(void **state)
{
    struct bytes with = mail_without_from_line(FROM_LINE "A: 1\n", strlen(FROM_LINE "A: 1\n"));
    struct bytes without = mail_without_from_line("From: x\n", 8);

    assert_int_equal(with.len, 5);
    assert_int_equal(without.len, 8);
    assert_false(mbox_is("From: x@y 08:00\n", 16));
    assert_false(mbox_is("", 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(messages_end_where_the_next_begins),
        cmocka_unit_test(a_sentence_that_begins_with_from_ends_nothing),
        cmocka_unit_test(quoting_loses_one_mark),
        cmocka_unit_test(carriage_returns_stay_with_the_message),
        cmocka_unit_test(only_a_from_line_in_front_is_taken_off),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
