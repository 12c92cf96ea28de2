/* The document of a small table; the linter from npm looks at the whole one in tests/api. */
#include "http/test_desk.h"

#include <jansson.h>

static json_t *document(void)
{
    static const struct route_table tables[] = {ROUTES(test_routes)};
    struct buf text = {0};
    struct json_out j = json_to(&text);
    json_error_t error;
    const char *path = getenv("OPENAPI_OUT");
    json_t *doc;

    openapi_write(tables, 1, "1.2.3", &j);
    doc = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, &error);
    if (!doc)
        fail_msg("%s at %d", error.text, error.position);
    if (path) {
        FILE *file = fopen(path, "w");

        fputs(text.data, file);
        fclose(file);
    }
    buf_done(&text);
    return doc;
}

static json_t *get(json_t *at, const char *first, ...)
{
    va_list ap;

    va_start(ap, first);
    for (const char *name = first; name; name = va_arg(ap, const char *)) {
        at = json_object_get(at, name);
        if (!at)
            fail_msg("no %s", name);
    }
    va_end(ap);
    return at;
}

static void every_route_is_described(void **state)
{
    json_t *doc = document();

    assert_string_equal(json_string_value(get(doc, "info", "version", NULL)), "1.2.3");
    for (size_t i = 0; i < COUNT_OF(test_routes); i++) {
        char path[128];
        char method[16];
        const char *colon = strchr(test_routes[i].path, ':');

        snprintf(path, sizeof(path), "%s", test_routes[i].path);
        if (colon)
            snprintf(path, sizeof(path), "%.*s{%s}", (int)(colon - test_routes[i].path),
                     test_routes[i].path, colon + 1);
        for (size_t k = 0; k <= strlen(test_routes[i].method); k++)
            method[k] = (char)(test_routes[i].method[k] | (test_routes[i].method[k] ? 32 : 0));
        get(doc, "paths", path, method, "operationId", NULL);
    }
    json_decref(doc);
}

static void shapes_become_schemas(void **state)
{
    json_t *doc = document();
    json_t *input = get(doc, "components", "schemas", "NoteInput", NULL);
    json_t *output = get(doc, "components", "schemas", "Note", NULL);

    assert_int_equal(json_integer_value(get(input, "properties", "text", "maxLength", NULL)), 20);
    assert_int_equal(json_integer_value(get(input, "properties", "text", "minLength", NULL)), 1);
    assert_string_equal(json_string_value(json_array_get(get(input, "required", NULL), 0)), "text");
    assert_true(json_is_false(get(input, "additionalProperties", NULL)));
    assert_true(json_is_array(get(output, "properties", "text", "type", NULL)));
    assert_int_equal(json_array_size(get(output, "required", NULL)), COUNT_OF(note_fields));
    json_decref(doc);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_route_is_described),
        cmocka_unit_test(shapes_become_schemas),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
