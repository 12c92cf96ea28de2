#include "base/limits.h"
#include "http/exchange.h"

#include <string.h>

static void hash_text(crypto_hash_sha256_state *state, const char *text)
{
    crypto_hash_sha256_update(state, (const unsigned char *)text, strlen(text) + 1);
}

/* What makes two requests the same request. */
static void hash_request(struct exchange *x, unsigned char out[static 32])
{
    crypto_hash_sha256_state state;

    crypto_hash_sha256_init(&state);
    hash_text(&state, x->request.method);
    hash_text(&state, x->raw_uri);
    crypto_hash_sha256_update(&state, (const unsigned char *)buf_text(&x->body), x->body.len);
    for (const struct upload *u = x->request.uploads; u; u = u->next) {
        hash_text(&state, u->file_name);
        crypto_hash_sha256_update(&state, u->sha256, sizeof(u->sha256));
    }
    crypto_hash_sha256_final(&state, out);
}

err idempotency_key_read(struct exchange *x)
{
    struct request *r = &x->request;
    const struct http_options *o = &x->server->options;
    const char *key = request_header(r, "Idempotency-Key");
    struct idempotency_key *result;

    if (!key || !o->idempotency_find || !o->idempotency_keep || r->route->run != RUN_WRITE ||
        strcmp(r->method, "POST") != 0)
        return OK;
    if (*key == '\0' || strlen(key) > IDEMPOTENCY_KEY_MAX_BYTES)
        return fault_set(&r->fault, ERR_INVALID, "Idempotency-Key must have 1 to %d bytes",
                         IDEMPOTENCY_KEY_MAX_BYTES);
    result = ARENA_NEW(&x->arena, struct idempotency_key);
    result->actor_type = r->actor.type;
    result->actor_id = r->actor.id;
    result->key = key;
    if (r->actor.type == ACTOR_ANONYMOUS) {
        result->actor_id = 0;
        result->key = arena_printf(&x->arena, "%s|%s", r->actor.ip ? r->actor.ip : "", key);
    }
    hash_request(x, result->hash);
    x->idempotency = result;
    return OK;
}
