/* category.c -- categories as others meet them: found, listed, made. */
#include "category/category_store.h"

#include "base/ref.h"
#include "base/utf8.h"
#include "people/diff.h"

void category_of_row(const struct category_row *row, struct category *out)
{
    *out = (struct category){
        .id = row->id,
        .uuid = row->uuid,
        .name = row->name,
        .description = row->description,
        .score = row->score,
        .is_active = row->is_active,
    };
}

static err taken(err e, struct category_row *row, struct category *out)
{
    TRY(e);
    category_of_row(row, out);
    return OK;
}

err category_find(struct tx *tx, const char *text, struct category *out)
{
    struct category_row row;
    struct ref ref;
    err e = q_category_by_key(tx, utf8_fold(tx->arena, utf8_trim(tx->arena, text)), &row);

    if (e == ERR_NOT_FOUND && ref_parse(text, &ref))
        e = q_category_by_ref(tx, ref.number, ref.uuid, &row);
    return taken(e, &row, out);
}

err category_load(struct tx *tx, int64_t id, struct category *out)
{
    struct category_row row;

    return taken(q_category_by_ref(tx, id, (struct uuid){{0}}, &row), &row, out);
}

err category_default(struct tx *tx, struct category *out)
{
    struct category_row row;

    return taken(q_category_default(tx, &row), &row, out);
}

err category_names(struct tx *tx, const char **out)
{
    struct category_rows rows;
    const char *names = NULL;

    TRY(q_category_list(tx, &rows));
    for (size_t i = 0; i < rows.n; i++) {
        if (rows.v[i].is_active)
            names =
                names ? arena_printf(tx->arena, "%s, %s", names, rows.v[i].name) : rows.v[i].name;
    }
    *out = names ? names : "";
    return OK;
}

void category_diff(struct diff *d, const struct category *from, const struct category *to)
{
    diff_text(d, "name", from->name, to->name);
    diff_text(d, "description", from->description, to->description);
    diff_int(d, "score", from->id ? from->score : -1, to->score);
    diff_bool(d, "isActive", from->is_active, to->is_active);
}

struct event category_event(const struct category *category, const char *kind)
{
    return (struct event){.entity = ENTITY_CATEGORY,
                          .entity_id = category->id,
                          .entity_uuid = category->uuid,
                          .kind = kind,
                          .agents_only = true};
}

err category_name_free(struct tx *tx, const char *name, int64_t except_id)
{
    struct category_row row;
    err e = q_category_by_key(tx, utf8_fold(tx->arena, name), &row);

    if (e == ERR_NOT_FOUND || (e == OK && row.id == except_id))
        return OK;
    TRY(e);
    return fault_set(tx->fault, ERR_CONFLICT, "There is already a category \"%s\"", row.name);
}

err category_insert(struct tx *tx, struct category *category)
{
    struct category_insert_row row;
    struct diff diff = {0};
    struct event event;

    category->name = utf8_trim(tx->arena, category->name);
    category->uuid = uuid_new(tx->now_ms);
    TRY(category_name_free(tx, category->name, 0));
    TRY(q_category_insert(tx,
                          &(struct q_category_insert_args){
                              .uuid = category->uuid,
                              .name = category->name,
                              .name_key = utf8_fold(tx->arena, category->name),
                              .description = category->description,
                              .score = category->score,
                              .is_active = category->is_active,
                              .now_ms = tx->now_ms,
                          },
                          &row));
    category->id = row.id;
    category_diff(&diff, &(struct category){0}, category);
    event = category_event(category, "created");
    return diff_emit_new(&diff, tx, &event);
}

err category_make(struct tx *tx, const char *name, int64_t score, struct category *out)
{
    struct category made = {.name = name, .score = score, .is_active = true};

    TRY(category_insert(tx, &made));
    *out = made;
    return OK;
}
