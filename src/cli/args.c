#include "cli/args.h"

#include "base/nearest.h"
#include "base/settings.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const struct arg_option *find_in(const struct arg_option *table, const char *name,
                                        size_t len)
{
    for (; table && table->name; table++) {
        if (strlen(table->name) == len && memcmp(table->name, name, len) == 0)
            return table;
    }
    return NULL;
}

static const struct arg_option *find_option(const struct arg_command *command, const char *name,
                                            size_t len)
{
    const struct arg_option *option = find_in(command->options, name, len);

    return option ? option : find_in(command->common, name, len);
}

static void offer_all(struct nearest *nearest, const struct arg_option *table)
{
    for (; table && table->name; table++)
        nearest_offer(nearest, table->name);
}

static err unknown_option(struct arena *a, const struct arg_command *command, const char *name,
                          struct fault *fault)
{
    struct nearest nearest = {.wanted = name};
    const char *setting = command->settings ? settings_nearest(name) : NULL;

    offer_all(&nearest, command->options);
    offer_all(&nearest, command->common);
    nearest_offer(&nearest, "help");
    if (setting) {
        char *typed = arena_str(a, setting);

        for (char *c = typed; *c; c++)
            *c = *c == '_' ? '-' : *c;
        nearest_offer(&nearest, typed);
    }
    if (nearest.best)
        return fault_set(fault, ERR_INVALID, "there is no option --%s; did you mean --%s?", name,
                         nearest.best);
    return fault_set(fault, ERR_INVALID, "there is no option --%s; see --help", name);
}

struct parser {
    struct arena *arena;
    const struct arg_command *command;
    int argc;
    char *const *argv;
    int at;
    struct args *args;
    struct fault *fault;
};

/* The value behind "=" or in the next word. */
static err take_value(struct parser *p, const char *name, const char *equals,
                      const char **out_value)
{
    if (equals) {
        *out_value = equals + 1;
        return OK;
    }
    if (p->at >= p->argc)
        return fault_set(p->fault, ERR_INVALID, "--%s needs a value", name);
    *out_value = p->argv[p->at++];
    return OK;
}

static err take_option(struct parser *p, const char *text)
{
    const char *equals = strchr(text, '=');
    size_t len = equals ? (size_t)(equals - text) : strlen(text);
    const struct arg_option *option = find_option(p->command, text, len);
    const char *name = option ? option->name : arena_strn(p->arena, text, len);
    struct arg *arg = &p->args->given[p->args->given_count];

    arg->name = name;
    if (!option) {
        if (!p->command->settings || !settings_find(name))
            return unknown_option(p->arena, p->command, name, p->fault);
        arg->setting = true;
    } else if (!option->many && args_has(p->args, name)) {
        return fault_set(p->fault, ERR_INVALID, "--%s was given twice", name);
    }
    if (option && !option->value) {
        if (equals)
            return fault_set(p->fault, ERR_INVALID, "--%s takes no value", name);
    } else {
        TRY(take_value(p, name, equals, &arg->value));
    }
    p->args->given_count++;
    return OK;
}

static err check_required(const struct args *args, const struct arg_option *table,
                          struct fault *fault)
{
    for (; table && table->name; table++) {
        if (table->required && !args_has(args, table->name))
            return fault_set(fault, ERR_INVALID, "--%s %s is missing (%s)", table->name,
                             table->value ? table->value : "", table->help);
    }
    return OK;
}

static err check_whole(const struct args *args, struct fault *fault)
{
    const struct arg_command *command = args->command;
    int n = (int)args->positional_count;

    TRY(check_required(args, command->options, fault));
    TRY(check_required(args, command->common, fault));
    if (n > 0 && !command->positional)
        return fault_set(fault, ERR_INVALID, "\"%s\" is not expected here", args->positional[0]);
    if (n < command->positional_min)
        return fault_set(fault, ERR_INVALID, "%s is missing", command->positional);
    if (command->positional && command->positional_max >= 0 && n > command->positional_max)
        return fault_set(fault, ERR_INVALID, "\"%s\" is too much: %s is all that is expected",
                         args->positional[command->positional_max], command->positional);
    return OK;
}

err args_parse(struct arena *a, const struct arg_command *command, int argc, char *const *argv,
               struct args *out_args, struct fault *fault)
{
    struct args args = {.command = command};
    struct parser p = {a, command, argc, argv, 0, &args, fault};
    bool only_positional = false;

    args.given = ARENA_ARRAY(a, struct arg, (size_t)argc + 1);
    args.positional = ARENA_ARRAY(a, const char *, (size_t)argc + 1);
    while (p.at < argc) {
        const char *text = argv[p.at++];

        if (only_positional || text[0] != '-' || text[1] == '\0') {
            args.positional[args.positional_count++] = text;
        } else if (strcmp(text, "--") == 0) {
            only_positional = true;
        } else if (strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0) {
            args.help = true;
            *out_args = args;
            return OK;
        } else if (text[1] != '-') {
            return fault_set(fault, ERR_INVALID, "options begin with two hyphens: -%s", text);
        } else {
            TRY(take_option(&p, text + 2));
        }
    }
    TRY(check_whole(&args, fault));
    *out_args = args;
    return OK;
}

bool args_has(const struct args *args, const char *name)
{
    for (size_t i = 0; i < args->given_count; i++) {
        if (!args->given[i].setting && strcmp(args->given[i].name, name) == 0)
            return true;
    }
    return false;
}

const char *args_value(const struct args *args, const char *name)
{
    const char *value = NULL;

    ENSURE(find_option(args->command, name, strlen(name)));
    for (size_t i = 0; i < args->given_count; i++) {
        if (!args->given[i].setting && strcmp(args->given[i].name, name) == 0)
            value = args->given[i].value;
    }
    return value;
}

const char **args_values(const struct args *args, const char *name, struct arena *a, size_t *out_n)
{
    const char **values = ARENA_ARRAY(a, const char *, args->given_count + 1);

    ENSURE(find_option(args->command, name, strlen(name)));
    *out_n = 0;
    for (size_t i = 0; i < args->given_count; i++) {
        if (!args->given[i].setting && strcmp(args->given[i].name, name) == 0)
            values[(*out_n)++] = args->given[i].value;
    }
    return values;
}

err args_int(const struct args *args, const char *name, int64_t least, int64_t most, int64_t *out_n,
             struct fault *fault)
{
    const char *text = args_value(args, name);
    long long n;
    char *end;

    if (!text)
        return OK;
    errno = 0;
    n = strtoll(text, &end, 10);
    if (end == text || *end || errno || !strchr("-0123456789", text[0]))
        return fault_set(fault, ERR_INVALID, "--%s must be a whole number, not \"%s\"", name, text);
    if (n < least || n > most)
        return fault_set(fault, ERR_INVALID, "--%s must be within %lld..%lld, not %lld", name,
                         (long long)least, (long long)most, n);
    *out_n = n;
    return OK;
}
