#include "assign/choose.h"

#include "assign/rules.h"

struct chooser {
    struct tx *tx;
    const struct ticket *ticket;
    const struct rule_row *rule; /* the one that is tried */
    struct choice choice;
    bool decided; /* no other rule is tried */
};

static const char *first_name(const struct eligible_rows *rows)
{
    return rows->v[0].name;
}

static void take_first(struct chooser *c, const struct eligible_rows *rows, const char *method,
                       const char *reason)
{
    const struct eligible_row *first = &rows->v[0];

    c->choice.agent = (struct agent_ref){first->id, first->uuid, first->name, first->email};
    c->choice.candidates = *rows;
    c->choice.method = method;
    c->choice.reason = reason;
    c->choice.rule_id = c->rule ? c->rule->id : 0;
    c->decided = true;
}

static const char *what_of(struct chooser *c)
{
    struct arena *a = c->tx->arena;

    if (c->rule->subcategory)
        return arena_printf(a, "%s / %s", c->rule->category_name, c->rule->subcategory);
    return c->rule->category_name;
}

static err try_specific_agent(struct chooser *c)
{
    struct eligible_rows rows;

    TRY(q_assign_eligible_agent(c->tx, c->rule->agent_id, &rows));
    if (rows.n)
        take_first(c, &rows, "auto",
                   arena_printf(c->tx->arena, "A rule gives every %s ticket to %s", what_of(c),
                                first_name(&rows)));
    return OK;
}

/* The group's queue is where the ticket belongs, also when nobody of it is there. */
static err take_in_group(struct chooser *c, struct group_ref group)
{
    struct arena *a = c->tx->arena;
    struct eligible_rows rows;

    TRY(q_assign_eligible_in_turn(c->tx, group.id, CANDIDATES_MAX, &rows));
    c->choice.group = group;
    c->choice.pool = group.id;
    c->choice.in_turn = rows.n > 0;
    if (rows.n) {
        take_first(
            c, &rows, "auto",
            arena_printf(a, "%s is next in turn of the group %s", first_name(&rows), group.name));
        return OK;
    }
    c->choice.method = "auto";
    c->choice.reason = arena_printf(
        a, "Nobody of the group %s is online with room for another ticket: it waits", group.name);
    c->choice.rule_id = c->rule ? c->rule->id : 0;
    c->decided = true;
    return OK;
}

static struct group_ref group_of(const struct rule_row *rule)
{
    return (struct group_ref){rule->group_id, rule->group_uuid, rule->group_name};
}

static err try_group(struct chooser *c)
{
    return take_in_group(c, group_of(c->rule));
}

static err try_skill_based(struct chooser *c)
{
    const struct ticket *t = c->ticket;
    struct eligible_rows rows;

    TRY(q_assign_eligible_skilled(c->tx, t->category.id, t->subcategory, CANDIDATES_MAX, &rows));
    if (rows.n)
        take_first(
            c, &rows, "skill_based",
            arena_printf(c->tx->arena,
                         "%s has a skill that %s needs and the fewest tickets (%lld of %lld)",
                         first_name(&rows), t->category.name, (long long)rows.v[0].load,
                         (long long)rows.v[0].capacity));
    return OK;
}

static err try_least_busy(struct chooser *c)
{
    const struct rule_row *rule = c->rule;
    struct eligible_rows rows;

    TRY(q_assign_eligible_least_busy(c->tx, rule->group_id, CANDIDATES_MAX, &rows));
    if (rows.n == 0)
        return OK;
    c->choice.group = group_of(rule);
    take_first(c, &rows, "least_busy",
               arena_printf(c->tx->arena, "%s has the fewest tickets of %s (%lld of %lld)",
                            first_name(&rows), rule->group_id ? rule->group_name : "everybody",
                            (long long)rows.v[0].load, (long long)rows.v[0].capacity));
    return OK;
}

static err (*const try_by_type[RULE_TYPE_COUNT])(struct chooser *) = {
    [RULE_SPECIFIC_AGENT] = try_specific_agent,
    [RULE_GROUP] = try_group,
    [RULE_SKILL_BASED] = try_skill_based,
    [RULE_LEAST_BUSY] = try_least_busy,
};

static err try_rules(struct chooser *c)
{
    struct rule_rows rules;

    TRY(q_rules_for(c->tx, c->ticket->category.id, c->ticket->subcategory, &rules));
    for (size_t i = 0; i < rules.n && !c->decided; i++) {
        c->rule = rules.v + i;
        TRY(try_by_type[c->rule->type](c));
    }
    c->rule = NULL;
    return OK;
}

static err try_everybody(struct chooser *c)
{
    struct arena *a = c->tx->arena;
    struct eligible_rows rows;

    TRY(q_assign_eligible_in_turn(c->tx, 0, CANDIDATES_MAX, &rows));
    if (rows.n == 0) {
        c->choice.method = "none";
        c->choice.reason = "Nobody is online with room for another ticket: it waits";
        return OK;
    }
    c->choice.in_turn = true;
    take_first(c, &rows, "round_robin",
               rows.n == 1
                   ? arena_printf(a, "%s is the only one online with room", first_name(&rows))
                   : arena_printf(a, "%s is next in turn of %zu%s", first_name(&rows), rows.n,
                                  rows.n == CANDIDATES_MAX ? " or more" : ""));
    return OK;
}

err assign_choose(struct tx *tx, const struct ticket *ticket, struct choice *out)
{
    struct chooser c = {.tx = tx, .ticket = ticket};

    if (ticket->group.id)
        TRY(take_in_group(&c, ticket->group));
    else
        TRY(try_rules(&c));
    if (!c.decided)
        TRY(try_everybody(&c));
    *out = c.choice;
    return OK;
}
