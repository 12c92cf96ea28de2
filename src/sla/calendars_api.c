#include "base/limits.h"
#include "sla/calendars.h"
#include "sla/sla_api.h"

enum { HOURS_MAX_BYTES = 16 * 1024 };

/* ---- shapes ---- */

struct day_body {
    uint64_t present; /* when it is read */
    const char *date;
    const char *name;
    bool yearly;
};
static const struct field day_fields[] = {
    {"date", FIELD_TEXT, offsetof(struct day_body, date), .required = true, .min = 5, .max = 10,
     .about = "2026-12-24, or 12-25 of every year"},
    {"name", FIELD_TEXT, offsetof(struct day_body, name), .nullable = true, .max = NAME_MAX_CHARS},
    {"yearly", FIELD_BOOL, offsetof(struct day_body, yearly), .fallback = "false"},
};
static const struct shape day_input_shape =
    SHAPE("HolidayInput", "A day without business hours", struct day_body, day_fields);
static const struct shape day_shape =
    SHAPE_OUT("Holiday", "A day without business hours", struct day_body, day_fields);

struct calendar_view {
    struct uuid id;
    const char *name;
    const char *timezone;
    const char *hours;
    struct object_list holidays;
    int64_t created_ms;
    int64_t updated_ms;
};
static const char about_hours[] =
    "by weekday: {\"monday\": [\"09:00-12:00\", \"13:00-17:30\"], \"saturday\": [\"00:00-24:00\"]}";
#define AT(member) offsetof(struct calendar_view, member)
static const struct field calendar_fields[] = {
    {"id", FIELD_UUID, AT(id), .required = true},
    {"name", FIELD_TEXT, AT(name), .required = true},
    {"timezone", FIELD_TEXT, AT(timezone), .required = true, .about = "of the IANA list"},
    {"hours", FIELD_JSON, AT(hours), .required = true, .about = about_hours},
    {"holidays", FIELD_OBJECTS, AT(holidays), .required = true, .of = &day_shape},
    {"createdAt", FIELD_TIME, AT(created_ms), .required = true},
    {"updatedAt", FIELD_TIME, AT(updated_ms), .required = true},
};
#undef AT
static const struct shape calendar_shape =
    SHAPE_OUT("Calendar", "Business hours by which service levels count", struct calendar_view,
              calendar_fields);

struct calendars_view {
    struct object_list calendars;
};
static const struct field calendars_fields[] = {
    {"calendars", FIELD_OBJECTS, offsetof(struct calendars_view, calendars), .required = true,
     .of = &calendar_shape},
};
static const struct shape calendars_shape =
    SHAPE_OUT("Calendars", "All calendars, by name", struct calendars_view, calendars_fields);

struct calendar_body {
    uint64_t present;
    const char *name;
    const char *timezone;
    const char *hours;
    struct object_list holidays;
};
#define AT(member) offsetof(struct calendar_body, member)
#define CALENDAR_BODY_FIELDS(needed)                                                               \
    {"name", FIELD_TEXT, AT(name), .required = (needed), .min = 1, .max = NAME_MAX_CHARS},         \
        {"timezone",                                                                               \
         FIELD_TEXT,                                                                               \
         AT(timezone),                                                                             \
         .required = (needed),                                                                     \
         .min = 1,                                                                                 \
         .max = NAME_MAX_CHARS,                                                                    \
         .about = "of the IANA list, e.g. Europe/Berlin"},                                         \
        {"hours",                                                                                  \
         FIELD_JSON,                                                                               \
         AT(hours),                                                                                \
         .required = (needed),                                                                     \
         .max_bytes = HOURS_MAX_BYTES,                                                             \
         .about = about_hours},                                                                    \
    {                                                                                              \
        "holidays", FIELD_OBJECTS, AT(holidays), .of = &day_input_shape                            \
    }
static const struct field calendar_input_fields[] = {CALENDAR_BODY_FIELDS(true)};
static const struct field calendar_patch_fields[] = {CALENDAR_BODY_FIELDS(false)};
#undef AT
static const struct shape calendar_input_shape = SHAPE(
    "CalendarInput", "A calendar as it is written", struct calendar_body, calendar_input_fields);
static const struct shape calendar_patch_shape =
    SHAPE("CalendarPatch", "What is to be different", struct calendar_body, calendar_patch_fields);

static struct calendar_change change_of(struct request *r, const struct shape *shape)
{
    static const struct {
        const char *name;
        unsigned bit;
    } fields[] = {{"name", CALENDAR_NAME},
                  {"timezone", CALENDAR_TIMEZONE},
                  {"hours", CALENDAR_HOURS},
                  {"holidays", CALENDAR_HOLIDAYS}};
    const struct calendar_body *body = r->body;
    const struct day_body *sent = body->holidays.v;
    struct calendar_day_input *days =
        ARENA_ARRAY(r->arena, struct calendar_day_input, body->holidays.n + 1);
    struct calendar_change change = {
        .name = body->name,
        .timezone = body->timezone,
        .hours = body->hours,
        .holidays = days,
        .holiday_count = body->holidays.n,
    };

    for (size_t i = 0; i < body->holidays.n; i++)
        days[i] = (struct calendar_day_input){sent[i].date, sent[i].name, sent[i].yearly};
    for (size_t i = 0; i < COUNT_OF(fields); i++) {
        if (shape_sent(shape, body, fields[i].name))
            change.set |= fields[i].bit;
    }
    return change;
}

/* ---- handlers ---- */

static struct day_body day_of(struct arena *a, const struct calendar_holiday *h)
{
    return (struct day_body){
        .date = h->year ? arena_printf(a, "%04d-%02d-%02d", h->year, h->month, h->day)
                        : arena_printf(a, "%02d-%02d", h->month, h->day),
        .name = h->name,
        .yearly = h->year == 0,
    };
}

static struct calendar_view view_of(struct arena *a, const struct calendar_record *record)
{
    const struct calendar *calendar = record->calendar;
    struct day_body *days = ARENA_ARRAY(a, struct day_body, calendar->holiday_count + 1);

    for (size_t i = 0; i < calendar->holiday_count; i++)
        days[i] = day_of(a, &calendar->holidays[i]);
    return (struct calendar_view){
        .id = record->uuid,
        .name = record->name,
        .timezone = calendar->timezone,
        .hours = record->hours,
        .holidays = {days, calendar->holiday_count},
        .created_ms = record->created_ms,
        .updated_ms = record->updated_ms,
    };
}

static err answer_calendar(struct request *r, int status, const struct calendar_record *record)
{
    struct calendar_view view = view_of(r->arena, record);

    return answer(r, status, &calendar_shape, &view);
}

static err calendars_get(struct request *r, struct tx *tx)
{
    struct calendar_record_list list;
    struct calendar_view *views;
    struct calendars_view out;

    TRY(calendar_records(tx, &list));
    views = ARENA_ARRAY(tx->arena, struct calendar_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        views[i] = view_of(tx->arena, &list.v[i]);
    out.calendars = (struct object_list){views, list.n};
    return answer(r, 200, &calendars_shape, &out);
}

static err calendar_get(struct request *r, struct tx *tx)
{
    struct calendar_record record;

    TRY(calendar_record_find(tx, request_param(r, "id"), &record));
    return answer_calendar(r, 200, &record);
}

static err calendars_post(struct request *r, struct tx *tx)
{
    struct calendar_change change = change_of(r, &calendar_input_shape);
    struct calendar_record record;

    TRY(calendar_record_create(tx, &change, &record));
    return answer_calendar(r, 201, &record);
}

static err calendar_patch(struct request *r, struct tx *tx)
{
    struct calendar_change change = change_of(r, &calendar_patch_shape);
    struct calendar_record record;

    TRY(calendar_record_update(tx, request_param(r, "id"), &change, &record));
    return answer_calendar(r, 200, &record);
}

static err calendar_delete(struct request *r, struct tx *tx)
{
    TRY(calendar_record_remove(tx, request_param(r, "id")));
    return answer_empty(r);
}

static const char tag[] = "Service levels";
const struct route calendar_routes[] = {
    {"GET", "/api/calendars", ACCESS_AGENT, RUN_READ, calendars_get, .status = 200,
     .answer = &calendars_shape, .tag = tag, .summary = "All business calendars"},
    {"POST", "/api/calendars", ACCESS_SUPERVISOR, RUN_WRITE, calendars_post, .body_kind = BODY_JSON,
     .body = &calendar_input_shape, .status = 201, .answer = &calendar_shape, .tag = tag,
     .summary = "Add a business calendar"},
    {"GET", "/api/calendars/:id", ACCESS_AGENT, RUN_READ, calendar_get, .status = 200,
     .answer = &calendar_shape, .tag = tag, .summary = "One business calendar"},
    {"PATCH", "/api/calendars/:id", ACCESS_SUPERVISOR, RUN_WRITE, calendar_patch,
     .body_kind = BODY_JSON, .body = &calendar_patch_shape, .status = 200,
     .answer = &calendar_shape, .tag = tag,
     .summary = "Change a calendar; due times that were set stay"},
    {"DELETE", "/api/calendars/:id", ACCESS_SUPERVISOR, RUN_WRITE, calendar_delete, .status = 204,
     .tag = tag, .summary = "Delete a calendar that nothing counts by"},
};
const size_t calendar_route_count = COUNT_OF(calendar_routes);
