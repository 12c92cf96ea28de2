/* mail_out.h -- what the desk writes to people.
 *
 * A verb never sends: it puts a row into the outbox, in its own transaction, and a job delivers it
 * later. So a mail goes out exactly when what it tells of has happened. Each recipient has a row
 * and a Message-ID of their own: one that can't be reached delays nobody else, nobody learns who
 * else was told, and an identifier that comes back says to whom it was sent. */
#ifndef FD_MAIL_OUT_H
#define FD_MAIL_OUT_H

#include "ticket/change.h"

/* The automatic answer to a new ticket; comment holds its text, input is what the ticket came from.
 * Silent (and OK) for machines, imports, addresses nobody reads, and a sender who has had
 * acknowledgements_per_hour of them. */
MUST_CHECK err mail_out_acknowledge(struct tx *tx, const struct ticket *ticket,
                                    const struct ticket_input *input, const struct comment *comment,
                                    const char *subject);

/* The step of app/ticket_steps.c: an agent's public comment goes to the requester and the watchers,
 * other comments and assignments to the agents they concern; nobody is told what they did
 * themselves. Imports, merges and quiet comments say nothing. */
MUST_CHECK err mail_out_follow(struct tx *tx, struct ticket_change *change);

/* At the start of a server: what waited for an SMTP server to be set gets its jobs. */
MUST_CHECK err mail_out_start(struct tx *tx);

/* Would an automatic answer to this address reach a person? Not the desk itself, not
 * mailer-daemon@, no-reply@ and the like. */
bool mail_out_may_answer(const struct tx *tx, const char *email);

#endif
