#include "priority/score.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/settings.h"
#include "priority/keywords.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct settings settings;
static struct score_weights weights;

static int fresh(void **state)
{
    arena_done(&arena);
    arena_init(&arena);
    settings_init(&settings, &arena);
    weights = score_weights_from(&settings);
    return 0;
}

static struct score score_of(struct score_input input)
{
    struct score score;

    input.weights = &weights;
    input.keywords = settings.urgent_keywords.v;
    input.keyword_count = settings.urgent_keywords.n;
    score_ticket(&arena, &input, &score);
    return score;
}

static const struct {
    const char *label;
    struct score_input input;
    int points;
    enum ticket_priority priority;
} sums[] = {
    {"nothing known", {.category_score = 10, .since_last_ticket_ms = -1}, 10, PRIORITY_LOW},
    {"free, 39", {.category_score = 39, .since_last_ticket_ms = -1}, 39, PRIORITY_LOW},
    {"technical", {.category_score = 40, .since_last_ticket_ms = -1}, 40, PRIORITY_NORMAL},
    {"59",
     {.tier = TIER_STANDARD, .category_score = 49, .since_last_ticket_ms = -1},
     59,
     PRIORITY_NORMAL},
    {"standard billing",
     {.tier = TIER_STANDARD, .category_score = 50, .since_last_ticket_ms = -1},
     60,
     PRIORITY_HIGH},
    {"79",
     {.tier = TIER_PREMIUM, .category_score = 59, .since_last_ticket_ms = -1},
     79,
     PRIORITY_HIGH},
    {"enterprise billing",
     {.tier = TIER_ENTERPRISE, .category_score = 50, .since_last_ticket_ms = -1},
     80,
     PRIORITY_CRITICAL},
    {"one keyword",
     {.category_score = 40, .subject = "URGENT!", .since_last_ticket_ms = -1},
     55,
     PRIORITY_NORMAL},
    {"a keyword twice counts once",
     {.category_score = 40,
      .subject = "urgent",
      .body = "urgent urgent",
      .since_last_ticket_ms = -1},
     55,
     PRIORITY_NORMAL},
    {"keywords in subject and body",
     {.category_score = 40, .subject = "urgent", .body = "it is down", .since_last_ticket_ms = -1},
     70,
     PRIORITY_HIGH},
    {"all ten keywords",
     {.subject = "urgent emergency critical asap immediate",
      .body = "broken down error cannot access not working",
      .since_last_ticket_ms = -1},
     150,
     PRIORITY_CRITICAL},
    {"many attachments count once",
     {.category_score = 10, .attachment_count = 9, .since_last_ticket_ms = -1},
     15,
     PRIORITY_LOW},
    {"5 earlier tickets are not more than 5",
     {.category_score = 10, .earlier_tickets = 5, .since_last_ticket_ms = -1},
     10,
     PRIORITY_LOW},
    {"6 are",
     {.category_score = 10, .earlier_tickets = 6, .since_last_ticket_ms = -1},
     20,
     PRIORITY_LOW},
    {"just now", {.category_score = 10, .since_last_ticket_ms = 0}, 15, PRIORITY_LOW},
    {"almost a day",
     {.category_score = 10, .since_last_ticket_ms = 24 * MS_PER_HOUR - 1},
     15,
     PRIORITY_LOW},
    {"a day", {.category_score = 10, .since_last_ticket_ms = 24 * MS_PER_HOUR}, 10, PRIORITY_LOW},
};

static void the_specified_scores_add_up(void **state)
{
    for (size_t i = 0; i < COUNT_OF(sums); i++) {
        struct score score = score_of(sums[i].input);
        int64_t sum = 0;

        for (size_t k = 0; k < score.part_count; k++)
            sum += score.parts[k].points;
        if (score.points != sums[i].points || score.priority != sums[i].priority)
            print_error("%s: %lld\n", sums[i].label, (long long)score.points);
        assert_int_equal(score.points, sums[i].points);
        assert_int_equal(score.priority, sums[i].priority);
        assert_int_equal(sum, score.points);
    }
}

static void each_summand_is_explained(void **state)
{
    struct score score = score_of((struct score_input){.tier = TIER_PREMIUM,
                                                       .category_score = 30,
                                                       .category_name = "account",
                                                       .subject = "Cannot Access the desk",
                                                       .attachment_count = 2,
                                                       .earlier_tickets = 7,
                                                       .since_last_ticket_ms = MS_PER_HOUR});
    static const struct score_part expected[] = {
        {"tier", 20, "premium"},
        {"category", 30, "account"},
        {"keyword", 15, "cannot access"},
        {"attachments", 5, "2 attached"},
        {"earlierTickets", 10, "7 earlier tickets, more than 5"},
        {"recentTicket", 5, "the last ticket came less than 1d before"},
    };

    assert_int_equal(score.part_count, COUNT_OF(expected));
    for (size_t i = 0; i < COUNT_OF(expected); i++) {
        assert_string_equal(score.parts[i].what, expected[i].what);
        assert_int_equal(score.parts[i].points, expected[i].points);
        assert_string_equal(score.parts[i].detail, expected[i].detail);
    }
    assert_int_equal(score.points, 85);
}

static void weights_and_thresholds_are_settings(void **state)
{
    struct score_input input = {
        .category_score = 40, .subject = "down", .since_last_ticket_ms = -1};

    weights.keyword = 60;
    assert_int_equal(score_of(input).points, 100);
    weights.least[PRIORITY_CRITICAL] = 101;
    assert_int_equal(score_of(input).priority, PRIORITY_HIGH);
}

static bool occurs(const char *keyword, const char *text)
{
    struct keyword_tree tree;
    bool found = false;

    keyword_tree_init(&tree, &arena, &keyword, 1);
    keyword_tree_find(&tree, &arena, text, &found);
    return found;
}

static void keywords_match_on_word_boundaries(void **state)
{
    static const struct {
        const char *keyword, *text;
        bool occurs;
    } cases[] = {
        {"down", "The site is DOWN.", true},
        {"down", "download", false},
        {"down", "breakdown", false},
        {"down", "down2", false},
        {"down", "(down)", true},
        {"down", "_down_", true},
        {"down", "down\xC3\xA9", false}, /* é */
        {"down", "down\xCC\x81", false}, /* a combining accent */
        {"down", "d\xC3\xA9j\xC3\xA0 down", true},
        {"down", "", false},
        {"down", NULL, false},
        {"error", "error's", true},
        {"not working", "not working", true},
        {"not working", "NOT \t\r\n\xC2\xA0working", true},
        {"not working", "not-working", true},
        {"not working", "not\xE2\x80\x91working", true}, /* non-breaking hyphen */
        {"not working", "not, working", false},
        {"not working", "not really working", false},
        {"not working", "notworking", false},
        {"not working", "not not working", true},
        {"not-working", "not working", true},
        {"can't log in", "I can't log in", true},
        {"can't log in", "I can t log in", false},
        {"  !down!  ", "it is down", true},
        {"!?", "what!?", false},
        {"stra\xC3\x9F"
         "e",
         "STRASSE", true},
        {"\xC3\x84rger", "\xC3\xA4RGER", true},
        {"\xE7\xB7\x8A\xE6\x80\xA5", "\xE7\xB7\x8A\xE6\x80\xA5\xE3\x81\xA7\xE3\x81\x99",
         true}, /* 緊急です */
        {"\xE7\xB7\x8A\xE6\x80\xA5", "\xE7\xB7\x8A", false},
        {"\xD1\x81\xD1\x80\xD0\xBE\xD1\x87\xD0\xBD\xD0\xBE",
         "\xD0\xA1\xD0\xA0\xD0\x9E\xD0\xA7\xD0\x9D\xD0\x9E!", true}, /* срочно */
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        if (occurs(cases[i].keyword, cases[i].text) != cases[i].occurs)
            print_error("case %zu: %s in %s\n", i, cases[i].keyword, cases[i].text);
        assert_int_equal(occurs(cases[i].keyword, cases[i].text), cases[i].occurs);
    }
}

static void phrases_that_begin_alike_are_all_found(void **state)
{
    static const char *const keywords[] = {"not",        "not working", "not working at all",
                                           "working at", "Not",         "at home"};
    bool found[COUNT_OF(keywords)] = {0};
    struct keyword_tree tree;

    keyword_tree_init(&tree, &arena, keywords, COUNT_OF(keywords));
    keyword_tree_find(&tree, &arena, "it is not working at all", found);
    assert_true(found[0] && found[1] && found[2] && found[3]);
    assert_false(found[4]); /* the same as the first */
    assert_false(found[5]);
}

/* 200 keywords may not cost 200 times one: the text is walked once. */
static void the_number_of_keywords_hardly_matters(void **state)
{
    char *text = arena_alloc(&arena, DESCRIPTION_MAX_BYTES + 1);
    const char *keywords[KEYWORDS_MAX];
    bool found[KEYWORDS_MAX] = {0};
    struct keyword_tree tree;
    int64_t started_us, one_us, all_us;

    for (size_t i = 0; i < DESCRIPTION_MAX_BYTES; i++)
        text[i] = "not work "[i % 9];
    text[DESCRIPTION_MAX_BYTES] = '\0';
    for (int i = 0; i < KEYWORDS_MAX; i++)
        keywords[i] = arena_printf(&arena, "not work%d", i);
    started_us = clock_steady_us();
    keyword_tree_init(&tree, &arena, keywords, 1);
    keyword_tree_find(&tree, &arena, text, found);
    one_us = clock_steady_us() - started_us;
    started_us = clock_steady_us();
    keyword_tree_init(&tree, &arena, keywords, KEYWORDS_MAX);
    keyword_tree_find(&tree, &arena, text, found);
    all_us = clock_steady_us() - started_us;
    assert_true(all_us < 20 * one_us + 20000);
    assert_false(found[0]);
}

static int end(void **state)
{
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_specified_scores_add_up, fresh),
        cmocka_unit_test_setup(each_summand_is_explained, fresh),
        cmocka_unit_test_setup(weights_and_thresholds_are_settings, fresh),
        cmocka_unit_test_setup(keywords_match_on_word_boundaries, fresh),
        cmocka_unit_test_setup(phrases_that_begin_alike_are_all_found, fresh),
        cmocka_unit_test_setup(the_number_of_keywords_hardly_matters, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, end);
}
