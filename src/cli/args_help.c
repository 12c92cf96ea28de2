#include "cli/args.h"

#include "base/nearest.h"

#include <string.h>

enum { LEFT_COLUMN = 28 };

static void print_row(FILE *to, const char *name, const char *value, const char *help)
{
    int width = fprintf(to, "  %s%s%s", name, value ? " " : "", value ? value : "");

    if (width >= LEFT_COLUMN)
        width = fprintf(to, "\n") - 1;
    fprintf(to, "%*s%s\n", LEFT_COLUMN - width, "", help);
}

static void print_options(FILE *to, const struct arg_option *table)
{
    for (; table && table->name; table++) {
        char name[80], help[400];

        snprintf(name, sizeof(name), "--%s", table->name);
        snprintf(help, sizeof(help), "%s%s%s", table->help, table->required ? " (required)" : "",
                 table->many ? " (may be repeated)" : "");
        print_row(to, name, table->value, help);
    }
}

void args_print_help(FILE *to, const char *program, const struct arg_command *command)
{
    fprintf(to, "Usage: %s %s [options]%s%s\n\n%s\n", program, command->name,
            command->positional ? " " : "", command->positional ? command->positional : "",
            command->summary);
    if (command->about)
        fprintf(to, "\n%s\n", command->about);
    fprintf(to, "\nOptions:\n");
    print_options(to, command->options);
    print_options(to, command->common);
    print_row(to, "--help", NULL, "this text");
    if (command->settings)
        fprintf(to,
                "\nEach setting is an option too, like --log-level debug; `%s settings` lists "
                "them.\n",
                program);
}

void args_print_commands(FILE *to, const char *program, const struct arg_command *const *commands,
                         size_t count)
{
    fprintf(to, "Usage: %s COMMAND [options]\n\nCommands:\n", program);
    for (size_t i = 0; i < count; i++)
        print_row(to, commands[i]->name, NULL, commands[i]->summary);
    fprintf(to, "\n`%s COMMAND --help` explains each.\n", program);
}

/* How many words of argv the command's name takes; 0 if it is another one. */
static int words_of(const char *name, int argc, char *const *argv)
{
    for (int used = 0; used < argc; used++) {
        size_t len = strlen(argv[used]);

        if (len == 0 || strncmp(name, argv[used], len) != 0)
            return 0;
        if (name[len] == '\0')
            return used + 1;
        if (name[len] != ' ')
            return 0;
        name += len + 1;
    }
    return 0;
}

/* What was typed, as far as it could be a command: two words at the most. */
static void typed_command(int argc, char *const *argv, int words, char *out, size_t size)
{
    bool two = words == 2 && argc > 1 && argv[1][0] != '-';

    snprintf(out, size, "%s%s%s", argv[0], two ? " " : "", two ? argv[1] : "");
}

err args_find_command(const struct arg_command *const *commands, size_t count, int argc,
                      char *const *argv, const struct arg_command **out_command, int *out_used,
                      struct fault *fault)
{
    const struct arg_command *best = NULL;
    int best_used = 0;
    char one[128], two[128];
    struct nearest nearest = {0}, shorter = {0};

    for (size_t i = 0; i < count; i++) {
        int used = words_of(commands[i]->name, argc, argv);

        if (used > best_used) {
            best = commands[i];
            best_used = used;
        }
    }
    if (best) {
        *out_command = best;
        *out_used = best_used;
        return OK;
    }
    if (argc == 0)
        return fault_set(fault, ERR_INVALID, "a command is missing; see --help");
    typed_command(argc, argv, 1, one, sizeof(one));
    typed_command(argc, argv, 2, two, sizeof(two));
    nearest.wanted = two;
    shorter.wanted = one;
    for (size_t i = 0; i < count; i++) {
        nearest_offer(&nearest, commands[i]->name);
        nearest_offer(&shorter, commands[i]->name);
    }
    if (!nearest.best || (shorter.best && shorter.distance < nearest.distance))
        nearest = shorter;
    if (nearest.best)
        return fault_set(fault, ERR_INVALID, "there is no command \"%s\"; did you mean %s?",
                         nearest.wanted, nearest.best);
    return fault_set(fault, ERR_INVALID, "there is no command \"%s\"; see --help", one);
}
