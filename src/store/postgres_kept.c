/* postgres_kept.c -- rows of configuration that the writer need not ask for again.
 *
 * Every ticket asks for its category, for rules, policies and automatic responses, which people
 * seldom change. Within the lane nobody else can: so the writer keeps what it read until a batch,
 * of any node, has changed one of the tables. Such a batch raises `config` of the lane's row, which
 * every batch reads first. script/gen_queries.py finds out which queries change what is kept. */
#include "store/postgres.h"

#include <sodium.h>
#include <string.h>

static void hash(const struct query *query, const struct value *params, int count,
                 unsigned char out[32])
{
    crypto_generichash_state state;

    crypto_generichash_init(&state, NULL, 0, 32);
    crypto_generichash_update(&state, (const unsigned char *)&query->index, sizeof(query->index));
    for (int i = 0; i < count; i++) {
        const struct value *v = &params[i];
        bool long_one = v->type == VALUE_TEXT || v->type == VALUE_BLOB;
        struct {
            int64_t type, n;
        } head = {(int64_t)v->type, long_one                ? (int64_t)v->s.len
                                    : v->type == VALUE_NULL ? 0
                                                            : v->i};

        crypto_generichash_update(&state, (const unsigned char *)&head, sizeof(head));
        if (long_one)
            crypto_generichash_update(&state, (const unsigned char *)v->s.data, v->s.len);
    }
    crypto_generichash_final(&state, out, 32);
}

static struct pg_kept *slot_of(struct pg_conn *c, const unsigned char key[32])
{
    return &c->kept[(key[0] | (unsigned)key[1] << 8) % PG_KEPT_SLOTS];
}

struct pg_result *pg_kept_find(struct pg_conn *c, const struct query *query,
                               const struct value *params, int count)
{
    unsigned char key[32];
    struct pg_kept *kept;

    if (c->failed != OK || c->broken)
        return NULL; /* let it fail like any other statement */
    hash(query, params, count, key);
    kept = slot_of(c, key);
    if (kept->query != query || memcmp(kept->key, key, sizeof(key)) != 0)
        return NULL;
    kept->result->users++;
    return kept->result;
}

void pg_kept_put(struct pg_conn *c, const struct query *query, const struct value *params,
                 int count, struct pg_result *result)
{
    unsigned char key[32];
    struct pg_kept *kept;

    hash(query, params, count, key);
    kept = slot_of(c, key);
    pg_result_leave(kept->result);
    kept->query = query;
    memcpy(kept->key, key, sizeof(key));
    kept->result = result;
    result->users++;
}

void pg_kept_clear(struct pg_conn *c)
{
    for (int i = 0; i < PG_KEPT_SLOTS; i++) {
        pg_result_leave(c->kept[i].result);
        c->kept[i] = (struct pg_kept){0};
    }
}
