/* bounce.h -- did a mail of ours come back? RFC 3464 reports and the free forms of old servers. */
#ifndef FD_MIME_BOUNCE_H
#define FD_MIME_BOUNCE_H

#include "mime/part.h"

/* Fills is_bounce and bounce. from, subject, return_path and text must be set. */
void bounce_judge(struct parse *p, const struct part *root, struct mail *m);

#endif
