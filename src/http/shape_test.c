/* Both sides of every rule by which JSON and query strings are read, and what is written. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "http/shape.h"

enum { LOW, HIGH };
static const struct enum_name level_names[] = {
    {"low", LOW, false}, {"high", HIGH, false}, {"urgent", HIGH, true}, {NULL, 0, false}};

struct inner {
    uint64_t present;
    const char *email;
    const char *name;
};
static const struct field inner_fields[] = {
    {"email", FIELD_EMAIL, offsetof(struct inner, email), .required = true},
    {"name", FIELD_TEXT, offsetof(struct inner, name), .max = 3},
};
static const struct shape inner_shape = SHAPE("Inner", NULL, struct inner, inner_fields);

struct thing {
    uint64_t present;
    const char *subject, *note, *ref;
    int64_t count, any, due_ms;
    bool flag;
    enum tri known;
    struct uuid id;
    int level;
    const char *custom;
    struct text_list tags, refs;
    struct int_list levels;
    struct inner *requester;
    struct object_list people;
};
#define AT(member) offsetof(struct thing, member)
static const struct field thing_fields[] = {
    {"subject", FIELD_TEXT, AT(subject), .required = true, .max = 5},
    {"note", FIELD_TEXT, AT(note), .nullable = true, .min = 2, .max_bytes = 6},
    {"ref", FIELD_REF, AT(ref), .nullable = true},
    {"count", FIELD_INT, AT(count), .min = -2, .max = 10},
    {"any", FIELD_INT, AT(any)},
    {"due", FIELD_TIME, AT(due_ms), .nullable = true},
    {"flag", FIELD_BOOL, AT(flag)},
    {"known", FIELD_TRI, AT(known)},
    {"id", FIELD_UUID, AT(id)},
    {"level", FIELD_ENUM, AT(level), .names = level_names},
    {"custom", FIELD_JSON, AT(custom), .max_bytes = 20},
    {"tags", FIELD_TEXTS, AT(tags), .min = 1, .max = 3, .max_items = 2},
    {"refs", FIELD_REFS, AT(refs)},
    {"levels", FIELD_ENUMS, AT(levels), .names = level_names},
    {"requester", FIELD_OBJECT, AT(requester), .of = &inner_shape},
    {"people", FIELD_OBJECTS, AT(people), .of = &inner_shape, .max_items = 2},
};
static const struct shape thing_shape = SHAPE("Thing", NULL, struct thing, thing_fields);

/* "path: msg; path: msg", or "" if all is well. */
static const char *complaints(struct arena *a, err e, const struct fault *fault)
{
    const char *text = "";

    assert_int_equal(e == OK, fault->fields == NULL);
    for (const struct fault_field *f = fault->fields; f; f = f->next)
        text = arena_printf(a, "%s%s%s: %s", text, *text ? "; " : "", f->path, f->msg);
    return text;
}

static const char *read_json(struct arena *a, const char *json, struct thing *out)
{
    struct fault fault = {.arena = a};

    return complaints(a, shape_read_text(&thing_shape, json, strlen(json), a, &fault, out), &fault);
}

struct sample {
    const char *json;
    const char *expected;
};

static void check_samples(const struct sample *samples, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        struct arena a;
        struct thing thing;

        arena_init(&a);
        assert_string_equal(read_json(&a, samples[i].json, &thing), samples[i].expected);
        arena_done(&a);
    }
}

static void each_wrong_field_is_named(void **state)
{
    static const struct sample samples[] = {
        {"{\"subject\":\"a\"}", ""},
        {"{\"subject\":\"abcde\"}", ""},
        {"{\"subject\":\"abcdef\"}", "subject: is too long: 6 characters, at most 5 are allowed"},
        {"{\"subject\":\"äöüßé\"}", ""},
        {"{\"subject\":\" \\n\"}", "subject: must not be empty"},
        {"{}", "subject: is required"},
        {"{\"subject\":null}", "subject: is required"},
        {"{\"subject\":7}", "subject: must be text"},
        {"{\"subject\":\"a\",\"note\":null}", ""},
        {"{\"subject\":\"a\",\"note\":\"ab\"}", ""},
        {"{\"subject\":\"a\",\"note\":\"a\"}",
         "note: is too short: 1 characters, at least 2 are needed"},
        {"{\"subject\":\"a\",\"note\":\"ääää\"}",
         "note: is too long: 8 bytes, at most 6 are allowed"},
        {"{\"subject\":\"a\",\"flag\":null}", "flag: must not be null"},
        {"{\"subject\":\"a\",\"flag\":\"yes\"}", "flag: must be true or false"},
        {"{\"subject\":\"a\",\"known\":null}", ""},
        {"{\"subject\":\"a\",\"nonsense\":1,\"other\":2}",
         "nonsense: unknown field; other: unknown field"},
        {"{\"subject\":\"a\",\"requester\":{\"email\":\"x\",\"name\":\"abcd\",\"x\":1}}",
         "requester.email: must be an e-mail address like name@example.org; requester.name: is too "
         "long: 4 characters, at most 3 are allowed; requester.x: unknown field"},
        {"{\"subject\":\"a\",\"requester\":[]}", "requester: must be an object"},
        {"{\"subject\":\"a\",\"people\":[{\"email\":\"a@b\"},{}]}", "people[1].email: is required"},
        {"{\"subject\":\"a\",\"people\":[{\"email\":\"a@b\"},3]}", "people[1]: must be an object"},
        {"{\"subject\":\"a\",\"people\":[{},{},{}]}",
         "people: has too many values: 3, at most 2 are allowed"},
    };

    check_samples(samples, COUNT_OF(samples));
}

static void each_type_has_its_bounds(void **state)
{
    static const struct sample samples[] = {
        {"{\"subject\":\"a\",\"count\":-2}", ""},
        {"{\"subject\":\"a\",\"count\":-3}", "count: must be at least -2"},
        {"{\"subject\":\"a\",\"count\":10}", ""},
        {"{\"subject\":\"a\",\"count\":11}", "count: must be at most 10"},
        {"{\"subject\":\"a\",\"count\":3.0}", ""},
        {"{\"subject\":\"a\",\"count\":3.5}", "count: must be a whole number"},
        {"{\"subject\":\"a\",\"count\":\"3\"}", "count: must be a whole number"},
        {"{\"subject\":\"a\",\"any\":9223372036854775807}", ""},
        {"{\"subject\":\"a\",\"due\":\"2026-11-23T08:00:00+02:00\"}", ""},
        {"{\"subject\":\"a\",\"due\":null}", ""},
        {"{\"subject\":\"a\",\"due\":\"2026-02-31\"}",
         "due: must be a time like 2026-11-23T08:00:00Z"},
        {"{\"subject\":\"a\",\"due\":\"99999-01-01T00:00:00Z\"}",
         "due: must be a time like 2026-11-23T08:00:00Z"},
        {"{\"subject\":\"a\",\"due\":\"1970-01-01T00:00:00Z\"}",
         "due: must be later than 1970-01-01T00:00:00Z"},
        {"{\"subject\":\"a\",\"id\":\"0190163d-8694-739b-aea5-966c26f8ad91\"}", ""},
        {"{\"subject\":\"a\",\"id\":\"12\"}", "id: must be a UUID"},
        {"{\"subject\":\"a\",\"ref\":\"12\"}", ""},
        {"{\"subject\":\"a\",\"ref\":\"012\"}", "ref: must be an id: a UUID or a number"},
        {"{\"subject\":\"a\",\"ref\":\"999999999999999999\"}", ""},
        {"{\"subject\":\"a\",\"ref\":\"1000000000000000000\"}",
         "ref: must be an id: a UUID or a number"},
        {"{\"subject\":\"a\",\"ref\":\"\"}", "ref: must be an id: a UUID or a number"},
        {"{\"subject\":\"a\",\"level\":\"urgent\"}", ""},
        {"{\"subject\":\"a\",\"level\":\"URGENT\"}", "level: must be one of low, high"},
        {"{\"subject\":\"a\",\"custom\":{\"a\":\"0123456789\"}}", ""},
        {"{\"subject\":\"a\",\"custom\":{\"a\":\"0123456789abcdef\"}}",
         "custom: is too large: 24 bytes, at most 20 are allowed"},
        {"{\"subject\":\"a\",\"custom\":[]}", "custom: must be an object"},
        {"{\"subject\":\"a\",\"tags\":[\"a\",\"bcd\"]}", ""},
        {"{\"subject\":\"a\",\"tags\":[\"a\",\"\"]}", "tags[1]: must not be empty"},
        {"{\"subject\":\"a\",\"tags\":[\"abcd\",1]}",
         "tags[0]: is too long: 4 characters, at most 3 are allowed; tags[1]: must be text"},
        {"{\"subject\":\"a\",\"tags\":[\"a\",\"b\",\"c\"]}",
         "tags: has too many values: 3, at most 2 are allowed"},
        {"{\"subject\":\"a\",\"refs\":[\"1\",\"x\"]}",
         "refs[1]: must be an id: a UUID or a number"},
        {"{\"subject\":\"a\",\"levels\":[\"low\",\"x\"]}", "levels[1]: must be one of low, high"},
    };

    check_samples(samples, COUNT_OF(samples));
}

static void what_is_not_json_is_refused(void **state)
{
    static const struct sample samples[] = {
        {"", "body: is not valid JSON: it ends too early (line 1, column 0)"},
        {"[]", "body: must be an object"},
        {"null", "body: must be an object"},
        {"{\"subject\":\"a\",\"subject\":\"b\"}",
         "body: is not valid JSON: a name stands twice in an object (line 1, column 24)"},
        {"{'subject':'a'}", "body: is not valid JSON: it is malformed (line 1, column 2)"},
        {"{\"subject\":\"a\"} x",
         "body: is not valid JSON: there is more after its end (line 1, column 17)"},
        {"{\"subject\":\"a\\u0000b\"}", "subject: must not contain \\u0000"},
        {"{\"flag\":true,\"custom\":{\"a\":[1,\"{\"],\"\\u0000\":1}}",
         "custom: must not contain \\u0000"},
        {"{\"subject\":\"a\\ud800b\"}",
         "body: is not valid JSON: it is malformed (line 1, column 21)"},
        {"{\"subject\":\"\xff\"}", "body: is not valid UTF-8"},
        {"{\"any\":NaN}", "body: is not valid JSON: it is malformed (line 1, column 10)"},
        {"{\"any\":99999999999999999999}", "any: must be a whole number; subject: is required"},
        {"{\"subject\":\"a\",\"any\":1e999}", "any: holds a number that is too large"},
        {"{\"subject\":\"a\",\"custom\":{\"a\":99999999999999999999}}", ""},
    };
    struct arena a;
    struct fault fault = {.arena = &a};
    struct thing thing;

    check_samples(samples, COUNT_OF(samples));
    arena_init(&a);
    assert_int_equal(shape_read_text(&thing_shape, "{\0}", 3, &a, &fault, &thing), ERR_INVALID);
    assert_string_equal(fault.fields->msg, "must not contain NUL bytes");
    arena_done(&a);
}

static void depth_is_limited(void **state)
{
    static const int depths[] = {JSON_DEPTH_MAX, JSON_DEPTH_MAX + 1, 10000, 500000};

    for (size_t i = 0; i < COUNT_OF(depths); i++) {
        size_t n = (size_t)depths[i];
        char *json = malloc(2 * n + 64);
        struct arena a;
        struct thing thing;
        const char *said;
        size_t start;

        arena_init(&a);
        start = (size_t)sprintf(json, "{\"subject\":\"[[{{\",\"x\":");
        memset(json + start, '[', n - 1);
        memset(json + start + n - 1, ']', n - 1);
        strcpy(json + start + 2 * (n - 1), "}");
        said = read_json(&a, json, &thing);
        assert_string_equal(said,
                            n <= JSON_DEPTH_MAX
                                ? "x: unknown field"
                                : "body: is nested too deeply: at most 64 levels are allowed");
        free(json);
        arena_done(&a);
    }
}

static void at_most_fifty_fields_are_named(void **state)
{
    struct buf json = {0};
    struct arena a;
    struct fault fault = {.arena = &a};
    struct thing thing;

    arena_init(&a);
    buf_str(&json, "{\"subject\":\"a\"");
    for (int i = 0; i < 500; i++)
        buf_printf(&json, ",\"x%d\":1", i);
    buf_str(&json, "}");
    assert_int_equal(shape_read_text(&thing_shape, json.data, json.len, &a, &fault, &thing),
                     ERR_INVALID);
    assert_int_equal(fault.field_count, FAULT_FIELDS_MAX);
    buf_done(&json);
    arena_done(&a);
}

static void values_arrive_in_the_struct(void **state)
{
    struct arena a;
    struct thing t;
    const struct inner *person;

    arena_init(&a);
    assert_string_equal(
        read_json(&a,
                  "{\"subject\":\"a\",\"count\":-1,\"due\":\"1970-01-01T00:00:01Z\",\"flag\":true,"
                  "\"level\":\"urgent\",\"custom\":{\"b\":[1,2.5,0.1,true,null,\"\\u00e9\\n\"]},"
                  "\"tags\":[\"x\"],\"levels\":[\"high\",\"low\"],\"requester\":null,"
                  "\"people\":[{\"email\":\" A@b.c \"}],\"ref\":null}",
                  &t),
        "custom: is too large: 34 bytes, at most 20 are allowed; requester: must not be null");
    assert_string_equal(
        read_json(&a,
                  "{\"subject\":\"a\",\"count\":-1,\"due\":\"1970-01-01T00:00:01Z\",\"flag\":true,"
                  "\"level\":\"urgent\",\"custom\":{\"b\":[1,2.5,0.1]},"
                  "\"tags\":[\"x\"],\"levels\":[\"high\",\"low\"],"
                  "\"people\":[{\"email\":\" A@b.c \"}],\"ref\":null}",
                  &t),
        "");
    assert_string_equal(t.subject, "a");
    assert_int_equal(t.count, -1);
    assert_int_equal(t.due_ms, 1000);
    assert_true(t.flag);
    assert_int_equal(t.known, TRI_UNKNOWN);
    assert_int_equal(t.level, HIGH);
    assert_string_equal(t.custom, "{\"b\":[1,2.5,0.1]}");
    assert_int_equal(t.tags.n, 1);
    assert_int_equal(t.levels.v[1], LOW);
    assert_null(t.requester);
    assert_null(t.ref);
    person = t.people.v;
    assert_string_equal(person->email, "A@b.c");
    assert_true(shape_sent(&thing_shape, &t, "ref"));
    assert_false(shape_sent(&thing_shape, &t, "note"));
    arena_done(&a);
}

struct query {
    uint64_t present;
    const char *text;
    int64_t page, after_ms;
    bool flag;
    enum tri known;
    struct int_list levels;
    struct text_list tags;
    const char *ref;
};
#define IN(member) offsetof(struct query, member)
static const struct field query_fields[] = {
    {"q", FIELD_TEXT, IN(text), .max = 4},
    {"page", FIELD_INT, IN(page), .min = 1, .max = 100},
    {"after", FIELD_TIME, IN(after_ms)},
    {"flag", FIELD_BOOL, IN(flag)},
    {"known", FIELD_TRI, IN(known)},
    {"level", FIELD_ENUMS, IN(levels), .names = level_names, .max_items = 3},
    {"tags", FIELD_TEXTS, IN(tags)},
    {"ref", FIELD_REF, IN(ref)},
};
static const struct shape query_shape = SHAPE("Query", NULL, struct query, query_fields);

static void query_strings_follow_the_same_rules(void **state)
{
    static const struct {
        struct name_value pairs[4];
        const char *expected;
    } samples[] = {
        {{{"q", "abcd"}, {"page", "1"}}, ""},
        {{{"q", "abcde"}, {"page", "0"}},
         "q: is too long: 5 characters, at most 4 are allowed; page: must be at least 1"},
        {{{"page", "100"}}, ""},
        {{{"page", "101"}}, "page: must be at most 100"},
        {{{"page", "-1"}}, "page: must be at least 1"},
        {{{"page", "1x"}}, "page: must be a whole number"},
        {{{"page", ""}}, "page: must be a whole number"},
        {{{"page", "99999999999999999999"}}, "page: must be a whole number"},
        {{{"page", "1"}, {"page", "2"}}, "page: is given more than once"},
        {{{"q", ""}}, ""},
        {{{"after", "2026-01-01T00:00:00 02:00"}}, ""},
        {{{"after", "1970-01-01"}}, ""},
        {{{"after", "soon"}}, "after: must be a time like 2026-11-23T08:00:00Z"},
        {{{"flag", "true"}, {"known", "0"}}, ""},
        {{{"flag", "maybe"}}, "flag: must be true or false"},
        {{{"level", "low,high"}, {"level", "urgent"}}, ""},
        {{{"level", "low,high"}, {"level", "low,low"}},
         "level: has too many values: at most 3 are allowed"},
        {{{"level", "low,x"}}, "level: must be one of low, high"},
        {{{"ref", "7"}}, ""},
        {{{"ref", "-7"}}, "ref: must be an id: a UUID or a number"},
        {{{"sort", "x"}}, "sort: unknown parameter"},
        {{{"q", "\xc3"}}, "q: is not valid UTF-8"},
    };

    for (size_t i = 0; i < COUNT_OF(samples); i++) {
        struct arena a;
        struct fault fault = {.arena = &a};
        struct query q;
        size_t n = 0;
        err e;

        arena_init(&a);
        while (n < 4 && samples[i].pairs[n].name)
            n++;
        e = shape_read_query(&query_shape, samples[i].pairs, n, &a, &fault, &q);
        assert_string_equal(complaints(&a, e, &fault), samples[i].expected);
        arena_done(&a);
    }
}

static void lists_in_queries_are_repeated_or_separated(void **state)
{
    static const struct name_value pairs[] = {
        {"level", "low, urgent,"}, {"tags", "a"}, {"tags", " b c ,d"}, {"level", ""}};
    struct arena a;
    struct query q;

    arena_init(&a);
    assert_int_equal(shape_read_query(&query_shape, pairs, COUNT_OF(pairs), &a, NULL, &q), OK);
    assert_int_equal(q.levels.n, 2);
    assert_int_equal(q.levels.v[1], HIGH);
    assert_int_equal(q.tags.n, 3);
    assert_string_equal(q.tags.v[1], "b c");
    assert_int_equal(q.known, TRI_UNKNOWN);
    arena_done(&a);
}

struct row {
    const char *name;
    int64_t count, at_ms;
    double share;
    struct uuid id;
    enum tri known;
    int level;
    const char *custom;
    struct text_list tags;
    struct int_list levels;
    const struct row *child;
    struct object_list rows;
    struct map_list by_day;
};
static const struct shape row_shape;
#define OUT(member) offsetof(struct row, member)
static const struct field row_fields[] = {
    {"name", FIELD_TEXT, OUT(name)},
    {"count", FIELD_INT, OUT(count)},
    {"at", FIELD_TIME, OUT(at_ms)},
    {"share", FIELD_REAL, OUT(share)},
    {"id", FIELD_UUID, OUT(id), .omit_null = true},
    {"known", FIELD_TRI, OUT(known)},
    {"level", FIELD_ENUM, OUT(level), .names = level_names},
    {"custom", FIELD_JSON, OUT(custom)},
    {"tags", FIELD_TEXTS, OUT(tags)},
    {"levels", FIELD_ENUMS, OUT(levels), .names = level_names},
    {"child", FIELD_OBJECT, OUT(child), .of = &row_shape, .omit_null = true},
    {"byDay", FIELD_MAP, OUT(by_day)},
};
static const struct shape row_shape = SHAPE_OUT("Row", NULL, struct row, row_fields);

static void structs_are_written_as_json(void **state)
{
    const char *tags[] = {"a", "\"b\""};
    struct map_entry days[] = {{"2026-01-01", 3, NULL}};
    struct row child = {.known = TRI_NO, .level = LOW};
    struct row row = {.name = "ä\n",
                      .count = 7,
                      .at_ms = 1,
                      .share = 0.5,
                      .known = TRI_UNKNOWN,
                      .level = HIGH,
                      .custom = "{\"x\":1}",
                      .tags = {tags, 2},
                      .levels = {(int[]){HIGH}, 1},
                      .child = &child,
                      .by_day = {days, 1}};
    struct buf out = {0};
    struct json_out j = json_to(&out);

    shape_write(&row_shape, &row, &j);
    assert_string_equal(
        buf_text(&out),
        "{\"name\":\"ä\\n\",\"count\":7,\"at\":\"1970-01-01T00:00:00.001Z\",\"share\":0.5,"
        "\"known\":null,\"level\":\"high\",\"custom\":{\"x\":1},\"tags\":[\"a\",\"\\\"b\\\"\"],"
        "\"levels\":[\"high\"],\"child\":{\"name\":null,\"count\":0,\"at\":null,\"share\":0,"
        "\"known\":false,\"level\":\"low\",\"custom\":null,\"tags\":[],\"levels\":[],"
        "\"byDay\":{}},\"byDay\":{\"2026-01-01\":3}}");
    buf_done(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_wrong_field_is_named),
        cmocka_unit_test(each_type_has_its_bounds),
        cmocka_unit_test(what_is_not_json_is_refused),
        cmocka_unit_test(depth_is_limited),
        cmocka_unit_test(at_most_fifty_fields_are_named),
        cmocka_unit_test(values_arrive_in_the_struct),
        cmocka_unit_test(query_strings_follow_the_same_rules),
        cmocka_unit_test(lists_in_queries_are_repeated_or_separated),
        cmocka_unit_test(structs_are_written_as_json),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
