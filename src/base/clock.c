#include "base/clock.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

int64_t clock_now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_REALTIME, &ts);
    return (int64_t)ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

int64_t clock_steady_us(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return (int64_t)ts.tv_sec * 1000000 + ts.tv_nsec / 1000;
}

int64_t clock_moment_after(int64_t last_ms, int64_t now_ms)
{
    return now_ms < last_ms && last_ms - now_ms <= CLOCK_TRIM_MS ? last_ms : now_ms;
}

void clock_cond_init(pthread_cond_t *cond)
{
    pthread_condattr_t attr;

    pthread_condattr_init(&attr);
    pthread_condattr_setclock(&attr, CLOCK_MONOTONIC);
    pthread_cond_init(cond, &attr);
    pthread_condattr_destroy(&attr);
}

struct timespec clock_steady_in(int64_t ms)
{
    struct timespec at;

    clock_gettime(CLOCK_MONOTONIC, &at);
    at.tv_sec += (time_t)(ms / 1000);
    at.tv_nsec += (long)(ms % 1000 * 1000000);
    if (at.tv_nsec >= 1000000000) {
        at.tv_nsec -= 1000000000;
        at.tv_sec++;
    }
    return at;
}

int64_t time_utc_day(int64_t at_ms)
{
    return at_ms >= 0 ? at_ms / MS_PER_DAY : -((-at_ms + MS_PER_DAY - 1) / MS_PER_DAY);
}

/* Civil date from a day count and back: eras of 400 years, years starting in March, so that
 * the leap day is a year's last (the method of H. Hinnant, "chrono-Compatible Low-Level Date
 * Algorithms"). */
void time_civil_from_day(int64_t day, int *out_year, int *out_month, int *out_day)
{
    int64_t z = day + 719468;
    int64_t era = (z >= 0 ? z : z - 146096) / 146097;
    int64_t day_of_era = z - era * 146097;
    int64_t year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month_from_march = (5 * day_of_year + 2) / 153;

    *out_day = (int)(day_of_year - (153 * month_from_march + 2) / 5 + 1);
    *out_month = (int)(month_from_march < 10 ? month_from_march + 3 : month_from_march - 9);
    *out_year = (int)(year_of_era + era * 400 + (*out_month <= 2));
}

int64_t time_day_from_civil(int year, int month, int day)
{
    int64_t y = month <= 2 ? year - 1 : year;
    int64_t era = (y >= 0 ? y : y - 399) / 400;
    int64_t year_of_era = y - era * 400;
    int64_t day_of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;

    return era * 146097 + day_of_era - 719468;
}

static char *put_digits(char *at, int64_t value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + width;
}

char *time_iso(int64_t at_ms, char out[static TIME_ISO_SIZE])
{
    const int64_t first_ms = INT64_C(-62135596800000); /* 0001-01-01 */
    const int64_t last_ms = INT64_C(253402300799999);  /* 9999-12-31T23:59:59.999 */
    static _Thread_local int64_t known_day = INT64_MIN;
    static _Thread_local char known_date[11]; /* "2026-11-23T" */
    int year, month, day;
    int64_t days, rest;
    char *at = out;

    at_ms = at_ms < first_ms ? first_ms : at_ms > last_ms ? last_ms : at_ms;
    days = time_utc_day(at_ms);
    rest = at_ms - days * MS_PER_DAY;
    /* Moments that are written together mostly lie on one day. */
    if (days != known_day) {
        char *text = known_date;

        time_civil_from_day(days, &year, &month, &day);
        text = put_digits(text, year, 4);
        *text++ = '-';
        text = put_digits(text, month, 2);
        *text++ = '-';
        text = put_digits(text, day, 2);
        *text = 'T';
        known_day = days;
    }
    memcpy(at, known_date, sizeof(known_date));
    at += sizeof(known_date);
    at = put_digits(at, rest / MS_PER_HOUR, 2);
    *at++ = ':';
    at = put_digits(at, rest / MS_PER_MINUTE % 60, 2);
    *at++ = ':';
    at = put_digits(at, rest / MS_PER_SECOND % 60, 2);
    *at++ = '.';
    at = put_digits(at, rest % 1000, 3);
    *at++ = 'Z';
    *at = '\0';
    return out;
}

/* Exactly width digits. */
static bool take_digits(const char **at, int width, int *out)
{
    int value = 0;

    for (int i = 0; i < width; i++) {
        char c = (*at)[i];
        if (c < '0' || c > '9')
            return false;
        value = value * 10 + (c - '0');
    }
    *at += width;
    *out = value;
    return true;
}

static bool take_char(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

int time_month_length(int year, int month)
{
    static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    bool leap = (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;

    return month == 2 && leap ? 29 : days[month - 1];
}

static bool take_date(const char **at, int64_t *out_day)
{
    int year, month, day;

    if (!take_digits(at, 4, &year) || !take_char(at, '-') || !take_digits(at, 2, &month) ||
        !take_char(at, '-') || !take_digits(at, 2, &day))
        return false;
    if (year < 1970 || month < 1 || month > 12 || day < 1 || day > time_month_length(year, month))
        return false;
    *out_day = time_day_from_civil(year, month, day);
    return true;
}

static bool take_fraction_ms(const char **at, int *out_ms)
{
    int scale = 100;
    int digits = 0;

    for (*out_ms = 0; **at >= '0' && **at <= '9'; (*at)++, digits++) {
        *out_ms += (**at - '0') * scale;
        scale /= 10;
    }
    return digits > 0 && digits <= 9;
}

static bool take_offset_min(const char **at, int *out_min)
{
    int sign, hours, minutes;

    *out_min = 0;
    if (take_char(at, 'Z') || take_char(at, 'z'))
        return true;
    sign = **at == '-' ? -1 : 1;
    if (!take_char(at, '+') && !take_char(at, '-'))
        return false;
    if (!take_digits(at, 2, &hours))
        return false;
    take_char(at, ':');
    if (!take_digits(at, 2, &minutes) || hours > 23 || minutes > 59)
        return false;
    *out_min = sign * (hours * 60 + minutes);
    return true;
}

bool time_parse_iso(const char *text, int64_t *out_ms)
{
    const char *at = text;
    int64_t day, result;
    int hour, minute, second = 0, ms = 0, offset_min;

    if (!take_date(&at, &day))
        return false;
    if (*at == '\0') {
        *out_ms = day * MS_PER_DAY;
        return true;
    }
    if (!take_char(&at, 'T') && !take_char(&at, 't') && !take_char(&at, ' '))
        return false;
    if (!take_digits(&at, 2, &hour) || !take_char(&at, ':') || !take_digits(&at, 2, &minute))
        return false;
    if (take_char(&at, ':')) {
        if (!take_digits(&at, 2, &second))
            return false;
        if (take_char(&at, '.') && !take_fraction_ms(&at, &ms))
            return false;
    }
    if (hour > 23 || minute > 59 || second > 59 || !take_offset_min(&at, &offset_min) || *at)
        return false;
    result = day * MS_PER_DAY + hour * MS_PER_HOUR + (minute - offset_min) * MS_PER_MINUTE +
             second * MS_PER_SECOND + ms;
    if (result < 0)
        return false;
    *out_ms = result;
    return true;
}
