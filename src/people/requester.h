/* requester.h -- what the people who keep requesters do with them; people.h has what others need. */
#ifndef FD_REQUESTER_H
#define FD_REQUESTER_H

#include "people/people.h"
#include "queries.gen.h"

void requester_of_row(const struct requester_row *row, struct requester *out);
/* Somebody new: the caller has looked that the address is nobody's yet. */
MUST_CHECK err requester_make(struct tx *tx, const struct requester_input *input,
                              struct requester *out);
/* Writes what differs, and its event; silent if nothing does. Sets after->updated_ms. */
MUST_CHECK err requester_store(struct tx *tx, const struct requester *before,
                               struct requester *after);

#endif
