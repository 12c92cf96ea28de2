/* Which bytes are text: each byte at each place of a longer text, and what is no character. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include <cmocka.h>

#include "base/utf8.h"

static void a_byte_that_is_not_ascii_or_is_nul_is_seen_wherever_it_stands(void **state)
{
    char text[24];

    (void)state;
    for (size_t at = 0; at < sizeof(text); at++) {
        for (int c = 0; c < 256; c++) {
            memset(text, 'a', sizeof(text));
            text[at] = (char)c;
            assert_int_equal(utf8_valid(text, sizeof(text)), c > 0 && c < 0x80);
        }
    }
}

static void characters_may_stand_across_any_eight_bytes(void **state)
{
    static const struct {
        const char *bytes;
        bool valid;
    } cases[] = {
        {"\xC3\xBC", true},  {"\xE2\x82\xAC", true},  {"\xF0\x9F\x98\x80", true},
        {"\xC0\x80", false}, {"\xED\xA0\x80", false}, {"\xF4\x90\x80\x80", false},
        {"\xE2\x82", false}, {"\xFF", false},
    };

    (void)state;
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        for (size_t before = 0; before < 12; before++) {
            char text[40];
            size_t len = strlen(cases[i].bytes);

            memset(text, 'x', sizeof(text));
            memcpy(text + before, cases[i].bytes, len);
            assert_int_equal(utf8_valid(text, before + len), cases[i].valid);
            assert_int_equal(utf8_valid(text, before + len + 9), cases[i].valid);
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_byte_that_is_not_ascii_or_is_nul_is_seen_wherever_it_stands),
        cmocka_unit_test(characters_may_stand_across_any_eight_bytes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
