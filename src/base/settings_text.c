#include "base/settings.h"

#include "base/clock.h"

#include <string.h>

struct unit {
    const char *name;
    int64_t factor;
};

/* Largest first: that is the order in which duration_text takes them. */
static const struct unit duration_units[] = {
    {"w", 7 * MS_PER_DAY}, {"d", MS_PER_DAY},    {"h", MS_PER_HOUR},
    {"m", MS_PER_MINUTE},  {"s", MS_PER_SECOND}, {"ms", 1},
};

/* The first name of a factor is the one that is written. */
static const struct unit size_units[] = {
    {"GiB", INT64_C(1) << 30}, {"G", INT64_C(1) << 30}, {"MiB", 1 << 20}, {"M", 1 << 20},
    {"KiB", 1 << 10},          {"K", 1 << 10},          {"", 1},
};

static bool take_number(const char **at, int64_t *out)
{
    int64_t n = 0;
    const char *first = *at;

    for (; **at >= '0' && **at <= '9'; (*at)++) {
        if (__builtin_mul_overflow(n, 10, &n) || __builtin_add_overflow(n, **at - '0', &n))
            return false;
    }
    *out = n;
    return *at > first;
}

/* The letters that follow, which must be a unit's name in full. */
static bool take_unit(const char **at, const struct unit *units, size_t count, int64_t *out)
{
    size_t len = strspn(*at, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    for (size_t i = 0; i < count; i++) {
        if (strlen(units[i].name) == len && strncmp(*at, units[i].name, len) == 0) {
            *at += len;
            *out = units[i].factor;
            return true;
        }
    }
    return false;
}

bool duration_parse(const char *text, int64_t *out_ms)
{
    int64_t sum = 0;

    if (strcmp(text, "0") == 0) {
        *out_ms = 0;
        return true;
    }
    do {
        int64_t n, factor;

        if (!take_number(&text, &n) ||
            !take_unit(&text, duration_units, COUNT_OF(duration_units), &factor))
            return false;
        if (__builtin_mul_overflow(n, factor, &n) || __builtin_add_overflow(sum, n, &sum))
            return false;
    } while (*text);
    *out_ms = sum;
    return true;
}

const char *duration_text(struct arena *a, int64_t duration_ms)
{
    const char *text = "";

    if (duration_ms == 0)
        return "0";
    /* Weeks are read but not written: "7d" is what most people would write. */
    for (size_t i = 1; i < COUNT_OF(duration_units); i++) {
        int64_t n = duration_ms / duration_units[i].factor;

        if (n)
            text = arena_printf(a, "%s%lld%s", text, (long long)n, duration_units[i].name);
        duration_ms %= duration_units[i].factor;
    }
    return text;
}

bool size_parse(const char *text, int64_t *out_bytes)
{
    int64_t n, factor;

    if (!take_number(&text, &n) || !take_unit(&text, size_units, COUNT_OF(size_units), &factor))
        return false;
    if (*text || __builtin_mul_overflow(n, factor, &n))
        return false;
    *out_bytes = n;
    return true;
}

const char *size_text(struct arena *a, int64_t size_bytes)
{
    size_t i = 0;

    while (size_units[i].factor > 1 && (size_bytes == 0 || size_bytes % size_units[i].factor))
        i++;
    return arena_printf(a, "%lld%s", (long long)(size_bytes / size_units[i].factor),
                        size_units[i].name);
}

const char *settings_value(const struct settings *s, const struct setting *row, struct arena *a)
{
    const void *member = (const char *)s + row->offset;
    const struct setting_texts *texts = member;
    const struct setting_durations *durations = member;
    const char *text = "";

    switch (row->type) {
    case SETTING_INT:
        return arena_printf(a, "%lld", (long long)*(const int64_t *)member);
    case SETTING_SIZE:
        return size_text(a, *(const int64_t *)member);
    case SETTING_DURATION:
        return duration_text(a, *(const int64_t *)member);
    case SETTING_BOOL:
        return *(const bool *)member ? "true" : "false";
    case SETTING_TEXT:
    case SETTING_CHOICE:
        text = *(const char *const *)member;
        return text ? text : "";
    case SETTING_SECRET:
        return *(const char *const *)member ? "********" : "";
    case SETTING_TEXTS:
        for (size_t i = 0; i < texts->n; i++)
            text = arena_printf(a, "%s%s%s", text, i ? ", " : "", texts->v[i]);
        return text;
    case SETTING_DURATIONS:
        for (size_t i = 0; i < durations->n; i++)
            text = arena_printf(a, "%s%s%s", text, i ? ", " : "",
                                duration_text(a, durations->v_ms[i]));
        return text;
    case SETTING_SECTION:
    case SETTING_TYPE_COUNT:
        break;
    }
    return text;
}
