#include "base/limits.h"
#include "base/utf8.h"
#include "http/shape.h"

#include <string.h>

/* jansson recurses; we look before we let it. Brackets inside strings don't count. */
static bool depth_allowed(const char *json, size_t len)
{
    size_t depth = 0;
    bool in_string = false;

    for (size_t i = 0; i < len; i++) {
        char c = json[i];

        if (in_string) {
            if (c == '\\')
                i++;
            else if (c == '"')
                in_string = false;
        } else if (c == '"') {
            in_string = true;
        } else if (c == '{' || c == '[') {
            if (++depth > JSON_DEPTH_MAX)
                return false;
        } else if ((c == '}' || c == ']') && depth > 0) {
            depth--;
        }
    }
    return true;
}

/* What jansson found, in our words: its own quote pieces of the input. */
static const char *parse_problem(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_premature_end_of_input:
        return "it ends too early";
    case json_error_end_of_input_expected:
        return "there is more after its end";
    case json_error_duplicate_key:
        return "a name stands twice in an object";
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return "must not contain \\u0000";
    case json_error_numeric_overflow:
        return "holds a number that is too large";
    case json_error_invalid_utf8:
        return "it is not valid UTF-8";
    default:
        return "it is malformed";
    }
}

/* Is it the value of some member that is wrong, and not the notation? */
static bool is_about_a_value(const json_error_t *error)
{
    switch (json_error_code(error)) {
    case json_error_null_character:
    case json_error_null_byte_in_key:
    case json_error_numeric_overflow:
        return true;
    default:
        return false;
    }
}

/* The member of the outermost object in which position lies; "body" if there is none or its name
 * needs unescaping. */
static const char *member_at(const char *json, size_t position, struct arena *a)
{
    const char *name = "body", *end = json + position;
    bool name_expected = false;
    int depth = 0;

    for (const char *at = json; at < end; at++) {
        if (*at == '"') {
            const char *start = ++at;

            while (at < end && *at != '"')
                at += 1 + (*at == '\\');
            if (depth == 1 && name_expected && at < end)
                name = memchr(start, '\\', (size_t)(at - start))
                           ? "body"
                           : arena_strn(a, start, (size_t)(at - start));
            name_expected = false;
        } else if (*at == '{' || *at == '[') {
            name_expected = ++depth == 1 && *at == '{';
        } else if (*at == '}' || *at == ']') {
            depth--;
        } else if (*at == ',') {
            name_expected = depth == 1;
        }
    }
    return name;
}

/* JSON knows no greatest number. Whole numbers beyond 64 bits are read as doubles, as most other
 * programs read all numbers. */
static json_t *parse(const char *json, size_t len, json_error_t *error)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_ANY;
    json_t *root = json_loadb(json, len, flags, error);

    if (!root && json_error_code(error) == json_error_numeric_overflow)
        root = json_loadb(json, len, flags | JSON_DECODE_INT_AS_REAL, error);
    return root;
}

err shape_read_text(const struct shape *shape, const char *json, size_t len, struct arena *a,
                    struct fault *fault, void *out)
{
    json_error_t error;
    json_t *root;
    err e;

    if (memchr(json, '\0', len))
        return fault_field(fault, "body", "must not contain NUL bytes");
    if (!utf8_valid(json, len))
        return fault_field(fault, "body", "is not valid UTF-8");
    if (!depth_allowed(json, len))
        return fault_field(fault, "body", "is nested too deeply: at most %d levels are allowed",
                           JSON_DEPTH_MAX);
    root = parse(json, len, &error);
    if (!root && is_about_a_value(&error))
        return fault_field(fault, member_at(json, (size_t)error.position, a), "%s",
                           parse_problem(&error));
    if (!root)
        return fault_field(fault, "body", "is not valid JSON: %s (line %d, column %d)",
                           parse_problem(&error), error.line, error.column);
    e = shape_read(shape, root, a, fault, out);
    json_decref(root);
    return e;
}
