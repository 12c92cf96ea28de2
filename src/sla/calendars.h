/* calendars.h -- business hours as records that supervisors keep (calendar.h: what they mean). */
#ifndef FD_CALENDARS_H
#define FD_CALENDARS_H

#include "sla/calendar.h"
#include "store/store.h"

struct calendar_record {
    int64_t id;
    struct uuid uuid;
    const char *name;
    const char *definition; /* JSON, as calendar_write writes it */
    const struct calendar *calendar;
    const char *hours; /* the definition's, as JSON */
    int64_t created_ms;
    int64_t updated_ms;
};
struct calendar_record_list {
    struct calendar_record *v;
    size_t n;
};

enum calendar_field {
    CALENDAR_NAME = 1 << 0,
    CALENDAR_TIMEZONE = 1 << 1,
    CALENDAR_HOURS = 1 << 2,
    CALENDAR_HOLIDAYS = 1 << 3,
};
struct calendar_day_input {
    const char *date; /* 2026-12-24, or 12-25 of every year */
    const char *name; /* NULL: none */
    bool yearly;
};
/* A member counts only when its bit in `set` is there. */
struct calendar_change {
    unsigned set;
    const char *name;
    const char *timezone;
    const char *hours; /* JSON object */
    const struct calendar_day_input *holidays;
    size_t holiday_count;
};

/* By UUID, number or name. ERR_NOT_FOUND with a sentence. */
MUST_CHECK err calendar_record_find(struct tx *tx, const char *ref, struct calendar_record *out);
/* By name. */
MUST_CHECK err calendar_records(struct tx *tx, struct calendar_record_list *out);
/* Supervisors. ERR_INVALID with a field for each mistake (calendar.h); ERR_CONFLICT if the name is taken. */
MUST_CHECK err calendar_record_create(struct tx *tx, const struct calendar_change *input,
                                      struct calendar_record *out);
/* Due times that were set stay until the ticket's clock is set anew. */
MUST_CHECK err calendar_record_update(struct tx *tx, const char *ref,
                                      const struct calendar_change *change,
                                      struct calendar_record *out);
/* ERR_CONFLICT while a policy or a ticket counts by it. */
MUST_CHECK err calendar_record_remove(struct tx *tx, const char *ref);

#endif
