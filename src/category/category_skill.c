/* category_skill.c -- which skill a category asks for. */
#include "base/limits.h"
#include "base/ref.h"
#include "base/utf8.h"
#include "category/category_keep.h"
#include "category/category_store.h"
#include "people/access.h"

static struct category_skill skill_of_row(const struct category_skill_row *row)
{
    return (struct category_skill){
        .id = row->id,
        .uuid = row->uuid,
        .category_uuid = row->category_uuid,
        .category_name = row->category_name,
        .subcategory = row->subcategory,
        .skill = row->skill,
        .created_ms = row->created_ms,
    };
}

static err record(struct tx *tx, const struct category_skill *skill, const char *kind, bool is_new)
{
    struct diff diff = {0};
    struct event event = {.entity = ENTITY_CATEGORY_SKILL,
                          .entity_id = skill->id,
                          .entity_uuid = skill->uuid,
                          .kind = kind,
                          .agents_only = true};

    diff_text(&diff, "category", is_new ? NULL : skill->category_name,
              is_new ? skill->category_name : NULL);
    diff_text(&diff, "subcategory", is_new ? NULL : skill->subcategory,
              is_new ? skill->subcategory : NULL);
    diff_text(&diff, "skill", is_new ? NULL : skill->skill, is_new ? skill->skill : NULL);
    return is_new ? diff_emit_new(&diff, tx, &event) : diff_emit(&diff, tx, &event);
}

err category_skill_list(struct tx *tx, struct category_skill_list *out)
{
    struct category_skill_rows rows;

    TRY(q_category_skill_list(tx, &rows));
    out->v = ARENA_ARRAY(tx->arena, struct category_skill, rows.n + 1);
    out->n = rows.n;
    for (size_t i = 0; i < rows.n; i++)
        out->v[i] = skill_of_row(&rows.v[i]);
    return OK;
}

static const char *trimmed_or_null(struct tx *tx, const char *text)
{
    const char *trimmed = text ? utf8_trim(tx->arena, text) : NULL;

    return trimmed && *trimmed ? trimmed : NULL;
}

err category_skill_add(struct tx *tx, const char *category_ref, const char *subcategory_text,
                       const char *skill_text, struct category_skill *out)
{
    const char *subcategory = trimmed_or_null(tx, subcategory_text);
    const char *skill = utf8_fold(tx->arena, utf8_trim(tx->arena, skill_text));
    struct category_skill_insert_row made;
    struct category_skill_same_row same;
    struct category_skill_row row;
    struct category category;
    err e;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    if (*skill == '\0' || utf8_length(skill) > TAG_MAX_CHARS)
        return fault_field(tx->fault, "skill", "a skill has 1 to %d characters", TAG_MAX_CHARS);
    e = category_find(tx, category_ref, &category);
    if (e == ERR_NOT_FOUND)
        return fault_field(tx->fault, "category", "there is no such category");
    TRY(e);
    e = q_category_skill_same(tx, category.id, subcategory, skill, &same);
    if (e == OK)
        return fault_set(tx->fault, ERR_CONFLICT, "\"%s\" asks for \"%s\" already", category.name,
                         skill);
    if (e != ERR_NOT_FOUND)
        return e;
    TRY(q_category_skill_insert(tx, uuid_new(tx->now_ms), category.id, subcategory, skill,
                                tx->now_ms, &made));
    TRY(q_category_skill_by_ref(tx, made.id, (struct uuid){{0}}, &row));
    *out = skill_of_row(&row);
    return record(tx, out, "created", true);
}

err category_skill_delete(struct tx *tx, const char *text)
{
    struct category_skill_row row;
    struct category_skill skill;
    struct ref ref;
    err e = ref_parse(text, &ref) ? q_category_skill_by_ref(tx, ref.number, ref.uuid, &row)
                                  : ERR_NOT_FOUND;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "Category skill not found");
    TRY(e);
    skill = skill_of_row(&row);
    TRY(q_category_skill_delete(tx, skill.id));
    return record(tx, &skill, "deleted", false);
}
