/* What leaves as JSON must come back as it was: every byte at every place of a word. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/json_out.h"

#include <jansson.h>

static void comes_back(const char *text)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);
    json_t *parsed;

    json_text(&j, text);
    parsed = json_loads(buf_text(&b), JSON_DECODE_ANY, NULL);
    assert_non_null(parsed);
    assert_string_equal(json_string_value(parsed), text);
    json_decref(parsed);
    buf_done(&b);
}

static void every_byte_at_every_place_comes_back(void **state)
{
    for (int c = 1; c < 128; c++) {
        for (size_t len = 1; len < 20; len++) {
            for (size_t place = 0; place < len; place++) {
                char text[20];

                memset(text, 'a', len);
                text[place] = (char)c;
                text[len] = '\0';
                comes_back(text);
            }
        }
    }
}

static void text_of_every_script_comes_back(void **state)
{
    comes_back("Grüße aus Köln, „so“ — ÿ \xF0\x9F\x94\xA5");
    comes_back("\xC2\x80\xDF\xBF\xE0\xA0\x80\xEF\xBF\xBD\xF4\x8F\xBF\xBF and \"quotes\" \\ \x7f");
    comes_back("");
}

static void what_must_be_escaped_is(void **state)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);

    json_text(&j, "12345678\x01\"\\\n\x7f");
    assert_string_equal(buf_text(&b), "\"12345678\\u0001\\\"\\\\\\n\\u007f\"");
    buf_done(&b);
}

static void moments_and_ids_are_text(void **state)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);
    struct uuid id = {{1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16}};

    json_open(&j, '[');
    json_time(&j, 1700000000123);
    json_time(&j, 0);
    json_uuid(&j, id);
    json_int(&j, INT64_MIN);
    json_close(&j, ']');
    assert_string_equal(
        buf_text(&b), "[\"2023-11-14T22:13:20.123Z\",null,\"01020304-0506-0708-090a-0b0c0d0e0f10\","
                      "-9223372036854775808]");
    buf_done(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_byte_at_every_place_comes_back),
        cmocka_unit_test(text_of_every_script_comes_back),
        cmocka_unit_test(what_must_be_escaped_is),
        cmocka_unit_test(moments_and_ids_are_text),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
