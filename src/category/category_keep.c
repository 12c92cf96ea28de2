#include "category/category_keep.h"

#include "base/utf8.h"
#include "category/category_store.h"
#include "people/access.h"

err category_list(struct tx *tx, struct category_list *out)
{
    struct category_rows rows;

    TRY(q_category_list(tx, &rows));
    out->v = ARENA_ARRAY(tx->arena, struct category, rows.n + 1);
    out->n = rows.n;
    for (size_t i = 0; i < rows.n; i++)
        category_of_row(&rows.v[i], &out->v[i]);
    return OK;
}

err category_get(struct tx *tx, const char *ref, struct category *out)
{
    err e = category_find(tx, ref, out);

    return e == ERR_NOT_FOUND ? fault_set(tx->fault, e, "Category not found") : e;
}

err category_add(struct tx *tx, const struct category_change *input, struct category *out)
{
    struct category made = {
        .name = input->name,
        .description = input->description,
        .score = input->score,
        .is_active = !(input->set & CATEGORY_ACTIVE) || input->is_active,
    };

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(category_insert(tx, &made));
    *out = made;
    return OK;
}

static err keep_one_active(struct tx *tx, const struct category *category)
{
    struct category_active_besides_row others;

    if (!category->is_active)
        return OK;
    TRY(q_category_active_besides(tx, category->id, &others));
    if (others.n > 0)
        return OK;
    return fault_set(tx->fault, ERR_CONFLICT, "\"%s\" is the last active category", category->name);
}

err category_change(struct tx *tx, const char *ref, const struct category_change *change,
                    struct category *out)
{
    struct category before, after;
    struct diff diff = {0};
    struct event event;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(category_get(tx, ref, &before));
    after = before;
    if (change->set & CATEGORY_NAME) {
        after.name = utf8_trim(tx->arena, change->name);
        TRY(category_name_free(tx, after.name, before.id));
    }
    if (change->set & CATEGORY_DESCRIPTION)
        after.description = change->description;
    if (change->set & CATEGORY_SCORE)
        after.score = change->score;
    if (change->set & CATEGORY_ACTIVE)
        after.is_active = change->is_active;
    if (!after.is_active)
        TRY(keep_one_active(tx, &before));
    TRY(q_category_update(tx, &(struct q_category_update_args){
                                  .id = after.id,
                                  .name = after.name,
                                  .name_key = utf8_fold(tx->arena, after.name),
                                  .description = after.description,
                                  .score = after.score,
                                  .is_active = after.is_active,
                                  .now_ms = tx->now_ms,
                              }));
    category_diff(&diff, &before, &after);
    event = category_event(&after, "updated");
    TRY(diff_emit(&diff, tx, &event));
    *out = after;
    return OK;
}

err category_delete(struct tx *tx, const char *ref)
{
    struct category_in_use_row used;
    struct category category;
    struct event event;

    TRY(access_require_role(tx, ROLE_SUPERVISOR));
    TRY(category_get(tx, ref, &category));
    TRY(q_category_in_use(tx, category.id, &used));
    if (used.tickets || used.rules)
        return fault_set(tx->fault, ERR_CONFLICT,
                         "The category \"%s\" still has %s: make it inactive instead",
                         category.name, used.tickets ? "tickets" : "assignment rules");
    TRY(keep_one_active(tx, &category));
    TRY(q_category_delete(tx, category.id));
    event = category_event(&category, "deleted");
    event.changed_from = event_json_text(tx, "name", category.name);
    return event_emit(tx, &event);
}
