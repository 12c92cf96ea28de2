/* store_late.c -- statements that wait for the end of the batch: each query's together, so that
 * PostgreSQL gets their rows in one statement. */
#include "store/engine.h"

struct late {
    const struct query *query;
    struct value *params;
    int param_count;
};

static err run_late(struct tx *tx, void **entries, size_t count)
{
    for (size_t first = 0; first < count; first++) {
        const struct late *head = entries[first];
        const struct query *query = head ? head->query : NULL;

        for (size_t i = first; query && i < count; i++) {
            const struct late *late = entries[i];

            if (!late || late->query != query)
                continue;
            TRY(query_exec(tx, query, late->params, late->param_count, NULL));
            entries[i] = NULL;
        }
    }
    return OK;
}

static const struct deferral_kind late_kind = {"late", run_late};

err query_exec_late(struct tx *tx, const struct query *query, const struct value *params,
                    int param_count)
{
    struct arena *a = tx->batch_arena;
    struct late *late = ARENA_NEW(a, struct late);

    *late = (struct late){query, ARENA_ARRAY(a, struct value, (size_t)param_count), param_count};
    for (int i = 0; i < param_count; i++) {
        struct value *v = &late->params[i];

        *v = params[i];
        if (v->type == VALUE_TEXT || v->type == VALUE_BLOB)
            v->s.data = arena_strn(a, v->s.data, v->s.len);
    }
    tx_defer(tx, &late_kind, late);
    return OK;
}
