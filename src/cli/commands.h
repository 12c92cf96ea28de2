/* commands.h -- the subcommands of this folder: each takes argc and argv from its own name on and
 * returns an exit code. */
#ifndef FD_CLI_COMMANDS_H
#define FD_CLI_COMMANDS_H

int cmd_agent(int argc, char **argv);
int cmd_token(int argc, char **argv);
int cmd_outbox(int argc, char **argv);

#endif
