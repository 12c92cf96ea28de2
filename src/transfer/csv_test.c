#include "transfer/csv.h"

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static struct arena arena;

/* Reads all of text and writes rows as "a|b;" with the line each begins on, or the error. */
static const char *read_all(const char *text, size_t len, char separator)
{
    FILE *file = fmemopen((void *)(uintptr_t)text, len ? len : 1, "r");
    struct fault fault = {.arena = &arena};
    struct csv_reader reader;
    struct csv_row row;
    const char *all = "";
    err e;

    assert_non_null(file);
    if (len == 0)
        assert_int_equal(getc(file), text[0]); /* fmemopen knows no empty file */
    csv_reader_init(&reader, file, separator);
    while ((e = csv_read(&reader, &row, &fault)) == OK && row.count) {
        all = arena_printf(&arena, "%s%lld:", all, (long long)row.line);
        for (size_t i = 0; i < row.count; i++)
            all = arena_printf(&arena, "%s%s%s", all, i ? "|" : "", row.fields[i]);
        all = arena_printf(&arena, "%s;", all);
    }
    csv_reader_done(&reader);
    fclose(file);
    return e == OK ? all : arena_printf(&arena, "%s!%s", all, fault.message);
}

static void rows_are_read_as_the_standard_says(void **state)
{
    static const struct {
        const char *text, *rows;
    } cases[] = {
        {"a,b\r\nc,d\r\n", "1:a|b;2:c|d;"},
        {"a,b\nc,d", "1:a|b;2:c|d;"},
        {"a,b\rc,d\r", "1:a|b;2:c|d;"},
        {"\xEF\xBB\xBF"
         "a,b\n",
         "1:a|b;"},
        {"\xEF\xBB\xBF\"a\",b\n", "1:a|b;"},
        {"\xEF\xBB", "!line 1: a field is not valid UTF-8"},
        {"a,,\n,\n", "1:a||;2:|;"},
        {"a,", "1:a|;"},
        {",", "1:|;"},
        {"\"\"\n", "1:;"},
        {"\"a,\"\"b\"\"\",c\n", "1:a,\"b\"|c;"},
        {"\"two\r\nlines\",x\r\nnext\r\n", "1:two\nlines|x;3:next;"},
        {"\n\na\n\n\nb\n\n", "3:a;6:b;"},
        {" a , b \n", "1: a | b ;"},
        {"a\"b\n", "!line 1: a quote inside a field that does not begin with one"},
        {"x\n\"a\"b\n", "1:x;!line 2: text after a closing quote"},
        {"x\n\n\"a\nb", "1:x;!line 3: the quote that opens here is never closed"},
        {"\"", "!line 1: the quote that opens here is never closed"},
        {"x\n\xff\n", "1:x;!line 2: a field is not valid UTF-8"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++)
        assert_string_equal(read_all(cases[i].text, strlen(cases[i].text), ','), cases[i].rows);
    assert_string_equal(read_all("", 0, ','), "");
    assert_string_equal(read_all("a\0b", 3, ','), "!line 1: a NUL byte; is this a text file?");
    assert_string_equal(read_all("a,b;c", 5, ';'), "1:a,b|c;");
    assert_string_equal(read_all("a,b\tc", 5, '\t'), "1:a,b|c;");
}

static void limits_hold_on_both_sides(void **state)
{
    const size_t field = CSV_FIELD_MAX_BYTES;
    char *text = arena_zalloc(&arena, CSV_ROW_MAX_BYTES + 64);
    size_t len = 0;

    memset(text, 'x', field);
    assert_null(strchr(read_all(text, field, ','), '!'));
    text[field] = 'x';
    assert_non_null(strstr(read_all(text, field + 1, ','), "!line 1: a field is longer"));

    for (int i = 0; i < CSV_FIELDS_MAX - 1; i++)
        text[len++] = ',';
    assert_null(strchr(read_all(text, len, ','), '!'));
    text[len++] = ',';
    assert_non_null(strstr(read_all(text, len, ','), "!line 1: more than 256 fields"));

    memset(text, 'x', CSV_ROW_MAX_BYTES + 64);
    for (size_t i = field - 1; i < CSV_ROW_MAX_BYTES; i += field)
        text[i] = ',';
    assert_null(strchr(read_all(text, CSV_ROW_MAX_BYTES, ','), '!'));
    assert_non_null(strstr(read_all(text, CSV_ROW_MAX_BYTES + 1, ','), "!line 1: a row is longer"));
}

static void reading_goes_on_where_it_stopped(void **state)
{
    static const char text[] = "\xEF\xBB\xBF"
                               "a,b\r\n\"c\r\nd\",e\r\nf,g\r\n";
    FILE *file = fmemopen((void *)(uintptr_t)text, sizeof(text) - 1, "r");
    struct csv_reader first, second;
    struct csv_row row;

    csv_reader_init(&first, file, ',');
    assert_int_equal(csv_read(&first, &row, NULL), OK);
    assert_int_equal(csv_read(&first, &row, NULL), OK);
    assert_int_equal(row.line, 2);
    assert_int_equal(csv_reader_init_at(&second, file, ',', first.offset, first.line), OK);
    assert_int_equal(csv_read(&second, &row, NULL), OK);
    assert_int_equal(row.line, 4);
    assert_string_equal(row.fields[0], "f");
    assert_int_equal(csv_read(&second, &row, NULL), OK);
    assert_int_equal(row.count, 0);
    csv_reader_done(&first);
    csv_reader_done(&second);
    fclose(file);
}

static void cells_are_written_quoted_and_harmless(void **state)
{
    static const struct {
        const char *text, *cell;
    } cases[] = {
        {NULL, ""},
        {"", ""},
        {"plain", "plain"},
        {"a,b", "\"a,b\""},
        {"say \"hi\"", "\"say \"\"hi\"\"\""},
        {"two\nlines", "\"two\nlines\""},
        {" edge", "\" edge\""},
        {"edge ", "\"edge \""},
        {"=1+1", "'=1+1"},
        {"+cmd|x", "'+cmd|x"},
        {"-a", "'-a"},
        {"@SUM(A1)", "'@SUM(A1)"},
        {"=HYPERLINK(\"x\")", "\"'=HYPERLINK(\"\"x\"\")\""},
        {"\tx", "\"'\tx\""},
        {"\rx", "\"'\rx\""},
        {"\xEF\xBC\x9D"
         "1",
         "'\xEF\xBC\x9D"
         "1"},
        {"-5", "-5"},
        {"+5", "+5"},
        {"-1.5e-3", "-1.5e-3"},
        {"-", "'-"},
        {"-5-3", "'-5-3"},
        {"-5.", "'-5."},
        {"+49 30 1234", "'+49 30 1234"},
        {"-1e", "'-1e"},
        {"a=b", "a=b"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct buf buf = {0};
        struct csv_writer writer = csv_to(&buf);

        csv_text(&writer, cases[i].text);
        assert_string_equal(buf_text(&buf), cases[i].cell);
        buf_done(&buf);
    }
}

static void rows_of_all_kinds_read_back(void **state)
{
    struct buf buf = {0};
    struct csv_writer writer = csv_to(&buf);

    csv_text(&writer, "na\"me, \xC3\xA4");
    csv_int(&writer, -7);
    csv_real(&writer, 0.25);
    csv_real(&writer, NAN);
    csv_time(&writer, 1);
    csv_time(&writer, 0);
    csv_end(&writer);
    csv_text(&writer, "x");
    csv_end(&writer);
    assert_string_equal(read_all(buf.data, buf.len, ','),
                        "1:na\"me, \xC3\xA4|-7|0.25||1970-01-01T00:00:00.001Z|;2:x;");
    buf_done(&buf);
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
        cmocka_unit_test(rows_are_read_as_the_standard_says),
        cmocka_unit_test(limits_hold_on_both_sides),
        cmocka_unit_test(reading_goes_on_where_it_stopped),
        cmocka_unit_test(cells_are_written_quoted_and_harmless),
        cmocka_unit_test(rows_of_all_kinds_read_back),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
