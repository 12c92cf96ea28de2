#include "http/shape_value.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"

#include <stdio.h>

static void write_path(const struct shape_path *path, struct buf *out)
{
    if (!path)
        return;
    write_path(path->parent, out);
    if (!path->name) {
        buf_printf(out, "[%zu]", path->index);
        return;
    }
    if (out->len > 0)
        buf_char(out, '.');
    buf_str(out, path->name);
}

void shape_complain(struct shape_reader *r, const struct shape_path *path, const char *fmt, ...)
{
    struct buf where = {0};
    const char *msg;
    va_list ap;

    r->complaints++;
    if (!r->fault || !r->fault->arena)
        return;
    va_start(ap, fmt);
    msg = arena_vprintf(r->arena, fmt, ap);
    va_end(ap);
    write_path(path, &where);
    (void)fault_field(r->fault, where.len ? buf_text(&where) : "body", "%s", msg);
    buf_done(&where);
}

static bool is_blank(const char *text)
{
    return text[strspn(text, " \t\r\n")] == '\0';
}

bool shape_take_text(struct shape_reader *r, const struct shape_path *path,
                     const struct field *field, const char *text, const char **out)
{
    size_t bytes = strlen(text);

    if ((field->required || field->min > 0) && is_blank(text)) {
        shape_complain(r, path, "must not be empty");
        return false;
    }
    if (field->max_bytes > 0 && bytes > (size_t)field->max_bytes) {
        shape_complain(r, path, "is too long: %zu bytes, at most %lld are allowed", bytes,
                       (long long)field->max_bytes);
        return false;
    }
    if (field->min > 0 || field->max > 0) {
        size_t chars = utf8_length(text);

        if (field->max > 0 && chars > (size_t)field->max) {
            shape_complain(r, path, "is too long: %zu characters, at most %lld are allowed", chars,
                           (long long)field->max);
            return false;
        }
        if (chars < (size_t)field->min) {
            shape_complain(r, path, "is too short: %zu characters, at least %lld are needed", chars,
                           (long long)field->min);
            return false;
        }
    }
    *out = arena_strn(r->arena, text, bytes);
    return true;
}

bool shape_take_email(struct shape_reader *r, const struct shape_path *path, const char *text,
                      const char **out)
{
    const char *trimmed = utf8_trim(r->arena, text);

    if (!email_valid(trimmed)) {
        shape_complain(r, path, "must be an e-mail address like name@example.org");
        return false;
    }
    *out = trimmed;
    return true;
}

bool shape_take_int(struct shape_reader *r, const struct shape_path *path,
                    const struct field *field, int64_t n, int64_t *out)
{
    bool bounded = field->min != 0 || field->max != 0;

    if (bounded && n < field->min) {
        shape_complain(r, path, "must be at least %lld", (long long)field->min);
        return false;
    }
    if (bounded && n > field->max) {
        shape_complain(r, path, "must be at most %lld", (long long)field->max);
        return false;
    }
    *out = n;
    return true;
}

bool shape_take_time(struct shape_reader *r, const struct shape_path *path, const char *text,
                     int64_t *out)
{
    int64_t at_ms;
    bool ok = time_parse_iso(text, &at_ms);

    /* In a query string an unescaped "+02:00" arrives as " 02:00". */
    if (!ok && r->from_query && strlen(text) > 6 && text[strlen(text) - 6] == ' ') {
        char *mended = arena_str(r->arena, text);

        mended[strlen(text) - 6] = '+';
        ok = time_parse_iso(mended, &at_ms);
    }
    if (!ok) {
        shape_complain(r, path, "must be a time like 2026-11-23T08:00:00Z");
        return false;
    }
    /* 0 means absent inside; as a bound "since 1970" loses nothing by one millisecond. */
    if (at_ms == 0 && r->from_query)
        at_ms = 1;
    if (at_ms <= 0) {
        shape_complain(r, path, "must be later than 1970-01-01T00:00:00Z");
        return false;
    }
    *out = at_ms;
    return true;
}

bool shape_take_uuid(struct shape_reader *r, const struct shape_path *path, const char *text,
                     struct uuid *out)
{
    struct uuid id;

    if (!uuid_parse(text, &id) || uuid_is_nil(id)) {
        shape_complain(r, path, "must be a UUID");
        return false;
    }
    *out = id;
    return true;
}

/* A positive number without leading zeros that fits 18 digits, so that it fits an int64_t. */
static bool is_short_number(const char *text)
{
    size_t digits = strspn(text, "0123456789");

    return digits > 0 && digits <= 18 && text[digits] == '\0' && text[0] != '0';
}

bool shape_take_ref(struct shape_reader *r, const struct shape_path *path, const char *text,
                    const char **out)
{
    struct uuid id;

    if (!is_short_number(text) && !uuid_parse(text, &id)) {
        shape_complain(r, path, "must be an id: a UUID or a number");
        return false;
    }
    *out = arena_str(r->arena, text);
    return true;
}

static const char *list_names(struct arena *a, const struct enum_name *names)
{
    const char *list = NULL;

    for (; names->name; names++) {
        if (names->alias)
            continue;
        list = list ? arena_printf(a, "%s, %s", list, names->name) : names->name;
    }
    return list ? list : "(nothing)";
}

bool shape_take_enum(struct shape_reader *r, const struct shape_path *path,
                     const struct field *field, const char *text, int *out)
{
    if (!enum_parse(field->names, text, out)) {
        shape_complain(r, path, "must be one of %s", list_names(r->arena, field->names));
        return false;
    }
    return true;
}

size_t shape_items_max(const struct field *field, bool from_query)
{
    if (field->max_items > 0)
        return (size_t)field->max_items;
    return from_query ? FILTER_VALUES_MAX : 1000;
}

bool shape_take_count(struct shape_reader *r, const struct shape_path *path,
                      const struct field *field, size_t count)
{
    size_t most = shape_items_max(field, r->from_query);

    if (count > most) {
        shape_complain(r, path, "has too many values: %zu, at most %zu are allowed", count, most);
        return false;
    }
    return true;
}

bool enum_parse(const struct enum_name *names, const char *text, int *out)
{
    for (; names->name; names++) {
        if (strcmp(names->name, text) == 0) {
            *out = names->value;
            return true;
        }
    }
    return false;
}

const char *enum_text(const struct enum_name *names, int value)
{
    for (; names->name; names++) {
        if (names->value == value && !names->alias)
            return names->name;
    }
    ENSURE(!"an enum value has a name");
    return NULL;
}

bool shape_sent(const struct shape *shape, const void *struct_ptr, const char *field_name)
{
    int i = shape_find_field(shape, field_name);

    ENSURE(i >= 0);
    return (*(const uint64_t *)struct_ptr >> i) & 1;
}
