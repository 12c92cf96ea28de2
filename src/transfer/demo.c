/* demo.c -- frontdesk demo. */
#include "transfer/demo.h"

#include "base/clock.h"
#include "cli/open.h"
#include "cli/password.h"
#include "cli/progress.h"
#include "people/password.h"
#include "transfer/beside.h"
#include "transfer/commands.h"

#include <stdlib.h>
#include <sysexits.h>

enum { ACTIONS_A_UNIT = 200, TICKETS_MOST = 1000000 };

static const struct arg_option options[] = {
    {"tickets", "N", "how many (default: 2000)", false, false},
    {"seed", "S", "the same number makes the same desk (default: 1)", false, false},
    {"until", "TIME", "when the story ends (default: now)", false, false},
    {"anyway", NULL, "also into a desk that has tickets", false, false},
    {"password-stdin", NULL,
     "the agents' password, read from standard input (default: they cannot sign in)", false, false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "demo",
    .summary = "fill a desk with people, rules and three months of conversations",
    .about =
        "Eight agents (marta@desk.example is an admin), three groups, rules, service levels with "
        "business hours, automatic\nanswers, 300 customers in four languages. All of them are "
        "made up, and no mail leaves: what was written is\ntold as sent. No server may be "
        "running on the desk.",
    .options = options,
    .common = desk_options,
    .settings = true,
};

static err read_password(struct desk *desk, const char **out_hash)
{
    char password[PASSWORD_BUFFER_SIZE];
    err e = password_read(0, password, &desk->fault);

    TRY(e);
    e = password_check(&desk->fault, "password", password, NULL);
    if (e == OK)
        e = password_hash(&desk->arena, password, out_hash);
    password_wipe(password);
    return e;
}

static err read_options(struct desk *desk, struct demo_plan *plan)
{
    const struct args *args = &desk->args;
    const char *until = args_value(args, "until");
    int64_t tickets = 2000, seed = 1;

    TRY(args_int(args, "tickets", 0, TICKETS_MOST, &tickets, &desk->fault));
    TRY(args_int(args, "seed", 0, INT64_MAX, &seed, &desk->fault));
    plan->ticket_count = (size_t)tickets;
    plan->seed = (uint64_t)seed;
    plan->until_ms = clock_now_ms();
    if (until && !time_parse_iso(until, &plan->until_ms))
        return fault_set(&desk->fault, ERR_INVALID,
                         "--until: \"%s\" is no moment like 2026-11-23T08:00:00Z", until);
    if (plan->until_ms > clock_now_ms() || plan->until_ms < 2 * DEMO_DAYS * MS_PER_DAY)
        return fault_set(&desk->fault, ERR_INVALID, "--until must lie in the past");
    return args_has(args, "password-stdin") ? read_password(desk, &plan->password_hash) : OK;
}

static err act_all(struct desk *desk, struct demo_plan *plan)
{
    struct progress progress;
    struct arena arena;
    err e = OK;

    arena_init(&arena);
    progress_init(&progress, "actions", (int64_t)plan->action_count);
    for (size_t i = 0; i < plan->action_count && e == OK; i += ACTIONS_A_UNIT) {
        struct demo_part part = {plan, i, i + ACTIONS_A_UNIT};
        struct unit_setup setup = {.arena = &arena, .fault = &desk->fault, .actor = actor_system()};

        if (part.to > plan->action_count)
            part.to = plan->action_count;
        arena_reset(&arena);
        e = store_write(desk->store, &setup, demo_act, &part);
        progress_set(&progress, (int64_t)part.to);
    }
    progress_end(&progress);
    arena_done(&arena);
    return e;
}

static err make(struct desk *desk, struct demo_plan *plan)
{
    struct unit_setup setup = desk_unit(desk);

    if (beside_server(desk->data_dir))
        return fault_set(&desk->fault, ERR_CONFLICT,
                         "a server is running on %s: its timers would get into the story. Stop it "
                         "first",
                         desk->data_dir);
    if (!args_has(&desk->args, "anyway"))
        TRY(store_read(desk->store, &setup, demo_desk_is_empty, NULL));
    demo_plan_make(plan);
    TRY(demo_put_logs(desk->store, plan));
    TRY(store_write(desk->store, &setup, demo_make_desk, plan));
    return act_all(desk, plan);
}

int cmd_demo(int argc, char **argv)
{
    int64_t began_us = clock_steady_us();
    struct desk desk;
    struct demo_plan plan = {.arena = &desk.arena};
    err e;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    if (read_options(&desk, &plan) != OK) {
        desk_fail(&desk, ERR_INVALID);
        desk_end(&desk);
        return EX_USAGE;
    }
    code = desk_open(&desk, NULL);
    if (code < 0) {
        e = make(&desk, &plan);
        code = e == OK ? 0 : desk_fail(&desk, e);
        if (e == OK)
            printf("%s: %zu tickets of the last %d days, %d agents (admin: marta@desk.example), in "
                   "%.1f s\n",
                   desk.data_dir, plan.ticket_count, DEMO_DAYS, DEMO_AGENTS,
                   (double)(clock_steady_us() - began_us) / 1e6);
    }
    desk_end(&desk);
    return code;
}
