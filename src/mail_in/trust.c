#include "mail_in/trust.h"

#include "base/settings.h"
#include "mail_out/outbox.h"

#include <string.h>
#include <strings.h>

static bool is_verdict(const char *verdict, const char *word)
{
    return verdict && strcasecmp(verdict, word) == 0;
}

bool mail_is_forged(const struct mail *mail)
{
    for (size_t i = 0; i < mail->authentication_count; i++) {
        const struct mail_authentication *a = &mail->authentications[i];

        if (is_verdict(a->dmarc, "fail"))
            return true;
        if (is_verdict(a->spf, "fail") && !is_verdict(a->dkim, "pass") &&
            !is_verdict(a->dmarc, "pass"))
            return true;
    }
    return false;
}

static bool is_trusted(const struct settings *settings, const char *server)
{
    for (size_t i = 0; server && i < settings->mail_trusted_servers.n; i++) {
        if (strcasecmp(settings->mail_trusted_servers.v[i], server) == 0)
            return true;
    }
    return false;
}

/* A message with two From headers may be checked by one of them and read by the other. */
static bool is_of_domain(const struct mail *mail, const char *domain)
{
    const char *from = mail->from.email ? strrchr(mail->from.email, '@') : NULL;
    const char *at = domain ? strrchr(domain, '@') : NULL; /* some tell the whole address */

    return !domain || (from && strcasecmp(from + 1, at ? at + 1 : domain) == 0);
}

bool mail_is_authentic(const struct settings *settings, const struct mail *mail)
{
    /* The topmost header is the last server's word; what is below may have come with the message. */
    return is_trusted(settings, mail->authentication.server) &&
           is_verdict(mail->authentication.dmarc, "pass") &&
           is_of_domain(mail, mail->authentication.dmarc_domain) && !mail_is_forged(mail);
}

const char *mail_sender_address(struct tx *tx, const struct intake *in)
{
    if (in->from_email)
        return in->from_email;
    return arena_printf(tx->arena, "unknown-sender@%s", mail_domain(tx->settings));
}
