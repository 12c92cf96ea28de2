/* main.c -- frontdesk: which command is meant. */
#include "app/commands.h"
#include "base/base.h"
#include "cli/commands.h"
#include "mail_in/mail_in_command.h"
#include "transfer/commands.h"
#include "version.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sysexits.h>

static int cmd_version(int argc, char **argv)
{
    puts("frontdesk " FRONTDESK_VERSION);
    return 0;
}

static const struct command {
    const char *name;
    const char *summary;
    int (*run)(int argc, char **argv);
} commands[] = {
    {"serve", "run the help desk", cmd_serve},
    {"agent", "add, list and change agents", cmd_agent},
    {"token", "make, list and revoke API tokens", cmd_token},
    {"backup", "copy the whole desk into a directory, while it works", cmd_backup},
    {"restore", "make a desk of a backup", cmd_restore},
    {"copy", "move a desk to PostgreSQL, back, or to another directory", cmd_copy},
    {"check", "see whether everything in the desk agrees with everything else", cmd_check},
    {"files", "show where attachments and raw mails lie; move them", cmd_files},
    {"export", "write all tickets as JSON lines or CSV", cmd_export},
    {"import", "take in tickets from CSV or JSON lines", cmd_import},
    {"mail-in", "take mail in: from a pipe, files, mbox files or Maildirs", cmd_mail_in},
    {"outbox", "show mail that waits to be sent; write it out; try again", cmd_outbox},
    {"demo", "fill a desk with people, rules and three months of conversations", cmd_demo},
    {"settings", "list every setting with its value, default, limits and meaning", cmd_settings},
    {"version", "say which version this is", cmd_version},
};

static void print_help(FILE *to)
{
    fputs("usage: frontdesk COMMAND [OPTION...]\n\nFrontdesk is a help desk in one program.\n\n"
          "commands:\n",
          to);
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        fprintf(to, "  %-10s  %s\n", commands[i].name, commands[i].summary);
    fputs("\nfrontdesk COMMAND --help tells more about each.\n", to);
}

static int unknown(const char *name)
{
    fprintf(stderr, "frontdesk: there is no command '%s'\nTry: frontdesk --help\n", name);
    return EX_USAGE;
}

int main(int argc, char **argv)
{
    if (sodium_init() < 0) {
        fputs("frontdesk: the system gives no random numbers\n", stderr);
        return EX_UNAVAILABLE;
    }
    if (argc < 2) {
        print_help(stderr);
        return EX_USAGE;
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0 ||
        strcmp(argv[1], "help") == 0) {
        print_help(stdout);
        return 0;
    }
    if (strcmp(argv[1], "--version") == 0)
        return cmd_version(argc, argv);
    for (size_t i = 0; i < COUNT_OF(commands); i++) {
        if (strcmp(argv[1], commands[i].name) == 0)
            return commands[i].run(argc - 1, argv + 1);
    }
    return unknown(argv[1]);
}
