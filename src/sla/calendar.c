#include "sla/calendar.h"

#include "base/clock.h"
#include "base/limits.h"
#include "sla/zone.h"

/* How far calendar_add looks ahead. */
static const int64_t search_ms = INT64_C(3653) * MS_PER_DAY;

/* Monday is 0; 1970-01-01 was a Thursday. */
static int weekday_of(int64_t day)
{
    return (int)(((day + 3) % 7 + 7) % 7);
}

static bool is_holiday(const struct calendar *cal, int64_t day)
{
    size_t low = 0, high = cal->holiday_day_count;
    int year, month, day_of_month;

    if (cal->holiday_count == 0)
        return false;
    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (cal->holiday_days[middle] < day)
            low = middle + 1;
        else
            high = middle;
    }
    if (low < cal->holiday_day_count && cal->holiday_days[low] == day)
        return true;
    time_civil_from_day(day, &year, &month, &day_of_month);
    return cal->yearly[month] >> day_of_month & 1;
}

/* One piece of business time after another. Within a stretch of one offset local time is only
 * UTC moved, so shifts are plain arithmetic and each moment is met once. */
struct walk {
    const struct calendar *cal;
    int64_t at_ms; /* where to look on from */
    int64_t end_ms;
    struct zone_stretch stretch;
};

static int64_t least(int64_t a, int64_t b)
{
    return a < b ? a : b;
}

static int64_t greatest(int64_t a, int64_t b)
{
    return a > b ? a : b;
}

/* The first piece of business time at or after walk->at_ms on its local day, cut at the ends of
 * the stretch and of the walk. Otherwise moves to the next day or stretch and says no. */
static bool piece_of_day(struct walk *walk, int64_t *out_from_ms, int64_t *out_to_ms)
{
    const struct calendar *cal = walk->cal;
    int64_t day = time_utc_day(walk->at_ms + walk->stretch.offset_ms);
    int64_t midnight_ms = day * MS_PER_DAY - walk->stretch.offset_ms;
    int64_t limit_ms = least(walk->stretch.until_ms, walk->end_ms);
    int weekday = weekday_of(day);

    for (size_t i = cal->first_shift[weekday]; i < cal->first_shift[weekday + 1]; i++) {
        const struct calendar_shift *shift = &cal->shifts[i];
        int64_t from_ms = greatest(midnight_ms + shift->from_min * MS_PER_MINUTE, walk->at_ms);
        int64_t to_ms = least(midnight_ms + shift->to_min * MS_PER_MINUTE, limit_ms);

        if (from_ms >= to_ms)
            continue;
        if (is_holiday(cal, day))
            break;
        walk->at_ms = to_ms;
        *out_from_ms = from_ms;
        *out_to_ms = to_ms;
        return true;
    }
    walk->at_ms = least(midnight_ms + MS_PER_DAY, limit_ms);
    return false;
}

static bool walk_next(struct walk *walk, int64_t *out_from_ms, int64_t *out_to_ms)
{
    while (walk->at_ms < walk->end_ms) {
        if (walk->at_ms < walk->stretch.from_ms || walk->at_ms >= walk->stretch.until_ms)
            walk->stretch = zone_stretch_at(walk->cal->timezone, walk->at_ms);
        if (piece_of_day(walk, out_from_ms, out_to_ms))
            return true;
    }
    return false;
}

err calendar_add(const struct calendar *cal, int64_t from_ms, int64_t business_ms,
                 int64_t *out_due_ms)
{
    struct walk walk = {.cal = cal, .at_ms = from_ms, .end_ms = from_ms + search_ms};
    int64_t piece_from_ms, piece_to_ms;

    ENSURE(business_ms >= 0);
    if (!cal && business_ms <= search_ms) {
        *out_due_ms = from_ms + business_ms;
        return OK;
    }
    if (business_ms == 0) {
        *out_due_ms = from_ms;
        return OK;
    }
    while (cal && walk_next(&walk, &piece_from_ms, &piece_to_ms)) {
        if (business_ms <= piece_to_ms - piece_from_ms) {
            *out_due_ms = piece_from_ms + business_ms;
            return OK;
        }
        business_ms -= piece_to_ms - piece_from_ms;
    }
    return ERR_UNPROCESSABLE;
}

int64_t calendar_between(const struct calendar *cal, int64_t from_ms, int64_t to_ms)
{
    struct walk walk = {.cal = cal, .at_ms = from_ms, .end_ms = to_ms};
    int64_t sum_ms = 0, piece_from_ms, piece_to_ms;

    if (from_ms >= to_ms)
        return 0;
    if (!cal)
        return to_ms - from_ms;
    while (walk_next(&walk, &piece_from_ms, &piece_to_ms))
        sum_ms += piece_to_ms - piece_from_ms;
    return sum_ms;
}

bool calendar_zone_known(const char *name)
{
    return zone_known(name);
}
