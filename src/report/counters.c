#include "report/counters.h"

#include "queries.gen.h"
#include "report/counter_hash.h"

#include <string.h>

struct facts_change {
    struct ticket_facts before;
    struct ticket_facts after;
};

static struct ticket_facts facts_of(const struct ticket *t)
{
    struct ticket_facts f;

    memset(&f, 0, sizeof(f));
    if (t->id == 0 || t->deleted_ms)
        return f;
    f.counted = 1;
    f.status = t->status;
    f.priority = t->priority;
    f.category_id = t->category.id;
    f.assignee_id = t->assignee.id;
    f.created_ms = t->created_ms;
    f.resolved_ms = t->resolved_ms;
    f.response_ms = t->sla.response_ms;
    /* A ticket without a service level has no outcome, whatever its cleared struct says. */
    f.resolution_met = t->sla.policy_name ? t->sla.resolution_met : TRI_UNKNOWN;
    return f;
}

static err write_cell(struct tx *tx, const struct counter_cell *cell)
{
    const int64_t *k = cell->key.v;
    const int64_t *v = cell->sums.v;

    if (report_sums_zero(&cell->sums))
        return OK;
    if (cell->key.table == COUNTER_TICKETS)
        return q_count_add(tx, k[0], k[1], k[2], k[3], v[SUM_TOTAL]);
    return q_report_day_add(tx, &(struct q_report_day_add_args){
                                    .agent_id = k[0],
                                    .dimension = k[1],
                                    .day = k[2],
                                    .key = k[3],
                                    .total = v[SUM_TOTAL],
                                    .new_n = v[SUM_NEW],
                                    .open_n = v[SUM_OPEN],
                                    .pending_n = v[SUM_PENDING],
                                    .resolved_n = v[SUM_RESOLVED],
                                    .closed_n = v[SUM_CLOSED],
                                    .cancelled_n = v[SUM_CANCELLED],
                                    .solved_n = v[SUM_SOLVED_N],
                                    .solved_ms = v[SUM_SOLVED_MS],
                                    .responded_n = v[SUM_RESPONDED_N],
                                    .responded_ms = v[SUM_RESPONDED_MS],
                                    .outcome_n = v[SUM_OUTCOME_N],
                                    .met_n = v[SUM_MET_N],
                                });
}

/* In the order of the keys: two writers never wait for each other in a circle. */
static err write_all(struct tx *tx, struct counter_hash *hash)
{
    counter_hash_sort(hash);
    for (size_t i = 0; i < hash->n; i++)
        TRY(write_cell(tx, &hash->cells[i]));
    return OK;
}

static err counters_flush(struct tx *tx, void **entries, size_t count)
{
    struct counter_hash hash = {.arena = tx->arena};

    for (size_t i = 0; i < count; i++) {
        const struct facts_change *change = entries[i];

        counter_hash_add(&hash, &change->before, -1);
        counter_hash_add(&hash, &change->after, 1);
    }
    return write_all(tx, &hash);
}

static const struct deferral_kind counters_deferral = {"counters", counters_flush};

err counters_follow(struct tx *tx, struct ticket_change *change)
{
    struct facts_change c;
    struct facts_change *kept;

    memset(&c, 0, sizeof(c));
    c.before = facts_of(&change->before);
    c.after = facts_of(&change->after);
    if (memcmp(&c.before, &c.after, sizeof(c.before)) == 0)
        return OK;
    kept = ARENA_NEW(tx->batch_arena, struct facts_change);
    *kept = c;
    tx_defer(tx, &counters_deferral, kept);
    return OK;
}

/* ---- check and repair ---- */

struct ticket_facts facts_of_row(struct rows *rows)
{
    return (struct ticket_facts){
        .counted = 1,
        .status = rows_int(rows, 0),
        .priority = rows_int(rows, 1),
        .category_id = rows_int(rows, 2),
        .assignee_id = rows_int(rows, 3),
        .created_ms = rows_int(rows, 4),
        .resolved_ms = rows_int(rows, 5),
        .response_ms = rows_int(rows, 6),
        .resolution_met = rows_tri(rows, 7),
    };
}

/* Row by row: the tickets of a big desk would not fit into an arena. */
static err count_tickets(struct tx *tx, struct counter_hash *hash)
{
    struct rows rows;

    TRY(query_run(tx, &query_counters_facts, NULL, 0, &rows));
    while (rows_next(&rows)) {
        struct ticket_facts f = facts_of_row(&rows);

        counter_hash_add(hash, &f, 1);
    }
    return rows_end(&rows);
}

/* Takes the stored counters of one table away from what was counted. */
static err subtract(struct tx *tx, struct counter_hash *hash, enum counter_table table,
                    const struct query *query, int sums)
{
    struct rows rows;

    TRY(query_run(tx, query, NULL, 0, &rows));
    while (rows_next(&rows)) {
        struct counter_key key = {.table = table};
        struct counter_cell *cell;

        for (int i = 0; i < 4; i++)
            key.v[i] = rows_int(&rows, i);
        cell = counter_hash_at(hash, &key);
        for (int i = 0; i < sums; i++)
            cell->sums.v[i] -= rows_int(&rows, 4 + i);
    }
    return rows_end(&rows);
}

static const char *difference(struct arena *a, const struct counter_cell *cell)
{
    const int64_t *k = cell->key.v;
    int sum = 0;

    if (cell->key.table == COUNTER_TICKETS)
        return arena_printf(a,
                            "counter of assignee %lld, priority %lld, category %lld, status %lld: "
                            "%lld tickets are not counted",
                            (long long)k[0], (long long)k[1], (long long)k[2], (long long)k[3],
                            (long long)cell->sums.v[SUM_TOTAL]);
    while (cell->sums.v[sum] == 0)
        sum++;
    return arena_printf(
        a, "report of agent %lld, dimension %lld, day %lld, key %lld: sum %d lacks %lld",
        (long long)k[0], (long long)k[1], (long long)k[2], (long long)k[3], sum,
        (long long)cell->sums.v[sum]);
}

static err check_loads(struct tx *tx, void (*problem)(void *ctx, const char *text), void *ctx)
{
    struct counters_loads_rows agents;

    TRY(q_counters_loads(tx, &agents));
    for (size_t i = 0; i < agents.n; i++) {
        const struct counters_loads_row *agent = &agents.v[i];

        if (agent->current_tickets != agent->recount)
            problem(ctx, arena_printf(tx->arena, "agent %s: load says %lld, recount says %lld",
                                      agent->name, (long long)agent->current_tickets,
                                      (long long)agent->recount));
    }
    return OK;
}

err counters_check(struct tx *tx, void (*problem)(void *ctx, const char *text), void *ctx)
{
    struct counter_hash hash = {.arena = tx->arena};

    TRY(count_tickets(tx, &hash));
    TRY(subtract(tx, &hash, COUNTER_TICKETS, &query_counters_counts, 1));
    TRY(subtract(tx, &hash, COUNTER_DAY, &query_counters_days, SUM_COUNT));
    counter_hash_sort(&hash);
    for (size_t i = 0; i < hash.n; i++) {
        if (!report_sums_zero(&hash.cells[i].sums))
            problem(ctx, difference(tx->arena, &hash.cells[i]));
    }
    return check_loads(tx, problem, ctx);
}

err counters_rebuild(struct tx *tx)
{
    struct counter_hash hash = {.arena = tx->arena};

    TRY(count_tickets(tx, &hash));
    TRY(q_counters_clear_counts(tx));
    TRY(q_counters_clear_days(tx));
    TRY(write_all(tx, &hash));
    return q_counters_reset_loads(tx);
}
