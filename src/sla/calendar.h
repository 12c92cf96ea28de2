/* calendar.h -- business hours: when the clock of a service level runs.
 *
 * A calendar is a time zone, shifts for each day of the week and holidays. Business time is the
 * set of all moments whose local wall clock shows a time inside a shift; its length is real
 * elapsed time. So on the night the clocks change, a shift of 01:00-04:00 lasts two hours or
 * four, and no moment counts twice. A shift may end at 24:00: round the clock has no hole at
 * midnight. A NULL calendar is round the clock without any zone.
 *
 * Zones come from ICU and are cached for each thread. Nothing here reads the clock. */
#ifndef FD_CALENDAR_H
#define FD_CALENDAR_H

#include "base/fault.h"
#include "base/json_out.h"

/* Minutes after local midnight: 0 <= from < to <= 1440. */
struct calendar_shift {
    int weekday; /* 0 Monday to 6 Sunday */
    int from_min;
    int to_min;
};

struct calendar_holiday {
    int year; /* 0: every year */
    int month;
    int day;
    const char *name; /* may be NULL */
};

/* Made by calendar_parse; then read only, by any thread. */
struct calendar {
    const char *timezone;
    struct calendar_shift *shifts; /* by weekday and time, none overlapping */
    size_t shift_count;
    size_t first_shift[8]; /* shifts of weekday w: first_shift[w] up to first_shift[w + 1] */
    struct calendar_holiday *holidays; /* as written */
    size_t holiday_count;
    int64_t *holiday_days; /* those of one year as days since 1970, ascending */
    size_t holiday_day_count;
    uint32_t yearly[13]; /* those of every year: bit day of [month] */
};

/* Reads
 *     {"timezone": "Europe/Berlin",
 *      "hours": {"monday": ["09:00-12:00", "13:00-17:30"], "saturday": ["00:00-24:00"]},
 *      "holidays": [{"date": "2026-12-24", "name": "..."}, {"date": "12-25", "yearly": true}]}
 * ERR_INVALID with a field of fault for each mistake, its path below `path` (may be ""): zone
 * unknown, no hours at all, shifts that overlap or cross midnight, dates that do not exist, names
 * that mean nothing. A yearly date may be "2026-12-25" (the year is dropped) or "12-25". */
MUST_CHECK err calendar_parse(struct arena *a, const char *json, const char *path,
                              struct fault *fault, struct calendar **out_calendar);
/* The same form; what it writes calendar_parse reads back as the same calendar. */
void calendar_write(const struct calendar *calendar, struct json_out *json);
/* Whether ICU knows the zone by that name. */
bool calendar_zone_known(const char *name);

/* The moment at which business_ms (>= 0) of business time have passed since from_ms: the earliest
 * there is, so a day's work begun at 9 is due at 17:00 and not at 9:00 the next morning; 0 gives
 * from_ms. ERR_UNPROCESSABLE if ten years are not enough (holidays everywhere). */
MUST_CHECK err calendar_add(const struct calendar *calendar, int64_t from_ms, int64_t business_ms,
                            int64_t *out_due_ms);
/* Business time from from_ms up to to_ms; 0 if that is not later. */
int64_t calendar_between(const struct calendar *calendar, int64_t from_ms, int64_t to_ms);

#endif
