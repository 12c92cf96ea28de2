/* commands.h -- the subcommands: each takes argc and argv from its own name on and returns an exit code. */
#ifndef FD_COMMANDS_H
#define FD_COMMANDS_H

int cmd_serve(int argc, char **argv);
int cmd_settings(int argc, char **argv);

#endif
