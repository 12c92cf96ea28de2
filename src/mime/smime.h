/* smime.h -- what an opaque-signed message (RFC 8551 section 3.5.2) wraps. No signature is
 * checked: the text is for reading, the original stays attached. */
#ifndef FD_MIME_SMIME_H
#define FD_MIME_SMIME_H

#include "base/arena.h"

/* The signed entity inside CMS SignedData (RFC 5652); empty when there is none (encrypted mail). */
struct bytes smime_content(struct arena *a, struct bytes der);

#endif
