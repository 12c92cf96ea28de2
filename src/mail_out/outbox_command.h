/* outbox_command.h -- frontdesk outbox. argv from the command's name on; returns the exit code. */
#ifndef FD_OUTBOX_COMMAND_H
#define FD_OUTBOX_COMMAND_H

int cmd_outbox(int argc, char **argv);

#endif
