/* A reference is a number or a UUID, and nothing that merely looks like one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/ref.h"

static void numbers_and_uuids_are_references(void **state)
{
    struct ref ref;

    assert_true(ref_parse("42", &ref));
    assert_int_equal(ref.number, 42);
    assert_true(uuid_is_nil(ref.uuid));
    assert_true(ref_parse("999999999999999999", &ref));
    assert_true(ref_parse("01890A5D-ac96-774b-bcce-b302099a8057", &ref));
    assert_int_equal(ref.number, 0);
    assert_false(uuid_is_nil(ref.uuid));
}

static void nothing_else_is(void **state)
{
    static const char *const wrong[] = {"",
                                        "0",
                                        "042",
                                        "-1",
                                        "+1",
                                        "1.5",
                                        " 1",
                                        "1 ",
                                        "1000000000000000000",
                                        "abc",
                                        "00000000-0000-0000-0000-000000000000",
                                        "01890a5d-ac96-774b-bcce-b302099a805"};
    struct ref ref = {.number = 7};

    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        assert_false(ref_parse(wrong[i], &ref));
    assert_false(ref_parse(NULL, &ref));
    assert_int_equal(ref.number, 7);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(numbers_and_uuids_are_references),
        cmocka_unit_test(nothing_else_is),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
