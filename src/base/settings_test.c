#include "base/settings.h"

#include "base/clock.h"
#include "base/limits.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct settings settings;
static struct fault fault;

static int fresh(void **state)
{
    arena_done(&arena);
    arena_init(&arena);
    settings_init(&settings, &arena);
    fault = (struct fault){.arena = &arena};
    return 0;
}

static err set(const char *name, const char *value)
{
    const struct setting *row = settings_find(name);

    assert_non_null(row);
    return settings_set(&settings, &arena, row, value, ORIGIN_FLAG, &fault);
}

static void defaults_are_the_documented_ones_and_pass_the_check(void **state)
{
    assert_string_equal(settings.listen, "127.0.0.1:8080");
    assert_null(settings.database);
    assert_int_equal(settings.upload_max_bytes, 25 * 1024 * 1024);
    assert_int_equal(settings.score_tier_enterprise, 30);
    assert_int_equal(settings.recent_within_ms, 24 * MS_PER_HOUR);
    assert_int_equal(settings.urgent_keywords.n, 10);
    assert_string_equal(settings.urgent_keywords.v[8], "cannot access");
    assert_int_equal(settings.sla_resolution_critical_ms, 60 * MS_PER_MINUTE);
    assert_int_equal(settings.sla_resolution_low_ms, 4320 * MS_PER_MINUTE);
    assert_int_equal(settings.sla_response_normal_ms, 360 * MS_PER_MINUTE);
    assert_false(settings.escalate_raise_priority);
    assert_true(settings.escalate_notify_supervisors);
    assert_int_equal(settings.outbox_retries.n, 5);
    assert_int_equal(settings.outbox_retries.v_ms[4], 4 * MS_PER_HOUR);
    assert_int_equal(settings_check(&settings, &fault), OK);
}

/* Each "least..most" of the list is tried at both bounds and one beyond each. */
static void every_number_is_taken_at_its_limits_and_refused_beyond(void **state)
{
    for (size_t i = 0; i < SETTING_ROWS; i++) {
        const struct setting *row = &setting_rows[i];
        int64_t bounds[2];
        const char *dots, *unit = row->type == SETTING_DURATION ? "ms" : "";

        if (row->type != SETTING_INT && row->type != SETTING_SIZE && row->type != SETTING_DURATION)
            continue;
        dots = strstr(row->limits, "..");
        for (int side = 0; side < 2; side++) {
            const char *text =
                side ? dots + 2 : arena_strn(&arena, row->limits, (size_t)(dots - row->limits));
            const int64_t *member = (const int64_t *)((char *)&settings + row->offset);
            int64_t beyond;

            assert_int_equal(set(row->name, text), OK);
            bounds[side] = *member;
            beyond = bounds[side] + (side ? 1 : -1);
            assert_int_equal(
                set(row->name, arena_printf(&arena, "%lld%s", (long long)beyond, unit)),
                ERR_INVALID);
            assert_int_equal(*member, bounds[side]);
        }
        assert_true(bounds[0] < bounds[1]);
    }
}

static void every_text_is_taken_at_its_length_and_refused_beyond(void **state)
{
    for (size_t i = 0; i < SETTING_ROWS; i++) {
        const struct setting *row = &setting_rows[i];
        char text[4096];
        int longest = 0;

        if (row->type != SETTING_TEXT && row->type != SETTING_SECRET && row->type != SETTING_TEXTS)
            continue;
        assert_int_equal(sscanf(row->limits, "..%d", &longest), 1);
        assert_in_range(longest, 1, sizeof(text) - 2);
        memset(text, 'a', sizeof(text));
        text[longest] = '\0';
        assert_int_equal(set(row->name, text), OK);
        text[longest] = 'a';
        text[longest + 1] = '\0';
        assert_int_equal(set(row->name, text), ERR_INVALID);
    }
}

static void every_value_reads_back_as_it_is_printed(void **state)
{
    for (size_t i = 0; i < SETTING_ROWS; i++) {
        const struct setting *row = &setting_rows[i];
        const char *text;

        if (row->type == SETTING_SECTION)
            continue;
        assert_true(strlen(row->about) > 10);
        assert_ptr_equal(settings_find(row->name), row);
        text = settings_value(&settings, row, &arena);
        assert_int_equal(set(row->name, text), OK);
        assert_string_equal(settings_value(&settings, row, &arena), text);
        assert_int_equal(settings.origins[i], ORIGIN_FLAG);
    }
}

static void wrong_values_are_explained_and_change_nothing(void **state)
{
    static const struct {
        const char *name, *value, *message;
    } cases[] = {
        {"http_threads", "0", "http_threads must be within 1..64, not \"0\""},
        {"http_threads", "8x", "http_threads must be a whole number, not \"8x\""},
        {"http_threads", "", "http_threads must be a whole number, not \"\""},
        {"http_threads", "99999999999999999999",
         "http_threads must be a whole number, not \"99999999999999999999\""},
        {"escalate_raise_priority", "maybe",
         "escalate_raise_priority must be true or false, not \"maybe\""},
        {"log_level", "loud", "log_level must be one of debug|info|warn|error, not \"loud\""},
        {"auto_close_after", "7",
         "auto_close_after must be a duration like 90s, 1h30m or 7d, not \"7\""},
        {"upload_max_bytes", "25 MB",
         "upload_max_bytes must be a size like 64KiB or 25MiB, not \"25 MB\""},
        {"outbox_retries", "1m, soon",
         "outbox_retries must be durations like 90s, 1h30m or 7d, not \"soon\""},
        {"outbox_retries", " , ", "outbox_retries needs at least one duration"},
        {"desk_name", "a\nb", "desk_name may not contain control characters"},
        {"desk_name", "\xff", "desk_name must be valid UTF-8"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct settings before = settings;

        assert_int_equal(set(cases[i].name, cases[i].value), ERR_INVALID);
        assert_string_equal(fault.message, cases[i].message);
        assert_memory_equal(&before, &settings, sizeof(settings));
    }
}

static void a_list_holds_its_limit_of_entries_and_no_more(void **state)
{
    char *list = arena_zalloc(&arena, 2 * KEYWORDS_MAX + 3);

    for (int i = 0; i < KEYWORDS_MAX; i++)
        strcat(list, "x,");
    assert_int_equal(set("urgent_keywords", list), OK);
    assert_int_equal(settings.urgent_keywords.n, KEYWORDS_MAX);
    strcat(list, "y");
    assert_int_equal(set("urgent_keywords", list), ERR_INVALID);
    assert_int_equal(set("urgent_keywords", " "), OK);
    assert_int_equal(settings.urgent_keywords.n, 0);
}

static void secrets_are_never_shown(void **state)
{
    const struct setting *row = settings_find("smtp_password");

    assert_string_equal(settings_value(&settings, row, &arena), "");
    assert_int_equal(set("smtp_password", "hunter2"), OK);
    assert_string_equal(settings_value(&settings, row, &arena), "********");
    assert_string_equal(settings.smtp_password, "hunter2");
    assert_int_equal(set("smtp_password", "hunter3\n4"), ERR_INVALID);
    assert_null(strstr(fault.message, "hunter3"));
}

static void what_only_shows_in_the_whole_is_checked(void **state)
{
    static const struct {
        const char *name, *value;
        bool right;
    } cases[] = {
        {"listen", "0.0.0.0:0", true},
        {"listen", "[::1]:65535", true},
        {"listen", "localhost:80", true},
        {"listen", "localhost:65536", false},
        {"listen", "localhost", false},
        {"listen", ":80", false},
        {"listen", "::1:80", false},
        {"listen", "h:", false},
        {"listen", "", false},
        {"public_url", "https://help.example.com", true},
        {"public_url", "help.example.com", false},
        {"public_url", "https://", false},
        {"mail_address", "help@example.com", true},
        {"mail_address", "help", false},
        {"mail_address", "a@b@c", false},
        {"mail_address", "Help <a@b>", false},
        {"smtp_url", "smtp://mx:25", true},
        {"smtp_url", "http://mx", false},
        {"smtp_password", "x", false},
        {"score_high", "80", true},
        {"score_high", "81", false},
        {"score_normal", "61", false},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        fresh(NULL);
        assert_int_equal(set(cases[i].name, cases[i].value), OK);
        assert_int_equal(settings_check(&settings, &fault), cases[i].right ? OK : ERR_INVALID);
        assert_true(cases[i].right || strstr(fault.message, cases[i].name));
    }
}

static void names_are_found_with_hyphens_and_suggested_when_mistyped(void **state)
{
    assert_ptr_equal(settings_find("log-level"), settings_find("log_level"));
    assert_null(settings_find("log_leve"));
    assert_null(settings_find("log_levels"));
    assert_null(settings_find("Service"));
    assert_string_equal(settings_nearest("log_levle"), "log_level");
    assert_null(settings_nearest("zzzzzz"));
}

static void durations_and_sizes_parse_exactly(void **state)
{
    static const struct {
        const char *text;
        int64_t ms; /* -1: refused */
        const char *printed;
    } durations[] = {
        {"0", 0, "0"},
        {"90s", 90000, "1m30s"},
        {"1h30m", 5400000, "1h30m"},
        {"2w", 1209600000, "14d"},
        {"250ms", 250, "250ms"},
        {"1d", 86400000, "1d"},
        {"", -1, NULL},
        {"5", -1, NULL},
        {"-5s", -1, NULL},
        {"5x", -1, NULL},
        {"s", -1, NULL},
        {"1h ", -1, NULL},
        {"9223372036854775807ms", INT64_MAX, NULL},
        {"9223372036854775808ms", -1, NULL},
        {"9223372036854775807s", -1, NULL},
    };
    static const struct {
        const char *text;
        int64_t bytes;
        const char *printed;
    } sizes[] = {
        {"0", 0, "0"},
        {"1000", 1000, "1000"},
        {"64K", 65536, "64KiB"},
        {"1GiB", 1 << 30, "1GiB"},
        {"1024", 1024, "1KiB"},
        {"1.5M", -1, NULL},
        {"KiB", -1, NULL},
        {"1KB", -1, NULL},
        {"8589934592GiB", -1, NULL},
    };

    for (size_t i = 0; i < COUNT_OF(durations); i++) {
        int64_t ms = -1;

        assert_int_equal(duration_parse(durations[i].text, &ms), durations[i].ms >= 0);
        assert_int_equal(ms, durations[i].ms);
        if (durations[i].printed)
            assert_string_equal(duration_text(&arena, ms), durations[i].printed);
    }
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        int64_t bytes = -1;

        assert_int_equal(size_parse(sizes[i].text, &bytes), sizes[i].bytes >= 0);
        assert_int_equal(bytes, sizes[i].bytes);
        if (sizes[i].printed)
            assert_string_equal(size_text(&arena, bytes), sizes[i].printed);
    }
}

static int end(void **state)
{
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(defaults_are_the_documented_ones_and_pass_the_check, fresh),
        cmocka_unit_test_setup(every_number_is_taken_at_its_limits_and_refused_beyond, fresh),
        cmocka_unit_test_setup(every_text_is_taken_at_its_length_and_refused_beyond, fresh),
        cmocka_unit_test_setup(every_value_reads_back_as_it_is_printed, fresh),
        cmocka_unit_test_setup(wrong_values_are_explained_and_change_nothing, fresh),
        cmocka_unit_test_setup(a_list_holds_its_limit_of_entries_and_no_more, fresh),
        cmocka_unit_test_setup(secrets_are_never_shown, fresh),
        cmocka_unit_test_setup(what_only_shows_in_the_whole_is_checked, fresh),
        cmocka_unit_test_setup(names_are_found_with_hyphens_and_suggested_when_mistyped, fresh),
        cmocka_unit_test_setup(durations_and_sizes_parse_exactly, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, end);
}
