/* email.h -- is this an e-mail address? */
#ifndef FD_EMAIL_H
#define FD_EMAIL_H

#include "base/base.h"

/* RFC 5321 mailbox, practical subset: one @, dot-atom or quoted local part, a domain with labels; UTF-8
 * allowed (RFC 6531); at most EMAIL_MAX_BYTES. */
bool email_valid(const char *text);

#endif
