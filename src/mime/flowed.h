/* flowed.h -- text/plain; format=flowed (RFC 3676): soft line breaks taken out again. */
#ifndef FD_MIME_FLOWED_H
#define FD_MIME_FLOWED_H

#include "base/arena.h"

/* text: lines ending with LF. delsp: the blank at the break is not part of the text either. */
char *flowed_unwrap(struct arena *a, const char *text, bool delsp);

#endif
