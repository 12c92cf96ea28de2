#include "mail_out/address_kind.h"

#include <string.h>
#include <strings.h>

bool address_is_own(const struct settings *settings, const char *email)
{
    const char *own = settings->mail_address;
    const char *own_at = own ? strrchr(own, '@') : NULL;
    const char *at = email ? strrchr(email, '@') : NULL;
    size_t local;

    if (!own_at || !at || strcasecmp(own_at, at) != 0)
        return false;
    local = (size_t)(own_at - own);
    return strncasecmp(own, email, local) == 0 && (email[local] == '@' || email[local] == '+');
}

bool address_is_machine(const char *email)
{
    /* Compared without the marks that people put between the words. */
    static const char *const locals[] = {"mailerdaemon", "postmaster",   "noreply", "donotreply",
                                         "nobody",       "bounce",       "bounces", "daemon",
                                         "devnull",      "unknownsender"};
    const char *at = email ? strrchr(email, '@') : NULL;
    char plain[64];
    size_t n = 0;

    if (!at)
        return true;
    for (const char *c = email; c < at && *c != '+' && n < sizeof(plain) - 1; c++) {
        if (!strchr("-_.", *c))
            plain[n++] = *c;
    }
    plain[n] = '\0';
    for (size_t i = 0; i < COUNT_OF(locals); i++) {
        if (strcasecmp(plain, locals[i]) == 0)
            return true;
    }
    return false;
}
