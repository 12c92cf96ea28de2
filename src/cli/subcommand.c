#include "cli/subcommand.h"

#include <stdio.h>
#include <string.h>
#include <sysexits.h>

enum { SUBCOMMANDS_MAX = 16 };

static int run_one(const struct subcommand *sub, int argc, char **argv)
{
    struct desk_open_options options = {.must_exist = !sub->makes_desk};
    struct desk desk;
    int code = desk_begin(&desk, sub->command, argc, argv);

    if (code >= 0)
        return code;
    code = desk_open(&desk, &options);
    if (code < 0)
        code = sub->run(&desk);
    desk_end(&desk);
    return code;
}

int subcommand_run(const struct subcommand *table, size_t count, int argc, char **argv)
{
    const struct arg_command *commands[SUBCOMMANDS_MAX];
    const struct arg_command *found = NULL;
    struct arena arena;
    struct fault fault = {.arena = &arena};
    int used = 0;
    bool asks = argc < 2 || strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0;

    ENSURE(count <= SUBCOMMANDS_MAX);
    for (size_t i = 0; i < count; i++)
        commands[i] = table[i].command;
    if (asks) {
        args_print_commands(argc < 2 ? stderr : stdout, "frontdesk", commands, count);
        return argc < 2 ? EX_USAGE : 0;
    }
    arena_init(&arena);
    if (args_find_command(commands, count, argc, argv, &found, &used, &fault) != OK)
        fprintf(stderr, "frontdesk: %s\nTry: frontdesk %s --help\n",
                fault_text(&fault, ERR_INVALID), argv[0]);
    arena_done(&arena);
    for (size_t i = 0; i < count; i++) {
        if (found && table[i].command == found)
            return run_one(&table[i], argc - used, argv + used);
    }
    return EX_USAGE;
}
