#include "category/category_api.h"

#include "base/limits.h"
#include "category/category_keep.h"

enum { CATEGORY_SCORE_MAX = 1000, CATEGORY_DESCRIPTION_MAX_CHARS = 2000 };

/* ---- shapes ---- */

struct category_view {
    struct uuid id;
    const char *name;
    const char *description;
    int64_t score;
    bool is_active;
};
static const struct field category_fields[] = {
    {"id", FIELD_UUID, offsetof(struct category_view, id), .required = true},
    {"name", FIELD_TEXT, offsetof(struct category_view, name), .required = true},
    {"description", FIELD_TEXT, offsetof(struct category_view, description)},
    {"score", FIELD_INT, offsetof(struct category_view, score), .required = true,
     .about = "points that it adds to a ticket's priority"},
    {"isActive", FIELD_BOOL, offsetof(struct category_view, is_active), .required = true},
};
static const struct shape category_shape =
    SHAPE_OUT("Category", "What tickets are about", struct category_view, category_fields);

struct category_list_view {
    struct object_list categories;
    int64_t total;
};
static const struct field category_list_fields[] = {
    {"categories", FIELD_OBJECTS, offsetof(struct category_list_view, categories), .required = true,
     .of = &category_shape},
    {"total", FIELD_INT, offsetof(struct category_list_view, total), .required = true},
};
static const struct shape category_list_shape = SHAPE_OUT(
    "CategoryList", "All categories, by name", struct category_list_view, category_list_fields);

struct category_body {
    uint64_t present;
    const char *name;
    const char *description;
    int64_t score;
    bool is_active;
};
#define CATEGORY_BODY_FIELDS(is_required)                                                          \
    {"name",                                                                                       \
     FIELD_TEXT,                                                                                   \
     offsetof(struct category_body, name),                                                         \
     .required = (is_required),                                                                    \
     .min = 1,                                                                                     \
     .max = NAME_MAX_CHARS},                                                                       \
        {"description", FIELD_TEXT, offsetof(struct category_body, description), .nullable = true, \
         .max = CATEGORY_DESCRIPTION_MAX_CHARS},                                                   \
        {"score", FIELD_INT, offsetof(struct category_body, score), .min = 0,                      \
         .max = CATEGORY_SCORE_MAX},                                                               \
    {                                                                                              \
        "isActive", FIELD_BOOL, offsetof(struct category_body, is_active)                          \
    }
static const struct field category_input_fields[] = {CATEGORY_BODY_FIELDS(true)};
static const struct field category_patch_fields[] = {CATEGORY_BODY_FIELDS(false)};
static const struct shape category_input_shape =
    SHAPE("CategoryInput", "A new category", struct category_body, category_input_fields);
static const struct shape category_patch_shape =
    SHAPE("CategoryPatch", "What is to be different", struct category_body, category_patch_fields);

struct skill_view {
    struct uuid id;
    struct uuid category_id;
    const char *category;
    const char *subcategory;
    const char *skill;
    int64_t created_ms;
};
static const struct field skill_fields[] = {
    {"id", FIELD_UUID, offsetof(struct skill_view, id), .required = true},
    {"categoryId", FIELD_UUID, offsetof(struct skill_view, category_id), .required = true},
    {"category", FIELD_TEXT, offsetof(struct skill_view, category), .required = true},
    {"subcategory", FIELD_TEXT, offsetof(struct skill_view, subcategory),
     .about = "null: all of the category"},
    {"skill", FIELD_TEXT, offsetof(struct skill_view, skill), .required = true},
    {"createdAt", FIELD_TIME, offsetof(struct skill_view, created_ms), .required = true},
};
static const struct shape skill_shape = SHAPE_OUT(
    "CategorySkill", "The skill that a category asks for", struct skill_view, skill_fields);

struct skill_list_view {
    struct object_list skills;
    int64_t total;
};
static const struct field skill_list_fields[] = {
    {"categorySkills", FIELD_OBJECTS, offsetof(struct skill_list_view, skills), .required = true,
     .of = &skill_shape},
    {"total", FIELD_INT, offsetof(struct skill_list_view, total), .required = true},
};
static const struct shape skill_list_shape = SHAPE_OUT(
    "CategorySkillList", "All of them, by category", struct skill_list_view, skill_list_fields);

struct skill_body {
    uint64_t present;
    const char *category;
    const char *subcategory;
    const char *skill;
};
static const struct field skill_input_fields[] = {
    {"category", FIELD_TEXT, offsetof(struct skill_body, category), .required = true,
     .max = NAME_MAX_CHARS, .about = "name or id"},
    {"subcategory", FIELD_TEXT, offsetof(struct skill_body, subcategory), .nullable = true,
     .max = NAME_MAX_CHARS},
    {"skill", FIELD_TEXT, offsetof(struct skill_body, skill), .required = true,
     .max = TAG_MAX_CHARS},
};
static const struct shape skill_input_shape =
    SHAPE("CategorySkillInput", "A skill that tickets of a category need", struct skill_body,
          skill_input_fields);

/* ---- handlers ---- */

static struct category_view view_of(const struct category *c)
{
    return (struct category_view){c->uuid, c->name, c->description, c->score, c->is_active};
}

static err answer_category(struct request *r, int status, const struct category *category)
{
    struct category_view view = view_of(category);

    return answer(r, status, &category_shape, &view);
}

static struct category_change change_of(const struct shape *shape, const struct category_body *body)
{
    struct category_change change = {
        .name = body->name,
        .description = body->description,
        .score = body->score,
        .is_active = body->is_active,
    };

    if (shape_sent(shape, body, "name"))
        change.set |= CATEGORY_NAME;
    if (shape_sent(shape, body, "description"))
        change.set |= CATEGORY_DESCRIPTION;
    if (shape_sent(shape, body, "score"))
        change.set |= CATEGORY_SCORE;
    if (shape_sent(shape, body, "isActive"))
        change.set |= CATEGORY_ACTIVE;
    return change;
}

static err categories_get(struct request *r, struct tx *tx)
{
    struct category_list list;
    struct category_list_view view = {0};
    struct category_view *v;

    TRY(category_list(tx, &list));
    v = ARENA_ARRAY(r->arena, struct category_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        v[i] = view_of(&list.v[i]);
    view.categories = (struct object_list){v, list.n};
    view.total = (int64_t)list.n;
    return answer(r, 200, &category_list_shape, &view);
}

static err category_get_one(struct request *r, struct tx *tx)
{
    struct category category;

    TRY(category_get(tx, request_param(r, "id"), &category));
    return answer_category(r, 200, &category);
}

static err category_post(struct request *r, struct tx *tx)
{
    struct category_change input = change_of(&category_input_shape, r->body);
    struct category category;

    TRY(category_add(tx, &input, &category));
    return answer_category(r, 201, &category);
}

static err category_patch(struct request *r, struct tx *tx)
{
    struct category_change change = change_of(&category_patch_shape, r->body);
    struct category category;

    TRY(category_change(tx, request_param(r, "id"), &change, &category));
    return answer_category(r, 200, &category);
}

static err category_delete_one(struct request *r, struct tx *tx)
{
    TRY(category_delete(tx, request_param(r, "id")));
    return answer_empty(r);
}

static struct skill_view skill_view_of(const struct category_skill *s)
{
    return (struct skill_view){s->uuid,        s->category_uuid, s->category_name,
                               s->subcategory, s->skill,         s->created_ms};
}

static err skills_get(struct request *r, struct tx *tx)
{
    struct category_skill_list list;
    struct skill_list_view view = {0};
    struct skill_view *v;

    TRY(category_skill_list(tx, &list));
    v = ARENA_ARRAY(r->arena, struct skill_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        v[i] = skill_view_of(&list.v[i]);
    view.skills = (struct object_list){v, list.n};
    view.total = (int64_t)list.n;
    return answer(r, 200, &skill_list_shape, &view);
}

static err skill_post(struct request *r, struct tx *tx)
{
    const struct skill_body *body = r->body;
    struct category_skill skill;
    struct skill_view view;

    TRY(category_skill_add(tx, body->category, body->subcategory, body->skill, &skill));
    view = skill_view_of(&skill);
    return answer(r, 201, &skill_shape, &view);
}

static err skill_delete_one(struct request *r, struct tx *tx)
{
    TRY(category_skill_delete(tx, request_param(r, "id")));
    return answer_empty(r);
}

static const struct route routes[] = {
    {"GET", "/api/categories", ACCESS_AGENT, RUN_READ, categories_get, .status = 200,
     .answer = &category_list_shape, .tag = "Categories", .summary = "All categories"},
    {"POST", "/api/categories", ACCESS_SUPERVISOR, RUN_WRITE, category_post, .body_kind = BODY_JSON,
     .body = &category_input_shape, .status = 201, .answer = &category_shape, .tag = "Categories",
     .summary = "Make a category"},
    {"GET", "/api/categories/:id", ACCESS_AGENT, RUN_READ, category_get_one, .status = 200,
     .answer = &category_shape, .tag = "Categories", .summary = "One category, by id or name"},
    {"PATCH", "/api/categories/:id", ACCESS_SUPERVISOR, RUN_WRITE, category_patch,
     .body_kind = BODY_JSON, .body = &category_patch_shape, .status = 200,
     .answer = &category_shape, .tag = "Categories", .summary = "Change a category"},
    {"DELETE", "/api/categories/:id", ACCESS_SUPERVISOR, RUN_WRITE, category_delete_one,
     .status = 204, .tag = "Categories",
     .summary = "Delete a category that no ticket and no rule uses"},
    {"GET", "/api/category-skills", ACCESS_AGENT, RUN_READ, skills_get, .status = 200,
     .answer = &skill_list_shape, .tag = "Categories",
     .summary = "The skills that categories ask for"},
    {"POST", "/api/category-skills", ACCESS_SUPERVISOR, RUN_WRITE, skill_post,
     .body_kind = BODY_JSON, .body = &skill_input_shape, .status = 201, .answer = &skill_shape,
     .tag = "Categories", .summary = "Ask for a skill in a category"},
    {"DELETE", "/api/category-skills/:id", ACCESS_SUPERVISOR, RUN_WRITE, skill_delete_one,
     .status = 204, .tag = "Categories", .summary = "No longer ask for this skill"},
};
const struct route_table category_routes = ROUTES(routes);
