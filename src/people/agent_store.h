/* agent_store.h -- keeping agents: what the files of this folder share. */
#ifndef FD_AGENT_STORE_H
#define FD_AGENT_STORE_H

#include "people/agent.h"
#include "queries.gen.h"

MUST_CHECK err agent_load_id(struct tx *tx, int64_t id, struct agent *out);
/* Ends all sessions of an agent but one (0: all). session.c */
MUST_CHECK err sessions_end(struct tx *tx, int64_t agent_id, int64_t but_session_id);
/* Revokes all tokens of an agent. token.c */
MUST_CHECK err tokens_revoke_all(struct tx *tx, int64_t agent_id);
/* The group of this name, made if there is none. group.c */
MUST_CHECK err group_find_or_make(struct tx *tx, const char *name, struct group_ref *out);

#endif
