#include "sla/calendar.h"

#include "base/clock.h"
#include "base/limits.h"
#include "sla/zone.h"

#include <setjmp.h>
#include <stdarg.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct fault fault;

static int fresh(void **state)
{
    arena_done(&arena);
    arena_init(&arena);
    fault = (struct fault){.arena = &arena};
    return 0;
}

static struct calendar *parse(const char *json)
{
    struct calendar *cal = NULL;

    if (calendar_parse(&arena, json, "", &fault, &cal) != OK)
        print_error("%s: %s\n", json, fault_text(&fault, ERR_INVALID));
    assert_non_null(cal);
    return cal;
}

static struct calendar *calendar_of(const char *zone, const char *hours)
{
    return parse(arena_printf(&arena, "{\"timezone\":\"%s\",\"hours\":{%s}}", zone, hours));
}

static int64_t at(const char *iso)
{
    int64_t ms = -1;

    assert_true(time_parse_iso(iso, &ms));
    return ms;
}

static void assert_adds_up_to(const struct calendar *cal, const char *from, int64_t minutes,
                              const char *due)
{
    char text[TIME_ISO_SIZE];
    int64_t due_ms = 0;

    assert_int_equal(calendar_add(cal, at(from), minutes * MS_PER_MINUTE, &due_ms), OK);
    if (due_ms != at(due))
        print_error("%s + %lld min = %s, not %s\n", from, (long long)minutes,
                    time_iso(due_ms, text), due);
    assert_int_equal(due_ms, at(due));
}

#define OFFICE                                                                                     \
    "\"monday\":[\"09:00-17:00\"],\"tuesday\":[\"09:00-17:00\"],\"wednesday\":[\"09:00-17:00\"],"  \
    "\"thursday\":[\"09:00-17:00\"],\"friday\":[\"09:00-12:00\",\"13:00-17:00\"]"
#define EVERY_DAY(shift)                                                                           \
    "\"monday\":[" shift "],\"tuesday\":[" shift "],\"wednesday\":[" shift                         \
    "],\"thursday\":[" shift "],\"friday\":[" shift "],\"saturday\":[" shift                       \
    "],\"sunday\":[" shift "]"
#define NIGHT EVERY_DAY("\"01:00-04:00\"")
#define ALWAYS EVERY_DAY("\"00:00-24:00\"")

static void time_is_added_over_nights_weekends_and_breaks(void **state)
{
    const struct calendar *cal = calendar_of("Europe/Berlin", OFFICE); /* UTC+1 in winter */

    /* 2026-11-26 is a Thursday */
    assert_adds_up_to(cal, "2026-11-26T09:00:00Z", 60, "2026-11-26T10:00:00Z");
    assert_adds_up_to(cal, "2026-11-26T15:30:00Z", 60, "2026-11-27T08:30:00Z");
    assert_adds_up_to(cal, "2026-11-27T10:30:00Z", 60, "2026-11-27T12:30:00Z");  /* lunch */
    assert_adds_up_to(cal, "2026-11-27T15:00:00Z", 120, "2026-11-30T09:00:00Z"); /* weekend */
    assert_adds_up_to(cal, "2026-11-28T12:00:00Z", 1, "2026-11-30T08:01:00Z");
    /* All of a day's work is due at its end, not the next morning. */
    assert_adds_up_to(cal, "2026-11-26T08:00:00Z", 480, "2026-11-26T16:00:00Z");
    assert_adds_up_to(cal, "2026-11-26T03:00:00Z", 480, "2026-11-26T16:00:00Z");
    /* Nothing added is due at once, even at night. */
    assert_adds_up_to(cal, "2026-11-26T03:00:00Z", 0, "2026-11-26T03:00:00Z");
    assert_adds_up_to(NULL, "2026-11-28T12:00:00Z", 90, "2026-11-28T13:30:00Z");
}

static void holidays_do_not_count(void **state)
{
    const struct calendar *cal =
        parse("{\"timezone\":\"Europe/Berlin\",\"hours\":{" OFFICE "},\"holidays\":["
              "{\"date\":\"2026-12-24\"},{\"date\":\"12-25\",\"name\":\"Christmas\"},"
              "{\"date\":\"2020-01-01\",\"yearly\":true},{\"date\":\"02-29\"}]}");

    /* Wednesday 23rd, an hour before closing; 24th and 25th are free, then a weekend */
    assert_adds_up_to(cal, "2026-12-23T15:00:00Z", 120, "2026-12-28T09:00:00Z");
    /* the 24th only in 2026: in 2027 it is a Friday at work */
    assert_adds_up_to(cal, "2027-12-24T08:00:00Z", 60, "2027-12-24T09:00:00Z");
    assert_adds_up_to(cal, "2031-12-25T08:00:00Z", 60, "2031-12-26T09:00:00Z");
    assert_adds_up_to(cal, "2026-12-31T15:00:00Z", 120, "2027-01-04T09:00:00Z");
    /* 29 February 2028 is a Tuesday */
    assert_adds_up_to(cal, "2028-02-28T15:00:00Z", 120, "2028-03-01T09:00:00Z");
}

/* from and to in UTC; the local day is in the comment */
static void clock_changes_are_counted_as_they_happen(void **state)
{
    static const struct {
        const char *zone, *hours, *from, *to;
        int minutes;
    } cases[] = {
        /* Berlin 2026-03-29: 02:00 becomes 03:00. 2026-10-25: 03:00 becomes 02:00. */
        {"Europe/Berlin", NIGHT, "2026-03-27T23:00:00Z", "2026-03-28T23:00:00Z", 180},
        {"Europe/Berlin", NIGHT, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 120},
        {"Europe/Berlin", NIGHT, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 240},
        {"Europe/Berlin", ALWAYS, "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z", 23 * 60},
        {"Europe/Berlin", ALWAYS, "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z", 25 * 60},
        /* a shift inside the hour that does not exist, and one inside the hour that comes twice */
        {"Europe/Berlin", "\"sunday\":[\"02:10-02:50\"]", "2026-03-28T23:00:00Z",
         "2026-03-29T22:00:00Z", 0},
        {"Europe/Berlin", "\"sunday\":[\"02:10-02:50\"]", "2026-10-24T22:00:00Z",
         "2026-10-25T23:00:00Z", 80},
        /* shifts that begin or end inside it: the wall clock shows 01:00-02:30 and then 02:00-02:30 */
        {"Europe/Berlin", "\"sunday\":[\"01:00-02:30\"]", "2026-10-24T22:00:00Z",
         "2026-10-25T23:00:00Z", 120},
        {"Europe/Berlin", "\"sunday\":[\"02:30-04:00\"]", "2026-10-24T22:00:00Z",
         "2026-10-25T23:00:00Z", 120},
        {"Europe/Berlin", "\"sunday\":[\"02:30-04:00\"]", "2026-03-28T23:00:00Z",
         "2026-03-29T22:00:00Z", 60},
        /* New York 2026-03-08 and 2026-11-01, at 02:00 local */
        {"America/New_York", NIGHT, "2026-03-08T05:00:00Z", "2026-03-09T04:00:00Z", 120},
        {"America/New_York", NIGHT, "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 240},
        {"America/New_York", ALWAYS, "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z", 25 * 60},
        /* Lord Howe moves by half an hour: 2026-04-05 back at 02:00, 2026-10-04 forth at 02:00 */
        {"Australia/Lord_Howe", NIGHT, "2026-04-04T13:00:00Z", "2026-04-05T13:30:00Z", 210},
        {"Australia/Lord_Howe", NIGHT, "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z", 150},
        {"Australia/Lord_Howe", ALWAYS, "2026-10-03T13:30:00Z", "2026-10-04T13:00:00Z",
         23 * 60 + 30},
        /* Kolkata never changes and is half an hour off */
        {"Asia/Kolkata", NIGHT, "2026-03-28T18:30:00Z", "2026-03-29T18:30:00Z", 180},
        {"Asia/Kolkata", OFFICE, "2026-11-22T18:30:00Z", "2026-11-29T18:30:00Z", 39 * 60},
        /* Apia skipped 30 December 2011 altogether */
        {"Pacific/Apia", ALWAYS, "2011-12-29T10:00:00Z", "2011-12-31T10:00:00Z", 48 * 60},
        {"Pacific/Apia", "\"friday\":[\"09:00-17:00\"]", "2011-12-29T10:00:00Z",
         "2011-12-31T10:00:00Z", 0},
        {"UTC", ALWAYS, "2026-01-01T00:00:00Z", "2027-01-01T00:00:00Z", 365 * 24 * 60},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const struct calendar *cal = calendar_of(cases[i].zone, cases[i].hours);
        int64_t sum_ms = calendar_between(cal, at(cases[i].from), at(cases[i].to));

        if (sum_ms != cases[i].minutes * MS_PER_MINUTE)
            print_error("case %zu, %s: %lld min\n", i, cases[i].zone,
                        (long long)(sum_ms / MS_PER_MINUTE));
        assert_int_equal(sum_ms, cases[i].minutes * MS_PER_MINUTE);
        if (cases[i].minutes)
            assert_int_equal(calendar_between(cal, at(cases[i].to), at(cases[i].from)), 0);
    }
}

static void targets_run_through_the_night_of_the_change(void **state)
{
    const struct calendar *night = calendar_of("Europe/Berlin", NIGHT);

    assert_adds_up_to(night, "2026-03-28T23:00:00Z", 120, "2026-03-29T02:00:00Z");
    assert_adds_up_to(night, "2026-03-28T23:00:00Z", 121, "2026-03-29T23:01:00Z");
    assert_adds_up_to(night, "2026-10-24T22:00:00Z", 240, "2026-10-25T03:00:00Z");
    assert_adds_up_to(night, "2026-10-24T22:00:00Z", 241, "2026-10-26T00:01:00Z");
}

static void round_the_clock_has_no_hole_at_midnight(void **state)
{
    const struct calendar *cal = calendar_of("Europe/Berlin", ALWAYS);
    int64_t from_ms = at("2026-06-10T21:59:59.999Z"), due_ms;

    for (int64_t ms = 1; ms < 5; ms++) {
        assert_int_equal(calendar_add(cal, from_ms, ms, &due_ms), OK);
        assert_int_equal(due_ms, from_ms + ms);
    }
    assert_int_equal(calendar_between(cal, from_ms, from_ms + 5), 5);
}

/* A small generator of its own: the same numbers on every machine. */
static uint64_t next_random(uint64_t *seed)
{
    *seed ^= *seed << 13;
    *seed ^= *seed >> 7;
    *seed ^= *seed << 17;
    return *seed;
}

static void adding_and_measuring_agree(void **state)
{
    static const char *const zones[] = {"Europe/Berlin", "America/New_York", "Australia/Lord_Howe",
                                        "Asia/Kolkata", "Africa/Casablanca"};
    static const char *const hours[] = {OFFICE, NIGHT, ALWAYS, "\"sunday\":[\"02:10-02:50\"]"};
    uint64_t seed = 88172645463325252u;

    for (size_t z = 0; z < COUNT_OF(zones); z++) {
        for (size_t h = 0; h < COUNT_OF(hours); h++) {
            const struct calendar *cal = calendar_of(zones[z], hours[h]);

            for (int n = 0; n < 300; n++) {
                int64_t from_ms =
                    at("2024-01-01") + (int64_t)(next_random(&seed) % (4 * 366 * MS_PER_DAY));
                int64_t x = 1 + (int64_t)(next_random(&seed) % (10 * MS_PER_HOUR));
                int64_t y = 1 + (int64_t)(next_random(&seed) % (10 * MS_PER_HOUR));
                int64_t a, b, both;

                assert_int_equal(calendar_add(cal, from_ms, x, &a), OK);
                assert_int_equal(calendar_between(cal, from_ms, a), x);
                /* the earliest such moment */
                assert_int_equal(calendar_between(cal, from_ms, a - 1), x - 1);
                assert_int_equal(calendar_add(cal, a, y, &b), OK);
                assert_int_equal(calendar_add(cal, from_ms, x + y, &both), OK);
                assert_int_equal(b, both);
                assert_int_equal(calendar_between(cal, from_ms, a) + calendar_between(cal, a, b),
                                 calendar_between(cal, from_ms, b));
            }
        }
    }
}

static void a_search_without_end_gives_up(void **state)
{
    char *json = arena_str(&arena, "{\"timezone\":\"UTC\",\"hours\":{" ALWAYS "},\"holidays\":[");
    const struct calendar *none, *rare;
    int64_t due_ms = 42;

    for (int month = 1; month <= 12; month++) {
        for (int day = 1; day <= time_month_length(2000, month); day++)
            json = arena_printf(&arena, "%s%s{\"date\":\"%02d-%02d\"}", json,
                                month == 1 && day == 1 ? "" : ",", month, day);
    }
    none = parse(arena_printf(&arena, "%s]}", json));
    assert_int_equal(calendar_add(none, at("2026-01-01"), 1, &due_ms), ERR_UNPROCESSABLE);
    assert_int_equal(due_ms, 42);
    assert_int_equal(calendar_between(none, at("2026-01-01"), at("2027-01-01")), 0);

    /* ten years less a day are found, more are not */
    rare = calendar_of("UTC", ALWAYS);
    assert_int_equal(calendar_add(rare, at("2026-01-01"), 3653 * MS_PER_DAY, &due_ms), OK);
    assert_int_equal(calendar_add(rare, at("2026-01-01"), 3653 * MS_PER_DAY + 1, &due_ms),
                     ERR_UNPROCESSABLE);
    assert_int_equal(calendar_add(NULL, at("2026-01-01"), 3653 * MS_PER_DAY, &due_ms), OK);
    assert_int_equal(calendar_add(NULL, at("2026-01-01"), 3653 * MS_PER_DAY + 1, &due_ms),
                     ERR_UNPROCESSABLE);
}

static void mistakes_are_named_with_their_place(void **state)
{
    static const struct {
        const char *json, *path, *part;
    } cases[] = {
        {"", "calendar", "must be JSON"},
        {"[]", "calendar", "must be an object"},
        {"{\"timezone\":\"UTC\",\"hours\":{" ALWAYS "},\"x\":1}", "calendar",
         "unknown member \"x\""},
        {"{\"hours\":{" ALWAYS "}}", "calendar.timezone", "zone"},
        {"{\"timezone\":\"Mars/Olympus\",\"hours\":{" ALWAYS "}}", "calendar.timezone", "zone"},
        {"{\"timezone\":\"GMT+7:13\",\"hours\":{" ALWAYS "}}", "calendar.timezone", "zone"},
        {"{\"timezone\":\"UTC\"}", "calendar.hours", "object of weekdays"},
        {"{\"timezone\":\"UTC\",\"hours\":{}}", "calendar.hours", "at least one shift"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"monday\":[]}}", "calendar.hours",
         "at least one shift"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"Monday\":[]}}", "calendar.hours", "no day called"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"monday\":7}}", "calendar.hours.monday", "list"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"monday\":[\"9-17\"]}}", "calendar.hours.monday[0]",
         "shift like"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"monday\":[\"09:00-24:01\"]}}",
         "calendar.hours.monday[0]", "shift like"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"monday\":[\"09:60-12:00\"]}}",
         "calendar.hours.monday[0]", "shift like"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"monday\":[\"22:00-06:00\"]}}",
         "calendar.hours.monday[0]", "midnight"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"monday\":[\"09:00-09:00\"]}}",
         "calendar.hours.monday[0]", "after it begins"},
        {"{\"timezone\":\"UTC\",\"hours\":{\"monday\":[\"12:00-14:00\",\"09:00-12:01\"]}}",
         "calendar.hours.monday", "overlap"},
        {"{\"timezone\":\"UTC\",\"hours\":{" ALWAYS "},\"holidays\":{}}", "calendar.holidays",
         "list"},
        {"{\"timezone\":\"UTC\",\"hours\":{" ALWAYS "},\"holidays\":[{\"date\":\"2026-02-29\"}]}",
         "calendar.holidays[0]", "date"},
        {"{\"timezone\":\"UTC\",\"hours\":{" ALWAYS "},\"holidays\":[{\"date\":\"13-01\"}]}",
         "calendar.holidays[0]", "date"},
        {"{\"timezone\":\"UTC\",\"hours\":{" ALWAYS "},\"holidays\":[\"2026-02-28\"]}",
         "calendar.holidays[0]", "date"},
        {"{\"timezone\":\"UTC\",\"hours\":{" ALWAYS
         "},\"holidays\":[{\"date\":\"2026-02-28\",\"yearly\":1}]}",
         "calendar.holidays[0]", "yearly"},
        {"{\"timezone\":\"UTC\",\"hours\":{" ALWAYS
         "},\"holidays\":[{\"date\":\"2026-02-28\",\"nam\":\"\"}]}",
         "calendar.holidays[0]", "nam"},
    };

    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        struct calendar *cal = NULL;

        fault = (struct fault){.arena = &arena};
        assert_int_equal(calendar_parse(&arena, cases[i].json, "calendar", &fault, &cal),
                         ERR_INVALID);
        assert_null(cal);
        assert_non_null(fault.fields);
        if (strcmp(fault.fields->path, cases[i].path) != 0 ||
            !strstr(fault.fields->msg, cases[i].part))
            print_error("case %zu: %s: %s\n", i, fault.fields->path, fault.fields->msg);
        assert_string_equal(fault.fields->path, cases[i].path);
        assert_non_null(strstr(fault.fields->msg, cases[i].part));
    }
}

static void limits_of_shifts_and_holidays_hold_on_both_sides(void **state)
{
    for (int over = 0; over < 2; over++) {
        const char *shifts = "", *days = "";
        struct calendar *cal;

        for (int i = 0; i < CALENDAR_SHIFTS_PER_DAY_MAX + over; i++)
            shifts = arena_printf(&arena, "%s%s\"%02d:00-%02d:30\"", shifts, i ? "," : "", i, i);
        for (int i = 0; i < CALENDAR_HOLIDAYS_MAX + over; i++)
            days =
                arena_printf(&arena, "%s%s{\"date\":\"%04d-01-01\"}", days, i ? "," : "", 1970 + i);
        fault = (struct fault){.arena = &arena};
        assert_int_equal(
            calendar_parse(
                &arena,
                arena_printf(&arena, "{\"timezone\":\"UTC\",\"hours\":{\"monday\":[%s]}}", shifts),
                "", &fault, &cal),
            over ? ERR_INVALID : OK);
        assert_int_equal(calendar_parse(&arena,
                                        arena_printf(&arena,
                                                     "{\"timezone\":\"UTC\",\"hours\":{" ALWAYS
                                                     "},\"holidays\":[%s]}",
                                                     days),
                                        "", &fault, &cal),
                         over ? ERR_INVALID : OK);
    }
}

static void what_is_written_reads_back_the_same(void **state)
{
    static const char text[] =
        "{\"timezone\":\"Europe/Berlin\",\"hours\":{\"monday\":[\"09:00-12:00\",\"12:00-17:30\"],"
        "\"sunday\":[\"00:00-24:00\"]},\"holidays\":[{\"date\":\"2026-12-24\",\"name\":\"Eve\","
        "\"yearly\":false},{\"date\":\"12-25\",\"yearly\":true}]}";
    struct buf first = {0}, second = {0};
    struct json_out json = json_to(&first);

    calendar_write(parse(text), &json);
    assert_string_equal(buf_text(&first), text);
    json = json_to(&second);
    calendar_write(parse(buf_text(&first)), &json);
    assert_string_equal(buf_text(&second), buf_text(&first));
    buf_done(&first);
    buf_done(&second);
}

static void more_zones_than_are_kept_take_turns(void **state)
{
    static const char *const zones[] = {"Europe/Berlin",
                                        "Europe/Paris",
                                        "Europe/London",
                                        "America/New_York",
                                        "America/Chicago",
                                        "Asia/Kolkata",
                                        "Asia/Tokyo",
                                        "Australia/Sydney",
                                        "Africa/Cairo",
                                        "Pacific/Auckland",
                                        "UTC"};
    int64_t noon_ms = at("2026-01-15T12:00:00Z");

    for (int round = 0; round < 3; round++) {
        for (size_t i = 0; i < COUNT_OF(zones); i++)
            assert_true(zone_known(zones[i]) &&
                        zone_stretch_at(zones[i], noon_ms).until_ms > noon_ms);
        assert_int_equal(zone_stretch_at("Asia/Tokyo", noon_ms).offset_ms, 9 * MS_PER_HOUR);
    }
}

static int end(void **state)
{
    arena_done(&arena);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(time_is_added_over_nights_weekends_and_breaks, fresh),
        cmocka_unit_test_setup(holidays_do_not_count, fresh),
        cmocka_unit_test_setup(clock_changes_are_counted_as_they_happen, fresh),
        cmocka_unit_test_setup(targets_run_through_the_night_of_the_change, fresh),
        cmocka_unit_test_setup(round_the_clock_has_no_hole_at_midnight, fresh),
        cmocka_unit_test_setup(adding_and_measuring_agree, fresh),
        cmocka_unit_test_setup(a_search_without_end_gives_up, fresh),
        cmocka_unit_test_setup(mistakes_are_named_with_their_place, fresh),
        cmocka_unit_test_setup(limits_of_shifts_and_holidays_hold_on_both_sides, fresh),
        cmocka_unit_test_setup(what_is_written_reads_back_the_same, fresh),
        cmocka_unit_test_setup(more_zones_than_are_kept_take_turns, fresh),
    };

    return cmocka_run_group_tests(tests, NULL, end);
}
