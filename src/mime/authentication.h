/* authentication.h -- what servers on the way said about the sender and about spam. */
#ifndef FD_MIME_AUTHENTICATION_H
#define FD_MIME_AUTHENTICATION_H

#include "mime/part.h"

void authentication_read(struct parse *p, const struct headers *h, struct mail *m);

#endif
