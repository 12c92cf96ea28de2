/* The service level of a real ticket, with the clock in the test's hand. */
#include "app/test_desk.h"

#include <jansson.h>

#include "job/job.h"
#include "sla/calendars.h"
#include "sla/policies.h"
#include "sla/sla_step.h"

/* ---- deeds ---- */

static int64_t made(struct desk *d, enum ticket_priority priority)
{
    struct desk_ticket wanted = {.category = "general", .priority = priority};

    desk_do(d, desk_ticket_unit, &wanted);
    return wanted.out.id;
}

struct look {
    int64_t id;
    struct ticket ticket;
};

static err look_unit(struct tx *tx, void *arg)
{
    struct look *look = arg;

    return ticket_load(tx, look->id, &look->ticket);
}

static struct ticket seen(struct desk *d, int64_t id)
{
    struct look look = {.id = id};

    desk_do(d, look_unit, &look);
    return look.ticket;
}

struct deed {
    int64_t id;
    int status;   /* -1: leave it */
    int priority; /* -1: leave it */
    bool answer;  /* an agent's public comment */
};

static err deed_unit(struct tx *tx, void *arg)
{
    const struct deed *deed = arg;
    const char *ref = arena_printf(tx->arena, "%lld", (long long)deed->id);
    struct ticket_patch patch = {.status = deed->status, .priority = deed->priority};
    struct comment_input words = {
        .content = "We are on it",
        .author = {.type = ACTOR_AGENT, .role = ROLE_AGENT, .id = 1, .name = "Ann"}};
    struct comment comment;
    struct ticket out;

    if (deed->answer)
        return ticket_comment(tx, ref, &words, &comment, &out);
    patch.set = (deed->status >= 0 ? PATCH_STATUS : 0) | (deed->priority >= 0 ? PATCH_PRIORITY : 0);
    return ticket_patch(tx, ref, &patch, &out);
}

static void set_status(struct desk *d, int64_t id, enum ticket_status status)
{
    desk_do(d, deed_unit, &(struct deed){id, (int)status, -1, false});
}

static void set_priority(struct desk *d, int64_t id, enum ticket_priority priority)
{
    desk_do(d, deed_unit, &(struct deed){id, -1, (int)priority, false});
}

static void answer(struct desk *d, int64_t id)
{
    desk_do(d, deed_unit, &(struct deed){id, -1, -1, true});
}

static err fire_unit(struct tx *tx, void *arg)
{
    struct job job = {.kind = JOB_SLA_MOMENT, .ref = *(int64_t *)arg};

    TRY(job_clear(tx, JOB_SLA_MOMENT, job.ref)); /* as the queue does before it fires */
    return sla_moment_fire(tx, &job);
}

static void fire(struct desk *d, int64_t id)
{
    desk_do(d, fire_unit, &id);
}

/* ---- facts ---- */

struct fact {
    const char *sql;
    const char *text;
};

static err ask(struct tx *tx, void *arg)
{
    struct fact *fact = arg;
    struct rows rows;

    TRY(query_run_text(tx, fact->sql, NULL, 0, &rows));
    fact->text = rows_next(&rows) ? rows_text(&rows, 0, tx->arena) : NULL;
    return rows_end(&rows);
}

/* What was told, in order, with blanks between. */
static err ask_told(struct tx *tx, void *arg)
{
    const char **out = arg;
    struct rows rows;

    *out = "";
    TRY(query_run_text(tx,
                       "SELECT kind, changed_to FROM event WHERE kind IN ('sla_warning', "
                       "'sla_breached', 'escalated') ORDER BY id",
                       NULL, 0, &rows));
    while (rows_next(&rows)) {
        const char *kind = rows_text(&rows, 0, tx->arena);
        json_t *to = json_loads(rows_text(&rows, 1, tx->arena), 0, NULL);
        const char *event = json_string_value(json_object_get(to, "event"));

        *out = arena_printf(tx->arena, "%s%s%s", *out, **out ? " " : "",
                            strcmp(kind, "escalated") == 0 ? kind : event);
        json_decref(to);
    }
    return rows_end(&rows);
}

static void assert_told(struct desk *d, const char *expected)
{
    const char *told;

    desk_do(d, ask_told, &told);
    assert_string_equal(told, expected);
}

/* Minutes after the morning at which the ticket's timer stands; -1: there is none. */
static int64_t timer(struct desk *d)
{
    struct fact fact = {.sql = "SELECT CAST(due_ms AS TEXT) FROM job WHERE kind = 1"};

    desk_do(d, ask, &fact);
    return fact.text ? (atoll(fact.text) - MORNING_MS) / MS_PER_MINUTE : -1;
}

static int64_t minutes(int64_t at_ms)
{
    return (at_ms - MORNING_MS) / MS_PER_MINUTE;
}

static void at(struct desk *d, int64_t minute)
{
    d->now_ms = MORNING_MS + minute * MS_PER_MINUTE;
}

/* ---- tests ---- */

static void a_ticket_is_warned_of_and_missed_once_each_in_order(void **state)
{
    struct desk *d = *state;
    int64_t id = made(d, PRIORITY_HIGH); /* 60, 240 */

    assert_int_equal(timer(d), 48);
    at(d, 47);
    fire(d, id);
    assert_told(d, "");
    at(d, 48);
    fire(d, id);
    assert_told(d, "responseWarning");
    assert_int_equal(timer(d), 60);
    at(d, 500); /* nobody was there for a while */
    fire(d, id);
    assert_told(d, "responseWarning responseBreach resolutionWarning resolutionBreach escalated");
    assert_int_equal(seen(d, id).sla.response_met, TRI_NO);
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_NO);
    assert_int_equal(timer(d), -1);
    at(d, 900);
    fire(d, id);
    assert_told(d, "responseWarning responseBreach resolutionWarning resolutionBreach escalated");
}

static void an_answer_at_the_last_millisecond_is_in_time_and_one_later_is_not(void **state)
{
    struct desk *d = *state;
    int64_t first = made(d, PRIORITY_HIGH), second = made(d, PRIORITY_HIGH);

    at(d, 60);
    answer(d, first);
    d->now_ms++;
    answer(d, second);
    assert_int_equal(seen(d, first).sla.response_met, TRI_YES);
    assert_int_equal(seen(d, second).sla.response_met, TRI_NO);
}

static void pauses_move_the_resolution_and_the_timer(void **state)
{
    struct desk *d = *state;
    int64_t id = made(d, PRIORITY_HIGH);

    at(d, 10);
    answer(d, id);
    assert_int_equal(timer(d), 192);
    at(d, 100);
    set_status(d, id, STATUS_PENDING);
    assert_int_equal(timer(d), -1);
    at(d, 160);
    set_status(d, id, STATUS_OPEN);
    assert_int_equal(timer(d), 252);
    assert_int_equal(minutes(seen(d, id).due_ms), 300);
    at(d, 200);
    set_status(d, id, STATUS_PENDING);
    at(d, 1000);
    set_status(d, id, STATUS_RESOLVED);
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_YES);
    assert_int_equal(seen(d, id).sla.paused_ms, 860 * MS_PER_MINUTE);
}

static void a_reopened_ticket_has_its_time_again_and_is_warned_of_again(void **state)
{
    struct desk *d = *state;
    int64_t id = made(d, PRIORITY_HIGH);

    at(d, 100); /* the answer is missed */
    fire(d, id);
    set_status(d, id, STATUS_RESOLVED);
    assert_int_equal(seen(d, id).sla.response_met, TRI_NO);
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_YES);
    at(d, 1000);
    set_status(d, id, STATUS_OPEN);
    assert_int_equal(minutes(seen(d, id).due_ms), 1240);
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_UNKNOWN);
    assert_int_equal(timer(d), 1192);
    at(d, 1010);
    answer(d, id);
    assert_int_equal(seen(d, id).sla.response_met, TRI_NO); /* what was missed stays missed */
    assert_int_equal(minutes(seen(d, id).sla.response_due_ms), 60);
}

static void another_priority_counts_from_the_start_and_may_have_been_missed_already(void **state)
{
    struct desk *d = *state;
    int64_t id = made(d, PRIORITY_LOW);

    at(d, 100);
    set_priority(d, id, PRIORITY_CRITICAL); /* 15, 60 */
    assert_int_equal(minutes(seen(d, id).due_ms), 60);
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_NO);
    assert_int_equal(timer(d), 12); /* and so at once */
    set_priority(d, id, PRIORITY_HIGH);
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_UNKNOWN);
    assert_int_equal(minutes(seen(d, id).due_ms), 240);
}

static void an_answer_given_in_time_stays_so_under_a_stricter_promise(void **state)
{
    struct desk *d = *state;
    int64_t id = made(d, PRIORITY_LOW);

    at(d, 100);
    answer(d, id);
    set_priority(d, id, PRIORITY_CRITICAL);
    assert_int_equal(seen(d, id).sla.response_met, TRI_YES);
    assert_int_equal(minutes(seen(d, id).sla.response_due_ms), 1080);
}

static void an_escalation_raises_one_step_and_does_not_run_away(void **state)
{
    struct desk *d = *state;
    int64_t id = made(d, PRIORITY_NORMAL); /* 360, 1440 */

    d->settings.escalate_raise_priority = true;
    at(d, 361);
    fire(d, id);
    assert_told(d, "responseWarning responseBreach escalated");
    assert_int_equal(seen(d, id).priority, PRIORITY_HIGH);
    /* High would have been due after 240 minutes: no promise is broken in the past. */
    assert_int_equal(minutes(seen(d, id).due_ms), 1440);
    assert_int_equal(seen(d, id).sla.response_met, TRI_NO);
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_UNKNOWN);
    fire(d, id);
    assert_int_equal(seen(d, id).priority, PRIORITY_HIGH);
    at(d, 1441);
    fire(d, id);
    assert_int_equal(seen(d, id).priority, PRIORITY_CRITICAL);
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_NO);
    assert_int_equal(timer(d), -1);
}

static void cancelled_tickets_are_told_nothing(void **state)
{
    struct desk *d = *state;
    int64_t id = made(d, PRIORITY_HIGH);

    at(d, 30);
    set_status(d, id, STATUS_CANCELLED);
    assert_int_equal(timer(d), -1);
    at(d, 5000);
    fire(d, id);
    assert_told(d, "");
    assert_int_equal(seen(d, id).sla.resolution_met, TRI_UNKNOWN);
    set_status(d, id, STATUS_OPEN);
    assert_int_equal(minutes(seen(d, id).due_ms), 240 + 4970);
}

static err night_shift_unit(struct tx *tx, void *arg)
{
    struct calendar_change calendar = {
        .set = CALENDAR_NAME | CALENDAR_TIMEZONE | CALENDAR_HOURS,
        .name = "Nights",
        .timezone = "Europe/Berlin",
        .hours = "{\"sunday\":[\"01:00-04:00\"]}",
    };
    struct policy_change policy = {
        .set = POLICY_NAME | POLICY_RESPONSE | POLICY_RESOLUTION | POLICY_CALENDAR,
        .name = "Night",
        .response_minutes = 10,
        .resolution_minutes = 150,
        .calendar_ref = "Nights",
    };
    struct calendar_record record;
    struct policy made_policy;

    TRY(calendar_record_create(tx, &calendar, &record));
    return policy_create(tx, &policy, &made_policy);
}

/* On the night the clocks go forward a shift of 01:00-04:00 lasts two hours, on the other four. */
static void a_shift_lasts_as_long_as_it_lasts_when_the_clocks_change(void **state)
{
    static const struct {
        const char *created, *due;
    } table[] = {
        {"2027-03-27T12:00:00Z",
         "2027-04-03T23:30:00.000Z"}, /* 120 minutes, then 30 a week later */
        {"2027-10-30T12:00:00Z", "2027-10-31T01:30:00.000Z"}, /* 02:30 for the second time */
        {"2027-05-08T12:00:00Z", "2027-05-09T01:30:00.000Z"},
    };
    struct desk *d = *state;

    desk_do(d, night_shift_unit, NULL);
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        char iso[TIME_ISO_SIZE];

        assert_true(time_parse_iso(table[i].created, &d->now_ms));
        assert_string_equal(time_iso(seen(d, made(d, PRIORITY_LOW)).due_ms, iso), table[i].due);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
        TEST(a_ticket_is_warned_of_and_missed_once_each_in_order),
        TEST(an_answer_at_the_last_millisecond_is_in_time_and_one_later_is_not),
        TEST(pauses_move_the_resolution_and_the_timer),
        TEST(a_reopened_ticket_has_its_time_again_and_is_warned_of_again),
        TEST(another_priority_counts_from_the_start_and_may_have_been_missed_already),
        TEST(an_answer_given_in_time_stays_so_under_a_stricter_promise),
        TEST(an_escalation_raises_one_step_and_does_not_run_away),
        TEST(cancelled_tickets_are_told_nothing),
        TEST(a_shift_lasts_as_long_as_it_lasts_when_the_clocks_change),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
