/* sign_in.c -- who proves with a password who they are.
 *
 *     reading transaction, on a worker          the store's writer
 *     ------------------------------------      --------------------------------
 *     too many tries already? -> refused
 *     what is kept of the account
 *                                               one more try, of address and account
 *     the password against the hash (70 ms)
 *                                               a session and its event, or the failure's
 *
 * The try is counted before the password is looked at, so that many at once can't slip through;
 * a success gives its two counts back. */
#include "people/session.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "event/event.h"
#include "people/agent_store.h"
#include "people/apart.h"
#include "people/password.h"
#include "people/rate.h"

#include <string.h>

enum { SIGN_IN_WINDOW_MS = SIGN_IN_WINDOW_S * 1000, RATE_KEYS = 2 };

struct attempt {
    const char *email;
    const char *rate_keys[RATE_KEYS];
    int64_t agent_id; /* 0: unknown or inactive */
    const char *password_hash;
    bool right;
    struct signed_in *out;
};

static err count_try(struct tx *tx, void *arg)
{
    struct attempt *a = arg;

    for (int i = 0; i < RATE_KEYS; i++)
        TRY(rate_limit_take(tx, a->rate_keys[i], SIGN_IN_TRIES_MAX, SIGN_IN_WINDOW_MS,
                            &a->out->retry_after_ms));
    return OK;
}

static err record_failure(struct tx *tx, void *arg)
{
    struct attempt *a = arg;

    return event_emit(tx, &(struct event){.entity = ENTITY_SESSION,
                                          .entity_id = a->agent_id,
                                          .kind = "sign_in_failed",
                                          .changed_to = event_json_text(tx, "email", a->email),
                                          .agents_only = true});
}

static err open_session(struct tx *tx, void *arg)
{
    struct attempt *a = arg;
    struct signed_in made = {0};
    unsigned char hash[SECRET_HASH_BYTES];
    struct session_insert_row row;
    struct agent_password_get_row now;
    char csrf[SECRET_TEXT_SIZE];

    /* Deactivated or given another password while we calculated? */
    TRY(agent_load_id(tx, a->agent_id, &made.agent));
    TRY(q_agent_password_get(tx, a->agent_id, &now));
    if (!made.agent.is_active || !now.password_hash ||
        strcmp(now.password_hash, a->password_hash) != 0)
        return ERR_UNAUTHENTICATED;
    for (int i = 0; i < RATE_KEYS; i++)
        TRY(rate_limit_give_back(tx, a->rate_keys[i]));
    secret_new(made.token);
    made.csrf_token = arena_str(tx->arena, secret_new(csrf));
    made.expires_ms =
        tx->now_ms + (tx->settings ? tx->settings->session_days : SESSION_DAYS) * MS_PER_DAY;
    TRY(q_session_insert(tx,
                         &(struct q_session_insert_args){
                             .token_hash = secret_hash(made.token, hash),
                             .csrf_token = made.csrf_token,
                             .agent_id = a->agent_id,
                             .now_ms = tx->now_ms,
                             .expires_ms = made.expires_ms,
                             .ip = tx->actor.ip,
                             .user_agent = tx->actor.user_agent,
                         },
                         &row));
    TRY(q_agent_touch(tx, a->agent_id, tx->now_ms));
    *a->out = made;
    tx->actor = (struct actor){.type = ACTOR_AGENT,
                               .role = made.agent.role,
                               .id = made.agent.id,
                               .uuid = made.agent.uuid,
                               .name = made.agent.name,
                               .ip = tx->actor.ip,
                               .user_agent = tx->actor.user_agent};
    return event_emit(tx, &(struct event){.entity = ENTITY_SESSION,
                                          .entity_id = a->agent_id,
                                          .entity_uuid = made.agent.uuid,
                                          .kind = "signed_in",
                                          .agents_only = true});
}

static err look_up(struct tx *tx, const char *email_key, struct attempt *a)
{
    struct sign_in_agent_row row;
    err e = q_sign_in_agent(tx, email_key, &row);

    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    a->agent_id = row.id;
    a->password_hash = row.is_active ? row.password_hash : NULL;
    return OK;
}

err sign_in(struct tx *tx, const char *email, const char *password, struct signed_in *out)
{
    const char *email_key = utf8_fold(tx->arena, utf8_trim(tx->arena, email));
    struct attempt a = {.email = email, .out = out};
    err e;

    *out = (struct signed_in){0};
    a.rate_keys[0] =
        arena_printf(tx->arena, "sign_in:address:%s", rate_limit_address(tx->arena, tx->actor.ip));
    a.rate_keys[1] = arena_printf(tx->arena, "sign_in:account:%s", email_key);
    for (int i = 0; i < RATE_KEYS; i++)
        TRY(rate_limit_check(tx, a.rate_keys[i], SIGN_IN_TRIES_MAX, SIGN_IN_WINDOW_MS,
                             &out->retry_after_ms));
    TRY(look_up(tx, email_key, &a));
    TRY(write_apart(tx, count_try, &a));
    if (strlen(password) > PASSWORD_MAX_BYTES)
        password = "";
    TRY(password_verify(a.password_hash, password, &a.right));
    e = a.right ? write_apart(tx, open_session, &a) : ERR_UNAUTHENTICATED;
    if (e != ERR_UNAUTHENTICATED)
        return e;
    TRY(write_apart(tx, record_failure, &a));
    return fault_set(tx->fault, ERR_UNAUTHENTICATED, "The e-mail address or password is wrong");
}

/* ---- changing one's own password ---- */

struct new_password {
    const char *rate_key;
    const char *hash;
    int64_t keep_session_id;
    int64_t retry_after_ms;
};

static err count_change(struct tx *tx, void *arg)
{
    struct new_password *n = arg;

    return rate_limit_take(tx, n->rate_key, SIGN_IN_TRIES_MAX, SIGN_IN_WINDOW_MS,
                           &n->retry_after_ms);
}

static err write_password(struct tx *tx, void *arg)
{
    struct new_password *n = arg;
    struct agent_change change = {
        .set = AGENT_PASSWORD, .password_hash = n->hash, .keep_session_id = n->keep_session_id};
    struct agent after;

    TRY(rate_limit_give_back(tx, n->rate_key));
    return agent_change(tx, arena_printf(tx->arena, "%lld", (long long)tx->actor.id), &change,
                        &after);
}

err password_change(struct tx *tx, const char *current, const char *password,
                    int64_t keep_session_id, int64_t *out_retry_after_ms)
{
    struct new_password n = {.keep_session_id = keep_session_id};
    struct agent_password_get_row kept;
    struct agent agent;
    bool right;
    err e;

    TRY(agent_load_id(tx, tx->actor.id, &agent));
    TRY(password_check(tx->fault, "newPassword", password, agent.email));
    TRY(q_agent_password_get(tx, agent.id, &kept));
    n.rate_key = arena_printf(tx->arena, "password:%lld", (long long)agent.id);
    e = write_apart(tx, count_change, &n);
    if (e == ERR_RATE)
        *out_retry_after_ms = n.retry_after_ms;
    TRY(e);
    TRY(password_verify(kept.password_hash, current, &right));
    if (!right)
        return fault_field(tx->fault, "currentPassword", "is not your password");
    TRY(password_hash(tx->arena, password, &n.hash));
    return write_apart(tx, write_password, &n);
}
