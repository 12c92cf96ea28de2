/* open.h -- what every command begins with: arguments, settings, the desk's database.
 * Implemented in app/open.c, which knows how a new desk is filled. */
#ifndef FD_CLI_OPEN_H
#define FD_CLI_OPEN_H

#include "base/settings.h"
#include "cli/args.h"
#include "store/store.h"

struct desk {
    struct arena arena; /* lives as long as the command */
    struct fault fault;
    struct args args;
    struct settings settings;
    const char *data_dir;
    struct store *store; /* NULL until desk_open */
};

/* --data and --config, for arg_command.common. */
extern const struct arg_option desk_options[];

/* Parses and loads the settings. Returns -1 to go on, else the exit code (help was printed: 0, usage: 64).
 * argv without the program's and the command's names. */
int desk_begin(struct desk *desk, const struct arg_command *command, int argc, char **argv);

struct desk_open_options {
    bool must_exist; /* do not make a new desk */
    bool exclusive;  /* a server */
    void (*committed)(void *ctx);
    void *committed_ctx;
};
/* Opens the store. -1 to go on, else the exit code (75: try again), after saying why. options may be NULL. */
int desk_open(struct desk *desk, const struct desk_open_options *options);
/* The settings of another desk than the command's own: its file (config_path, else frontdesk.conf in
 * data_dir, which may be NULL), FRONTDESK_*, but the database as given (NULL: the embedded one). */
MUST_CHECK err desk_settings_at(struct desk *desk, const char *data_dir, const char *config_path,
                                const char *database, struct settings *out_settings);
/* Says an error on stderr ("frontdesk: ...") and returns its exit code: 75 for what may pass, else 1. */
int desk_fail(struct desk *desk, err e);
void desk_end(struct desk *desk);

/* The command line as an actor. */
struct actor desk_actor(void);
/* Set-up for a unit in the desk's arena. */
struct unit_setup desk_unit(struct desk *desk);

#endif
