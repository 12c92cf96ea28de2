/* postgres_run.c -- statements of a transaction: prepared once a connection, sent, their rows. */
#include "store/postgres.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static err prepare_named(struct pg_conn *c, const char *name, const char *what, const char *sql,
                         const char *types, bool *prepared)
{
    Oid oids[PG_PARAMS_MAX];
    int n = (int)strlen(types);

    if (*prepared)
        return OK;
    ENSURE(n <= (int)COUNT_OF(oids));
    for (int i = 0; i < n; i++)
        oids[i] = pg_type_of_letter(types[i]);
    if (!PQsendPrepare(c->pg, name, sql, n, oids))
        return pg_broke(c, what);
    pg_push(c, PG_ANSWER_PREPARE, what)->prepared = prepared;
    *prepared = true;
    return OK;
}

enum { NAME_SIZE = 32 };

static err prepare_query(struct pg_conn *c, const struct query *query, char name[NAME_SIZE])
{
    snprintf(name, NAME_SIZE, "q%d", query->index);
    return prepare_named(c, name, query->name, query->sql[ENGINE_POSTGRES], query->types,
                         &c->prepared[query->index]);
}

/* FNV-1a; the texts come from a handful of fragments, so slots rarely clash. */
static unsigned text_slot(const char *sql, const char *types)
{
    uint32_t h = 2166136261u;

    for (; *sql; sql++)
        h = (h ^ (unsigned char)*sql) * 16777619u;
    for (; *types; types++)
        h = (h ^ (unsigned char)*types) * 16777619u;
    return h % PG_TEXT_SLOTS;
}

static err forget_text(struct pg_conn *c, struct pg_text *slot, unsigned index)
{
    char sql[64];

    snprintf(sql, sizeof(sql), "DEALLOCATE t%u_%u", index, slot->generation);
    if (slot->prepared && !PQsendQueryParams(c->pg, sql, 0, NULL, NULL, NULL, NULL, 1))
        return pg_broke(c, "DEALLOCATE");
    if (slot->prepared)
        pg_push(c, PG_ANSWER_STATEMENT, "DEALLOCATE");
    free(slot->sql);
    free(slot->types);
    *slot = (struct pg_text){.generation = slot->generation + 1};
    return OK;
}

/* types NULL: parameters are declared as the values are; NULL as text, which any comparison takes. */
static err prepare_text(struct pg_conn *c, const char *sql, const char *types,
                        const struct value *params, int count, char name[NAME_SIZE])
{
    char own[PG_PARAMS_MAX + 1];
    struct pg_text *slot;
    unsigned index;

    ENSURE(count <= PG_PARAMS_MAX);
    for (int i = 0; !types && i < count; i++)
        own[i] = pg_letter_of_value(&params[i]);
    own[types ? 0 : count] = '\0';
    types = types ? types : own;
    index = text_slot(sql, types);
    slot = &c->texts[index];
    if (slot->sql && (strcmp(slot->sql, sql) != 0 || strcmp(slot->types, types) != 0))
        TRY(forget_text(c, slot, index));
    if (!slot->sql) {
        slot->sql = strdup(sql);
        slot->types = strdup(types);
        ENSURE(slot->sql != NULL && slot->types != NULL);
    }
    snprintf(name, NAME_SIZE, "t%u_%u", index, slot->generation);
    return prepare_named(c, name, "text", slot->sql, types, &slot->prepared);
}

err pg_prepare(struct conn *conn, const struct query *query)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    char name[NAME_SIZE];

    if (c->broken)
        return ERR_RETRY;
    TRY(pg_make_room(c));
    TRY(prepare_query(c, query, name));
    c->unflushed++;
    return pg_settle(c);
}

static bool only_reads(const char *sql)
{
    return strncmp(sql, "SELECT", 6) == 0;
}

/* What has to go before the statement: a savepoint, and rows that were gathered. */
static err make_way(struct pg_conn *c, const struct query *query, const char *sql)
{
    if (c->broken)
        return ERR_RETRY;
    if (c->aborted)
        TRY(pg_recover(c));
    TRY(pg_make_room(c));
    if (query && query->forgets) {
        c->forgot = true;
        pg_kept_clear(c);
    }
    if (only_reads(sql))
        return OK;
    c->wrote = true;
    if (!c->savepoint_due)
        return OK;
    c->savepoint_due = false;
    c->savepoint_set = true;
    return pg_send_text(c, "SAVEPOINT unit");
}

/* types NULL: as the values are. */
static err send_prepared(struct pg_conn *c, const char *name, const struct query *query,
                         const char *types, const struct value *params, int count)
{
    const char *what = query ? query->name : "text";
    struct pg_params p;

    arena_reset(&c->scratch);
    p = pg_params_make(&c->scratch, types, params, count);
    if (!PQsendQueryPrepared(c->pg, name, p.count, p.values, p.lengths, p.formats, 1))
        return pg_broke(c, what);
    pg_push(c, PG_ANSWER_STATEMENT, what)->sure = query && query->sure;
    c->unflushed++;
    return OK;
}

err pg_put_off(struct pg_conn *c, const struct query *query, const char *sql, const char *types,
               const struct value *params, int count)
{
    char name[NAME_SIZE];

    TRY(make_way(c, query, sql));
    TRY(prepare_text(c, sql, types, params, count, name));
    return send_prepared(c, name, query, types, params, count);
}

err pg_put_off_query(struct pg_conn *c, const struct query *query, const struct value *params,
                     int count)
{
    char name[NAME_SIZE];

    TRY(make_way(c, query, query->sql[ENGINE_POSTGRES]));
    TRY(prepare_query(c, query, name));
    return send_prepared(c, name, query, query->types, params, count);
}

/* A statement of the transaction, on its way. */
static err send(struct pg_conn *c, const struct query *query, const char *sql,
                const struct value *params, int count)
{
    TRY(pg_gather_send(c));
    return query ? pg_put_off_query(c, query, params, count)
                 : pg_put_off(c, NULL, sql, NULL, params, count);
}

static err answer(struct pg_conn *c, PGresult **out)
{
    unsigned end = c->pending_end;

    TRY(pg_hand_over(c));
    ((struct pg_store *)c->conn.store)->round_trips++;
    return pg_take_until(c, end, out);
}

static err ask(struct pg_conn *c, const struct query *query, const char *sql,
               const struct value *params, int count, struct pg_result **out)
{
    PGresult *result = NULL;
    err e;

    TRY(send(c, query, sql, params, count));
    e = answer(c, &result);
    if (e != OK) {
        PQclear(result);
        return e;
    }
    *out = pg_result_of(result);
    return OK;
}

err pg_run(struct conn *conn, const struct query *query, const char *sql,
           const struct value *params, int param_count, struct rows *out_rows)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    bool keep = query && query->kept && c->writable && !c->forgot;
    struct pg_result *result = keep ? pg_kept_find(c, query, params, param_count) : NULL;
    bool back = !query && strncmp(sql, "ROLLBACK TO", 11) == 0;
    struct pg_rows *r;

    /* Else a write that fails now would take it with it: the server skips all up to the next Sync. */
    if (back)
        (void)pg_settle(c);
    if (!result) {
        TRY(ask(c, query, sql, params, param_count, &result));
        if (keep && !c->forgot)
            pg_kept_put(c, query, params, param_count, result);
    }
    if (back)
        c->failed = OK;
    r = malloc(sizeof(*r));
    ENSURE(r != NULL);
    *r = (struct pg_rows){.result = result, .row = -1};
    *out_rows = (struct rows){.conn = conn, .stmt = r, .failed = OK};
    return OK;
}

err pg_exec(struct conn *conn, const struct query *query, const char *sql,
            const struct value *params, int param_count, int64_t *out_changed)
{
    struct pg_conn *c = (struct pg_conn *)conn;
    struct pg_result *result;
    err e;

    if (!out_changed && pg_gather_take(c, query, params, param_count, &e))
        return e;
    if (!out_changed) {
        TRY(send(c, query, sql, params, param_count));
        return c->unflushed >= PG_FLUSH_EVERY ? pg_hand_over(c) : OK;
    }
    TRY(ask(c, query, sql, params, param_count, &result));
    *out_changed = strtoll(PQcmdTuples(result->pg), NULL, 10);
    pg_result_leave(result);
    return OK;
}
