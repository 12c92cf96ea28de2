/* args.h -- command lines from a table: the same rows parse them, check them and print --help.
 *
 *     static const struct arg_option options[] = {
 *         {"data", "DIR", "data directory", .required = true},
 *         {"online", NULL, "takes tickets at once"},
 *         {NULL},
 *     };
 *
 * --name VALUE and --name=VALUE are the same; "--" ends the options; a single "-" is a
 * positional. Options and positionals may be mixed. */
#ifndef FD_ARGS_H
#define FD_ARGS_H

#include "base/fault.h"

#include <stdio.h>

struct arg_option {
    const char *name;  /* without "--" */
    const char *value; /* its name in the help; NULL: a flag without value */
    const char *help;
    bool required;
    bool many; /* may be given several times */
};

struct arg_command {
    const char *name;                 /* "agent add" */
    const char *summary;              /* one line */
    const char *about;                /* more, for --help; may be NULL */
    const struct arg_option *options; /* end with {NULL}; may be NULL */
    const struct arg_option *common;  /* likewise: shared between commands */
    const char *positional;           /* "[FILE...]"; NULL: none */
    int positional_min;
    int positional_max; /* -1: any number */
    bool settings;      /* takes each setting as an option too */
};

struct arg {
    const char *name;  /* of the option, from the table; of a setting as typed */
    const char *value; /* NULL for flags */
    bool setting;
};

/* All of it points into argv and the table. */
struct args {
    const struct arg_command *command;
    struct arg *given;
    size_t given_count;
    const char **positional;
    size_t positional_count;
    bool help; /* --help or -h: nothing else was checked */
};

/* argv without the program's and the command's names. ERR_INVALID with a sentence. */
MUST_CHECK err args_parse(struct arena *a, const struct arg_command *command, int argc,
                          char *const *argv, struct args *out_args, struct fault *fault);
bool args_has(const struct args *args, const char *name);
/* Its (last) value, or NULL. name must be in the command's tables. */
const char *args_value(const struct args *args, const char *name);
/* All values of an option that may be given several times, in order; n is their number. */
const char **args_values(const struct args *args, const char *name, struct arena *a, size_t *out_n);
/* A whole number within least..most; *out_n keeps its value if the option was not given. */
MUST_CHECK err args_int(const struct args *args, const char *name, int64_t least, int64_t most,
                        int64_t *out_n, struct fault *fault);

void args_print_help(FILE *to, const char *program, const struct arg_command *command);
/* The list of commands, for `program --help`. */
void args_print_commands(FILE *to, const char *program, const struct arg_command *const *commands,
                         size_t count);
/* Finds the command by the longest name that argv begins with ("agent add"); *out_used tells how
 * many words that was. ERR_INVALID with a suggestion. */
MUST_CHECK err args_find_command(const struct arg_command *const *commands, size_t count, int argc,
                                 char *const *argv, const struct arg_command **out_command,
                                 int *out_used, struct fault *fault);

#endif
