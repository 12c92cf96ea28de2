/* address_kind.h -- addresses that are not people: the desk's own, and those of machines. */
#ifndef FD_ADDRESS_KIND_H
#define FD_ADDRESS_KIND_H

#include "base/settings.h"

/* The desk's address, with any +detail, without regard to case. */
bool address_is_own(const struct settings *settings, const char *email);
/* mailer-daemon@, no-reply@ ...: nobody reads what is sent there. */
bool address_is_machine(const char *email);

#endif
