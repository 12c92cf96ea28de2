#include "http/shape_value.h"

#include "base/json_out.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static void read_object(struct shape_reader *r, const struct shape_path *path,
                        const struct shape *shape, const json_t *json, void *out);

static const char *type_words(enum field_type type)
{
    static const char *const words[FIELD_TYPE_COUNT] = {
        [FIELD_TEXT] = "text",
        [FIELD_EMAIL] = "an e-mail address",
        [FIELD_INT] = "a whole number",
        [FIELD_BOOL] = "true or false",
        [FIELD_TRI] = "true, false or null",
        [FIELD_TIME] = "a time like 2026-11-23T08:00:00Z",
        [FIELD_UUID] = "a UUID",
        [FIELD_REF] = "an id: a UUID or a number, as text",
        [FIELD_ENUM] = "one of the known names, as text",
        [FIELD_JSON] = "an object",
        [FIELD_TEXTS] = "a list of text",
        [FIELD_ENUMS] = "a list of known names",
        [FIELD_REFS] = "a list of ids",
        [FIELD_OBJECT] = "an object",
        [FIELD_OBJECTS] = "a list of objects",
    };
    return words[type] ? words[type] : "something else";
}

/* The same value again as compact text. Numbers keep the shortest form that reads back alike. */
static void copy_json(struct json_out *j, const json_t *json)
{
    char number[40];
    const char *key;
    json_t *value;
    size_t i;

    switch (json_typeof(json)) {
    case JSON_OBJECT:
        json_open(j, '{');
        json_object_foreach((json_t *)json, key, value)
        {
            json_key_any(j, key);
            copy_json(j, value);
        }
        json_close(j, '}');
        break;
    case JSON_ARRAY:
        json_open(j, '[');
        json_array_foreach(json, i, value) copy_json(j, value);
        json_close(j, ']');
        break;
    case JSON_STRING:
        json_textn(j, json_string_value(json), json_string_length(json));
        break;
    case JSON_INTEGER:
        json_int(j, json_integer_value(json));
        break;
    case JSON_REAL:
        for (int digits = 15; digits <= 17; digits++) {
            snprintf(number, sizeof(number), "%.*g", digits, json_real_value(json));
            if (strtod(number, NULL) == json_real_value(json))
                break;
        }
        json_raw(j, number);
        break;
    case JSON_TRUE:
    case JSON_FALSE:
        json_bool(j, json_is_true(json));
        break;
    case JSON_NULL:
        json_none(j);
        break;
    }
}

static void read_free_object(struct shape_reader *r, const struct shape_path *path,
                             const struct field *field, const json_t *json, const char **out)
{
    struct buf text = {0};
    struct json_out j = json_to(&text);

    copy_json(&j, json);
    if (field->max_bytes > 0 && text.len > (size_t)field->max_bytes)
        shape_complain(r, path, "is too large: %zu bytes, at most %lld are allowed", text.len,
                       (long long)field->max_bytes);
    else
        *out = arena_strn(r->arena, buf_text(&text), text.len);
    buf_done(&text);
}

/* 3 and 3.0 are the same number to JSON. */
static bool whole_number(const json_t *json, int64_t *out)
{
    if (json_is_integer(json)) {
        *out = json_integer_value(json);
        return true;
    }
    if (json_is_real(json)) {
        double d = json_real_value(json);

        if (d == floor(d) && fabs(d) <= 9007199254740992.0) {
            *out = (int64_t)d;
            return true;
        }
    }
    return false;
}

static void read_list(struct shape_reader *r, const struct shape_path *path,
                      const struct field *field, const json_t *json, void *member)
{
    size_t count = json_array_size(json);
    struct text_list *texts = member;
    struct int_list *ints = member;
    bool enums = field->type == FIELD_ENUMS;
    size_t n = 0;

    if (!shape_take_count(r, path, field, count))
        return;
    if (enums)
        ints->v = ARENA_ARRAY(r->arena, int, count + 1);
    else
        texts->v = ARENA_ARRAY(r->arena, const char *, count + 1);
    for (size_t i = 0; i < count; i++) {
        struct shape_path at = {.parent = path, .index = i};
        const char *text = json_string_value(json_array_get(json, i));
        bool ok;

        if (!text) {
            shape_complain(r, &at, "must be text");
            continue;
        }
        if (enums)
            ok = shape_take_enum(r, &at, field, text, &ints->v[n]);
        else if (field->type == FIELD_REFS)
            ok = shape_take_ref(r, &at, text, &texts->v[n]);
        else
            ok = shape_take_text(r, &at, field, text, &texts->v[n]);
        n += ok;
    }
    if (enums)
        ints->n = n;
    else
        texts->n = n;
    if (field->required && count == 0)
        shape_complain(r, path, "must not be empty");
}

static void read_objects(struct shape_reader *r, const struct shape_path *path,
                         const struct field *field, const json_t *json, struct object_list *out)
{
    size_t count = json_array_size(json);
    char *items;

    if (!shape_take_count(r, path, field, count))
        return;
    items = arena_zalloc(r->arena, field->of->size * count + 1);
    for (size_t i = 0; i < count; i++) {
        struct shape_path at = {.parent = path, .index = i};

        read_object(r, &at, field->of, json_array_get(json, i), items + i * field->of->size);
    }
    *out = (struct object_list){items, count};
    if (field->required && count == 0)
        shape_complain(r, path, "must not be empty");
}

static bool type_fits(const struct field *field, const json_t *json)
{
    int64_t n;

    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_EMAIL:
    case FIELD_TIME:
    case FIELD_UUID:
    case FIELD_REF:
    case FIELD_ENUM:
        return json_is_string(json);
    case FIELD_INT:
        return whole_number(json, &n);
    case FIELD_BOOL:
    case FIELD_TRI:
        return json_is_boolean(json);
    case FIELD_JSON:
    case FIELD_OBJECT:
        return json_is_object(json);
    case FIELD_TEXTS:
    case FIELD_ENUMS:
    case FIELD_REFS:
    case FIELD_OBJECTS:
        return json_is_array(json);
    case FIELD_REAL:
    case FIELD_JSON_TEXTS:
    case FIELD_MAP:
    case FIELD_TYPE_COUNT:
        break;
    }
    ENSURE(!"a shape that is read has only fields that can be read");
    return false;
}

/* json has the right JSON type. */
static void read_value(struct shape_reader *r, const struct shape_path *path,
                       const struct field *field, const json_t *json, void *member)
{
    const char *text = json_string_value(json);
    int64_t n = 0;

    switch (field->type) {
    case FIELD_TEXT:
        shape_take_text(r, path, field, text, member);
        break;
    case FIELD_EMAIL:
        shape_take_email(r, path, text, member);
        break;
    case FIELD_INT:
        whole_number(json, &n);
        shape_take_int(r, path, field, n, member);
        break;
    case FIELD_BOOL:
        *(bool *)member = json_is_true(json);
        break;
    case FIELD_TRI:
        *(enum tri *)member = json_is_true(json) ? TRI_YES : TRI_NO;
        break;
    case FIELD_TIME:
        shape_take_time(r, path, text, member);
        break;
    case FIELD_UUID:
        shape_take_uuid(r, path, text, member);
        break;
    case FIELD_REF:
        shape_take_ref(r, path, text, member);
        break;
    case FIELD_ENUM:
        shape_take_enum(r, path, field, text, member);
        break;
    case FIELD_JSON:
        read_free_object(r, path, field, json, member);
        break;
    case FIELD_TEXTS:
    case FIELD_ENUMS:
    case FIELD_REFS:
        read_list(r, path, field, json, member);
        break;
    case FIELD_OBJECT:
        *(void **)member = arena_zalloc(r->arena, field->of->size);
        read_object(r, path, field->of, json, *(void **)member);
        break;
    case FIELD_OBJECTS:
        read_objects(r, path, field, json, member);
        break;
    case FIELD_REAL:
    case FIELD_JSON_TEXTS:
    case FIELD_MAP:
    case FIELD_TYPE_COUNT:
        break;
    }
}

static void read_field(struct shape_reader *r, const struct shape_path *path,
                       const struct field *field, const json_t *json, void *out)
{
    if (json_is_null(json)) {
        if (!field->nullable && field->type != FIELD_TRI)
            shape_complain(r, path, field->required ? "is required" : "must not be null");
        else if (field->required)
            shape_complain(r, path, "is required");
        return;
    }
    if (!type_fits(field, json)) {
        shape_complain(r, path, "must be %s", type_words(field->type));
        return;
    }
    read_value(r, path, field, json, shape_member(field, out));
}

static void clear_struct(const struct shape *shape, void *out)
{
    memset(out, 0, shape->size);
    for (size_t i = 0; i < shape->field_count; i++) {
        if (shape->fields[i].type == FIELD_TRI)
            *(enum tri *)shape_member(&shape->fields[i], out) = TRI_UNKNOWN;
    }
}

static void read_object(struct shape_reader *r, const struct shape_path *path,
                        const struct shape *shape, const json_t *json, void *out)
{
    uint64_t present = 0;
    const char *key;
    json_t *value;

    ENSURE(!shape->output && shape->field_count <= 64);
    clear_struct(shape, out);
    if (!json_is_object(json)) {
        shape_complain(r, path, "must be an object");
        return;
    }
    json_object_foreach((json_t *)json, key, value)
    {
        struct shape_path at = {.parent = path, .name = key};
        int i = shape_find_field(shape, key);

        if (i < 0) {
            shape_complain(r, &at, "unknown field");
            continue;
        }
        present |= UINT64_C(1) << i;
        read_field(r, &at, &shape->fields[i], value, out);
    }
    for (size_t i = 0; i < shape->field_count; i++) {
        struct shape_path at = {.parent = path, .name = shape->fields[i].name};

        if (shape->fields[i].required && !(present >> i & 1))
            shape_complain(r, &at, "is required");
    }
    *(uint64_t *)out = present;
}

err shape_read(const struct shape *shape, const json_t *json, struct arena *a, struct fault *fault,
               void *out)
{
    struct shape_reader r = {.arena = a, .fault = fault};

    read_object(&r, NULL, shape, json, out);
    return r.complaints ? ERR_INVALID : OK;
}
