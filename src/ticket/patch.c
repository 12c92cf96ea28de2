/* patch.c -- changing what a PATCH names, with the effects of the verbs that say the same. */
#include "base/limits.h"
#include "people/access.h"
#include "ticket/change.h"
#include "ticket/tags.h"

static err patch_texts(struct tx *tx, const struct ticket_patch *p, struct ticket *t)
{
    if (p->set & PATCH_SUBJECT)
        t->subject = p->subject;
    if (p->set & PATCH_DESCRIPTION)
        t->description = p->description;
    if (p->set & PATCH_SUBCATEGORY)
        t->subcategory = p->subcategory;
    if (p->set & PATCH_EXTERNAL_ID)
        t->external_id = p->external_id;
    if (p->set & PATCH_CHANNEL)
        t->channel = p->channel;
    if (p->set & PATCH_CUSTOM_FIELDS)
        t->custom_fields = p->custom_fields ? p->custom_fields : "{}";
    return OK;
}

static err patch_category(struct tx *tx, const struct ticket_patch *p, struct ticket *t)
{
    struct category found;
    const char *names;
    err e;

    if (!(p->set & PATCH_CATEGORY))
        return OK;
    e = category_find(tx, p->category_ref, &found);
    if (e == OK && (found.is_active || found.id == t->category.id)) {
        t->category = found;
        return OK;
    }
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    TRY(category_names(tx, &names));
    return fault_field(tx->fault, "category", "there is no such category: use one of %s", names);
}

static err patch_requester(struct tx *tx, const struct ticket_patch *p, struct ticket *t)
{
    if (!(p->set & PATCH_REQUESTER))
        return OK;
    return requester_find(tx, p->requester_ref, &t->requester);
}

static err patch_tags(struct tx *tx, const struct ticket_patch *p, struct ticket *t)
{
    struct tag_set none = {0};
    struct tag_set tags = tags_parse(tx->arena, t->tags);
    struct tag_set add = tags_normalize(tx->arena, p->add_tags, p->add_tag_count);
    struct tag_set remove = tags_normalize(tx->arena, p->remove_tags, p->remove_tag_count);

    if (!(p->set & (PATCH_TAGS | PATCH_ADD_TAGS | PATCH_REMOVE_TAGS)))
        return OK;
    if (p->set & PATCH_TAGS)
        tags = tags_normalize(tx->arena, p->tags, p->tag_count);
    tags = tags_edit(tx->arena, &tags, p->set & PATCH_ADD_TAGS ? &add : &none,
                     p->set & PATCH_REMOVE_TAGS ? &remove : &none);
    if (tags.n > TAGS_PER_TICKET_MAX)
        return fault_field(tx->fault, "tags", "a ticket has at most %d tags", TAGS_PER_TICKET_MAX);
    t->tags = tags_json(tx->arena, &tags);
    return OK;
}

static err patch_status(struct tx *tx, const struct ticket_patch *p, struct ticket_change *change)
{
    struct ticket *t = &change->after;

    if (p->set & PATCH_PRIORITY)
        t->priority = (enum ticket_priority)p->priority;
    if (p->set & PATCH_STATUS) {
        TRY(ticket_may_become(tx, &change->before, (enum ticket_status)p->status));
        t->status = (enum ticket_status)p->status;
    }
    return OK;
}

static err patch_assignment(struct tx *tx, const struct ticket_patch *p,
                            struct ticket_change *change)
{
    struct ticket *t = &change->after;

    if (!(p->set & (PATCH_ASSIGNEE | PATCH_GROUP)))
        return OK;
    if (p->set & PATCH_GROUP) {
        t->group = (struct group_ref){0};
        if (p->group_ref)
            TRY(group_find(tx, p->group_ref, "assigneeGroup", &t->group));
    }
    if (p->set & PATCH_ASSIGNEE) {
        t->assignee = (struct agent_ref){0};
        t->waiting = false;
        if (p->assignee_ref)
            TRY(agent_find(tx, p->assignee_ref, "assigneeId", &t->assignee));
    }
    if (!ticket_status_is_active(t->status) && t->assignee.id != change->before.assignee.id)
        return fault_set(tx->fault, ERR_CONFLICT, "A %s ticket can't be assigned: reopen it first",
                         ticket_status_name(t->status));
    if (t->assignee.id && t->status == STATUS_NEW)
        t->status = STATUS_OPEN;
    return OK;
}

err ticket_patch(struct tx *tx, const char *ref, const struct ticket_patch *patch,
                 struct ticket *out)
{
    struct ticket_change change;

    TRY(access_require_role(tx, ROLE_AGENT));
    TRY(ticket_change_begin(tx, ref, patch->if_version, &change));
    if (change.before.deleted_ms)
        return fault_set(tx->fault, ERR_CONFLICT, "This ticket is deleted: restore it first");
    TRY(patch_texts(tx, patch, &change.after));
    TRY(patch_category(tx, patch, &change.after));
    TRY(patch_requester(tx, patch, &change.after));
    TRY(patch_tags(tx, patch, &change.after));
    TRY(patch_status(tx, patch, &change));
    TRY(patch_assignment(tx, patch, &change));
    change.note = patch->note;
    TRY(ticket_apply(tx, &change));
    *out = change.after;
    return OK;
}
