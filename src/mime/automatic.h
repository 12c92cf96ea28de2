/* automatic.h -- was this made by a machine? (RFC 3834 and what came before it) */
#ifndef FD_MIME_AUTOMATIC_H
#define FD_MIME_AUTOMATIC_H

#include "mime/part.h"

/* Fills is_automatic, automatic_why, is_out_of_office, list_id. from, subject and return_path
 * must be set. */
void automatic_judge(struct parse *p, const struct part *root, struct mail *m);

#endif
