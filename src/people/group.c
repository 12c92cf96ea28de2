/* group.c -- teams: read, made, changed. */
#include "people/group.h"

#include "base/utf8.h"
#include "job/job.h"
#include "people/access.h"
#include "people/agent_store.h"
#include "people/diff.h"

static struct group group_of_row(const struct group_row *row)
{
    return (struct group){
        .id = row->id,
        .uuid = row->uuid,
        .name = row->name,
        .description = row->description,
        .created_ms = row->created_ms,
        .updated_ms = row->updated_ms,
    };
}

/* rows from *at on that belong to group, which the rows are ordered by. */
static void take_members(struct tx *tx, struct group *group, const struct member_row *rows,
                         size_t n)
{
    group->members = ARENA_ARRAY(tx->arena, struct agent_ref, n + 1);
    group->member_count = n;
    for (size_t i = 0; i < n; i++)
        group->members[i] =
            (struct agent_ref){rows[i].id, rows[i].uuid, rows[i].name, rows[i].email};
}

err group_list(struct tx *tx, struct group_list *out)
{
    struct group_rows rows;
    struct member_rows members;
    struct group_list list;

    TRY(q_group_list(tx, &rows));
    TRY(q_group_members_all(tx, &members));
    list = (struct group_list){ARENA_ARRAY(tx->arena, struct group, rows.n + 1), rows.n};
    for (size_t i = 0; i < rows.n; i++) {
        size_t from = 0, to;

        list.v[i] = group_of_row(&rows.v[i]);
        while (from < members.n && members.v[from].group_id != rows.v[i].id)
            from++;
        for (to = from; to < members.n && members.v[to].group_id == rows.v[i].id; to++)
            continue;
        take_members(tx, &list.v[i], from < to ? &members.v[from] : NULL, to - from);
    }
    *out = list;
    return OK;
}

static err load_id(struct tx *tx, int64_t id, struct group *out)
{
    struct group_row row;
    struct member_rows members;
    struct group group;

    TRY(q_group_get(tx, id, &row));
    TRY(q_group_members_of(tx, id, &members));
    group = group_of_row(&row);
    take_members(tx, &group, members.v, members.n);
    *out = group;
    return OK;
}

err group_load(struct tx *tx, const char *text, struct group *out)
{
    struct fault unused = {.arena = tx->arena};
    struct fault *fault = tx->fault;
    struct group_ref ref;
    err e;

    /* What is a wrong field elsewhere is a wrong address here. */
    tx->fault = &unused;
    e = group_find(tx, text, "group", &ref);
    tx->fault = fault;
    if (e == ERR_INVALID)
        return fault_set(tx->fault, ERR_NOT_FOUND, "Group not found");
    TRY(e);
    return load_id(tx, ref.id, out);
}

static struct event group_event(const struct group *group, const char *kind)
{
    return (struct event){.entity = ENTITY_GROUP,
                          .entity_id = group->id,
                          .entity_uuid = group->uuid,
                          .kind = kind,
                          .agents_only = true};
}

static const char *member_names(struct tx *tx, const struct group *group)
{
    const char **names = ARENA_ARRAY(tx->arena, const char *, group->member_count + 1);

    for (size_t i = 0; i < group->member_count; i++)
        names[i] = group->members[i].email;
    return json_text_array(tx->arena, names, group->member_count);
}

static err record(struct tx *tx, const struct group *before, const struct group *after)
{
    struct diff diff = {0};
    struct event event = group_event(after, before->id ? "updated" : "created");
    const char *from = member_names(tx, before);
    const char *to = member_names(tx, after);

    diff_text(&diff, "name", before->name, after->name);
    diff_text(&diff, "description", before->description, after->description);
    diff_json(&diff, "members", from, to);
    if (before->id == 0)
        return diff_emit_new(&diff, tx, &event);
    TRY(diff_emit(&diff, tx, &event));
    /* A new member may be just whom a ticket of the group's waits for. */
    return job_set(tx, JOB_ASSIGN_WAITING, 0, tx->now_ms);
}

static err name_is_free(struct tx *tx, const char *name, int64_t but_id)
{
    struct group_ref_row row;
    err e = q_group_ref_by_key(tx, utf8_fold(tx->arena, name), &row);

    if (e == ERR_NOT_FOUND || (e == OK && row.id == but_id))
        return OK;
    TRY(e);
    return fault_set(tx->fault, ERR_CONFLICT, "There is already a group \"%s\"", row.name);
}

static err insert(struct tx *tx, const char *name, const char *description, int64_t *out_id)
{
    struct group_insert_row row;

    TRY(name_is_free(tx, name, 0));
    TRY(q_group_insert(tx, uuid_new(tx->now_ms), name, utf8_fold(tx->arena, name), description,
                       tx->now_ms, &row));
    *out_id = row.id;
    return OK;
}

static err write_members(struct tx *tx, int64_t group_id, const struct names *members)
{
    int64_t changed;

    TRY(q_group_members_clear(tx, group_id));
    for (size_t i = 0; i < members->n; i++) {
        struct agent_ref agent;

        TRY(agent_find(tx, members->v[i], "members", &agent));
        TRY(q_member_add(tx, group_id, agent.id, &changed));
    }
    return OK;
}

err group_make(struct tx *tx, const struct group_change *input, struct group *out)
{
    int64_t id;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(insert(tx, utf8_trim(tx->arena, input->name), input->description, &id));
    TRY(write_members(tx, id, &input->members));
    TRY(load_id(tx, id, out));
    return record(tx, &(struct group){0}, out);
}

err group_find_or_make(struct tx *tx, const char *text, struct group_ref *out)
{
    const char *name = utf8_trim(tx->arena, text);
    struct group_ref_row row;
    struct group made;
    int64_t id;
    err e = q_group_ref_by_key(tx, utf8_fold(tx->arena, name), &row);

    if (e != ERR_NOT_FOUND) {
        TRY(e);
        *out = (struct group_ref){row.id, row.uuid, row.name};
        return OK;
    }
    if (*name == '\0')
        return fault_field(tx->fault, "groups", "a group needs a name");
    TRY(insert(tx, name, NULL, &id));
    TRY(load_id(tx, id, &made));
    *out = (struct group_ref){made.id, made.uuid, made.name};
    return record(tx, &(struct group){0}, &made);
}

err group_change(struct tx *tx, const char *ref, const struct group_change *change,
                 struct group *out)
{
    struct group before, after;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(group_load(tx, ref, &before));
    after = before;
    if (change->set & GROUP_NAME) {
        after.name = utf8_trim(tx->arena, change->name);
        TRY(name_is_free(tx, after.name, before.id));
    }
    if (change->set & GROUP_DESCRIPTION)
        after.description = change->description;
    TRY(q_group_update(tx, after.id, after.name, utf8_fold(tx->arena, after.name),
                       after.description, tx->now_ms));
    if (change->set & GROUP_MEMBERS)
        TRY(write_members(tx, after.id, &change->members));
    TRY(load_id(tx, after.id, &after));
    TRY(record(tx, &before, &after));
    *out = after;
    return OK;
}

static err move_member(struct tx *tx, const char *ref, const char *agent_ref, bool in,
                       struct group *out)
{
    struct group before, after;
    struct agent agent;
    int64_t changed;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(group_load(tx, ref, &before));
    TRY(agent_load(tx, agent_ref, &agent));
    TRY(in ? q_member_add(tx, before.id, agent.id, &changed)
           : q_member_remove(tx, before.id, agent.id, &changed));
    TRY(load_id(tx, before.id, &after));
    if (changed > 0)
        TRY(record(tx, &before, &after));
    *out = after;
    return OK;
}

err group_member_add(struct tx *tx, const char *ref, const char *agent_ref, struct group *out)
{
    return move_member(tx, ref, agent_ref, true, out);
}

err group_member_remove(struct tx *tx, const char *ref, const char *agent_ref, struct group *out)
{
    return move_member(tx, ref, agent_ref, false, out);
}

err group_delete(struct tx *tx, const char *ref)
{
    struct group_in_use_row used;
    struct group group;
    struct event event;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(group_load(tx, ref, &group));
    TRY(q_group_in_use(tx, group.id, &used));
    if (used.tickets || used.rules)
        return fault_set(tx->fault, ERR_CONFLICT, "The group \"%s\" still has %s", group.name,
                         used.tickets ? "tickets" : "assignment rules");
    TRY(q_group_delete(tx, group.id));
    event = group_event(&group, "deleted");
    event.changed_from = event_json_text(tx, "name", group.name);
    return event_emit(tx, &event);
}
