#include "http/openapi_schema.h"

#include "base/limits.h"
#include "http/shape_value.h"

#include <stdio.h>
#include <string.h>

void shape_set_add(struct shape_set *set, const struct shape *shape)
{
    if (!shape)
        return;
    for (size_t i = 0; i < set->n; i++) {
        if (set->v[i] == shape)
            return;
        ENSURE(strcmp(set->v[i]->name, shape->name) != 0);
    }
    ENSURE(set->n < COUNT_OF(set->v));
    set->v[set->n++] = shape;
    for (size_t i = 0; i < shape->field_count; i++)
        shape_set_add(set, shape->fields[i].of);
}

void openapi_shape_ref(const struct shape *shape, struct json_out *j)
{
    char ref[128];

    snprintf(ref, sizeof(ref), "#/components/schemas/%s", shape->name);
    json_open(j, '{');
    JSON_PUT(j, text, "$ref", ref);
    json_close(j, '}');
}

static void put_type(struct json_out *j, const char *type, bool nullable)
{
    json_key(j, "type");
    if (!nullable) {
        json_text(j, type);
        return;
    }
    json_open(j, '[');
    json_text(j, type);
    json_text(j, "null");
    json_close(j, ']');
}

static void put_text_bounds(const struct field *field, struct json_out *j)
{
    int64_t least = field->required && field->min == 0 ? 1 : field->min;

    if (least > 0)
        JSON_PUT(j, int, "minLength", least);
    if (field->max > 0)
        JSON_PUT(j, int, "maxLength", field->max);
}

static void put_enum(const struct field *field, bool nullable, struct json_out *j)
{
    put_type(j, "string", nullable);
    json_key(j, "enum");
    json_open(j, '[');
    for (const struct enum_name *name = field->names; name->name; name++) {
        if (!name->alias)
            json_text(j, name->name);
    }
    if (nullable)
        json_none(j);
    json_close(j, ']');
}

static void put_ref_type(bool nullable, struct json_out *j)
{
    put_type(j, "string", nullable);
    JSON_PUT(j, text, "pattern",
             "^([1-9][0-9]{0,17}|[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})$");
}

static void put_items(const struct field *field, const struct shape *owner, bool query,
                      struct json_out *j)
{
    put_type(j, "array", field->nullable);
    if (!owner || !owner->output) {
        JSON_PUT(j, int, "maxItems", (int64_t)shape_items_max(field, query));
        if (field->required)
            JSON_PUT(j, int, "minItems", 1);
    }
    json_key(j, "items");
    if (field->type == FIELD_OBJECTS) {
        openapi_shape_ref(field->of, j);
        return;
    }
    json_open(j, '{');
    if (field->type == FIELD_ENUMS)
        put_enum(field, false, j);
    else if (field->type == FIELD_REFS && (!owner || !owner->output))
        put_ref_type(false, j);
    else
        put_type(j, "string", false);
    if (field->type == FIELD_TEXTS)
        put_text_bounds(field, j);
    json_close(j, '}');
}

static void put_object(const struct field *field, bool nullable, struct json_out *j)
{
    char ref[128];

    snprintf(ref, sizeof(ref), "#/components/schemas/%s", field->of->name);
    if (!nullable) {
        JSON_PUT(j, text, "$ref", ref);
        return;
    }
    json_key(j, "anyOf");
    json_open(j, '[');
    openapi_shape_ref(field->of, j);
    json_open(j, '{');
    JSON_PUT(j, text, "type", "null");
    json_close(j, '}');
    json_close(j, ']');
}

static void put_map(const struct field *field, struct json_out *j)
{
    put_type(j, "object", false);
    json_key(j, "additionalProperties");
    if (field->of) {
        openapi_shape_ref(field->of, j);
        return;
    }
    json_open(j, '{');
    JSON_PUT(j, text, "type", "integer");
    json_close(j, '}');
}

static void put_format(struct json_out *j, const char *format, bool nullable)
{
    put_type(j, "string", nullable);
    JSON_PUT(j, text, "format", format);
}

/* The inside of a schema object. owner: NULL for query parameters. */
static void put_schema(const struct field *field, const struct shape *owner, bool nullable,
                       struct json_out *j)
{
    switch (field->type) {
    case FIELD_TEXT:
        put_type(j, "string", nullable);
        put_text_bounds(field, j);
        break;
    case FIELD_EMAIL:
        put_format(j, "email", nullable);
        JSON_PUT(j, int, "maxLength", EMAIL_MAX_BYTES);
        break;
    case FIELD_INT:
        put_type(j, "integer", nullable);
        JSON_PUT(j, text, "format", "int64");
        if (field->min != 0 || field->max != 0) {
            JSON_PUT(j, int, "minimum", field->min);
            JSON_PUT(j, int, "maximum", field->max);
        }
        break;
    case FIELD_REAL:
        put_type(j, "number", nullable);
        break;
    case FIELD_BOOL:
        put_type(j, "boolean", nullable);
        break;
    case FIELD_TRI:
        put_type(j, "boolean", owner != NULL && (!owner->output || !field->required));
        break;
    case FIELD_TIME:
        put_format(j, "date-time", nullable);
        break;
    case FIELD_UUID:
        put_format(j, "uuid", nullable);
        break;
    case FIELD_REF:
        if (owner && owner->output)
            put_type(j, "string", nullable);
        else
            put_ref_type(nullable, j);
        break;
    case FIELD_ENUM:
        put_enum(field, nullable, j);
        break;
    case FIELD_JSON:
        put_type(j, "object", nullable);
        JSON_PUT(j, bool, "additionalProperties", true);
        break;
    case FIELD_JSON_TEXTS:
        put_type(j, "array", nullable);
        json_key(j, "items");
        json_open(j, '{');
        put_type(j, "string", false);
        json_close(j, '}');
        break;
    case FIELD_TEXTS:
    case FIELD_ENUMS:
    case FIELD_REFS:
    case FIELD_OBJECTS:
        put_items(field, owner, owner == NULL, j);
        break;
    case FIELD_OBJECT:
        put_object(field, nullable, j);
        break;
    case FIELD_MAP:
        put_map(field, j);
        break;
    case FIELD_TYPE_COUNT:
        break;
    }
}

/* Can the default be told as a value, or is it a rule in words ("relevance when searching")? */
static bool fallback_is_value(const struct field *field)
{
    int value;

    return field->type != FIELD_ENUM || enum_parse(field->names, field->fallback, &value);
}

static void put_words(const struct field *field, struct json_out *j)
{
    bool in_words = field->fallback && !fallback_is_value(field);
    struct buf about = {0};

    if (field->about)
        buf_str(&about, field->about);
    if (in_words)
        buf_printf(&about, "%sDefault: %s", about.len ? ". " : "", field->fallback);
    if (about.len)
        JSON_PUT(j, text, "description", buf_text(&about));
    buf_done(&about);
    if (!field->fallback || in_words)
        return;
    json_key(j, "default");
    if (field->type == FIELD_INT || field->type == FIELD_BOOL || field->type == FIELD_REAL)
        json_raw(j, field->fallback);
    else
        json_text(j, field->fallback);
}

void openapi_parameter_schema(const struct field *field, struct json_out *j)
{
    struct field scalar = *field;

    scalar.about = NULL; /* stands on the parameter */
    json_open(j, '{');
    put_schema(&scalar, NULL, false, j);
    put_words(&scalar, j);
    json_close(j, '}');
}

/* What a written field may be null: a type that has an empty value, unless it is always there. */
static bool may_be_null(const struct shape *shape, const struct field *field)
{
    if (field->nullable)
        return true;
    if (!shape->output || field->required || field->omit_null)
        return false;
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_EMAIL:
    case FIELD_TIME:
    case FIELD_UUID:
    case FIELD_REF:
    case FIELD_JSON:
    case FIELD_OBJECT:
    case FIELD_REAL:
    case FIELD_JSON_TEXTS:
        return true;
    case FIELD_INT:
    case FIELD_BOOL:
    case FIELD_TRI:
    case FIELD_ENUM:
    case FIELD_TEXTS:
    case FIELD_ENUMS:
    case FIELD_REFS:
    case FIELD_OBJECTS:
    case FIELD_MAP:
    case FIELD_TYPE_COUNT:
        break;
    }
    return false;
}

static void put_required(const struct shape *shape, struct json_out *j)
{
    bool any = false;

    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        bool always = shape->output ? !field->omit_null : field->required;

        if (!always)
            continue;
        if (!any) {
            json_key(j, "required");
            json_open(j, '[');
            any = true;
        }
        json_text(j, field->name);
    }
    if (any)
        json_close(j, ']');
}

void openapi_shape(const struct shape *shape, struct json_out *j)
{
    json_open(j, '{');
    JSON_PUT(j, text, "type", "object");
    if (shape->about)
        JSON_PUT(j, text, "description", shape->about);
    json_key(j, "properties");
    json_open(j, '{');
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];

        json_key(j, field->name);
        json_open(j, '{');
        put_schema(field, shape, may_be_null(shape, field), j);
        put_words(field, j);
        json_close(j, '}');
    }
    json_close(j, '}');
    put_required(shape, j);
    if (!shape->output)
        JSON_PUT(j, bool, "additionalProperties", false);
    json_close(j, '}');
}
