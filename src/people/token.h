/* token.h -- API tokens: how programs act for an agent or a requester.
 *
 * A token is shown once, when it is made; only its hash is kept. It can do no more than its owner, less if
 * its scope says so, and ends by date, by being revoked, or with its agent. */
#ifndef FD_TOKEN_H
#define FD_TOKEN_H

#include "people/people.h"
#include "people/secret.h"

enum { TOKEN_TEXT_SIZE = SECRET_TEXT_SIZE + 3 }; /* "fd_" in front: scanners recognise it */

struct token {
    int64_t id;
    struct uuid uuid;
    const char *hint; /* how it begins */
    const char *name;
    enum scope scope;
    struct agent_ref agent; /* id 0: it is a requester's */
    struct agent_ref requester;
    int64_t created_ms;
    int64_t expires_ms;
    int64_t revoked_ms;
    int64_t last_used_ms; /* to the minute */
};
struct token_list {
    struct token *v;
    size_t n;
    int64_t next_before_id; /* 0: that was all */
};

struct token_input {
    const char *name;
    enum scope scope;
    int64_t expires_ms;        /* 0: after TOKEN_DAYS_DEFAULT */
    const char *agent_ref;     /* NULL: the actor; others' only by admins */
    const char *requester_ref; /* NULL: an agent's */
};
/* text: what is shown once. ERR_FORBIDDEN if the scope is beyond the actor's own. */
MUST_CHECK err token_create(struct tx *tx, const struct token_input *input,
                            char text[static TOKEN_TEXT_SIZE], struct token *out);
/* The actor's own, or all (admins); newest first. before_id 0: from the newest. */
MUST_CHECK err token_list(struct tx *tx, bool all, int64_t before_id, int64_t limit,
                          struct token_list *out);
/* Of one agent, for the command line. */
MUST_CHECK err token_list_of(struct tx *tx, int64_t agent_id, int64_t limit,
                             struct token_list *out);
/* Own ones or, by admins, any. Twice is fine. */
MUST_CHECK err token_revoke(struct tx *tx, const char *ref);

/* Who sends this token? *out keeps its ip and user_agent. ERR_UNAUTHENTICATED if it is unknown,
 * expired, revoked, or its agent is inactive. Notes its use (use_note.h). */
MUST_CHECK err token_actor(struct tx *tx, const char *text, struct actor *out);

#endif
