#include "respond/auto_response.h"

#include "base/ref.h"
#include "people/access.h"
#include "people/diff.h"
#include "queries.gen.h"
#include "respond/template.h"

enum { NAMES = 4 };
const char *const auto_response_names[NAMES + 1] = {"ticket_id", "ticket_number", "ticket_subject",
                                                    "requester_name", NULL};

struct auto_response_text auto_response_render(struct arena *a, const struct ticket *t,
                                               const char *subject, const char *content)
{
    char id[UUID_TEXT_SIZE];
    const struct template_value values[NAMES] = {
        {auto_response_names[0], uuid_text(t->uuid, id)},
        {auto_response_names[1], arena_printf(a, "%lld", (long long)t->id)},
        {auto_response_names[2], t->subject},
        {auto_response_names[3], t->requester.name},
    };

    return (struct auto_response_text){template_render(a, subject, values, NAMES),
                                       template_render(a, content, values, NAMES)};
}

err auto_response_check(struct tx *tx, const char *path, const char *text)
{
    const char *unknown = template_unknown(tx->arena, text, auto_response_names, NAMES);

    if (!unknown)
        return OK;
    return fault_field(tx->fault, path,
                       "{{%s}} means nothing here: use {{ticket_id}}, {{ticket_number}}, "
                       "{{ticket_subject}} or {{requester_name}}",
                       unknown);
}

static struct auto_response of_row(const struct auto_response_row *row)
{
    return (struct auto_response){
        .id = row->id,
        .uuid = row->uuid,
        .category_id = row->category_id,
        .category = row->category_name,
        .subject = row->subject,
        .content = row->content,
        .is_active = row->is_active,
        .created_ms = row->created_ms,
        .updated_ms = row->updated_ms,
    };
}

err auto_response_find(struct tx *tx, const char *ref, struct auto_response *out)
{
    struct auto_response_row row;
    struct ref r;
    err e = ref_parse(ref, &r) ? q_auto_response_by_ref(tx, r.number, r.uuid, &row) : ERR_NOT_FOUND;

    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "Automatic response not found");
    TRY(e);
    *out = of_row(&row);
    return OK;
}

err auto_responses_all(struct tx *tx, struct auto_response_list *out)
{
    struct auto_response_list list;
    struct auto_response_rows rows;

    TRY(q_auto_response_list(tx, &rows));
    list.n = rows.n;
    list.v = ARENA_ARRAY(tx->arena, struct auto_response, rows.n + 1);
    for (size_t i = 0; i < rows.n; i++)
        list.v[i] = of_row(&rows.v[i]);
    *out = list;
    return OK;
}

static err take_category(struct tx *tx, const char *name, struct auto_response *r)
{
    struct category category = {0};
    const char *names;
    err e = name ? category_find(tx, name, &category) : OK;

    if (e == ERR_NOT_FOUND) {
        TRY(category_names(tx, &names));
        return fault_field(tx->fault, "category", "there is no such category: use one of %s",
                           names);
    }
    TRY(e);
    r->category_id = category.id;
    r->category = category.name;
    return OK;
}

static err take(struct tx *tx, const struct auto_response_input *input, struct auto_response *r)
{
    if (input->present & AUTO_RESPONSE_SENT_CATEGORY)
        TRY(take_category(tx, input->category, r));
    if (input->present & AUTO_RESPONSE_SENT_SUBJECT)
        r->subject = input->subject;
    if (input->present & AUTO_RESPONSE_SENT_CONTENT)
        r->content = input->content;
    if (input->present & AUTO_RESPONSE_SENT_ACTIVE)
        r->is_active = input->is_active;
    TRY(auto_response_check(tx, "subject", r->subject));
    return auto_response_check(tx, "content", r->content);
}

static err tell(struct tx *tx, const struct auto_response *from, const struct auto_response *to,
                const char *kind)
{
    const struct auto_response *known = to->id ? to : from;
    struct event event = {.entity = ENTITY_AUTO_RESPONSE,
                          .entity_id = known->id,
                          .entity_uuid = known->uuid,
                          .kind = kind,
                          .agents_only = true};
    struct diff diff = {0};

    diff_text(&diff, "category", from->category, to->category);
    diff_text(&diff, "subject", from->subject, to->subject);
    diff_text(&diff, "content", from->content, to->content);
    diff_bool(&diff, "isActive", from->is_active, to->is_active);
    return diff_emit(&diff, tx, &event);
}

err auto_response_create(struct tx *tx, const struct auto_response_input *input,
                         struct auto_response *out)
{
    struct auto_response r = {.uuid = uuid_new(tx->now_ms),
                              .is_active = true,
                              .created_ms = tx->now_ms,
                              .updated_ms = tx->now_ms};
    struct auto_response_insert_row made;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(take(tx, input, &r));
    TRY(q_auto_response_insert(tx, r.uuid, r.category_id, r.subject, r.content, r.is_active,
                               tx->now_ms, &made));
    r.id = made.id;
    TRY(tell(tx, &(struct auto_response){0}, &r, "created"));
    *out = r;
    return OK;
}

err auto_response_update(struct tx *tx, const char *ref, const struct auto_response_input *input,
                         struct auto_response *out)
{
    struct auto_response before;
    struct auto_response after;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(auto_response_find(tx, ref, &before));
    after = before;
    TRY(take(tx, input, &after));
    after.updated_ms = tx->now_ms;
    TRY(q_auto_response_update(tx, after.id, after.category_id, after.subject, after.content,
                               after.is_active, tx->now_ms));
    TRY(tell(tx, &before, &after, "updated"));
    *out = after;
    return OK;
}

err auto_response_remove(struct tx *tx, const char *ref)
{
    struct auto_response r;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(auto_response_find(tx, ref, &r));
    TRY(q_auto_response_delete(tx, r.id));
    return tell(tx, &r, &(struct auto_response){0}, "deleted");
}
