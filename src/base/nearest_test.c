#include "base/nearest.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static void slips_are_counted(void **state)
{
    static const struct {
        const char *a, *b;
        int distance;
    } cases[] = {
        {"", "", 0},
        {"listen", "listen", 0},
        {"listn", "listen", 1},
        {"lisetn", "listen", 1},
        {"listen", "lizten", 1},
        {"", "abc", 3},
        {"kitten", "sitting", 3},
        {"ca", "abc", 3},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        assert_int_equal(name_distance(cases[i].a, cases[i].b), cases[i].distance);
        assert_int_equal(name_distance(cases[i].b, cases[i].a), cases[i].distance);
    }
}

static void names_of_63_bytes_are_compared_longer_ones_are_not(void **state)
{
    char longest[64] = "", longer[65] = "";

    memset(longest, 'a', 63);
    memset(longer, 'a', 64);
    assert_int_equal(name_distance(longest, longest), 0);
    assert_int_equal(name_distance(longer, longer), 64);
}

static void the_nearest_name_is_suggested_and_strangers_are_not(void **state)
{
    static const char *const names[] = {"listen", "log_level", "log_format"};
    struct nearest typo = {.wanted = "log_levle"};
    struct nearest stranger = {.wanted = "quux"};

    for (size_t i = 0; i < COUNT_OF(names); i++) {
        nearest_offer(&typo, names[i]);
        nearest_offer(&stranger, names[i]);
    }
    assert_string_equal(typo.best, "log_level");
    assert_null(stranger.best);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slips_are_counted),
        cmocka_unit_test(names_of_63_bytes_are_compared_longer_ones_are_not),
        cmocka_unit_test(the_nearest_name_is_suggested_and_strangers_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
