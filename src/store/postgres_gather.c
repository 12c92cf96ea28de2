/* postgres_gather.c -- rows for one table, inserted together.
 *
 * A statement costs the server more than its row does. What waits for the end of the batch comes
 * table by table: rows of the same INSERT that follow each other go as one statement of up to
 * PG_GATHER_MAX rows, prepared for each power of two. */
#include "store/postgres.h"

#include "base/buf.h"

#include <stdlib.h>
#include <string.h>

/* The tuple with its parameters counted on by `more`. */
static void put_tuple(struct buf *b, const char *tuple, int len, int more)
{
    for (int i = 0; i < len; i++) {
        char *end;

        if (tuple[i] != '$') {
            buf_add(b, &tuple[i], 1);
            continue;
        }
        buf_printf(b, "$%ld", strtol(&tuple[i + 1], &end, 10) + more);
        i = (int)(end - tuple) - 1;
    }
}

static err send_rows(struct pg_conn *c, const struct query *query, const struct value *params,
                     int rows)
{
    const char *sql = query->sql[ENGINE_POSTGRES];
    int per_row = (int)strlen(query->types);
    struct buf text = {0}, types = {0};
    err e;

    if (rows == 1)
        return pg_put_off_query(c, query, params, per_row);
    buf_add(&text, sql, (size_t)query->tuple_at);
    for (int i = 0; i < rows; i++) {
        if (i > 0)
            buf_str(&text, ", ");
        put_tuple(&text, sql + query->tuple_at, query->tuple_len, i * per_row);
        buf_str(&types, query->types);
    }
    buf_str(&text, sql + query->tuple_at + query->tuple_len);
    e = pg_put_off(c, query, buf_text(&text), buf_text(&types), params, rows * per_row);
    buf_done(&text);
    buf_done(&types);
    return e;
}

err pg_gather_send(struct pg_conn *c)
{
    struct pg_gather *g = &c->gather;
    const struct query *query = g->query;
    int per_row = query ? (int)strlen(query->types) : 0;
    int sent = 0;

    if (!query)
        return OK;
    g->query = NULL;
    for (int n = PG_GATHER_MAX; n > 0; n /= 2) {
        if (g->rows - sent < n)
            continue;
        TRY(send_rows(c, query, g->params + sent * per_row, n));
        sent += n;
    }
    return OK;
}

static void keep_row(struct pg_gather *g, const struct value *params, int count)
{
    struct value *to = g->params + g->rows * count;

    for (int i = 0; i < count; i++) {
        to[i] = params[i];
        if (to[i].type == VALUE_TEXT || to[i].type == VALUE_BLOB)
            to[i].s.data = arena_strn(&g->arena, to[i].s.data, to[i].s.len);
    }
    g->rows++;
}

bool pg_gather_take(struct pg_conn *c, const struct query *query, const struct value *params,
                    int count, err *out)
{
    struct pg_gather *g = &c->gather;

    if (!query || query->tuple_len == 0 || count == 0 || count * PG_GATHER_MAX > PG_PARAMS_MAX)
        return false;
    if (c->savepoint_due || c->savepoint_set)
        return false; /* it belongs to this unit's savepoint, not to the next one's */
    c->wrote = true;
    *out = OK;
    if (g->query != query || g->rows == PG_GATHER_MAX)
        *out = pg_gather_send(c);
    if (!g->query) {
        arena_reset(&g->arena);
        g->query = query;
        g->rows = 0;
        g->params = ARENA_ARRAY(&g->arena, struct value, (size_t)(count * PG_GATHER_MAX));
    }
    keep_row(g, params, count);
    return true;
}
