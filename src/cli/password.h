/* password.h -- reads a secret without leaving copies of it behind. */
#ifndef FD_PASSWORD_H
#define FD_PASSWORD_H

#include "base/fault.h"
#include "base/limits.h"

enum { PASSWORD_BUFFER_SIZE = PASSWORD_MAX_BYTES + 1 };

/* One line from the descriptor (0: standard input), without its line end, into out. On a terminal
 * it asks and does not echo. Reads no byte beyond the line and through no buffer. ERR_INVALID if
 * the line is empty, longer than PASSWORD_MAX_BYTES or not UTF-8; ERR_IO. out is wiped on
 * failure. */
MUST_CHECK err password_read(int fd, char out[static PASSWORD_BUFFER_SIZE], struct fault *fault);
/* When it is no longer needed. */
void password_wipe(char out[static PASSWORD_BUFFER_SIZE]);

#endif
