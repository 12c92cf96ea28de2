#include "app/settings_load.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

/* environ is not const, though nobody writes to it. */
#define VAR(text) ((char *)(uintptr_t)(text))

static struct arena arena;
static struct settings settings;
static struct setting_texts warnings;
static struct fault fault;
static char dir[] = "/tmp/fd_settings_XXXXXX";

static const char *conf_path(void)
{
    return arena_printf(&arena, "%s/frontdesk.conf", dir);
}

static void write_conf(const char *text)
{
    FILE *file = fopen(conf_path(), "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    chmod(conf_path(), 0600);
}

static err load(const struct settings_input *input)
{
    fault = (struct fault){.arena = &arena};
    return settings_load(&arena, input, &settings, &warnings, &fault);
}

static void flags_win_over_variables_over_the_file_over_defaults(void **state)
{
    char *const env[] = {VAR("FRONTDESK_HTTP_THREADS=3"), VAR("FRONTDESK_DESK_NAME=from env"),
                         VAR("PATH=/bin"), NULL};
    const struct setting_flag flag = {"http-threads", "4"};
    const struct settings_input input = {
        .data_dir = dir, .environment = env, .flags = &flag, .flag_count = 1};

    write_conf("# comment\n; another\n\nhttp_threads = 2\ndesk_name=from file\n"
               "auto_close_after = 3d\nurgent_keywords = fire,\n    flood, not\n  breathing\n");
    assert_int_equal(load(&input), OK);
    assert_int_equal(settings.http_threads, 4);
    assert_string_equal(settings.desk_name, "from env");
    assert_int_equal(settings.auto_close_after_ms, 3 * 24 * 3600 * 1000);
    assert_int_equal(settings.session_days, 14);
    assert_int_equal(settings.urgent_keywords.n, 4);
    assert_string_equal(settings.urgent_keywords.v[1], "flood");
    assert_int_equal(settings.origins[settings_find("http_threads") - setting_rows], ORIGIN_FLAG);
    assert_int_equal(settings.origins[settings_find("desk_name") - setting_rows],
                     ORIGIN_ENVIRONMENT);
    assert_int_equal(settings.origins[settings_find("auto_close_after") - setting_rows],
                     ORIGIN_FILE);
    assert_int_equal(settings.origins[settings_find("session_days") - setting_rows],
                     ORIGIN_DEFAULT);
    assert_int_equal(warnings.n, 0);
}

static void mistakes_in_the_file_are_told_with_their_line(void **state)
{
    static const struct {
        const char *text, *message;
    } cases[] = {
        {"http_threads = 0\n", "line 1: http_threads must be within 1..64"},
        {"\n# x\nhttp_thread = 2\n",
         "line 3: there is no setting called http_thread; did you mean http_threads?"},
        {"xyzzy = 2\n", "line 1: there is no setting called xyzzy"},
        {"http_threads = 2\ndesk_name = x\nhttp_threads = 3\n",
         "line 3: http_threads is already set in line 1"},
        {"http_threads\n", "line 1: must be name = value"},
        {"desk_name = a\n  b\n", "line 2: desk_name cannot go on in a second line"},
        {"[mail]\ndesk_name = a\n", "line 2: stands in section [mail]"},
        {"smtp_user = me\nsmtp_password = a ;b\n", "line 2: a comment needs a line of its own"},
        {"score_high = 90\n", "score_critical may not be below score_high"},
    };
    const struct settings_input input = {.data_dir = dir};

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        write_conf(cases[i].text);
        assert_int_equal(load(&input), ERR_INVALID);
        if (!strstr(fault.message, cases[i].message))
            print_error("case %zu: %s\n", i, fault.message);
        assert_non_null(strstr(fault.message, cases[i].message));
    }
}

/* inih reads pieces of 200 bytes; a line must neither be cut nor split in silence. */
static void long_lines_are_taken_or_refused_but_never_cut(void **state)
{
    const struct settings_input input = {.data_dir = dir};
    bool refused = false;

    for (int len = 150; len < 255; len++) {
        char name[256] = "";

        memset(name, 'n', (size_t)len);
        write_conf(arena_printf(&arena, "desk_name = %s\n", name));
        if (load(&input) == OK) {
            assert_false(refused);
            assert_string_equal(settings.desk_name, name);
        } else {
            assert_non_null(strstr(fault.message, "line 1: is longer than"));
            refused = true;
        }
    }
}

static void missing_files_matter_only_when_named(void **state)
{
    const struct settings_input named = {.config_path = "/nonexistent/x.conf"};
    const struct settings_input unnamed = {.data_dir = "/nonexistent"};
    char *const env[] = {VAR("FRONTDESK_CONFIG=/nonexistent/y.conf"), NULL};
    const struct settings_input variable = {.data_dir = dir, .environment = env};

    assert_int_equal(load(&named), ERR_IO);
    assert_non_null(strstr(fault.message, "/nonexistent/x.conf: No such file"));
    assert_int_equal(load(&unnamed), OK);
    assert_int_equal(load(&variable), ERR_IO);
}

static void variables_and_flags_are_named_in_mistakes(void **state)
{
    char *const bad[] = {VAR("FRONTDESK_LOG_LEVEL=loud"), NULL};
    char *const unknown[] = {VAR("FRONTDESK_PORT_8080_TCP=tcp://1.2.3.4"), VAR("FRONTDESK_DATA=/x"),
                             VAR("FRONTDESK_log_level=loud"), NULL};
    const struct setting_flag flags[] = {{"http-threads", "99"}, {"htp-threads", "9"}};
    struct settings_input input = {.environment = bad};

    assert_int_equal(load(&input), ERR_INVALID);
    assert_non_null(strstr(fault.message, "FRONTDESK_LOG_LEVEL: log_level must be one of"));
    input.environment = unknown;
    assert_int_equal(load(&input), OK);
    assert_int_equal(warnings.n, 2);
    assert_non_null(strstr(warnings.v[0], "FRONTDESK_PORT_8080_TCP"));
    input = (struct settings_input){.flags = &flags[0], .flag_count = 1};
    assert_int_equal(load(&input), ERR_INVALID);
    assert_non_null(strstr(fault.message, "--http-threads: http_threads must be within 1..64"));
    input.flags = &flags[1];
    assert_int_equal(load(&input), ERR_INVALID);
    assert_non_null(strstr(fault.message, "--htp-threads: there is no such setting"));
}

static void a_readable_password_earns_a_warning(void **state)
{
    const struct settings_input input = {.data_dir = dir};

    write_conf("smtp_user = me\nsmtp_password = hunter2\n");
    assert_int_equal(load(&input), OK);
    assert_int_equal(warnings.n, 0);
    chmod(conf_path(), 0644);
    assert_int_equal(load(&input), OK);
    assert_int_equal(warnings.n, 1);
    assert_null(strstr(warnings.v[0], "hunter2"));
}

/* What is printed can be used as a file, as far as it holds no secrets. */
static void everything_is_printed_and_nothing_secret(void **state)
{
    const struct settings_input input = {.data_dir = dir};
    char *text = NULL, *page = NULL;
    size_t len;
    FILE *to;

    write_conf("smtp_user = me\nsmtp_password = hunter2\n");
    assert_int_equal(load(&input), OK);
    to = open_memstream(&text, &len);
    settings_print(to, &settings);
    fclose(to);
    to = open_memstream(&page, &len);
    settings_print_markdown(to);
    fclose(to);
    assert_null(strstr(text, "hunter2"));
    assert_non_null(strstr(text, "smtp_password = ********"));
    assert_non_null(strstr(text, "# set by: file\nsmtp_user = me"));
    assert_non_null(strstr(page, "debug\\|info"));
    for (size_t i = 0; i < SETTING_ROWS; i++) {
        assert_non_null(strstr(text, setting_rows[i].name));
        assert_non_null(strstr(page, setting_rows[i].name));
    }
    free(text);
    free(page);
}

static int begin(void **state)
{
    arena_init(&arena);
    return mkdtemp(dir) ? 0 : -1;
}

static int end(void **state)
{
    unlink(conf_path());
    rmdir(dir);
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(flags_win_over_variables_over_the_file_over_defaults),
        cmocka_unit_test(mistakes_in_the_file_are_told_with_their_line),
        cmocka_unit_test(long_lines_are_taken_or_refused_but_never_cut),
        cmocka_unit_test(missing_files_matter_only_when_named),
        cmocka_unit_test(variables_and_flags_are_named_in_mistakes),
        cmocka_unit_test(a_readable_password_earns_a_warning),
        cmocka_unit_test(everything_is_printed_and_nothing_secret),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
