#include "respond/template.h"

#include "base/clock.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;

static const struct template_value values[] = {
    {"ticket_id", "0190b7"},
    {"ticket_number", "1042"},
    {"ticket_subject", "Printer {{requester_name}} {{ticket_subject}}"},
    {"requester_name", "Zo\xC3\xAB"},
    {"nothing", NULL},
};

static const char *render(const char *text)
{
    return template_render(&arena, text, values, COUNT_OF(values));
}

static void placeholders_are_filled_in_one_pass(void **state)
{
    static const struct {
        const char *text, *result;
    } cases[] = {
        {"", ""},
        {"no placeholder", "no placeholder"},
        {"#{{ticket_number}}", "#1042"},
        {"{{ticket_number}}{{ticket_number}}", "10421042"},
        {"{{ ticket_number }} {{\t\nticket_number\r\n}}", "1042 1042"},
        {"Hello {{requester_name}},", "Hello Zo\xC3\xAB,"},
        {"<{{ticket_subject}}>", "<Printer {{requester_name}} {{ticket_subject}}>"},
        {"[{{nothing}}]", "[]"},
        {"{{unknown}} {{Ticket_Number}}", "{{unknown}} {{Ticket_Number}}"},
        {"{{ticket_number", "{{ticket_number"},
        {"{{ticket_number}", "{{ticket_number}"},
        {"{{ticket number}}", "{{ticket number}}"},
        {"{{}} {{ }} {} {{", "{{}} {{ }} {} {{"},
        {"{{{ticket_number}}}", "{1042}"},
        {"{{{{ticket_number}}}}", "{{1042}}"},
        {"{{x{{ticket_number}}", "{{x1042"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(render(cases[i].text), cases[i].result);
    assert_null(render(NULL));
}

static void names_are_taken_up_to_their_limit(void **state)
{
    char name[TEMPLATE_NAME_MAX + 2];

    for (int len = TEMPLATE_NAME_MAX; len <= TEMPLATE_NAME_MAX + 1; len++) {
        struct template_value value = {name, "v"};
        const char *text;

        memset(name, 'n', (size_t)len);
        name[len] = '\0';
        text = arena_printf(&arena, "{{%s}}", name);
        assert_string_equal(template_render(&arena, text, &value, 1),
                            len == TEMPLATE_NAME_MAX ? "v" : text);
    }
}

static void unknown_names_are_told(void **state)
{
    static const char *const names[] = {"ticket_id", "ticket_number"};

    assert_null(template_unknown(&arena, "{{ticket_id}} {{ ticket_number }} {{", names, 2));
    assert_string_equal(template_unknown(&arena, "{{ticket_id}} {{ ticket_nr }}", names, 2),
                        "ticket_nr");
    assert_null(template_unknown(&arena, NULL, names, 2));
}

/* Half a megabyte of opening braces may not take quadratic time. */
static void hostile_texts_take_linear_time(void **state)
{
    size_t len = 1 << 20;
    char *text = arena_alloc(&arena, len + 1);
    int64_t started_us = clock_steady_us();

    memset(text, '{', len);
    text[len] = '\0';
    assert_int_equal(strlen(render(text)), len);
    memset(text + 2, ' ', len - 2);
    assert_int_equal(strlen(render(text)), len);
    assert_true(clock_steady_us() - started_us < 2000000);
}

static int begin(void **state)
{
    arena_init(&arena);
    return 0;
}

static int end(void **state)
{
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(placeholders_are_filled_in_one_pass),
        cmocka_unit_test(names_are_taken_up_to_their_limit),
        cmocka_unit_test(unknown_names_are_told),
        cmocka_unit_test(hostile_texts_take_linear_time),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
