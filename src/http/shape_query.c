#include "base/limits.h"
#include "base/utf8.h"
#include "http/shape_value.h"

#include <errno.h>
#include <stdlib.h>

static bool parse_int(const char *text, int64_t *out)
{
    const char *digits = *text == '-' ? text + 1 : text;
    size_t count = strspn(digits, "0123456789");

    if (count == 0 || digits[count] != '\0')
        return false;
    errno = 0;
    *out = strtoll(text, NULL, 10);
    return errno == 0;
}

static bool parse_bool(const char *text, bool *out)
{
    if (strcmp(text, "true") == 0 || strcmp(text, "1") == 0)
        *out = true;
    else if (strcmp(text, "false") == 0 || strcmp(text, "0") == 0)
        *out = false;
    else
        return false;
    return true;
}

static void take_scalar(struct shape_reader *r, const struct shape_path *path,
                        const struct field *field, const char *text, void *member)
{
    int64_t n;
    bool yes;

    switch (field->type) {
    case FIELD_TEXT:
        shape_take_text(r, path, field, text, member);
        return;
    case FIELD_EMAIL:
        shape_take_email(r, path, text, member);
        return;
    case FIELD_INT:
        if (parse_int(text, &n))
            shape_take_int(r, path, field, n, member);
        else
            shape_complain(r, path, "must be a whole number");
        return;
    case FIELD_BOOL:
        if (!parse_bool(text, member))
            shape_complain(r, path, "must be true or false");
        return;
    case FIELD_TRI:
        if (parse_bool(text, &yes))
            *(enum tri *)member = yes ? TRI_YES : TRI_NO;
        else
            shape_complain(r, path, "must be true or false");
        return;
    case FIELD_TIME:
        shape_take_time(r, path, text, member);
        return;
    case FIELD_UUID:
        shape_take_uuid(r, path, text, member);
        return;
    case FIELD_REF:
        shape_take_ref(r, path, text, member);
        return;
    case FIELD_ENUM:
        shape_take_enum(r, path, field, text, member);
        return;
    case FIELD_TEXTS:
    case FIELD_ENUMS:
    case FIELD_REFS:
    case FIELD_REAL:
    case FIELD_JSON_TEXTS:
    case FIELD_JSON:
    case FIELD_OBJECT:
    case FIELD_OBJECTS:
    case FIELD_MAP:
    case FIELD_TYPE_COUNT:
        break;
    }
    ENSURE(!"a query parameter is a scalar or a list of them");
}

static bool is_list(const struct field *field)
{
    return field->type == FIELD_TEXTS || field->type == FIELD_ENUMS || field->type == FIELD_REFS;
}

/* Lists grow value by value: each has room for the most a field may hold, plus the one too many
 * that is complained about. */
static void add_item(struct shape_reader *r, const struct shape_path *path,
                     const struct field *field, const char *text, void *member)
{
    struct text_list *texts = member;
    struct int_list *ints = member;
    size_t most = shape_items_max(field, true);
    size_t n = field->type == FIELD_ENUMS ? ints->n : texts->n;

    if (n >= most) {
        if (n == most)
            shape_complain(r, path, "has too many values: at most %zu are allowed", most);
        return;
    }
    if (field->type == FIELD_ENUMS) {
        if (!ints->v)
            ints->v = ARENA_ARRAY(r->arena, int, most);
        if (shape_take_enum(r, path, field, text, &ints->v[n]))
            ints->n++;
        return;
    }
    if (!texts->v)
        texts->v = ARENA_ARRAY(r->arena, const char *, most);
    if (field->type == FIELD_REFS ? shape_take_ref(r, path, text, &texts->v[n])
                                  : shape_take_text(r, path, field, text, &texts->v[n]))
        texts->n++;
}

/* "a,b": spaces around an item and empty items don't count. */
static bool take_items(struct shape_reader *r, const struct shape_path *path,
                       const struct field *field, const char *value, void *member)
{
    bool any = false;

    while (*value) {
        size_t len = strcspn(value, ",");
        const char *item = utf8_trim(r->arena, arena_strn(r->arena, value, len));

        if (*item) {
            add_item(r, path, field, item, member);
            any = true;
        }
        value += len + (value[len] == ',');
    }
    return any;
}

static void take_pair(struct shape_reader *r, const struct shape *shape,
                      const struct name_value *pair, uint64_t *present, void *out)
{
    struct shape_path at = {.name = pair->name};
    const char *value = pair->value ? pair->value : "";
    int i = shape_find_field(shape, pair->name);
    const struct field *field;
    uint64_t bit;

    if (i < 0) {
        shape_complain(r, &at, "unknown parameter");
        return;
    }
    field = &shape->fields[i];
    bit = UINT64_C(1) << i;
    if (!utf8_valid(value, strlen(value))) {
        shape_complain(r, &at, "is not valid UTF-8");
    } else if (is_list(field)) {
        if (take_items(r, &at, field, value, shape_member(field, out)))
            *present |= bit;
    } else if (*present & bit) {
        shape_complain(r, &at, "is given more than once");
    } else if (*value == '\0' && field->type == FIELD_TEXT && !field->required) {
        /* an empty search box is no search */
    } else {
        *present |= bit;
        take_scalar(r, &at, field, value, shape_member(field, out));
    }
}

err shape_read_query(const struct shape *shape, const struct name_value *pairs, size_t count,
                     struct arena *a, struct fault *fault, void *out)
{
    struct shape_reader r = {.arena = a, .fault = fault, .from_query = true};
    uint64_t present = 0;

    ENSURE(!shape->output && shape->field_count <= 64);
    memset(out, 0, shape->size);
    for (size_t i = 0; i < shape->field_count; i++) {
        if (shape->fields[i].type == FIELD_TRI)
            *(enum tri *)shape_member(&shape->fields[i], out) = TRI_UNKNOWN;
    }
    for (size_t i = 0; i < count; i++)
        take_pair(&r, shape, &pairs[i], &present, out);
    for (size_t i = 0; i < shape->field_count; i++) {
        struct shape_path at = {.name = shape->fields[i].name};

        if (shape->fields[i].required && !(present >> i & 1))
            shape_complain(&r, &at, "is required");
    }
    *(uint64_t *)out = present;
    return r.complaints ? ERR_INVALID : OK;
}
