/* notify.h -- mails to the desk's own people. */
#ifndef FD_MAIL_NOTIFY_H
#define FD_MAIL_NOTIFY_H

#include "ticket/ticket.h"

/* To each active supervisor and admin. text is Markdown; the ticket's number, subject and link are
 * added. */
MUST_CHECK err notify_supervisors(struct tx *tx, const struct ticket *ticket, const char *subject,
                                  const char *text);
/* To one agent. */
MUST_CHECK err notify_agent(struct tx *tx, const struct agent_ref *agent,
                            const struct ticket *ticket, const char *subject, const char *text);

#endif
