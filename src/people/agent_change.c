/* agent_change.c -- making and changing agents. */
#include "people/agent_store.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "job/job.h"
#include "people/access.h"
#include "people/diff.h"

#include <string.h>

static struct event agent_event(const struct agent *agent, const char *kind)
{
    return (struct event){.entity = ENTITY_AGENT,
                          .entity_id = agent->id,
                          .entity_uuid = agent->uuid,
                          .kind = kind,
                          .agents_only = true};
}

static const char *role_or_null(enum role role)
{
    return role == ROLE_NONE ? NULL : role_name(role);
}

static void diff_agent(struct diff *d, struct arena *a, const struct agent *from,
                       const struct agent *to)
{
    bool is_new = from->id == 0;

    diff_text(d, "name", from->name, to->name);
    diff_text(d, "email", from->email, to->email);
    diff_text(d, "role", role_or_null(from->role), role_or_null(to->role));
    diff_json(d, "groups", json_text_array(a, from->groups.v, from->groups.n),
              json_text_array(a, to->groups.v, to->groups.n));
    diff_json(d, "skills", json_text_array(a, from->skills.v, from->skills.n),
              json_text_array(a, to->skills.v, to->skills.n));
    diff_int(d, "maxConcurrentTickets", from->max_concurrent_tickets, to->max_concurrent_tickets);
    diff_text(d, "status", is_new ? NULL : presence_name(from->presence),
              presence_name(to->presence));
    diff_bool(d, "isActive", from->is_active, to->is_active);
}

static err address_is_free(struct tx *tx, const char *email, int64_t but_id)
{
    struct agent_ref other;
    err e = agent_by_email(tx, email, &other);

    if (e == ERR_NOT_FOUND || (e == OK && other.id == but_id))
        return OK;
    TRY(e);
    return fault_set(tx->fault, ERR_CONFLICT, "There is already an agent with the address %s",
                     other.email);
}

static err write_groups(struct tx *tx, int64_t agent_id, const struct agent_change *change)
{
    int64_t changed;

    TRY(q_agent_group_clear(tx, agent_id));
    for (size_t i = 0; i < change->groups.n; i++) {
        struct group_ref group;

        if (change->make_groups)
            TRY(group_find_or_make(tx, change->groups.v[i], &group));
        else
            TRY(group_find(tx, change->groups.v[i], "groups", &group));
        TRY(q_member_add(tx, group.id, agent_id, &changed));
    }
    return OK;
}

static err write_skills(struct tx *tx, int64_t agent_id, const struct names *skills)
{
    TRY(q_agent_skill_clear(tx, agent_id));
    for (size_t i = 0; i < skills->n; i++) {
        const char *skill = utf8_fold(tx->arena, utf8_trim(tx->arena, skills->v[i]));

        if (*skill == '\0' || utf8_length(skill) > TAG_MAX_CHARS)
            return fault_field(tx->fault, "skills", "a skill has 1 to %d characters",
                               TAG_MAX_CHARS);
        TRY(q_agent_skill_add(tx, agent_id, skill));
    }
    return OK;
}

static bool takes_tickets(const struct agent *agent)
{
    return agent->is_active && agent->presence == PRESENCE_ONLINE;
}

static bool same_names(const struct names *a, const struct names *b)
{
    if (a->n != b->n)
        return false;
    for (size_t i = 0; i < a->n; i++) {
        if (strcmp(a->v[i], b->v[i]) != 0)
            return false;
    }
    return true;
}

/* Tickets that wait are looked at again when somebody may now take what they could not before. */
static err wake_waiting(struct tx *tx, const struct agent *before, const struct agent *after)
{
    if (!takes_tickets(after))
        return OK;
    if (takes_tickets(before) && after->max_concurrent_tickets <= before->max_concurrent_tickets &&
        same_names(&before->skills, &after->skills) && same_names(&before->groups, &after->groups))
        return OK;
    return job_set(tx, JOB_ASSIGN_WAITING, 0, tx->now_ms);
}

err agent_make(struct tx *tx, const struct agent_change *input, struct agent *out)
{
    struct agent_insert_row row;
    struct agent made;
    struct diff diff = {0};
    struct event event;
    bool chosen = input->set & AGENT_MAX_TICKETS;

    TRY(access_require_role(tx, ROLE_ADMIN));
    TRY(address_is_free(tx, input->email, 0));
    TRY(q_agent_insert(
        tx,
        &(struct q_agent_insert_args){
            .uuid = uuid_new(tx->now_ms),
            .name = utf8_trim(tx->arena, input->name),
            .email = utf8_trim(tx->arena, input->email),
            .email_key = utf8_fold(tx->arena, utf8_trim(tx->arena, input->email)),
            .role = input->set & AGENT_ROLE ? input->role : ROLE_AGENT,
            .password_hash = input->password_hash,
            .max_concurrent_tickets =
                chosen ? input->max_concurrent_tickets : AGENT_MAX_TICKETS_DEFAULT,
            .presence = input->set & AGENT_PRESENCE ? input->presence : PRESENCE_OFFLINE,
            .now_ms = tx->now_ms,
        },
        &row));
    TRY(write_groups(tx, row.id, input));
    TRY(write_skills(tx, row.id, &input->skills));
    TRY(agent_load_id(tx, row.id, &made));
    diff_agent(&diff, tx->arena, &(struct agent){0}, &made);
    event = agent_event(&made, "created");
    TRY(diff_emit_new(&diff, tx, &event));
    TRY(wake_waiting(tx, &(struct agent){0}, &made));
    *out = made;
    return OK;
}

static err may_change(struct tx *tx, const struct agent *agent, unsigned set)
{
    bool self = tx->actor.type == ACTOR_AGENT && tx->actor.id == agent->id;

    if (self)
        set &= ~(unsigned)(AGENT_PRESENCE | AGENT_PASSWORD);
    if (set == 0)
        return access_require_role(tx, ROLE_AGENT);
    return access_require_role(tx, set == AGENT_PRESENCE ? ROLE_SUPERVISOR : ROLE_ADMIN);
}

/* The desk must not lock itself out. */
static err keep_an_admin(struct tx *tx, const struct agent *before, const struct agent *after)
{
    struct agent_other_admins_row others;

    if (before->role != ROLE_ADMIN || !before->is_active)
        return OK;
    if (after->role == ROLE_ADMIN && after->is_active)
        return OK;
    TRY(q_agent_other_admins(tx, before->id, &others));
    if (others.n > 0)
        return OK;
    return fault_set(tx->fault, ERR_CONFLICT,
                     "%s is the last active admin: make somebody else an admin first",
                     before->name);
}

static struct agent changed_agent(struct tx *tx, const struct agent *before,
                                  const struct agent_change *change)
{
    struct agent after = *before;

    if (change->set & AGENT_NAME)
        after.name = utf8_trim(tx->arena, change->name);
    if (change->set & AGENT_EMAIL)
        after.email = utf8_trim(tx->arena, change->email);
    if (change->set & AGENT_ROLE)
        after.role = change->role;
    if (change->set & AGENT_MAX_TICKETS)
        after.max_concurrent_tickets = change->max_concurrent_tickets;
    if (change->set & AGENT_ACTIVE)
        after.is_active = change->is_active;
    if (change->set & AGENT_PRESENCE) {
        after.presence = change->presence;
        after.last_active_ms = tx->now_ms;
    }
    if (!after.is_active)
        after.presence = PRESENCE_OFFLINE;
    return after;
}

static err write_agent(struct tx *tx, const struct agent *after)
{
    return q_agent_update(tx, &(struct q_agent_update_args){
                                  .id = after->id,
                                  .name = after->name,
                                  .email = after->email,
                                  .email_key = utf8_fold(tx->arena, after->email),
                                  .role = after->role,
                                  .max_concurrent_tickets = after->max_concurrent_tickets,
                                  .presence = after->presence,
                                  .is_active = after->is_active,
                                  .last_active_ms = after->last_active_ms,
                                  .now_ms = tx->now_ms,
                              });
}

static const char *kind_of(const struct agent *before, const struct agent *after, unsigned set)
{
    if (before->is_active != after->is_active)
        return after->is_active ? "activated" : "deactivated";
    return set == AGENT_PRESENCE ? "presence" : "updated";
}

static err end_access(struct tx *tx, const struct agent *before, const struct agent *after,
                      const struct agent_change *change)
{
    struct event event = agent_event(after, "password_changed");

    if (before->is_active && !after->is_active) {
        TRY(sessions_end(tx, after->id, 0));
        TRY(tokens_revoke_all(tx, after->id));
        TRY(job_set(tx, JOB_AGENT_LEFT, after->id, tx->now_ms));
    }
    if (!(change->set & AGENT_PASSWORD))
        return OK;
    TRY(q_agent_password_set(tx, after->id, change->password_hash, tx->now_ms));
    TRY(sessions_end(tx, after->id, change->keep_session_id));
    return event_emit(tx, &event);
}

err agent_change(struct tx *tx, const char *ref, const struct agent_change *change,
                 struct agent *out)
{
    struct agent before, after;
    struct diff diff = {0};
    struct event event;

    TRY(agent_load(tx, ref, &before));
    TRY(may_change(tx, &before, change->set));
    after = changed_agent(tx, &before, change);
    if (change->set & AGENT_EMAIL)
        TRY(address_is_free(tx, after.email, before.id));
    if (change->set & AGENT_PRESENCE && !after.is_active && change->presence != PRESENCE_OFFLINE)
        return fault_set(tx->fault, ERR_CONFLICT, "%s is deactivated", before.name);
    TRY(keep_an_admin(tx, &before, &after));
    TRY(write_agent(tx, &after));
    if (change->set & AGENT_GROUPS)
        TRY(write_groups(tx, after.id, change));
    if (change->set & AGENT_SKILLS)
        TRY(write_skills(tx, after.id, &change->skills));
    TRY(agent_load_id(tx, after.id, &after));
    diff_agent(&diff, tx->arena, &before, &after);
    event = agent_event(&after, kind_of(&before, &after, change->set));
    TRY(diff_emit(&diff, tx, &event));
    TRY(end_access(tx, &before, &after, change));
    TRY(wake_waiting(tx, &before, &after));
    *out = after;
    return OK;
}
