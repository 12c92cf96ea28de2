/* subcommand.h -- commands of two words: "agent add". */
#ifndef FD_SUBCOMMAND_H
#define FD_SUBCOMMAND_H

#include "cli/open.h"

struct subcommand {
    const struct arg_command *command; /* its name has both words */
    bool makes_desk;                   /* works in an empty data directory too */
    int (*run)(struct desk *desk);     /* with the store open; gives the exit code */
};

/* argv begins with the first word. Finds, parses, opens, runs, closes. */
int subcommand_run(const struct subcommand *table, size_t count, int argc, char **argv);

#endif
