/* trust.h -- how far a message's sender may be believed. */
#ifndef FD_MAIL_TRUST_H
#define FD_MAIL_TRUST_H

#include "mail_in/intake.h"

/* Somebody checked and the sender's domain disowns it. Believed from any server: it can only make us
 * more careful. */
bool mail_is_forged(const struct mail *mail);
/* A mail server that we trust (mail_trusted_servers) says that the From address is genuine. Only
 * DMARC says that: SPF and DKIM alone pass for any domain that the sender owns. Headers of servers
 * that we don't know prove nothing, since the sender may have written them. */
bool mail_is_authentic(const struct settings *settings, const struct mail *mail);
/* The sender's address; for those without one, an address of ours that nobody reads. */
const char *mail_sender_address(struct tx *tx, const struct intake *in);

#endif
