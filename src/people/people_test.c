/* What people are promised, below HTTP: over a real store in a temporary directory. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/limits.h"
#include "people/access.h"
#include "people/agent.h"
#include "people/cursor.h"
#include "people/diff.h"
#include "people/password.h"
#include "people/rate.h"
#include "people/session.h"
#include "people/token.h"
#include "queries.gen.h"
#include "store/test_place.h"

static const int64_t MORNING_MS = INT64_C(1795420800000); /* 2026-11-23T08:00:00Z */

struct desk {
    struct test_place place;
    struct arena arena;
    struct fault fault;
    struct store *store;
};

static int setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));

    test_place_make(&d->place);
    arena_init(&d->arena);
    d->fault.arena = &d->arena;
    struct store_options options = {.data_dir = d->place.dir,
                                    .database_url = d->place.database_url,
                                    .create = true,
                                    .fault = &d->fault};
    assert_int_equal(store_open(&options, &d->store), OK);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;

    store_close(d->store);
    test_place_remove(&d->place);
    arena_done(&d->arena);
    free(d);
    return 0;
}

static struct unit_setup unit(struct desk *d, int64_t now_ms)
{
    d->fault = (struct fault){.arena = &d->arena};
    return (struct unit_setup){
        .arena = &d->arena, .fault = &d->fault, .actor = actor_system(), .now_ms = now_ms};
}

static err write_now(struct desk *d, unit_fn *run, void *arg)
{
    struct unit_setup s = unit(d, 0);

    return store_write(d->store, &s, run, arg);
}

static err read_now(struct desk *d, unit_fn *run, void *arg)
{
    struct unit_setup s = unit(d, 0);

    return store_read(d->store, &s, run, arg);
}

/* ---- requesters ---- */

struct writes_in {
    struct requester_input input;
    bool trusted;
    struct requester out;
};

static err find_or_make(struct tx *tx, void *arg)
{
    struct writes_in *w = arg;

    return requester_find_or_make(tx, &w->input, w->trusted, &w->out);
}

static struct requester write_in(struct desk *d, struct requester_input input, bool trusted)
{
    struct writes_in w = {input, trusted, {0}};

    assert_int_equal(write_now(d, find_or_make, &w), OK);
    return w.out;
}

static void one_address_is_one_requester_however_it_is_spelt(void **state)
{
    struct desk *d = *state;
    struct requester a =
        write_in(d, (struct requester_input){.email = "Zoë@Example.COM", .tier = -1}, false);
    struct requester b =
        write_in(d, (struct requester_input){.email = " ZOË@example.com ", .tier = -1}, false);

    assert_int_equal(a.id, b.id);
    assert_string_equal(a.name, "Zoë");
    assert_int_equal(a.tier, TIER_STANDARD);
}

static void a_stranger_completes_the_name_but_nothing_by_which_a_person_is_known(void **state)
{
    struct desk *d = *state;
    struct requester_input first = {.email = "ida@example.com", .tier = -1};
    struct requester_input second = {.email = "ida@example.com",
                                     .name = "Ida",
                                     .phone = "1",
                                     .user_id = "u-1",
                                     .organization = "ACME",
                                     .tier = TIER_ENTERPRISE};
    struct requester_input third = second;
    struct requester r;

    third.name = "Mallory";
    write_in(d, first, false);
    write_in(d, second, false);
    r = write_in(d, third, false);
    assert_string_equal(r.name, "Ida");
    assert_null(r.phone);
    assert_null(r.user_id);
    assert_null(r.organization);
    assert_int_equal(r.tier, TIER_STANDARD);
    r = write_in(d, third, true);
    assert_string_equal(r.name, "Ida");
    assert_string_equal(r.phone, "1");
    assert_string_equal(r.organization, "ACME");
    assert_int_equal(r.tier, TIER_ENTERPRISE);
}

/* ---- agents ---- */

struct agent_call {
    const char *ref;
    struct agent_change change;
    struct agent out;
};

static err make_agent(struct tx *tx, void *arg)
{
    struct agent_call *c = arg;

    return agent_make(tx, &c->change, &c->out);
}

static err change_agent(struct tx *tx, void *arg)
{
    struct agent_call *c = arg;

    return agent_change(tx, c->ref, &c->change, &c->out);
}

static struct agent admin(struct desk *d, const char *email, const char *hash)
{
    struct agent_call c = {.change = {.set = AGENT_ROLE,
                                      .name = email,
                                      .email = email,
                                      .role = ROLE_ADMIN,
                                      .password_hash = hash}};

    assert_int_equal(write_now(d, make_agent, &c), OK);
    return c.out;
}

static err change(struct desk *d, const char *ref, struct agent_change change)
{
    struct agent_call c = {.ref = ref, .change = change};

    return write_now(d, change_agent, &c);
}

static void the_last_active_admin_stays(void **state)
{
    struct desk *d = *state;

    admin(d, "a@desk.test", NULL);
    assert_int_equal(
        change(d, "a@desk.test", (struct agent_change){.set = AGENT_ROLE, .role = ROLE_AGENT}),
        ERR_CONFLICT);
    assert_int_equal(change(d, "a@desk.test", (struct agent_change){.set = AGENT_ACTIVE}),
                     ERR_CONFLICT);
    admin(d, "b@desk.test", NULL);
    assert_int_equal(change(d, "a@desk.test", (struct agent_change){.set = AGENT_ACTIVE}), OK);
    assert_int_equal(
        change(d, "B@desk.test", (struct agent_change){.set = AGENT_ROLE, .role = ROLE_SUPERVISOR}),
        ERR_CONFLICT);
}

static void an_address_belongs_to_one_agent(void **state)
{
    struct desk *d = *state;
    struct agent_call c = {.change = {.name = "x", .email = "A@DESK.test"}};

    admin(d, "a@desk.test", NULL);
    assert_int_equal(write_now(d, make_agent, &c), ERR_CONFLICT);
    assert_non_null(strstr(d->fault.message, "a@desk.test"));
}

/* ---- passwords, sessions, tokens ---- */

struct sign_in_call {
    const char *password;
    struct signed_in out;
    char token[SECRET_TEXT_SIZE];
    struct session session;
};

static err try_sign_in(struct tx *tx, void *arg)
{
    struct sign_in_call *c = arg;

    return sign_in(tx, "a@desk.test", c->password, &c->out);
}

static err look_at_session(struct tx *tx, void *arg)
{
    struct sign_in_call *c = arg;

    return session_find(tx, c->out.token, &c->session);
}

static const char *hash_of(struct desk *d, const char *password)
{
    const char *hash = NULL;

    assert_int_equal(password_hash(&d->arena, password, &hash), OK);
    return hash;
}

static void a_session_ends_with_its_time_its_password_and_its_agent(void **state)
{
    struct desk *d = *state;
    struct sign_in_call c = {.password = "correct horse battery"};
    struct unit_setup later = unit(d, clock_now_ms() + (SESSION_DAYS + 1) * MS_PER_DAY);
    const char *hash = hash_of(d, c.password);

    admin(d, "a@desk.test", hash);
    admin(d, "b@desk.test", NULL);
    assert_int_equal(read_now(d, try_sign_in, &c), OK);
    assert_int_equal(read_now(d, look_at_session, &c), OK);
    assert_int_equal(store_read(d->store, &later, look_at_session, &c), ERR_UNAUTHENTICATED);
    assert_int_equal(change(d, "a@desk.test",
                            (struct agent_change){.set = AGENT_PASSWORD, .password_hash = hash}),
                     OK);
    assert_int_equal(read_now(d, look_at_session, &c), ERR_UNAUTHENTICATED);
    assert_int_equal(read_now(d, try_sign_in, &c), OK);
    assert_int_equal(change(d, "a@desk.test", (struct agent_change){.set = AGENT_ACTIVE}), OK);
    assert_int_equal(read_now(d, look_at_session, &c), ERR_UNAUTHENTICATED);
    assert_int_equal(read_now(d, try_sign_in, &c), ERR_UNAUTHENTICATED);
}

static void too_many_tries_are_refused_even_with_the_right_password(void **state)
{
    struct desk *d = *state;
    struct sign_in_call c = {.password = "wrong"};
    struct sign_in_call right = {.password = "correct horse battery"};

    admin(d, "a@desk.test", hash_of(d, right.password));
    for (int i = 0; i < SIGN_IN_TRIES_MAX; i++)
        assert_int_equal(read_now(d, try_sign_in, &c), ERR_UNAUTHENTICATED);
    assert_int_equal(read_now(d, try_sign_in, &right), ERR_RATE);
    assert_true(right.out.retry_after_ms > 0);
    assert_true(right.out.retry_after_ms <= SIGN_IN_WINDOW_S * MS_PER_SECOND);
}

static void passwords_have_a_least_length_and_a_greatest(void **state)
{
    struct desk *d = *state;
    char text[PASSWORD_MAX_BYTES + 2];

    memset(text, 'x', sizeof(text));
    text[PASSWORD_MIN_CHARS] = '\0';
    assert_int_equal(password_check(&d->fault, "password", text, NULL), OK);
    text[PASSWORD_MIN_CHARS - 1] = '\0';
    assert_int_equal(password_check(&d->fault, "password", text, NULL), ERR_INVALID);
    memset(text, 'x', sizeof(text));
    text[PASSWORD_MAX_BYTES] = '\0';
    assert_int_equal(password_check(&d->fault, "password", text, NULL), OK);
    text[PASSWORD_MAX_BYTES] = 'x';
    text[PASSWORD_MAX_BYTES + 1] = '\0';
    assert_int_equal(password_check(&d->fault, "password", text, NULL), ERR_INVALID);
    assert_int_equal(
        password_check(&d->fault, "password", "Somebody@desk.test", "somebody@DESK.test"),
        ERR_INVALID);
}

static void nobodys_password_takes_as_long_and_is_never_right(void **state)
{
    bool right = true;
    int64_t before = clock_steady_us();

    assert_int_equal(password_verify(NULL, "anything", &right), OK);
    assert_false(right);
    assert_true(clock_steady_us() - before > 10000); /* it was calculated, not skipped */
}

struct token_call {
    struct token_input input;
    char text[TOKEN_TEXT_SIZE];
    struct token out;
    struct actor actor;
};

static err make_token(struct tx *tx, void *arg)
{
    struct token_call *c = arg;

    return token_create(tx, &c->input, c->text, &c->out);
}

static err who_is_it(struct tx *tx, void *arg)
{
    struct token_call *c = arg;

    return token_actor(tx, c->text, &c->actor);
}

static err end_token(struct tx *tx, void *arg)
{
    return token_revoke(tx, "1");
}

static void a_token_acts_until_it_expires_or_is_revoked(void **state)
{
    struct desk *d = *state;
    struct token_call c = {
        .input = {.name = "ci", .scope = SCOPE_READ, .agent_ref = "a@desk.test"}};
    struct unit_setup late;

    admin(d, "a@desk.test", NULL);
    c.input.expires_ms = clock_now_ms() + MS_PER_DAY;
    assert_int_equal(write_now(d, make_token, &c), OK);
    assert_int_equal(strncmp(c.text, c.out.hint, 9), 0);
    assert_int_equal(read_now(d, who_is_it, &c), OK);
    assert_int_equal(c.actor.type, ACTOR_AGENT);
    assert_int_equal(c.actor.role, ROLE_ADMIN);
    assert_int_equal(c.actor.scope, SCOPE_READ);
    late = unit(d, c.input.expires_ms);
    assert_int_equal(store_read(d->store, &late, who_is_it, &c), ERR_UNAUTHENTICATED);
    assert_int_equal(write_now(d, end_token, NULL), OK);
    assert_int_equal(read_now(d, who_is_it, &c), ERR_UNAUTHENTICATED);
    assert_int_equal(write_now(d, end_token, NULL), OK);
}

static void a_token_lasts_at_most_so_long(void **state)
{
    struct desk *d = *state;
    struct token_call c = {.input = {.name = "ci", .agent_ref = "a@desk.test"}};
    struct unit_setup s;

    admin(d, "a@desk.test", NULL);
    c.input.expires_ms = MORNING_MS + TOKEN_DAYS_MAX * MS_PER_DAY;
    s = unit(d, MORNING_MS);
    assert_int_equal(store_write(d->store, &s, make_token, &c), OK);
    c.input.expires_ms++;
    assert_int_equal(store_write(d->store, &s, make_token, &c), ERR_INVALID);
    c.input.expires_ms = MORNING_MS;
    assert_int_equal(store_write(d->store, &s, make_token, &c), ERR_INVALID);
}

/* ---- rates ---- */

struct rate_call {
    int times;
    int64_t retry_after_ms;
};

static err take(struct tx *tx, void *arg)
{
    struct rate_call *c = arg;

    for (int i = 0; i < c->times; i++)
        TRY(rate_limit_take(tx, "key", 3, MS_PER_MINUTE, &c->retry_after_ms));
    return OK;
}

static err take_at(struct desk *d, int64_t now_ms, struct rate_call *c)
{
    struct unit_setup s = unit(d, now_ms);

    return store_write(d->store, &s, take, c);
}

static void a_window_lets_so_many_through_and_says_when_it_ends(void **state)
{
    struct desk *d = *state;
    struct rate_call three = {.times = 3};
    struct rate_call one = {.times = 1};

    assert_int_equal(take_at(d, MORNING_MS, &three), OK);
    assert_int_equal(take_at(d, MORNING_MS + 20000, &one), ERR_RATE);
    assert_int_equal(one.retry_after_ms, 40000);
    assert_int_equal(take_at(d, MORNING_MS + MS_PER_MINUTE - 1, &one), ERR_RATE);
    assert_int_equal(take_at(d, MORNING_MS + MS_PER_MINUTE, &three), OK);
    assert_int_equal(take_at(d, MORNING_MS + MS_PER_MINUTE, &one), ERR_RATE);
}

static void an_ipv6_household_counts_as_one_address(void **state)
{
    struct desk *d = *state;

    assert_string_equal(rate_limit_address(&d->arena, "2001:db8:1:2:3:4:5:6"),
                        rate_limit_address(&d->arena, "2001:db8:1:2::1"));
    assert_string_not_equal(rate_limit_address(&d->arena, "2001:db8:1:2::1"),
                            rate_limit_address(&d->arena, "2001:db8:1:3::1"));
    assert_string_equal(rate_limit_address(&d->arena, "::ffff:192.0.2.7"), "192.0.2.7");
    assert_string_equal(rate_limit_address(&d->arena, "192.0.2.7"), "192.0.2.7");
    assert_string_equal(rate_limit_address(&d->arena, NULL), "unknown");
}

/* ---- small things ---- */

static void a_cursor_leads_back_to_its_place(void **state)
{
    struct desk *d = *state;
    const char *text = name_cursor_text(&d->arena, "Zoë 7", 42);
    const char *name = NULL;
    int64_t id = 0;

    assert_int_equal(name_cursor_parse(&d->arena, &d->fault, text, &name, &id), OK);
    assert_string_equal(name, "Zoë 7");
    assert_int_equal(id, 42);
    assert_int_equal(name_cursor_parse(&d->arena, &d->fault, "nonsense", &name, &id), ERR_INVALID);
    assert_int_equal(name_cursor_parse(&d->arena, &d->fault, "", &name, &id), ERR_INVALID);
    assert_string_equal(like_escaped(&d->arena, "50%_!"), "50!%!_!!");
}

static err emit_same(struct tx *tx, void *arg)
{
    struct diff same = {0};
    struct event event = {.entity = ENTITY_DESK, .kind = "updated"};

    diff_text(&same, "name", "a", "a");
    diff_bool(&same, "yes", true, true);
    return diff_emit(&same, tx, &event);
}

static err emit_different(struct tx *tx, void *arg)
{
    struct diff differs = {0};
    struct event event = {.entity = ENTITY_DESK, .kind = "updated"};

    diff_text(&differs, "name", NULL, "\"b\"");
    diff_int(&differs, "n", 1, 2);
    assert_string_equal(buf_text(&differs.from), "{\"name\":null,\"n\":1");
    assert_string_equal(buf_text(&differs.to), "{\"name\":\"\\\"b\\\"\",\"n\":2");
    return diff_emit(&differs, tx, &event);
}

static err newest_event(struct tx *tx, void *arg)
{
    return q_event_newest(tx, arg);
}

static void only_what_differs_is_told(void **state)
{
    struct event_newest_row before, after;

    assert_int_equal(write_now(*state, newest_event, &before), OK);
    assert_int_equal(write_now(*state, emit_same, NULL), OK);
    assert_int_equal(write_now(*state, newest_event, &after), OK);
    assert_int_equal(before.id, after.id);
    assert_int_equal(write_now(*state, emit_different, NULL), OK);
    assert_int_equal(write_now(*state, newest_event, &after), OK);
    assert_int_equal(before.id + 1, after.id);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(one_address_is_one_requester_however_it_is_spelt),
        TEST(a_stranger_completes_the_name_but_nothing_by_which_a_person_is_known),
        TEST(the_last_active_admin_stays),
        TEST(an_address_belongs_to_one_agent),
        TEST(a_session_ends_with_its_time_its_password_and_its_agent),
        TEST(too_many_tries_are_refused_even_with_the_right_password),
        TEST(passwords_have_a_least_length_and_a_greatest),
        TEST(nobodys_password_takes_as_long_and_is_never_right),
        TEST(a_token_acts_until_it_expires_or_is_revoked),
        TEST(a_token_lasts_at_most_so_long),
        TEST(a_window_lets_so_many_through_and_says_when_it_ends),
        TEST(an_ipv6_household_counts_as_one_address),
        TEST(a_cursor_leads_back_to_its_place),
        TEST(only_what_differs_is_told),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
