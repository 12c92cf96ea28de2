/* test_desk.h -- a whole desk without its edges, in a temporary directory, at a moment of the
 * test's choosing. For tests of what happens when tickets change. */
#ifndef FD_APP_TEST_DESK_H
#define FD_APP_TEST_DESK_H

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/seed.h"
#include "base/clock.h"
#include "base/settings.h"
#include "people/agent.h"
#include "store/test_place.h"
#include "ticket/ticket.h"

static const int64_t MORNING_MS = INT64_C(1795420800000); /* Monday 2026-11-23T08:00:00Z */

struct desk {
    struct test_place place;
    struct arena arena; /* of the desk */
    struct arena unit;  /* of the last unit: its results live until the next */
    struct fault fault;
    struct settings settings;
    struct store *store;
    int64_t now_ms;
};

static inline int desk_setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));

    arena_init(&d->arena);
    arena_init(&d->unit);
    d->fault.arena = &d->arena;
    d->now_ms = MORNING_MS;
    settings_init(&d->settings, &d->arena);
    struct store_options options = {
        .create = true, .settings = &d->settings, .seed = desk_seed, .fault = &d->fault};
    assert_int_equal(test_place_open(&d->place, &options, &d->store), OK);
    *state = d;
    return 0;
}

static inline int desk_teardown(void **state)
{
    struct desk *d = *state;

    store_close(d->store);
    test_place_remove(&d->place);
    arena_done(&d->unit);
    arena_done(&d->arena);
    free(d);
    return 0;
}

/* Runs a unit at the desk's moment; what it may answer is the test's business. */
static inline err desk_try(struct desk *d, unit_fn *run, void *arg)
{
    struct unit_setup s = {
        .arena = &d->unit, .fault = &d->fault, .actor = actor_system(), .now_ms = d->now_ms};

    arena_reset(&d->unit);
    d->fault = (struct fault){.arena = &d->unit};
    return store_write(d->store, &s, run, arg);
}

static inline void desk_do(struct desk *d, unit_fn *run, void *arg)
{
    err e = desk_try(d, run, arg);

    if (e != OK)
        print_error("%s: %s\n", err_code(e), fault_text(&d->fault, e));
    assert_int_equal(e, OK);
}

/* ---- an agent ---- */

struct desk_agent {
    const char *name;
    const char *group; /* NULL: none */
    int64_t capacity;
    int64_t id; /* out */
};

static inline err desk_agent_unit(struct tx *tx, void *arg)
{
    struct desk_agent *wanted = arg;
    struct agent agent;
    struct agent_change change = {
        .set = AGENT_NAME | AGENT_EMAIL | AGENT_MAX_TICKETS | AGENT_PRESENCE | AGENT_GROUPS,
        .name = wanted->name,
        .email = arena_printf(tx->arena, "%s@desk.test", wanted->name),
        .max_concurrent_tickets = wanted->capacity,
        .presence = PRESENCE_ONLINE,
        .groups = {&wanted->group, wanted->group ? 1 : 0},
        .make_groups = true,
    };

    TRY(agent_make(tx, &change, &agent));
    wanted->id = agent.id;
    return OK;
}

/* ---- a ticket ---- */

struct desk_ticket {
    const char *category;
    int priority;      /* -1: computed */
    struct ticket out; /* its texts live until the next unit */
};

static inline err desk_ticket_unit(struct tx *tx, void *arg)
{
    struct desk_ticket *wanted = arg;
    struct ticket_input input = {
        .subject = "A question",
        .description = "What is the matter?",
        .requester = {.name = "Ida", .email = "ida@example.com", .tier = -1},
        .priority = wanted->priority,
        .source = SOURCE_API,
        .status = -1,
    };

    TRY(category_find(tx, wanted->category, &input.category));
    return ticket_create(tx, &input, &wanted->out);
}

#endif
