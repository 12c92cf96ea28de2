/* zone.h -- how far local time is from UTC, and for how long it stays so. */
#ifndef FD_ZONE_H
#define FD_ZONE_H

#include "base/base.h"

/* A stretch of time with one offset: local = UTC + offset_ms for from_ms <= UTC < until_ms. */
struct zone_stretch {
    int64_t from_ms;
    int64_t until_ms;
    int64_t offset_ms;
};

bool zone_known(const char *timezone);
/* The stretch that holds at_ms. timezone must be known. Remembered for each thread, so asking
 * again about the same months costs nothing. */
struct zone_stretch zone_stretch_at(const char *timezone, int64_t at_ms);

#endif
