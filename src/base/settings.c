#include "base/settings.h"

#include "base/limits.h"
#include "base/nearest.h"
#include "base/utf8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SETTING_FIELD_INT(name) name
#define SETTING_FIELD_SIZE(name) name
#define SETTING_FIELD_DURATION(name) name##_ms
#define SETTING_FIELD_BOOL(name) name
#define SETTING_FIELD_TEXT(name) name
#define SETTING_FIELD_SECRET(name) name
#define SETTING_FIELD_CHOICE(name) name
#define SETTING_FIELD_TEXTS(name) name
#define SETTING_FIELD_DURATIONS(name) name

const struct setting setting_rows[SETTING_ROWS] = {
#define SECTION(title) {(title), SETTING_SECTION, NULL, NULL, NULL, 0},
#define X(type, name, initial, limits, about)                                                      \
    {#name,    SETTING_##type, (initial),                                                          \
     (limits), (about),        offsetof(struct settings, SETTING_FIELD_##type(name))},
#include "base/settings.def"
#undef X
#undef SECTION
};

/* A piece of text between separators, without the white space around it. */
static const char *take_piece(const char **at, char separator, struct arena *a)
{
    const char *end = strchr(*at, separator);
    size_t len = end ? (size_t)(end - *at) : strlen(*at);
    const char *piece = utf8_trim(a, arena_strn(a, *at, len));

    *at += len + (end != NULL);
    return piece;
}

static bool int_parse(const char *text, int64_t *out)
{
    char *end;
    long long n;

    errno = 0;
    n = strtoll(text, &end, 10);
    if (end == text || *end || errno || !strchr("-0123456789", text[0]))
        return false;
    *out = n;
    return true;
}

static bool number_parse(enum setting_type type, const char *text, int64_t *out)
{
    if (type == SETTING_SIZE)
        return size_parse(text, out);
    if (type == SETTING_DURATION || type == SETTING_DURATIONS)
        return duration_parse(text, out);
    return int_parse(text, out);
}

/* Splits "least..most"; a side that is empty stays as the caller set it. */
static void bounds_of(const struct setting *row, struct arena *a, int64_t *least, int64_t *most)
{
    enum setting_type type =
        row->type == SETTING_TEXT || row->type == SETTING_SECRET || row->type == SETTING_TEXTS
            ? SETTING_INT
            : row->type;
    const char *dots = strstr(row->limits, "..");
    const char *low;

    ENSURE(dots);
    low = arena_strn(a, row->limits, (size_t)(dots - row->limits));
    ENSURE(!*low || number_parse(type, low, least));
    ENSURE(!dots[2] || number_parse(type, dots + 2, most));
}

static err set_number(const struct setting *row, struct arena *a, const char *value, int64_t *out,
                      struct fault *fault)
{
    static const char *const kinds[SETTING_TYPE_COUNT] = {
        [SETTING_INT] = "a whole number",
        [SETTING_SIZE] = "a size like 64KiB or 25MiB",
        [SETTING_DURATION] = "a duration like 90s, 1h30m or 7d",
        [SETTING_DURATIONS] = "durations like 90s, 1h30m or 7d",
    };
    int64_t least = 0, most = INT64_MAX, n;

    if (!number_parse(row->type, value, &n))
        return fault_set(fault, ERR_INVALID, "%s must be %s, not \"%s\"", row->name,
                         kinds[row->type], value);
    bounds_of(row, a, &least, &most);
    if (n < least || n > most)
        return fault_set(fault, ERR_INVALID, "%s must be within %s, not \"%s\"", row->name,
                         row->limits, value);
    *out = n;
    return OK;
}

static err set_bool(const struct setting *row, const char *value, bool *out, struct fault *fault)
{
    static const char *const words[] = {"false", "true", "no", "yes", "off", "on", "0", "1"};

    for (size_t i = 0; i < COUNT_OF(words); i++) {
        if (strcmp(value, words[i]) == 0) {
            *out = i % 2;
            return OK;
        }
    }
    return fault_set(fault, ERR_INVALID, "%s must be true or false, not \"%s\"", row->name, value);
}

/* Control characters would end up in mail headers and logs. */
static err set_text(const struct setting *row, struct arena *a, const char *value, const char **out,
                    struct fault *fault)
{
    int64_t least = 0, most = INT64_MAX;
    size_t len = strlen(value);

    bounds_of(row, a, &least, &most);
    if ((int64_t)len > most)
        return fault_set(fault, ERR_INVALID, "%s may be %lld bytes long, not %zu", row->name,
                         (long long)most, len);
    if (!utf8_valid(value, len))
        return fault_set(fault, ERR_INVALID, "%s must be valid UTF-8", row->name);
    for (const char *c = value; *c; c++) {
        if ((unsigned char)*c < 32 || *c == 127)
            return fault_set(fault, ERR_INVALID, "%s may not contain control characters",
                             row->name);
    }
    *out = len ? arena_str(a, value) : NULL;
    return OK;
}

static err set_choice(const struct setting *row, struct arena *a, const char *value,
                      const char **out, struct fault *fault)
{
    for (const char *at = row->limits; *at;) {
        const char *word = take_piece(&at, '|', a);

        if (strcmp(word, value) == 0) {
            *out = word;
            return OK;
        }
    }
    return fault_set(fault, ERR_INVALID, "%s must be one of %s, not \"%s\"", row->name, row->limits,
                     value);
}

static err set_texts(const struct setting *row, struct arena *a, const char *value,
                     struct setting_texts *out, struct fault *fault)
{
    struct setting_texts list = {.v = ARENA_ARRAY(a, const char *, KEYWORDS_MAX)};

    for (const char *at = value; *at;) {
        const char *piece = take_piece(&at, ',', a);

        if (!*piece)
            continue;
        if (list.n == KEYWORDS_MAX)
            return fault_set(fault, ERR_INVALID, "%s may have %d entries at the most", row->name,
                             KEYWORDS_MAX);
        TRY(set_text(row, a, piece, &list.v[list.n], fault));
        list.n++;
    }
    *out = list;
    return OK;
}

static err set_durations(const struct setting *row, struct arena *a, const char *value,
                         struct setting_durations *out, struct fault *fault)
{
    struct setting_durations list = {.v_ms = ARENA_ARRAY(a, int64_t, KEYWORDS_MAX)};

    for (const char *at = value; *at;) {
        const char *piece = take_piece(&at, ',', a);

        if (!*piece)
            continue;
        if (list.n == KEYWORDS_MAX)
            return fault_set(fault, ERR_INVALID, "%s may have %d entries at the most", row->name,
                             KEYWORDS_MAX);
        TRY(set_number(row, a, piece, &list.v_ms[list.n], fault));
        list.n++;
    }
    if (list.n == 0)
        return fault_set(fault, ERR_INVALID, "%s needs at least one duration", row->name);
    *out = list;
    return OK;
}

err settings_set(struct settings *s, struct arena *a, const struct setting *row, const char *value,
                 enum setting_origin origin, struct fault *fault)
{
    void *member = (char *)s + row->offset;
    const char *trimmed = utf8_trim(a, value);
    err e = ERR_INVALID;

    switch (row->type) {
    case SETTING_INT:
    case SETTING_SIZE:
    case SETTING_DURATION:
        e = set_number(row, a, trimmed, member, fault);
        break;
    case SETTING_BOOL:
        e = set_bool(row, trimmed, member, fault);
        break;
    case SETTING_TEXT:
    case SETTING_SECRET:
        e = set_text(row, a, trimmed, member, fault);
        break;
    case SETTING_CHOICE:
        e = set_choice(row, a, trimmed, member, fault);
        break;
    case SETTING_TEXTS:
        e = set_texts(row, a, trimmed, member, fault);
        break;
    case SETTING_DURATIONS:
        e = set_durations(row, a, trimmed, member, fault);
        break;
    case SETTING_SECTION:
    case SETTING_TYPE_COUNT:
        ENSURE(!"a heading has no value");
    }
    if (e == OK)
        s->origins[row - setting_rows] = origin;
    return e;
}

void settings_init(struct settings *s, struct arena *a)
{
    memset(s, 0, sizeof(*s));
    for (size_t i = 0; i < SETTING_ROWS; i++) {
        const struct setting *row = &setting_rows[i];

        if (row->type != SETTING_SECTION)
            ENSURE(settings_set(s, a, row, row->initial, ORIGIN_DEFAULT, NULL) == OK);
    }
}

static bool same_name(const char *a, const char *b)
{
    for (; *a && *b; a++, b++) {
        if ((*a == '-' ? '_' : *a) != *b)
            return false;
    }
    return *a == *b;
}

const struct setting *settings_find(const char *name)
{
    for (size_t i = 0; i < SETTING_ROWS; i++) {
        if (setting_rows[i].type != SETTING_SECTION && same_name(name, setting_rows[i].name))
            return &setting_rows[i];
    }
    return NULL;
}

const char *settings_nearest(const char *name)
{
    struct nearest nearest = {.wanted = name};

    for (size_t i = 0; i < SETTING_ROWS; i++) {
        if (setting_rows[i].type != SETTING_SECTION)
            nearest_offer(&nearest, setting_rows[i].name);
    }
    return nearest.best;
}
