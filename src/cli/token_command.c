/* token_command.c -- frontdesk token create|list|revoke. */
#include "base/clock.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/subcommand.h"
#include "people/token.h"

#include <stdlib.h>
#include <string.h>

#define END_OF_OPTIONS                                                                             \
    {                                                                                              \
        NULL, NULL, NULL, false, false                                                             \
    }

static const struct arg_option create_options[] = {
    {"email", "ADDRESS", "agent for whom the token acts", false, false},
    {"requester", "ADDRESS", "or requester for whom it acts", false, false},
    {"name", "NAME", "what it is for (default: command line)", false, false},
    {"scope", "SCOPE", "read, write or admin (default: admin; the agent's role is the limit)",
     false, false},
    {"days", "N", "days after which it ends (default: 365)", false, false},
    END_OF_OPTIONS,
};
static const struct arg_command create_command = {
    .name = "token create",
    .summary = "make an API token and print it, alone, on standard output",
    .about = "It is shown this once: only its hash is kept.",
    .options = create_options,
    .common = desk_options,
    .settings = true,
};
static const struct arg_option list_options[] = {
    {"email", "ADDRESS", "of the agent", true, false},
    END_OF_OPTIONS,
};
static const struct arg_command list_command = {
    .name = "token list",
    .summary = "list an agent's API tokens",
    .options = list_options,
    .common = desk_options,
    .settings = true,
};
static const struct arg_command revoke_command = {
    .name = "token revoke",
    .summary = "end an API token, by the id that token list shows",
    .common = desk_options,
    .positional = "ID",
    .positional_min = 1,
    .positional_max = 1,
    .settings = true,
};

/* ---- create ---- */

struct create_unit {
    struct token_input input;
    const char *requester_email;
    int64_t days;
    char text[TOKEN_TEXT_SIZE];
};

static err create_unit(struct tx *tx, void *arg)
{
    struct create_unit *unit = arg;
    struct token_input input = unit->input;
    struct requester requester;
    struct agent_ref agent;
    struct token token;
    err e = OK;

    input.expires_ms = tx->now_ms + unit->days * MS_PER_DAY;
    if (unit->requester_email) {
        e = requester_by_email(tx, unit->requester_email, &requester);
        if (e == ERR_NOT_FOUND)
            return fault_set(tx->fault, e, "there is no requester %s", unit->requester_email);
        input.requester_ref = arena_printf(tx->arena, "%lld", (long long)requester.id);
    } else {
        e = agent_by_email(tx, input.agent_ref, &agent);
        if (e == ERR_NOT_FOUND)
            return fault_set(tx->fault, e, "there is no agent %s", input.agent_ref);
    }
    TRY(e);
    return token_create(tx, &input, unit->text, &token);
}

static err read_create(struct desk *desk, struct create_unit *out)
{
    const struct args *args = &desk->args;
    const char *scope = args_value(args, "scope");
    const char *name = args_value(args, "name");
    struct create_unit unit = {
        .input = {.name = name ? name : "command line",
                  .scope = SCOPE_ADMIN,
                  .agent_ref = args_value(args, "email")},
        .requester_email = args_value(args, "requester"),
        .days = TOKEN_DAYS_DEFAULT,
    };

    if (!unit.input.agent_ref == !unit.requester_email)
        return fault_set(&desk->fault, ERR_INVALID, "give either --email or --requester");
    if (scope && !scope_parse(scope, &unit.input.scope))
        return fault_set(&desk->fault, ERR_INVALID,
                         "--scope takes read, write or admin, not \"%s\"", scope);
    if (!utf8_valid(unit.input.name, strlen(unit.input.name)) ||
        utf8_length(unit.input.name) > NAME_MAX_CHARS)
        return fault_set(&desk->fault, ERR_INVALID, "--name takes at most %d characters of UTF-8",
                         NAME_MAX_CHARS);
    TRY(args_int(args, "days", 1, TOKEN_DAYS_MAX, &unit.days, &desk->fault));
    *out = unit;
    return OK;
}

static int run_create(struct desk *desk)
{
    struct unit_setup setup = desk_unit(desk);
    struct create_unit unit;
    err e = read_create(desk, &unit);

    if (e == OK)
        e = store_write(desk->store, &setup, create_unit, &unit);
    if (e != OK)
        return desk_fail(desk, e);
    puts(unit.text);
    return EXIT_SUCCESS;
}

/* ---- list, revoke ---- */

struct list_unit {
    const char *email;
    struct token_list list;
};

static err list_unit(struct tx *tx, void *arg)
{
    struct list_unit *unit = arg;
    struct agent_ref agent;
    err e = agent_by_email(tx, unit->email, &agent);

    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "there is no agent %s", unit->email);
    TRY(e);
    return token_list_of(tx, agent.id, 1000, &unit->list);
}

static const char *moment(int64_t at_ms, char out[static TIME_ISO_SIZE])
{
    return at_ms ? time_iso(at_ms, out) : "-";
}

static int run_list(struct desk *desk)
{
    struct unit_setup setup = desk_unit(desk);
    struct list_unit unit = {.email = args_value(&desk->args, "email")};
    err e = store_read(desk->store, &setup, list_unit, &unit);

    if (e != OK)
        return desk_fail(desk, e);
    puts("ID\tTOKEN\tSCOPE\tNAME\tEXPIRES\tLAST USED\tREVOKED");
    for (size_t i = 0; i < unit.list.n; i++) {
        const struct token *token = &unit.list.v[i];
        char expires[TIME_ISO_SIZE], used[TIME_ISO_SIZE], revoked[TIME_ISO_SIZE];

        printf("%lld\t%s...\t%s\t%s\t%s\t%s\t%s\n", (long long)token->id, token->hint,
               scope_name(token->scope), token->name, moment(token->expires_ms, expires),
               moment(token->last_used_ms, used), moment(token->revoked_ms, revoked));
    }
    return EXIT_SUCCESS;
}

static err revoke_unit(struct tx *tx, void *arg)
{
    return token_revoke(tx, arg);
}

static int run_revoke(struct desk *desk)
{
    struct unit_setup setup = desk_unit(desk);
    char *ref = arena_str(&desk->arena, desk->args.positional[0]);
    err e = store_write(desk->store, &setup, revoke_unit, ref);

    return e == OK ? EXIT_SUCCESS : desk_fail(desk, e);
}

static const struct subcommand subcommands[] = {
    {&create_command, false, run_create},
    {&list_command, false, run_list},
    {&revoke_command, false, run_revoke},
};

int cmd_token(int argc, char **argv)
{
    return subcommand_run(subcommands, COUNT_OF(subcommands), argc, argv);
}
