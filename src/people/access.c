#include "people/access.h"

err access_require_role(struct tx *tx, enum role least)
{
    if (actor_has_role(&tx->actor, least))
        return OK;
    if (tx->actor.type == ACTOR_ANONYMOUS)
        return ERR_UNAUTHENTICATED;
    return fault_set(tx->fault, ERR_FORBIDDEN, "This needs the role \"%s\"", role_name(least));
}
