#include "sla/zone.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucal.h>
#include <unicode/ustring.h>

/* Zones a thread keeps open; more of them take turns. */
enum { ZONES_KEPT = 8, ZONE_NAME_MAX = 63 };

struct zone {
    char name[ZONE_NAME_MAX + 1];
    UCalendar *calendar;
    struct zone_stretch stretch; /* the last one asked for */
};

static bool to_utf16(const char *name, UChar out[static ZONE_NAME_MAX + 1], int32_t *out_len)
{
    UErrorCode status = U_ZERO_ERROR;

    if (!name || !*name || strlen(name) > ZONE_NAME_MAX)
        return false;
    u_strFromUTF8(out, ZONE_NAME_MAX + 1, out_len, name, -1, &status);
    return U_SUCCESS(status);
}

bool zone_known(const char *tz)
{
    UChar name[ZONE_NAME_MAX + 1], canonical[128];
    UErrorCode status = U_ZERO_ERROR;
    UBool is_system = false;
    int32_t len;

    if (!to_utf16(tz, name, &len) || strcmp(tz, "Etc/Unknown") == 0)
        return false;
    ucal_getCanonicalTimeZoneID(name, len, canonical, (int32_t)COUNT_OF(canonical), &is_system,
                                &status);
    /* is_system: from the zone database, not made up like "GMT+7:13" */
    return U_SUCCESS(status) && is_system;
}

static void zone_open(struct zone *zone, const char *tz)
{
    UChar name[ZONE_NAME_MAX + 1];
    UErrorCode status = U_ZERO_ERROR;
    int32_t len;

    ENSURE(to_utf16(tz, name, &len));
    if (zone->calendar)
        ucal_close(zone->calendar);
    zone->calendar = ucal_open(name, len, "en", UCAL_GREGORIAN, &status);
    ENSURE(U_SUCCESS(status));
    strcpy(zone->name, tz);
    zone->stretch = (struct zone_stretch){0};
}

/* ICU's calendars are not to be shared between threads: each thread has its own, until it ends. */
static pthread_key_t thread_ends;

static void zones_close(void *arg)
{
    struct zone *zones = arg;

    for (size_t i = 0; i < ZONES_KEPT; i++) {
        if (zones[i].calendar)
            ucal_close(zones[i].calendar);
        zones[i].calendar = NULL;
    }
}

static void make_key(void)
{
    ENSURE(pthread_key_create(&thread_ends, zones_close) == 0);
}

static struct zone *zone_of(const char *tz)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    static _Thread_local struct zone zones[ZONES_KEPT];
    static _Thread_local unsigned turn;
    struct zone *zone;

    ENSURE(pthread_once(&once, make_key) == 0 && pthread_setspecific(thread_ends, zones) == 0);
    for (size_t i = 0; i < ZONES_KEPT; i++) {
        if (zones[i].calendar && strcmp(zones[i].name, tz) == 0)
            return &zones[i];
    }
    zone = &zones[turn++ % ZONES_KEPT];
    zone_open(zone, tz);
    return zone;
}

static struct zone_stretch ask_icu(UCalendar *calendar, int64_t at_ms)
{
    struct zone_stretch stretch = {INT64_MIN, INT64_MAX, 0};
    UErrorCode status = U_ZERO_ERROR;
    UDate change;

    ucal_setMillis(calendar, (UDate)at_ms, &status);
    stretch.offset_ms = ucal_get(calendar, UCAL_ZONE_OFFSET, &status);
    stretch.offset_ms += ucal_get(calendar, UCAL_DST_OFFSET, &status);
    if (ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_PREVIOUS_INCLUSIVE, &change,
                                       &status))
        stretch.from_ms = (int64_t)change;
    if (ucal_getTimeZoneTransitionDate(calendar, UCAL_TZ_TRANSITION_NEXT, &change, &status))
        stretch.until_ms = (int64_t)change;
    ENSURE(U_SUCCESS(status));
    return stretch;
}

struct zone_stretch zone_stretch_at(const char *tz, int64_t at_ms)
{
    struct zone *zone = zone_of(tz);

    if (at_ms < zone->stretch.from_ms || at_ms >= zone->stretch.until_ms)
        zone->stretch = ask_icu(zone->calendar, at_ms);
    return zone->stretch;
}
