/* access.h -- rights on things (the route table says who may call; this says on what).
 *
 * Requesters see their own tickets and public comments; agents work tickets; supervisors also policies,
 * reports, bulk; admins all. The system may everything. */
#ifndef FD_ACCESS_H
#define FD_ACCESS_H

#include "store/store.h"

static inline bool actor_is_agent(const struct actor *actor)
{
    return actor->type == ACTOR_SYSTEM || (actor->type == ACTOR_AGENT && actor->role >= ROLE_AGENT);
}
static inline bool actor_has_role(const struct actor *actor, enum role least)
{
    return actor->type == ACTOR_SYSTEM || (actor->type == ACTOR_AGENT && actor->role >= least);
}
/* ERR_FORBIDDEN (or ERR_UNAUTHENTICATED for anonymous) with a sentence. */
MUST_CHECK err access_require_role(struct tx *tx, enum role least);

#endif
