#include "mail_out/notify.h"

#include "base/settings.h"
#include "mail_out/address_kind.h"
#include "mail_out/outbox.h"
#include "queries.gen.h"

/* Mail programs thread what refers to the same message, even one that was never sent: each ticket
 * is one conversation in an agent's mailbox. */
static const char *ticket_root(struct tx *tx, const struct ticket *ticket)
{
    char id[UUID_TEXT_SIZE];

    return arena_printf(tx->arena, "ticket-%s@%s", uuid_text(ticket->uuid, id),
                        mail_domain(tx->settings));
}

static const char *body_of(struct tx *tx, const struct ticket *ticket, const char *text)
{
    if (!tx->settings->public_url)
        return text;
    return arena_printf(tx->arena, "%s\n\n%s/tickets/%lld\n", text, tx->settings->public_url,
                        (long long)ticket->id);
}

err notify_agent(struct tx *tx, const struct agent_ref *agent, const struct ticket *ticket,
                 const char *subject, const char *text)
{
    if (address_is_own(tx->settings, agent->email))
        return OK;
    return outbox_add(tx,
                      &(struct outbox_draft){
                          .kind = "notification",
                          .ticket = ticket,
                          .to = {agent->name, agent->email},
                          .subject = arena_printf(tx->arena, "[#%lld] %s: %s",
                                                  (long long)ticket->id, subject, ticket->subject),
                          .body = body_of(tx, ticket, text),
                          .references = ticket_root(tx, ticket),
                          .auto_submitted = "auto-generated",
                      });
}

err notify_supervisors(struct tx *tx, const struct ticket *ticket, const char *subject,
                       const char *text)
{
    struct mail_supervisors_rows people;

    TRY(q_mail_supervisors(tx, ROLE_SUPERVISOR, &people));
    for (size_t i = 0; i < people.n; i++)
        TRY(notify_agent(tx,
                         &(struct agent_ref){people.v[i].id, people.v[i].uuid, people.v[i].name,
                                             people.v[i].email},
                         ticket, subject, text));
    return OK;
}
