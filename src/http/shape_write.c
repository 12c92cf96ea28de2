#include "http/shape_value.h"

#include <math.h>

static const char *enum_name_of(const struct enum_name *names, int value)
{
    for (; names->name; names++) {
        if (names->value == value && !names->alias)
            return names->name;
    }
    return NULL;
}

/* Would this value be written as null? */
static bool is_null(const struct field *field, const void *member)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_EMAIL:
    case FIELD_REF:
    case FIELD_OBJECT:
        return *(const void *const *)member == NULL;
    case FIELD_JSON:
    case FIELD_JSON_TEXTS: {
        const char *text = *(const char *const *)member;
        return !text || !*text;
    }
    case FIELD_TIME:
        return *(const int64_t *)member == 0;
    case FIELD_INT:
        return field->nullable && *(const int64_t *)member == 0;
    case FIELD_UUID:
        return uuid_is_nil(*(const struct uuid *)member);
    case FIELD_TRI:
        return *(const enum tri *)member == TRI_UNKNOWN;
    case FIELD_ENUM:
        return field->nullable && !enum_name_of(field->names, *(const int *)member);
    case FIELD_REAL:
        return isnan(*(const double *)member);
    case FIELD_BOOL:
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

static void write_texts(const struct text_list *list, struct json_out *j)
{
    json_open(j, '[');
    for (size_t i = 0; i < list->n; i++)
        json_text(j, list->v[i]);
    json_close(j, ']');
}

static void write_enums(const struct field *field, const struct int_list *list, struct json_out *j)
{
    json_open(j, '[');
    for (size_t i = 0; i < list->n; i++)
        json_text(j, enum_text(field->names, list->v[i]));
    json_close(j, ']');
}

static void write_objects(const struct shape *of, const struct object_list *list,
                          struct json_out *j)
{
    json_open(j, '[');
    for (size_t i = 0; i < list->n; i++)
        shape_write(of, (const char *)list->v + i * of->size, j);
    json_close(j, ']');
}

static void write_map(const struct field *field, const struct map_list *map, struct json_out *j)
{
    json_open(j, '{');
    for (size_t i = 0; i < map->n; i++) {
        json_key_any(j, map->v[i].name);
        if (!field->of)
            json_int(j, map->v[i].number);
        else if (map->v[i].object)
            shape_write(field->of, map->v[i].object, j);
        else
            json_none(j);
    }
    json_close(j, '}');
}

static void write_value(const struct field *field, const void *member, struct json_out *j)
{
    switch (field->type) {
    case FIELD_TEXT:
    case FIELD_EMAIL:
    case FIELD_REF:
        json_text(j, *(const char *const *)member);
        break;
    case FIELD_INT:
        json_int(j, *(const int64_t *)member);
        break;
    case FIELD_REAL:
        json_double(j, *(const double *)member);
        break;
    case FIELD_BOOL:
        json_bool(j, *(const bool *)member);
        break;
    case FIELD_TRI:
        json_tri(j, *(const enum tri *)member);
        break;
    case FIELD_TIME:
        json_time(j, *(const int64_t *)member);
        break;
    case FIELD_UUID:
        json_uuid(j, *(const struct uuid *)member);
        break;
    case FIELD_ENUM:
        json_text(j, enum_text(field->names, *(const int *)member));
        break;
    case FIELD_JSON:
    case FIELD_JSON_TEXTS:
        json_raw(j, *(const char *const *)member);
        break;
    case FIELD_TEXTS:
    case FIELD_REFS:
        write_texts(member, j);
        break;
    case FIELD_ENUMS:
        write_enums(field, member, j);
        break;
    case FIELD_OBJECT:
        shape_write(field->of, *(const void *const *)member, j);
        break;
    case FIELD_OBJECTS:
        write_objects(field->of, member, j);
        break;
    case FIELD_MAP:
        write_map(field, member, j);
        break;
    case FIELD_TYPE_COUNT:
        break;
    }
}

void shape_write(const struct shape *shape, const void *data, struct json_out *j)
{
    json_open(j, '{');
    for (size_t i = 0; i < shape->field_count; i++) {
        const struct field *field = &shape->fields[i];
        const void *member = shape_member(field, data);

        if (!is_null(field, member)) {
            json_key(j, field->name);
            write_value(field, member, j);
        } else if (!field->omit_null) {
            json_key(j, field->name);
            json_none(j);
        }
    }
    json_close(j, '}');
}
