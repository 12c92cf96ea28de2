/* session.c -- sessions that exist: found, ended. */
#include "people/session.h"

#include "event/event.h"
#include "people/agent_store.h"

err session_find(struct tx *tx, const char *token, struct session *out)
{
    unsigned char hash[SECRET_HASH_BYTES];
    struct session_actor_row row;
    err e = q_session_actor(tx, secret_hash(token, hash), tx->now_ms, &row);

    if (e == ERR_NOT_FOUND || (e == OK && !row.is_active))
        return ERR_UNAUTHENTICATED;
    TRY(e);
    *out = (struct session){
        .id = row.id,
        .csrf_token = row.csrf_token,
        .created_ms = row.created_ms,
        .expires_ms = row.expires_ms,
        .last_active_ms = row.last_active_ms,
        .actor = {.type = ACTOR_AGENT,
                  .role = (enum role)row.role,
                  .scope = SCOPE_ADMIN,
                  .id = row.agent_id,
                  .uuid = row.uuid,
                  .name = row.name},
        .email = row.email,
    };
    return OK;
}

err sign_out(struct tx *tx, const char *token)
{
    struct session session;
    int64_t changed;
    err e = session_find(tx, token, &session);

    if (e == ERR_UNAUTHENTICATED)
        return OK; /* twice is fine */
    TRY(e);
    TRY(q_session_delete(tx, session.id, &changed));
    return event_emit(tx, &(struct event){.entity = ENTITY_SESSION,
                                          .entity_id = session.actor.id,
                                          .entity_uuid = session.actor.uuid,
                                          .kind = "signed_out",
                                          .agents_only = true});
}

err sessions_end(struct tx *tx, int64_t agent_id, int64_t but_session_id)
{
    int64_t ended;

    TRY(q_sessions_end(tx, agent_id, but_session_id, &ended));
    if (ended == 0)
        return OK;
    return event_emit(tx, &(struct event){.entity = ENTITY_SESSION,
                                          .entity_id = agent_id,
                                          .kind = "ended",
                                          .changed_to = event_json_int(tx, "sessions", ended),
                                          .agents_only = true});
}
