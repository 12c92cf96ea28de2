/* reply_address.h -- an address that names a ticket and can't be made up: help+t12-k3vq…@desk.example.
 *
 * The part after the plus sign is the ticket's number and a keyed hash of it (BLAKE2b, 79 bits). Who answers to it has got our
 * mail, whatever their program did to Message-IDs and subject. Only where the mail server delivers addresses with a plus sign
 * to the desk: setting signed_reply_address. */
#ifndef FD_REPLY_ADDRESS_H
#define FD_REPLY_ADDRESS_H

#include "base/settings.h"
#include "store/store.h"

/* NULL when the setting is off or there is no ticket. */
MUST_CHECK err reply_address(struct tx *tx, int64_t ticket_id, const char **out);
/* The ticket that an address of ours names; *out_ticket_id 0: it is no such address, or not of our making. Works whatever the
 * setting: mail that was sent earlier is still answered. */
MUST_CHECK err reply_address_ticket(struct tx *tx, const char *email, int64_t *out_ticket_id);

#endif
