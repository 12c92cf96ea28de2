/* mail_in.h -- a message comes in and becomes a ticket, a comment, or is known already.
 *
 * Invariants: the raw bytes are in the file store before anything is decided; the mail's row, its
 * Message-ID and the ticket or comment it became are one transaction, so a message is taken exactly
 * once wherever a crash falls; no message is ever dropped, and none is answered by a machine that a
 * machine wrote. */
#ifndef FD_MAIL_IN_H
#define FD_MAIL_IN_H

#include "store/store.h"

/* X(identifier, name). The names are stored. */
#define MAIL_ACTION_WORDS(X)                                                                       \
    X(MAIL_CREATED, "created")                                                                     \
    X(MAIL_COMMENTED, "commented")                                                                 \
    X(MAIL_DUPLICATE, "duplicate")                                                                 \
    X(MAIL_IGNORED, "ignored")
#define MAIL_ACTION_AS_ENUM(id, name) id,
enum mail_action { MAIL_ACTION_WORDS(MAIL_ACTION_AS_ENUM) MAIL_ACTION_COUNT };
#undef MAIL_ACTION_AS_ENUM
const char *mail_action_name(enum mail_action action);

/* What became of a message. */
struct mail_result {
    enum mail_action action;
    struct uuid mail_id;
    struct uuid ticket_id;  /* nil: none */
    int64_t number;         /* of the ticket; 0: none */
    struct uuid comment_id; /* nil: none */
    const char *reason;     /* a sentence */
};

/* Takes one message and waits until it is durable. raw must live as long as a. Errors mean that nothing
 * was stored and that it should be tried again: ERR_BUSY, ERR_FULL, ERR_STORE, ERR_IO ... */
MUST_CHECK err mail_take(struct store *store, const struct settings *settings, const void *raw,
                         size_t len, struct arena *a, struct mail_result *out);

#endif
