/* commands.h -- the subcommands that carry whole desks in and out (app/main.c has the table). */
#ifndef FD_TRANSFER_COMMANDS_H
#define FD_TRANSFER_COMMANDS_H

int cmd_import(int argc, char **argv);
int cmd_export(int argc, char **argv);
int cmd_backup(int argc, char **argv);
int cmd_restore(int argc, char **argv);
int cmd_copy(int argc, char **argv);
int cmd_files(int argc, char **argv);
int cmd_check(int argc, char **argv);
int cmd_demo(int argc, char **argv);

#endif
