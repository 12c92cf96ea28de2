#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/words.h"
#include "mail_in/subject_tags.h"

static void all_brackets_are_read(void **state)
{
    static const struct {
        const char *subject;
        int priority;
        const char *names;
        int64_t number;
    } cases[] = {
        {NULL, -1, "", 0},
        {"nothing", -1, "", 0},
        {"[Urgent][billing] x", PRIORITY_CRITICAL, "billing ", 0},
        {"Re: [EXTERNAL] [ LOW ] [high] x [#12]", PRIORITY_LOW, "external ", 12},
        {"[medium", -1, "", 0},
        {"[[medium]]", PRIORITY_NORMAL, "", 0},
        {"[] [ ] [12] [#0] [#x] [#-1] [#007]", -1, "", 0},
        {"[ÄRGER] [#99999999999999999999]", -1, "ärger ", 0},
    };
    struct arena a;

    arena_init(&a);
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct subject_tags tags = subject_tags_parse(&a, cases[i].subject);
        char names[256] = "";

        for (size_t j = 0; j < tags.name_count; j++) {
            strcat(names, tags.names[j]);
            strcat(names, " ");
        }
        assert_int_equal(tags.priority, cases[i].priority);
        assert_string_equal(names, cases[i].names);
        assert_int_equal(tags.number_count ? tags.numbers[0] : 0, cases[i].number);
    }
    arena_done(&a);
}

static void more_tags_than_anybody_means_are_left(void **state)
{
    char subject[SUBJECT_TAGS_MAX * 8 + 64] = "";
    struct subject_tags tags;
    struct arena a;

    arena_init(&a);
    for (int i = 0; i < SUBJECT_TAGS_MAX + 1; i++)
        sprintf(subject + strlen(subject), "[t%d]", i);
    tags = subject_tags_parse(&a, subject);
    assert_int_equal(tags.name_count, SUBJECT_TAGS_MAX);
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(all_brackets_are_read),
        cmocka_unit_test(more_tags_than_anybody_means_are_left),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
