#include "people/token.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/ref.h"
#include "base/utf8.h"
#include "people/access.h"
#include "people/agent_store.h"
#include "people/diff.h"
#include "people/use_note.h"

#include <string.h>

enum { HINT_CHARS = 9 }; /* "fd_" and six of the 43 that follow */

static struct token token_of_row(const struct token_row *row)
{
    return (struct token){
        .id = row->id,
        .uuid = row->uuid,
        .hint = row->hint,
        .name = row->name,
        .scope = (enum scope)row->scope,
        .agent = {row->agent_id, row->agent_uuid, row->agent_name, row->agent_email},
        .requester = {row->requester_id, row->requester_uuid, row->requester_name,
                      row->requester_email},
        .created_ms = row->created_ms,
        .expires_ms = row->expires_ms,
        .revoked_ms = row->revoked_ms,
        .last_used_ms = row->last_used_ms,
    };
}

static struct event token_event(const struct token *token, const char *kind)
{
    return (struct event){.entity = ENTITY_TOKEN,
                          .entity_id = token->id,
                          .entity_uuid = token->uuid,
                          .kind = kind,
                          .agents_only = true};
}

static err check_expiry(struct tx *tx, int64_t expires_ms)
{
    if (expires_ms <= tx->now_ms)
        return fault_field(tx->fault, "expiresAt", "is over already");
    if (expires_ms > tx->now_ms + TOKEN_DAYS_MAX * MS_PER_DAY)
        return fault_field(tx->fault, "expiresAt", "is more than %d days away", TOKEN_DAYS_MAX);
    return OK;
}

/* Other people's tokens are an admin's business, and like everything that is, only with the scope for it: else a token
 * made to write tickets could act as anybody. */
static err require_admin(struct tx *tx)
{
    TRY(access_require_role(tx, ROLE_ADMIN));
    if (tx->actor.scope < SCOPE_ADMIN)
        return fault_set(tx->fault, ERR_FORBIDDEN,
                         "This token's scope is \"%s\", \"%s\" is needed for others' tokens",
                         scope_name(tx->actor.scope), scope_name(SCOPE_ADMIN));
    return OK;
}

/* Whose it is to be; admins make them for others. */
static err find_owner(struct tx *tx, const struct token_input *input, int64_t *out_agent_id,
                      int64_t *out_requester_id)
{
    const struct actor *actor = &tx->actor;

    *out_agent_id = actor->type == ACTOR_AGENT ? actor->id : 0;
    *out_requester_id = actor->type == ACTOR_REQUESTER ? actor->id : 0;
    if (input->agent_ref && input->requester_ref)
        return fault_field(tx->fault, "requesterId", "a token is an agent's or a requester's");
    if (input->agent_ref) {
        struct agent_ref agent;

        TRY(agent_find(tx, input->agent_ref, "agentId", &agent));
        if (agent.id != *out_agent_id)
            TRY(require_admin(tx));
        *out_agent_id = agent.id;
    } else if (input->requester_ref) {
        struct requester requester;
        err e;

        TRY(require_admin(tx));
        e = requester_find(tx, input->requester_ref, &requester);
        if (e == ERR_NOT_FOUND)
            return fault_field(tx->fault, "requesterId", "there is no such requester");
        TRY(e);
        *out_agent_id = 0;
        *out_requester_id = requester.id;
    }
    if (*out_agent_id == 0 && *out_requester_id == 0)
        return fault_field(tx->fault, "agentId", "whose token is it to be?");
    return OK;
}

static err insert(struct tx *tx, const struct token_input *input, const char *text,
                  int64_t expires_ms, int64_t *out_id)
{
    unsigned char hash[SECRET_HASH_BYTES];
    struct token_insert_row row;
    int64_t agent_id, requester_id;

    TRY(find_owner(tx, input, &agent_id, &requester_id));
    TRY(q_token_insert(tx,
                       &(struct q_token_insert_args){
                           .uuid = uuid_new(tx->now_ms),
                           .token_hash = secret_hash(text, hash),
                           .hint = arena_strn(tx->arena, text, HINT_CHARS),
                           .name = utf8_trim(tx->arena, input->name),
                           .scope = input->scope,
                           .agent_id = agent_id,
                           .requester_id = requester_id,
                           .now_ms = tx->now_ms,
                           .expires_ms = expires_ms,
                       },
                       &row));
    *out_id = row.id;
    return OK;
}

err token_create(struct tx *tx, const struct token_input *input, char text[static TOKEN_TEXT_SIZE],
                 struct token *out)
{
    int64_t expires_ms = input->expires_ms;
    struct token_row row;
    struct token made;
    struct diff diff = {0};
    struct event event;
    char iso[TIME_ISO_SIZE];
    int64_t id;

    if (!expires_ms)
        expires_ms = tx->now_ms + TOKEN_DAYS_DEFAULT * MS_PER_DAY;
    TRY(check_expiry(tx, expires_ms));
    if (input->scope > tx->actor.scope)
        return fault_set(tx->fault, ERR_FORBIDDEN,
                         "A token made with the scope \"%s\" can't have the scope \"%s\"",
                         scope_name(tx->actor.scope), scope_name(input->scope));
    memcpy(text, "fd_", 3);
    secret_new(text + 3);
    TRY(insert(tx, input, text, expires_ms, &id));
    TRY(q_token_by_ref(tx, id, (struct uuid){{0}}, &row));
    made = token_of_row(&row);
    diff_text(&diff, "name", NULL, made.name);
    diff_text(&diff, "scope", NULL, scope_name(made.scope));
    diff_text(&diff, "agent", NULL, made.agent.email);
    diff_text(&diff, "requester", NULL, made.requester.email);
    diff_text(&diff, "expiresAt", NULL, time_iso(made.expires_ms, iso));
    event = token_event(&made, "created");
    TRY(diff_emit_new(&diff, tx, &event));
    *out = made;
    return OK;
}

static void take_page(struct tx *tx, const struct token_rows *rows, int64_t limit,
                      struct token_list *out)
{
    struct token_list list = {.n = rows->n};

    if (list.n > (size_t)limit)
        list.n = (size_t)limit;
    list.v = ARENA_ARRAY(tx->arena, struct token, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        list.v[i] = token_of_row(&rows->v[i]);
    if (rows->n > list.n && list.n > 0)
        list.next_before_id = list.v[list.n - 1].id;
    *out = list;
}

err token_list(struct tx *tx, bool all, int64_t before_id, int64_t limit, struct token_list *out)
{
    const struct actor *actor = &tx->actor;
    struct token_rows rows;
    int64_t before = before_id ? before_id : INT64_MAX;

    if (all) {
        TRY(access_require_role(tx, ROLE_ADMIN));
        TRY(q_tokens_all(tx, before, limit + 1, &rows));
    } else if (actor->type == ACTOR_REQUESTER) {
        TRY(q_tokens_of_requester(tx, actor->id, before, limit + 1, &rows));
    } else {
        TRY(q_tokens_of_agent(tx, actor->id, before, limit + 1, &rows));
    }
    take_page(tx, &rows, limit, out);
    return OK;
}

err token_list_of(struct tx *tx, int64_t agent_id, int64_t limit, struct token_list *out)
{
    struct token_rows rows;

    TRY(access_require_role(tx, ROLE_ADMIN));
    TRY(q_tokens_of_agent(tx, agent_id, INT64_MAX, limit + 1, &rows));
    take_page(tx, &rows, limit, out);
    return OK;
}

static bool is_own(const struct actor *actor, const struct token *token)
{
    if (actor->type == ACTOR_AGENT)
        return token->agent.id == actor->id;
    return actor->type == ACTOR_REQUESTER && token->requester.id == actor->id;
}

static err revoke(struct tx *tx, const struct token *token)
{
    struct event event = token_event(token, "revoked");
    int64_t changed;

    TRY(q_token_revoke(tx, token->id, tx->now_ms, &changed));
    if (changed == 0)
        return OK;
    event.changed_from = event_json_text(tx, "name", token->name);
    return event_emit(tx, &event);
}

err token_revoke(struct tx *tx, const char *text)
{
    struct token_row row;
    struct token token;
    struct ref ref;
    err e = ref_parse(text, &ref) ? q_token_by_ref(tx, ref.number, ref.uuid, &row) : ERR_NOT_FOUND;

    if (e == OK) {
        token = token_of_row(&row);
        if (!is_own(&tx->actor, &token)) {
            if (!actor_has_role(&tx->actor, ROLE_ADMIN)) /* others' tokens are nobody's business */
                return fault_set(tx->fault, ERR_NOT_FOUND, "Token not found");
            TRY(require_admin(tx));
        }
        return revoke(tx, &token);
    }
    return e == ERR_NOT_FOUND ? fault_set(tx->fault, e, "Token not found") : e;
}

err tokens_revoke_all(struct tx *tx, int64_t agent_id)
{
    struct tokens_valid_of_agent_rows valid;

    TRY(q_tokens_valid_of_agent(tx, agent_id, &valid));
    for (size_t i = 0; i < valid.n; i++) {
        struct token_row row;
        struct token token;

        TRY(q_token_by_ref(tx, valid.v[i].id, (struct uuid){{0}}, &row));
        token = token_of_row(&row);
        TRY(revoke(tx, &token));
    }
    return OK;
}

err token_actor(struct tx *tx, const char *text, struct actor *out)
{
    unsigned char hash[SECRET_HASH_BYTES];
    struct token_actor_row row;
    err e = q_token_actor(tx, secret_hash(text, hash), tx->now_ms, &row);

    if (e == ERR_NOT_FOUND || (e == OK && row.agent_id && !row.is_active))
        return ERR_UNAUTHENTICATED;
    TRY(e);
    out->type = row.agent_id ? ACTOR_AGENT : ACTOR_REQUESTER;
    out->role = row.agent_id ? (enum role)row.role : ROLE_NONE;
    out->scope = (enum scope)row.scope;
    out->id = row.agent_id ? row.agent_id : row.requester_id;
    out->uuid = row.agent_id ? row.agent_uuid : row.requester_uuid;
    out->name = row.agent_id ? row.agent_name : row.requester_name;
    use_note(tx, USE_OF_TOKEN, row.id, row.last_used_ms);
    return OK;
}
