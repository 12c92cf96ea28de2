#include "transfer/import_field.h"

#include "base/clock.h"
#include "base/email.h"
#include "base/utf8.h"

#include <stdarg.h>
#include <string.h>
#include <strings.h>

void import_wrong(struct import_reading *r, const char *path, const char *name, const char *fmt,
                  ...)
{
    va_list ap;
    const char *text;

    if (r->row->wrong)
        return;
    va_start(ap, fmt);
    text = arena_vprintf(r->arena, fmt, ap);
    va_end(ap);
    r->row->wrong = arena_printf(r->arena, "%s%s: %s", path, name, text);
}

void import_unknown(struct import_unknowns *unknowns, const char *name)
{
    for (size_t i = 0; i < unknowns->n; i++) {
        if (strcmp(unknowns->names[i], name) == 0)
            return;
    }
    if (unknowns->n < COUNT_OF(unknowns->names))
        unknowns->names[unknowns->n++] = arena_str(unknowns->arena, name);
}

/* ---- words ---- */

#define WORD_READER(what, type, parse)                                                             \
    int import_word_##what(const char *text)                                                       \
    {                                                                                              \
        type value;                                                                                \
                                                                                                   \
        return parse(text, &value) ? (int)value : -1;                                              \
    }
WORD_READER(priority, enum ticket_priority, ticket_priority_parse)
WORD_READER(status, enum ticket_status, ticket_status_parse)
WORD_READER(source, enum ticket_source, ticket_source_parse)
WORD_READER(tier, enum requester_tier, requester_tier_parse)

int import_word_author(const char *text)
{
    for (int i = ACTOR_SYSTEM; i < ACTOR_TYPE_COUNT; i++) {
        if (strcmp(text, actor_type_name((enum actor_type)i)) == 0)
            return i;
    }
    return -1;
}

/* People write "Open" and "In Progress". */
static int read_word(struct import_reading *r, const struct import_field *field, const char *text)
{
    char *folded = utf8_fold(r->arena, utf8_trim(r->arena, text));

    for (char *c = folded; *c; c++) {
        if (*c == ' ')
            *c = '_';
    }
    return field->word(folded);
}

/* ---- values ---- */

static void put_text(struct import_reading *r, const struct import_field *field, const char *path,
                     const char *text, const char **out)
{
    const char *kept = arena_str(r->arena, text);

    if (field->kind == IMPORT_EMAIL) {
        kept = utf8_trim(r->arena, text);
        if (!email_valid(kept))
            import_wrong(r, path, field->name, "is not an e-mail address");
    }
    if (field->max_chars && strlen(kept) > field->max_chars && utf8_length(kept) > field->max_chars)
        import_wrong(r, path, field->name, "is longer than %zu characters", field->max_chars);
    if (field->max_bytes && strlen(kept) > field->max_bytes)
        import_wrong(r, path, field->name, "is longer than %zu bytes", field->max_bytes);
    *out = kept;
}

static void put_time(struct import_reading *r, const struct import_field *field, const char *path,
                     const char *text, int64_t *out)
{
    int64_t at_ms;

    if (!time_parse_iso(text, &at_ms))
        import_wrong(r, path, field->name,
                     "is not a moment like 2026-11-23T08:00:00Z (years 1970 to 9999)");
    else if (at_ms > r->now_ms + MS_PER_DAY)
        import_wrong(r, path, field->name, "lies in the future");
    else
        *out = at_ms;
}

static void put_bool(struct import_reading *r, const struct import_field *field, const char *path,
                     const json_t *value, bool *out)
{
    if (json_is_boolean(value))
        *out = json_is_true(value);
    else
        import_wrong(r, path, field->name, "must be true or false");
}

static void put(struct import_reading *r, const struct import_field *field, const char *path,
                const json_t *value, void *at)
{
    const char *text = json_string_value(value);
    int word;

    if (field->kind == IMPORT_BOOL) {
        put_bool(r, field, path, value, at);
        return;
    }
    if (!text) {
        import_wrong(r, path, field->name, "must be a text");
        return;
    }
    if (!*text)
        return;
    switch (field->kind) {
    case IMPORT_TEXT:
    case IMPORT_EMAIL:
        put_text(r, field, path, text, at);
        break;
    case IMPORT_WORD:
        word = read_word(r, field, text);
        if (word < 0)
            import_wrong(r, path, field->name, "\"%.40s\" is not known", text);
        *(int *)at = word;
        break;
    case IMPORT_TIME:
        put_time(r, field, path, text, at);
        break;
    case IMPORT_BOOL:
    case IMPORT_OTHER:
    case IMPORT_IGNORED:
        break;
    }
}

static const struct import_field *find(const struct import_shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return &shape->fields[i];
    }
    return NULL;
}

void import_read_object(struct import_reading *r, const struct import_shape *shape,
                        const json_t *object, const char *path, void *out)
{
    const char *name;
    json_t *value;

    if (!json_is_object(object)) {
        import_wrong(r, path, "", "must be an object");
        return;
    }
    json_object_foreach((json_t *)object, name, value)
    {
        const struct import_field *field = find(shape, name);

        if (!field)
            import_unknown(r->unknowns, arena_printf(r->arena, "%s%s", path, name));
        else if (field->kind < IMPORT_OTHER && !json_is_null(value))
            put(r, field, path, value, (char *)out + field->offset);
    }
    for (size_t i = 0; i < shape->count; i++) {
        const struct import_field *field = &shape->fields[i];

        if (field->required && !*(const char **)((char *)out + field->offset))
            import_wrong(r, path, field->name, "is required");
    }
}

/* ---- CSV ---- */

/* "Requester E-Mail", "requester_email" and "requester.email" are one. */
static bool same_name(const char *header, const char *name)
{
    for (;; header++) {
        while (*header && strchr(" _-.", *header))
            header++;
        if (!*header || strncasecmp(header, name, 1) != 0)
            return !*header && !*name;
        name++;
    }
}

const char **import_columns(struct arena *a, const char *const *header, size_t count,
                            struct import_unknowns *unknowns)
{
    const char **columns = ARENA_ARRAY(a, const char *, count + 1);

    for (size_t i = 0; i < count; i++) {
        for (size_t f = 0; f < import_ticket_shape.count && !columns[i]; f++) {
            if (same_name(header[i], import_ticket_shape.fields[f].name))
                columns[i] = import_ticket_shape.fields[f].name;
        }
        if (!columns[i])
            import_unknown(unknowns, header[i]);
    }
    return columns;
}

static json_t *tags_of_cell(const char *cell)
{
    json_t *tags = json_array();

    while (*cell) {
        size_t len = strcspn(cell, ",;");
        size_t from = strspn(cell, " ");

        if (from < len)
            json_array_append_new(tags, json_stringn(cell + from, len - from));
        cell += len;
        cell += *cell != '\0';
    }
    return tags;
}

/* What csv_text put in front of a formula is taken away again. */
static const char *undefused(const char *cell)
{
    return cell[0] == '\'' && cell[1] && strchr("=+-@\t\r", cell[1]) ? cell + 1 : cell;
}

static json_t *value_of_cell(const char *column, const char *cell)
{
    json_t *value;

    if (strcmp(column, "tags") == 0)
        return tags_of_cell(cell);
    if (strcmp(column, "customFields") == 0 || strcmp(column, "comments") == 0 ||
        strcmp(column, "watchers") == 0) {
        value = json_loads(cell, JSON_REJECT_DUPLICATES, NULL);
        return value ? value : json_string(cell); /* which is refused by its type */
    }
    return json_string(undefused(cell));
}

json_t *import_row_object(const char *const *columns, const char *const *cells, size_t count)
{
    json_t *object = json_object();

    for (size_t i = 0; i < count; i++) {
        if (columns[i] && *cells[i])
            json_object_set_new(object, columns[i], value_of_cell(columns[i], cells[i]));
    }
    return object;
}
