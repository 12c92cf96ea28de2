/* source.h -- where messages come from on the command line: a pipe, a file, an mbox, a Maildir. */
#ifndef FD_MAIL_SOURCE_H
#define FD_MAIL_SOURCE_H

#include "base/fault.h"
#include "mail_in/pump.h"

#include <sysexits.h>

/* What is put into the pump as tag, and comes back when the message is stored. NULL: nothing to do. */
struct mail_file {
    const char *move_from; /* a Maildir's new message, moved to cur once it is stored */
    const char *move_to;
    void *map; /* unmapped then */
    size_t map_len;
};
void mail_file_done(struct mail_file *file, bool stored);

/* One message. EX_OK, or the exit code with a sentence in fault: EX_NOINPUT, EX_DATAERR, EX_IOERR. */
int mail_from_pipe(struct mail_pump *pump, struct arena *a, struct fault *fault);
/* A message, an mbox file or a Maildir. */
int mail_from_path(struct mail_pump *pump, const char *path, struct arena *a, struct fault *fault);

#endif
