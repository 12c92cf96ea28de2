#include "assign/rules.h"

#include "assign/assign_step.h"
#include "base/ref.h"
#include "base/utf8.h"
#include "people/access.h"
#include "people/diff.h"
#include "queries.gen.h"

static const char *const type_names[RULE_TYPE_COUNT] = {
#define X(id, value, name) [value] = name,
    RULE_TYPE_WORDS(X)
#undef X
};

const char *rule_type_name(enum rule_type type)
{
    ENSURE((unsigned)type < RULE_TYPE_COUNT);
    return type_names[type];
}

static struct rule of_row(const struct rule_row *row)
{
    return (struct rule){
        .id = row->id,
        .uuid = row->uuid,
        .type = (enum rule_type)row->type,
        .category_id = row->category_id,
        .category = row->category_name,
        .subcategory = row->subcategory,
        .priority = row->priority,
        .agent = {row->agent_id, row->agent_uuid, row->agent_name, row->agent_email},
        .group = {row->group_id, row->group_uuid, row->group_name},
        .is_active = row->is_active,
        .created_ms = row->created_ms,
        .updated_ms = row->updated_ms,
    };
}

err rule_find(struct tx *tx, const char *ref, struct rule *out)
{
    struct rule_row row;
    struct ref r;
    err e = ref_parse(ref, &r) ? q_rule_by_ref(tx, r.number, r.uuid, &row) : ERR_NOT_FOUND;

    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "Assignment rule not found");
    TRY(e);
    *out = of_row(&row);
    return OK;
}

err rules_all(struct tx *tx, struct rule_list *out)
{
    struct rule_list list;
    struct rule_rows rows;

    TRY(q_rule_list(tx, &rows));
    list.n = rows.n;
    list.v = ARENA_ARRAY(tx->arena, struct rule, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        list.v[i] = of_row(&rows.v[i]);
    *out = list;
    return OK;
}

static err take_category(struct tx *tx, const struct rule_input *input, struct rule *rule)
{
    struct category category;
    const char *names;
    err e;

    if (!(input->present & RULE_SENT_CATEGORY))
        return OK;
    e = category_find(tx, input->category, &category);
    if (e == ERR_NOT_FOUND) {
        TRY(category_names(tx, &names));
        return fault_field(tx->fault, "category", "there is no such category: use one of %s",
                           names);
    }
    TRY(e);
    rule->category_id = category.id;
    rule->category = category.name;
    return OK;
}

static err take_people(struct tx *tx, const struct rule_input *input, struct rule *rule)
{
    if (input->present & RULE_SENT_AGENT) {
        rule->agent = (struct agent_ref){0};
        if (input->agent)
            TRY(agent_find(tx, input->agent, "agentId", &rule->agent));
    }
    if (input->present & RULE_SENT_GROUP) {
        rule->group = (struct group_ref){0};
        if (input->group)
            TRY(group_find(tx, input->group, "groupId", &rule->group));
    }
    return OK;
}

/* What a type takes: NO, must, or (unknown) may. */
static const struct {
    enum tri agent, group;
} takes[RULE_TYPE_COUNT] = {
    [RULE_SPECIFIC_AGENT] = {TRI_YES, TRI_NO},
    [RULE_GROUP] = {TRI_NO, TRI_YES},
    [RULE_SKILL_BASED] = {TRI_NO, TRI_NO},
    [RULE_LEAST_BUSY] = {TRI_NO, TRI_UNKNOWN},
};

static err check_member(struct tx *tx, const struct rule *rule, const char *path, enum tri wanted,
                        bool given)
{
    if (wanted == TRI_YES && !given)
        return fault_field(tx->fault, path, "a %s rule needs one", rule_type_name(rule->type));
    if (wanted == TRI_NO && given)
        return fault_field(tx->fault, path, "a %s rule takes none", rule_type_name(rule->type));
    return OK;
}

static err take(struct tx *tx, const struct rule_input *input, struct rule *rule)
{
    if (input->present & RULE_SENT_TYPE)
        rule->type = (enum rule_type)input->type;
    TRY(take_category(tx, input, rule));
    if (input->present & RULE_SENT_SUBCATEGORY) {
        const char *text = input->subcategory ? utf8_trim(tx->arena, input->subcategory) : "";

        rule->subcategory = *text ? text : NULL;
    }
    if (input->present & RULE_SENT_PRIORITY)
        rule->priority = input->priority;
    TRY(take_people(tx, input, rule));
    if (input->present & RULE_SENT_ACTIVE)
        rule->is_active = input->is_active;
    TRY(check_member(tx, rule, "agentId", takes[rule->type].agent, rule->agent.id != 0));
    return check_member(tx, rule, "groupId", takes[rule->type].group, rule->group.id != 0);
}

static err tell(struct tx *tx, const struct rule *from, const struct rule *to, const char *kind)
{
    const struct rule *known = to->id ? to : from;
    struct event event = {.entity = ENTITY_ASSIGNMENT_RULE,
                          .entity_id = known->id,
                          .entity_uuid = known->uuid,
                          .kind = kind,
                          .agents_only = true};
    struct diff diff = {0};

    diff_text(&diff, "type", from->id ? rule_type_name(from->type) : NULL,
              to->id ? rule_type_name(to->type) : NULL);
    diff_text(&diff, "category", from->category, to->category);
    diff_text(&diff, "subcategory", from->subcategory, to->subcategory);
    diff_int(&diff, "priority", from->priority, to->priority);
    diff_text(&diff, "agent", from->agent.name, to->agent.name);
    diff_text(&diff, "group", from->group.name, to->group.name);
    diff_bool(&diff, "isActive", from->is_active, to->is_active);
    TRY(diff_emit(&diff, tx, &event));
    return assign_look_again(tx);
}

err rule_create(struct tx *tx, const struct rule_input *input, struct rule *out)
{
    struct rule rule = {.uuid = uuid_new(tx->now_ms),
                        .is_active = true,
                        .created_ms = tx->now_ms,
                        .updated_ms = tx->now_ms};
    struct rule_insert_row made;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(take(tx, input, &rule));
    TRY(q_rule_insert(tx,
                      &(struct q_rule_insert_args){
                          .uuid = rule.uuid,
                          .type = rule.type,
                          .category_id = rule.category_id,
                          .subcategory = rule.subcategory,
                          .priority = rule.priority,
                          .agent_id = rule.agent.id,
                          .group_id = rule.group.id,
                          .is_active = rule.is_active,
                          .now_ms = tx->now_ms,
                      },
                      &made));
    rule.id = made.id;
    TRY(tell(tx, &(struct rule){0}, &rule, "created"));
    *out = rule;
    return OK;
}

err rule_update(struct tx *tx, const char *ref, const struct rule_input *input, struct rule *out)
{
    struct rule before;
    struct rule after;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(rule_find(tx, ref, &before));
    after = before;
    TRY(take(tx, input, &after));
    after.updated_ms = tx->now_ms;
    TRY(q_rule_update(tx, &(struct q_rule_update_args){
                              .id = after.id,
                              .type = after.type,
                              .category_id = after.category_id,
                              .subcategory = after.subcategory,
                              .priority = after.priority,
                              .agent_id = after.agent.id,
                              .group_id = after.group.id,
                              .is_active = after.is_active,
                              .now_ms = tx->now_ms,
                          }));
    TRY(tell(tx, &before, &after, "updated"));
    *out = after;
    return OK;
}

err rule_remove(struct tx *tx, const char *ref)
{
    struct rule rule;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(rule_find(tx, ref, &rule));
    TRY(q_rule_delete(tx, rule.id));
    return tell(tx, &rule, &(struct rule){0}, "deleted");
}
