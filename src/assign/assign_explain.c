/* assign_explain.c -- the decisions of a ticket, told with names. */
#include "assign/assign_step.h"
#include "queries.gen.h"

#include <jansson.h>

enum { DECISIONS_TOLD_MAX = 50 };

static const struct assign_agent_names_row *name_of(const struct assign_agent_names_rows *names,
                                                    int64_t id)
{
    for (size_t i = 0; i < names->n; i++) {
        if (names->v[i].id == id)
            return &names->v[i];
    }
    return NULL;
}

/* The ids of all that is in [[agent, load, capacity], ...], as JSON. */
static const char *ids_json(struct tx *tx, const json_t *candidates)
{
    const char *ids = "";
    const json_t *one;
    size_t i;

    json_array_foreach(candidates, i, one)
    {
        ids = arena_printf(tx->arena, "%s%s%lld", ids, i ? "," : "",
                           (long long)json_integer_value(json_array_get(one, 0)));
    }
    return arena_printf(tx->arena, "[%s]", ids);
}

static err read_candidates(struct tx *tx, const json_t *candidates, struct assign_decision *out)
{
    struct assign_agent_names_rows names;
    const json_t *one;
    size_t i;

    out->candidates =
        ARENA_ARRAY(tx->arena, struct assign_candidate, json_array_size(candidates) + 1);
    TRY(q_assign_agent_names(tx, ids_json(tx, candidates), &names));
    json_array_foreach(candidates, i, one)
    {
        const struct assign_agent_names_row *agent =
            name_of(&names, json_integer_value(json_array_get(one, 0)));

        if (!agent)
            continue;
        out->candidates[out->candidate_count++] = (struct assign_candidate){
            .agent_uuid = agent->uuid,
            .name = agent->name,
            .load = json_integer_value(json_array_get(one, 1)),
            .capacity = json_integer_value(json_array_get(one, 2)),
        };
    }
    return OK;
}

static err tell(struct tx *tx, const struct assign_decisions_of_row *row,
                struct assign_decision *out)
{
    json_t *candidates = json_loads(row->candidates, 0, NULL);
    err e;

    *out = (struct assign_decision){
        .at_ms = row->created_ms,
        .method = row->method,
        .reason = row->reason,
        .rule_uuid = row->rule_uuid,
        .rule_type = (enum rule_type)row->rule_type,
        .rule_priority = row->rule_priority,
        .agent_uuid = row->agent_uuid,
        .agent_name = row->agent_name,
        .group_uuid = row->group_uuid,
        .group_name = row->group_name,
    };
    e = json_array_size(candidates) ? read_candidates(tx, candidates, out) : OK;
    json_decref(candidates);
    return e;
}

err assign_explain(struct tx *tx, int64_t ticket_id, struct assign_explanation *out)
{
    struct assign_explanation told;
    struct assign_decisions_of_rows rows;

    TRY(q_assign_decisions_of(tx, ticket_id, DECISIONS_TOLD_MAX, &rows));
    told.n = rows.n;
    told.v = ARENA_ARRAY(tx->arena, struct assign_decision, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        TRY(tell(tx, &rows.v[i], &told.v[i]));
    *out = told;
    return OK;
}
