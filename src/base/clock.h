/* clock.h -- moments and their ISO 8601 text. Calendars and zones live in sla/. */
#ifndef FD_CLOCK_H
#define FD_CLOCK_H

#include "base/base.h"

#include <pthread.h>
#include <time.h>

#define MS_PER_SECOND INT64_C(1000)
#define MS_PER_MINUTE (60 * MS_PER_SECOND)
#define MS_PER_HOUR (60 * MS_PER_MINUTE)
#define MS_PER_DAY (24 * MS_PER_HOUR)

enum { CLOCK_TRIM_MS = 10000 };
enum { TIME_ISO_SIZE = 25 }; /* 2026-11-23T08:00:00.000Z and a NUL */

/* The wall clock. */
int64_t clock_now_ms(void);
/* The moment after `last`, if the wall clock says now_ms: never earlier, so that what happens later
 * is dated later though the clock is being trimmed. A clock that was set back by more than
 * CLOCK_TRIM_MS was wrong before, and is believed: time must not stand still until it comes there. */
int64_t clock_moment_after(int64_t last_ms, int64_t now_ms);
/* For waiting with pthread_cond_timedwait on a condition of clock_cond_init: setting the wall clock
 * neither shortens nor prolongs it. */
void clock_cond_init(pthread_cond_t *cond);
struct timespec clock_steady_in(int64_t ms);
/* For durations: never steps. Microseconds since some moment. */
int64_t clock_steady_us(void);

/* "2026-11-23T08:00:00.000Z" into out, returned. Years 0001 to 9999; others are clamped. */
char *time_iso(int64_t at_ms, char out[static TIME_ISO_SIZE]);
/* RFC 3339 with offset or Z, seconds and fraction optional; also a bare date (midnight UTC).
 * Years 1970 to 9999. False, *out_ms untouched, for anything else (31 February too). */
bool time_parse_iso(const char *text, int64_t *out_ms);

/* Days since 1970-01-01 of the UTC day that holds at_ms; works before 1970 too. */
int64_t time_utc_day(int64_t at_ms);

/* Days since 1970-01-01 to the Gregorian date and back; any year. Month and day count from 1. */
void time_civil_from_day(int64_t day, int *out_year, int *out_month, int *out_day);
int64_t time_day_from_civil(int year, int month, int day);
int time_month_length(int year, int month);

#endif
