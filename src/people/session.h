/* session.h -- agents sign in by password and are known by a cookie afterwards.
 *
 * Only a hash of the cookie's token is kept. A session ends by itself, when its agent signs out, is
 * deactivated or changes the password. */
#ifndef FD_SESSION_H
#define FD_SESSION_H

#include "people/agent.h"
#include "people/secret.h"

struct session {
    int64_t id;
    const char *csrf_token;
    int64_t created_ms;
    int64_t expires_ms;
    int64_t last_active_ms; /* of the agent */
    struct actor actor;     /* without ip and user agent */
    const char *email;
};
/* ERR_UNAUTHENTICATED if there is none, it is over or its agent is inactive. */
MUST_CHECK err session_find(struct tx *tx, const char *token, struct session *out);

struct signed_in {
    char token[SECRET_TEXT_SIZE];
    const char *csrf_token;
    int64_t expires_ms;
    struct agent agent;
    int64_t retry_after_ms; /* set with ERR_RATE */
};
/* Runs in a reading transaction on a thread that may take its time; writes on its own. Whether the
 * address, the password or the account is wrong can't be told from the answer nor from its time.
 * ERR_UNAUTHENTICATED, ERR_RATE, ERR_BUSY. Counts and records each try. */
MUST_CHECK err sign_in(struct tx *tx, const char *email, const char *password,
                       struct signed_in *out);
MUST_CHECK err sign_out(struct tx *tx, const char *token);
/* The agent's own; runs like sign_in. Ends all other sessions than keep_session_id. */
MUST_CHECK err password_change(struct tx *tx, const char *current, const char *password,
                               int64_t keep_session_id, int64_t *out_retry_after_ms);

#endif
