#include "cli/password.h"
#include "cli/progress.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

static struct arena arena;
static struct fault fault;

static err read_password(const char *input, size_t len, char *out, char *rest)
{
    int ends[2];
    err e;

    assert_int_equal(pipe(ends), 0);
    assert_int_equal(write(ends[1], input, len), len);
    close(ends[1]);
    fault = (struct fault){.arena = &arena};
    e = password_read(ends[0], out, &fault);
    if (rest) {
        ssize_t n = read(ends[0], rest, 15);

        rest[n > 0 ? n : 0] = '\0';
    }
    close(ends[0]);
    return e;
}

static void one_line_is_read_and_nothing_beyond(void **state)
{
    char out[PASSWORD_BUFFER_SIZE], rest[16];
    static const char *const inputs[] = {"correct horse\nnext\n", "correct horse\r\nnext\n"};

    for (size_t i = 0; i < COUNT_OF(inputs); i++) {
        assert_int_equal(read_password(inputs[i], strlen(inputs[i]), out, rest), OK);
        assert_string_equal(out, "correct horse");
        assert_string_equal(rest, "next\n");
    }
    assert_int_equal(read_password("no line end", 11, out, NULL), OK);
    assert_string_equal(out, "no line end");
    password_wipe(out);
    for (size_t i = 0; i < sizeof(out); i++)
        assert_int_equal(out[i], 0);
}

static void passwords_are_taken_up_to_their_limit(void **state)
{
    char out[PASSWORD_BUFFER_SIZE], input[PASSWORD_MAX_BYTES + 3];

    memset(input, 'x', sizeof(input));
    input[PASSWORD_MAX_BYTES] = '\n';
    assert_int_equal(read_password(input, PASSWORD_MAX_BYTES + 1, out, NULL), OK);
    assert_int_equal(strlen(out), PASSWORD_MAX_BYTES);
    memcpy(input + PASSWORD_MAX_BYTES, "\r\n", 2);
    assert_int_equal(read_password(input, PASSWORD_MAX_BYTES + 2, out, NULL), OK);
    input[PASSWORD_MAX_BYTES] = 'x';
    assert_int_equal(read_password(input, PASSWORD_MAX_BYTES + 2, out, NULL), ERR_INVALID);
    assert_int_equal(out[0], 0);
    input[PASSWORD_MAX_BYTES + 1] = 'x';
    assert_int_equal(read_password(input, PASSWORD_MAX_BYTES + 3, out, NULL), ERR_INVALID);
}

static void useless_passwords_are_refused_and_wiped(void **state)
{
    char out[PASSWORD_BUFFER_SIZE];

    assert_int_equal(read_password("", 0, out, NULL), ERR_INVALID);
    assert_int_equal(read_password("\r\n", 2, out, NULL), ERR_INVALID);
    assert_string_equal(fault.message, "the password is empty");
    assert_int_equal(read_password("a\xff", 2, out, NULL), ERR_INVALID);
    assert_int_equal(read_password("a\0b", 3, out, NULL), ERR_INVALID);
    assert_int_equal(out[0], 0);
    assert_int_equal(password_read(-1, out, &fault), ERR_IO);
}

static void the_line_tells_share_rate_and_rest(void **state)
{
    static const struct {
        int64_t total, done, elapsed_us;
        const char *line;
    } cases[] = {
        {1000, 0, 0, "[........................]   0% 0/1,000 tickets 0/s -:-- left"},
        {1000, 400, 2000000, "[#########...............]  40% 400/1,000 tickets 200/s 0:03 left"},
        {1000, 1000, 5000000,
         "[########################] 100% 1,000/1,000 tickets 200/s 0:00 left"},
        {1000, 1001, 5000000,
         "[########################] 100% 1,001/1,000 tickets 200/s 0:00 left"},
        {1234567, 1, 1000000,
         "[........................]   0% 1/1,234,567 tickets 1/s 342:56:06 left"},
        {0, 12345, 65000000, "12,345 tickets 189/s 1:05"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct progress p = {
            .what = "tickets", .total = cases[i].total, .done = cases[i].done};
        char line[PROGRESS_LINE_SIZE];

        assert_string_equal(progress_line(&p, cases[i].elapsed_us, line), cases[i].line);
    }
}

static void nothing_is_drawn_unless_there_is_a_terminal(void **state)
{
    char *text = NULL;
    size_t len = 0;
    struct progress silent = {.what = "rows", .total = 10};
    struct progress drawn = {.what = "rows", .total = 10, .to = open_memstream(&text, &len)};
    FILE *to = drawn.to;

    progress_set(&silent, 5);
    progress_end(&silent);
    progress_set(&drawn, 5);
    progress_set(&drawn, 6); /* too soon to draw again */
    progress_end(&drawn);
    progress_end(&drawn);
    fclose(to);
    assert_non_null(strstr(text, " 5/10 rows"));
    assert_null(strstr(text, " 6/10 rows 0/s -"));
    assert_int_equal(text[len - 1], '\n');
    free(text);
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
        cmocka_unit_test(one_line_is_read_and_nothing_beyond),
        cmocka_unit_test(passwords_are_taken_up_to_their_limit),
        cmocka_unit_test(useless_passwords_are_refused_and_wiped),
        cmocka_unit_test(the_line_tells_share_rate_and_rest),
        cmocka_unit_test(nothing_is_drawn_unless_there_is_a_terminal),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
