#include "sla/calendar.h"

#include "base/clock.h"
#include "base/limits.h"
#include "sla/zone.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

enum { DAY_MIN = 24 * 60 };

static const char *const weekdays[7] = {"monday", "tuesday",  "wednesday", "thursday",
                                        "friday", "saturday", "sunday"};

struct reader {
    struct arena *arena;
    struct fault *fault;
    const char *path;
    struct calendar *cal;
    bool wrong;
};

__attribute__((format(printf, 3, 4))) static void complain(struct reader *r, const char *where,
                                                           const char *fmt, ...)
{
    const char *dot = *r->path && *where ? "." : "";
    va_list ap;
    char *msg;

    va_start(ap, fmt);
    msg = arena_vprintf(r->arena, fmt, ap);
    va_end(ap);
    r->wrong = true;
    (void)fault_field(r->fault, arena_printf(r->arena, "%s%s%s", r->path, dot, where), "%s", msg);
}

/* "hh:mm", 00:00 to 24:00, at the start of text. */
static bool take_clock(const char **text, int *out_min)
{
    const char *t = *text;

    for (int i = 0; i < 5; i++) {
        if (i == 2 ? t[i] != ':' : t[i] < '0' || t[i] > '9')
            return false;
    }
    *out_min = ((t[0] - '0') * 10 + t[1] - '0') * 60 + (t[3] - '0') * 10 + t[4] - '0';
    *text += 5;
    return t[3] < '6' && *out_min <= DAY_MIN;
}

static bool parse_shift(const char *text, struct calendar_shift *out)
{
    if (!take_clock(&text, &out->from_min) || *text++ != '-')
        return false;
    return take_clock(&text, &out->to_min) && !*text;
}

static int shift_order(const void *a, const void *b)
{
    return ((const struct calendar_shift *)a)->from_min -
           ((const struct calendar_shift *)b)->from_min;
}

/* Adds the day's shifts to the calendar, in order of time. */
static void read_day(struct reader *r, int weekday, json_t *list)
{
    struct calendar_shift *day = r->cal->shifts + r->cal->shift_count;
    const char *where = arena_printf(r->arena, "hours.%s", weekdays[weekday]);
    size_t n = json_array_size(list);

    if (!json_is_array(list) || n > CALENDAR_SHIFTS_PER_DAY_MAX) {
        complain(r, where, "must be a list of at most %d shifts", CALENDAR_SHIFTS_PER_DAY_MAX);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        const char *place = arena_printf(r->arena, "%s[%zu]", where, i);

        day[i].weekday = weekday;
        if (!text || !parse_shift(text, &day[i])) {
            complain(r, place, "must be a shift like \"09:00-17:30\"");
            return;
        }
        if (day[i].from_min >= day[i].to_min) {
            complain(r, place,
                     "must end after it begins; a shift over midnight is written as two, "
                     "until 24:00 and from 00:00");
            return;
        }
    }
    qsort(day, n, sizeof(*day), shift_order);
    for (size_t i = 1; i < n; i++) {
        if (day[i].from_min < day[i - 1].to_min)
            complain(r, where, "has shifts that overlap");
    }
    r->cal->shift_count += n;
}

static bool is_weekday(const char *name)
{
    for (int w = 0; w < 7; w++) {
        if (strcmp(name, weekdays[w]) == 0)
            return true;
    }
    return false;
}

static void read_hours(struct reader *r, json_t *hours)
{
    const char *name;
    json_t *list;

    r->cal->shifts = ARENA_ARRAY(r->arena, struct calendar_shift, 7 * CALENDAR_SHIFTS_PER_DAY_MAX);
    if (!json_is_object(hours)) {
        complain(r, "hours", "must be an object of weekdays");
        return;
    }
    json_object_foreach(hours, name, list)
    {
        if (!is_weekday(name))
            complain(r, "hours", "has no day called \"%s\": monday to sunday", name);
    }
    for (int w = 0; w < 7; w++) {
        r->cal->first_shift[w] = r->cal->shift_count;
        list = json_object_get(hours, weekdays[w]);
        if (list)
            read_day(r, w, list);
    }
    r->cal->first_shift[7] = r->cal->shift_count;
    if (r->cal->shift_count == 0 && !r->wrong)
        complain(r, "hours",
                 "must hold at least one shift: without any, nothing would ever be due");
}

/* "2026-12-25", or "12-25" (year 0). */
static bool parse_date(const char *text, struct calendar_holiday *out)
{
    size_t len = strlen(text);
    const char *form = len == 10 ? "####-##-##" : "##-##";
    const char *rest = len == 10 ? text + 5 : text;

    if (len != strlen(form))
        return false;
    for (size_t i = 0; i < len; i++) {
        if (form[i] == '#' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return false;
    }
    out->year = len == 10 ? atoi(text) : 0;
    out->month = atoi(rest);
    out->day = atoi(rest + 3);
    if (out->month < 1 || out->month > 12 || (len == 10 && out->year < 1970))
        return false;
    /* A yearly 29 February is one in leap years. */
    return out->day >= 1 && out->day <= time_month_length(out->year ? out->year : 2000, out->month);
}

static void read_holiday(struct reader *r, size_t index, json_t *entry)
{
    struct calendar_holiday *holiday = &r->cal->holidays[r->cal->holiday_count];
    const char *where = arena_printf(r->arena, "holidays[%zu]", index);
    const char *date = json_string_value(json_object_get(entry, "date"));
    json_t *name = json_object_get(entry, "name"), *yearly = json_object_get(entry, "yearly");
    const char *key;
    json_t *value;

    json_object_foreach(entry, key, value)
    {
        if (strcmp(key, "date") != 0 && strcmp(key, "name") != 0 && strcmp(key, "yearly") != 0)
            complain(r, where, "has an unknown member \"%s\"", key);
    }
    if (!date || !parse_date(date, holiday)) {
        complain(r, where, "must have a \"date\" like 2026-12-25, or 12-25 for every year");
        return;
    }
    if ((yearly && !json_is_boolean(yearly)) || (json_is_false(yearly) && !holiday->year))
        complain(r, where, "has a \"yearly\" that is not true, or false without a year");
    if (name && !json_is_null(name) &&
        (!json_is_string(name) || json_string_length(name) > NAME_MAX_CHARS))
        complain(r, where, "has a \"name\" that is not a text of at most %d bytes", NAME_MAX_CHARS);
    if (json_is_true(yearly))
        holiday->year = 0;
    holiday->name = arena_str(r->arena, json_string_value(name));
    r->cal->holiday_count++;
}

static int day_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

static void read_holidays(struct reader *r, json_t *list)
{
    struct calendar *cal = r->cal;
    size_t n = json_array_size(list);

    if (list && (!json_is_array(list) || n > CALENDAR_HOLIDAYS_MAX)) {
        complain(r, "holidays", "must be a list of at most %d days", CALENDAR_HOLIDAYS_MAX);
        return;
    }
    cal->holidays = ARENA_ARRAY(r->arena, struct calendar_holiday, n + 1);
    cal->holiday_days = ARENA_ARRAY(r->arena, int64_t, n + 1);
    for (size_t i = 0; i < n; i++)
        read_holiday(r, i, json_array_get(list, i));
    for (size_t i = 0; i < cal->holiday_count; i++) {
        const struct calendar_holiday *h = &cal->holidays[i];

        if (h->year)
            cal->holiday_days[cal->holiday_day_count++] =
                time_day_from_civil(h->year, h->month, h->day);
        else
            cal->yearly[h->month] |= 1u << h->day;
    }
    qsort(cal->holiday_days, cal->holiday_day_count, sizeof(int64_t), day_order);
}

static void read_calendar(struct reader *r, json_t *root)
{
    json_t *zone = json_object_get(root, "timezone");
    const char *name;
    json_t *value;

    if (!json_is_object(root)) {
        complain(r, "", "must be an object with timezone, hours and holidays");
        return;
    }
    json_object_foreach(root, name, value)
    {
        if (strcmp(name, "timezone") != 0 && strcmp(name, "hours") != 0 &&
            strcmp(name, "holidays") != 0)
            complain(r, "", "has an unknown member \"%s\"", name);
    }
    r->cal->timezone = arena_str(r->arena, json_string_value(zone));
    if (!zone_known(r->cal->timezone))
        complain(r, "timezone", "must be a zone of the IANA list, like Europe/Berlin");
    read_hours(r, json_object_get(root, "hours"));
    read_holidays(r, json_object_get(root, "holidays"));
}

err calendar_parse(struct arena *a, const char *json, const char *path, struct fault *fault,
                   struct calendar **out_calendar)
{
    struct reader r = {.arena = a, .fault = fault, .path = path ? path : ""};
    json_error_t error;
    json_t *root = json_loads(json ? json : "", JSON_REJECT_DUPLICATES, &error);

    r.cal = ARENA_NEW(a, struct calendar);
    if (root)
        read_calendar(&r, root);
    else
        complain(&r, "", "must be JSON: %s (line %d)", error.text, error.line);
    json_decref(root);
    if (r.wrong)
        return ERR_INVALID;
    *out_calendar = r.cal;
    return OK;
}

void calendar_write(const struct calendar *cal, struct json_out *json)
{
    char text[32];

    json_open(json, '{');
    JSON_PUT(json, text, "timezone", cal->timezone);
    json_key(json, "hours");
    json_open(json, '{');
    for (int w = 0; w < 7; w++) {
        if (cal->first_shift[w] == cal->first_shift[w + 1])
            continue;
        json_key(json, weekdays[w]);
        json_open(json, '[');
        for (size_t i = cal->first_shift[w]; i < cal->first_shift[w + 1]; i++) {
            const struct calendar_shift *s = &cal->shifts[i];

            snprintf(text, sizeof(text), "%02d:%02d-%02d:%02d", s->from_min / 60, s->from_min % 60,
                     s->to_min / 60, s->to_min % 60);
            json_text(json, text);
        }
        json_close(json, ']');
    }
    json_close(json, '}');
    json_key(json, "holidays");
    json_open(json, '[');
    for (size_t i = 0; i < cal->holiday_count; i++) {
        const struct calendar_holiday *h = &cal->holidays[i];

        snprintf(text, sizeof(text), h->year ? "%04d-%02d-%02d" : "%.0d%02d-%02d", h->year,
                 h->month, h->day);
        json_open(json, '{');
        JSON_PUT(json, text, "date", text);
        if (h->name)
            JSON_PUT(json, text, "name", h->name);
        JSON_PUT(json, bool, "yearly", h->year == 0);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}
