/* agent_command.c -- frontdesk agent add|list|password|activate|deactivate. */
#include "base/email.h"
#include "base/limits.h"
#include "base/utf8.h"
#include "cli/commands.h"
#include "cli/password.h"
#include "cli/subcommand.h"
#include "people/agent.h"
#include "people/password.h"

#include <stdlib.h>
#include <string.h>

#define END_OF_OPTIONS                                                                             \
    {                                                                                              \
        NULL, NULL, NULL, false, false                                                             \
    }

static const struct arg_option add_options[] = {
    {"email", "ADDRESS", "e-mail address, which is also the name to sign in with", true, false},
    {"name", "NAME", "name that others see", true, false},
    {"role", "ROLE", "agent (default), supervisor or admin", false, false},
    {"groups", "A,B", "groups to be in; made if they are missing", false, false},
    {"skills", "X,Y", "skills, for skill-based assignment", false, false},
    {"max", "N", "active tickets at the most that are assigned automatically (default: 5)", false,
     false},
    {"online", NULL, "takes tickets at once", false, false},
    {"password-stdin", NULL, "read the password, one line, from standard input", false, false},
    END_OF_OPTIONS,
};
static const struct arg_command add_command = {
    .name = "agent add",
    .summary = "add an agent",
    .about = "Without a password the agent can't sign in, but can be given an API token.",
    .options = add_options,
    .common = desk_options,
    .settings = true,
};
static const struct arg_command list_command = {
    .name = "agent list",
    .summary = "list all agents",
    .common = desk_options,
    .settings = true,
};
static const struct arg_option password_options[] = {
    {"email", "ADDRESS", "whose password", true, false},
    {"password-stdin", NULL, "read it from standard input; this is what happens anyway", false,
     false},
    END_OF_OPTIONS,
};
static const struct arg_command password_command = {
    .name = "agent password",
    .summary = "set an agent's password and end their sessions",
    .options = password_options,
    .common = desk_options,
    .settings = true,
};
static const struct arg_option email_options[] = {
    {"email", "ADDRESS", "of the agent", true, false},
    END_OF_OPTIONS,
};
static const struct arg_command deactivate_command = {
    .name = "agent deactivate",
    .summary = "end an agent's access: sessions and tokens end, history stays",
    .options = email_options,
    .common = desk_options,
    .settings = true,
};
static const struct arg_command activate_command = {
    .name = "agent activate",
    .summary = "give a deactivated agent access again",
    .options = email_options,
    .common = desk_options,
    .settings = true,
};

/* ---- what the arguments say ---- */

static struct names split(struct arena *a, const char *text)
{
    struct names names = {0};

    if (!text)
        return names;
    names.v = ARENA_ARRAY(a, const char *, strlen(text) + 1);
    for (;;) {
        size_t len = strcspn(text, ",");
        const char *name = utf8_trim(a, arena_strn(a, text, len));

        if (*name)
            names.v[names.n++] = name;
        if (text[len] == '\0')
            return names;
        text += len + 1;
    }
}

static err check_text(struct desk *desk, const char *what, const char *text)
{
    if (!utf8_valid(text, strlen(text)))
        return fault_set(&desk->fault, ERR_INVALID, "--%s is not UTF-8", what);
    if (*utf8_trim(&desk->arena, text) == '\0' || utf8_length(text) > NAME_MAX_CHARS)
        return fault_set(&desk->fault, ERR_INVALID, "--%s takes 1 to %d characters", what,
                         NAME_MAX_CHARS);
    return OK;
}

static err read_hash(struct desk *desk, const char *email, const char **out)
{
    char password[PASSWORD_BUFFER_SIZE];
    err e = password_read(0, password, &desk->fault);

    if (e != OK)
        return e;
    if (password_check(NULL, "password", password, email) != OK)
        e = fault_set(&desk->fault, ERR_INVALID,
                      "the password needs at least %d characters and must not be the address",
                      PASSWORD_MIN_CHARS);
    if (e == OK)
        e = password_hash(&desk->arena, password, out);
    password_wipe(password);
    return e;
}

static err read_add(struct desk *desk, struct agent_change *out)
{
    const struct args *args = &desk->args;
    const char *role = args_value(args, "role");
    const char *groups = args_value(args, "groups");
    const char *skills = args_value(args, "skills");
    struct agent_change add = {
        .set = AGENT_NAME | AGENT_EMAIL | AGENT_ROLE | AGENT_PRESENCE | AGENT_MAX_TICKETS,
        .name = args_value(args, "name"),
        .email = args_value(args, "email"),
        .role = ROLE_AGENT,
        .groups = split(&desk->arena, groups),
        .make_groups = true,
        .skills = split(&desk->arena, skills),
        .max_concurrent_tickets = AGENT_MAX_TICKETS_DEFAULT,
        .presence = args_has(args, "online") ? PRESENCE_ONLINE : PRESENCE_OFFLINE,
    };

    TRY(check_text(desk, "name", add.name));
    if (groups)
        TRY(check_text(desk, "groups", groups));
    if (skills)
        TRY(check_text(desk, "skills", skills));
    if (!email_valid(add.email))
        return fault_set(&desk->fault, ERR_INVALID, "\"%s\" is not an e-mail address",
                         utf8_repair(&desk->arena, add.email, strlen(add.email)));
    if (role && (!role_parse(role, &add.role) || add.role == ROLE_NONE))
        return fault_set(&desk->fault, ERR_INVALID,
                         "--role takes agent, supervisor or admin, not \"%s\"", role);
    TRY(args_int(args, "max", 0, ASSIGN_CAPACITY_MAX, &add.max_concurrent_tickets, &desk->fault));
    if (args_has(args, "password-stdin"))
        TRY(read_hash(desk, add.email, &add.password_hash));
    *out = add;
    return OK;
}

/* ---- the commands ---- */

struct change_unit {
    const char *ref; /* NULL: a new one */
    struct agent_change change;
    struct agent after;
};

static err change_unit(struct tx *tx, void *arg)
{
    struct change_unit *unit = arg;

    return unit->ref ? agent_change(tx, unit->ref, &unit->change, &unit->after)
                     : agent_make(tx, &unit->change, &unit->after);
}

static int write_change(struct desk *desk, struct change_unit *unit, const char *done)
{
    struct unit_setup setup = desk_unit(desk);
    err e = store_write(desk->store, &setup, change_unit, unit);

    if (e != OK)
        return desk_fail(desk, e);
    printf("%s %s <%s>, %s\n", done, unit->after.name, unit->after.email,
           role_name(unit->after.role));
    return EXIT_SUCCESS;
}

static int run_add(struct desk *desk)
{
    struct change_unit unit = {0};
    err e = read_add(desk, &unit.change);

    return e == OK ? write_change(desk, &unit, "Added") : desk_fail(desk, e);
}

static int run_password(struct desk *desk)
{
    struct change_unit unit = {.ref = args_value(&desk->args, "email"),
                               .change = {.set = AGENT_PASSWORD}};
    err e = read_hash(desk, unit.ref, &unit.change.password_hash);

    return e == OK ? write_change(desk, &unit, "New password for") : desk_fail(desk, e);
}

static int run_activity(struct desk *desk, bool is_active, const char *done)
{
    struct change_unit unit = {.ref = args_value(&desk->args, "email"),
                               .change = {.set = AGENT_ACTIVE, .is_active = is_active}};

    return write_change(desk, &unit, done);
}

static int run_deactivate(struct desk *desk)
{
    return run_activity(desk, false, "Deactivated");
}

static int run_activate(struct desk *desk)
{
    return run_activity(desk, true, "Activated");
}

static err list_unit(struct tx *tx, void *arg)
{
    struct agent_filter filter = {.presence = -1, .is_active = TRI_UNKNOWN, .limit = 1000000};

    return agent_list(tx, &filter, arg);
}

static void print_names(const struct names *names)
{
    for (size_t i = 0; i < names->n; i++)
        printf("%s%s", i ? "," : "", names->v[i]);
}

static int run_list(struct desk *desk)
{
    struct unit_setup setup = desk_unit(desk);
    struct agent_list list;
    err e = store_read(desk->store, &setup, list_unit, &list);

    if (e != OK)
        return desk_fail(desk, e);
    puts("EMAIL\tNAME\tROLE\tSTATUS\tTICKETS\tGROUPS\tSKILLS");
    for (size_t i = 0; i < list.n; i++) {
        const struct agent *agent = &list.v[i];

        printf("%s\t%s\t%s\t%s\t%lld/%lld\t", agent->email, agent->name, role_name(agent->role),
               agent->is_active ? presence_name(agent->presence) : "deactivated",
               (long long)agent->current_tickets, (long long)agent->max_concurrent_tickets);
        print_names(&agent->groups);
        putchar('\t');
        print_names(&agent->skills);
        putchar('\n');
    }
    return EXIT_SUCCESS;
}

static const struct subcommand subcommands[] = {
    {&add_command, true, run_add},
    {&list_command, false, run_list},
    {&password_command, false, run_password},
    {&activate_command, false, run_activate},
    {&deactivate_command, false, run_deactivate},
};

int cmd_agent(int argc, char **argv)
{
    return subcommand_run(subcommands, COUNT_OF(subcommands), argc, argv);
}
