#include "assign/assign_step.h"

#include "assign/choose.h"
#include "base/json_out.h"

static bool is_alive(const struct ticket *t)
{
    return ticket_status_is_active(t->status) && t->deleted_ms == 0;
}

static err agent_is_active(struct tx *tx, int64_t agent_id, bool *out)
{
    struct assign_agent_active_row row;

    TRY(q_assign_agent_active(tx, agent_id, &row));
    *out = row.is_active;
    return OK;
}

/* A ticket that comes back to life stays with its agent, who knows it, unless they have left. */
static err lost_its_agent(struct tx *tx, const struct ticket_change *change, bool *out)
{
    int64_t agent_id = change->after.assignee.id;
    bool active = true;

    *out = false;
    if (is_alive(&change->before) || change->before.assignee.id != agent_id)
        return OK;
    if (agent_id)
        TRY(agent_is_active(tx, agent_id, &active));
    *out = !agent_id || !active;
    return OK;
}

static err wants_agent(struct tx *tx, const struct ticket_change *change, bool *out)
{
    *out = false;
    if (!is_alive(&change->after))
        return OK;
    if (change->assign_automatically) {
        *out = true;
        return OK;
    }
    if (ticket_change_is_new(change)) {
        *out = change->after.assignee.id == 0;
        return OK;
    }
    return lost_its_agent(tx, change, out);
}

/* Nobody better was found: whoever has the ticket keeps it, if they are still here. */
static err keeps_agent(struct tx *tx, const struct ticket_change *change,
                       const struct choice *choice, bool *out)
{
    const struct ticket *before = &change->before;

    *out = false;
    if (choice->agent.id || !before->assignee.id || change->after.group.id != before->group.id)
        return OK;
    return agent_is_active(tx, before->assignee.id, out);
}

static err choose(struct tx *tx, struct ticket_change *change)
{
    struct choice *choice = ARENA_NEW(tx->arena, struct choice);
    struct ticket *after = &change->after;
    bool keeps;

    TRY(assign_choose(tx, after, choice));
    TRY(keeps_agent(tx, change, choice, &keeps));
    if (keeps) {
        after->assignee = change->before.assignee;
        return OK;
    }
    after->assignee = choice->agent;
    if (choice->group.id)
        after->group = choice->group;
    after->waiting = choice->agent.id == 0;
    change->assign_method = choice->method;
    change->assign_reason = choice->reason;
    change->scratch[change->step_index] = choice;
    return OK;
}

static bool is_moved(const struct ticket_change *change)
{
    return change->after.assignee.id != change->before.assignee.id ||
           change->after.group.id != change->before.group.id;
}

static err by_hand(struct tx *tx, struct ticket_change *change)
{
    struct ticket *after = &change->after;
    struct choice *choice;
    bool active = true;

    if (!is_moved(change))
        return OK;
    if (after->assignee.id && after->assignee.id != change->before.assignee.id && !change->imported)
        TRY(agent_is_active(tx, after->assignee.id, &active));
    if (!active)
        return fault_set(tx->fault, ERR_UNPROCESSABLE,
                         "%s is not active any more: choose somebody else", after->assignee.name);
    if (after->assignee.id)
        after->waiting = false;
    choice = ARENA_NEW(tx->arena, struct choice);
    *choice = (struct choice){
        .method = "manual",
        .reason = arena_printf(tx->arena, "%s by %s",
                               after->assignee.id || after->group.id ? "Assigned" : "Unassigned",
                               tx->actor.name),
        .agent = after->assignee,
        .group = after->group,
    };
    change->assign_method = choice->method;
    change->scratch[change->step_index] = choice;
    return OK;
}

err assign_prepare(struct tx *tx, struct ticket_change *change)
{
    struct ticket *after = &change->after;
    bool wanted;

    TRY(wants_agent(tx, change, &wanted));
    TRY(wanted ? choose(tx, change) : by_hand(tx, change));
    if (!is_alive(after))
        after->waiting = false;
    if (after->status == STATUS_NEW && (after->assignee.id || after->group.id))
        after->status = STATUS_OPEN;
    return OK;
}

/* ---- follow ---- */

static err change_loads(struct tx *tx, const struct ticket_change *change, bool by_machine)
{
    const struct ticket *after = &change->after;
    int64_t from = ticket_is_load(&change->before) ? change->before.assignee.id : 0;
    int64_t to = ticket_is_load(after) ? after->assignee.id : 0;
    /* What another desk gave long ago is nobody's turn here. */
    bool told = change->imported && change->input && change->input->assignee.id;
    bool given = !told && after->assignee.id && after->assignee.id != change->before.assignee.id;

    if (from && from != to)
        TRY(q_assign_load_add(tx, from, -1));
    if (given) {
        TRY(q_assign_give(tx, after->assignee.id, to ? 1 : 0, tx->now_ms, by_machine));
    } else if (to && from != to) {
        TRY(q_assign_load_add(tx, to, 1));
    }
    return from && from != to ? assign_look_again(tx) : OK;
}

/* [[agent, load, capacity], ...]: short, since every ticket has one. */
static const char *candidates_json(struct tx *tx, const struct eligible_rows *rows)
{
    struct buf buf = {0};
    struct json_out j = json_to(&buf);
    const char *text;

    json_open(&j, '[');
    for (size_t i = 0; i < rows->n; i++) {
        json_open(&j, '[');
        json_int(&j, rows->v[i].id);
        json_int(&j, rows->v[i].load);
        json_int(&j, rows->v[i].capacity);
        json_close(&j, ']');
    }
    json_close(&j, ']');
    text = arena_strn(tx->arena, buf_text(&buf), buf.len);
    buf_done(&buf);
    return text;
}

static err keep_decision(struct tx *tx, const struct ticket_change *change,
                         const struct choice *choice)
{
    int64_t id;

    TRY(sequence_next(tx, SEQ_DECISION, &id));
    return q_assign_decision_insert(tx, &(struct q_assign_decision_insert_args){
                                            .id = id,
                                            .ticket_id = change->after.id,
                                            .method = choice->method,
                                            .rule_id = choice->rule_id,
                                            .agent_id = choice->agent.id,
                                            .group_id = choice->group.id,
                                            .candidates = candidates_json(tx, &choice->candidates),
                                            .reason = choice->reason,
                                            .now_ms = tx->now_ms,
                                        });
}

err assign_follow(struct tx *tx, struct ticket_change *change)
{
    const struct choice *choice = change->scratch[change->step_index];
    bool moved = is_moved(change) || change->before.waiting != change->after.waiting;

    TRY(change_loads(tx, change, choice && choice->in_turn));
    if (!choice || !moved)
        return OK;
    if (choice->in_turn)
        TRY(q_assign_turn_taken(tx, choice->pool, choice->agent.id));
    return keep_decision(tx, change, choice);
}
