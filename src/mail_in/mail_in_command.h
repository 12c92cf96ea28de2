/* mail_in_command.h -- frontdesk mail-in. argv from the command's name on; returns the exit code. */
#ifndef FD_MAIL_IN_COMMAND_H
#define FD_MAIL_IN_COMMAND_H

int cmd_mail_in(int argc, char **argv);

#endif
