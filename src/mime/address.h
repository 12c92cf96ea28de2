/* address.h -- mailboxes as people and mailers really write them (RFC 5322 section 3.4 and worse). */
#ifndef FD_MIME_ADDRESS_H
#define FD_MIME_ADDRESS_H

#include "mime/mail.h"

/* line: unfolded (header_line), may be NULL. Groups are opened; entries without any address are
 * left out unless keep_nameless_too. Adds to *out up to MAIL_RECIPIENTS_MAX. */
void addresses_parse(struct arena *a, const char *line, bool keep_names_alone,
                     struct mail_addresses *out);

/* "user@host" out of "<user@host>", "mailto:user@host", "rfc822;user@host"; NULL when none. */
char *address_bare(struct arena *a, const char *text);

#endif
