/* use_note.h -- when a token was last used and an agent last seen, to the minute.
 *
 * Requests only read; their thread must not wait for a disk. So a use is noted at most once a minute, as
 * a small write that nobody waits for; if the store is too busy for it, the next minute will do. */
#ifndef FD_USE_NOTE_H
#define FD_USE_NOTE_H

#include "store/store.h"

enum use_of { USE_OF_TOKEN, USE_OF_DESK }; /* id: of the token; of the agent */

/* known_ms: what is on record. */
void use_note(struct tx *tx, enum use_of what, int64_t id, int64_t known_ms);

#endif
