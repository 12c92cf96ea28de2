/* category_keep.h -- what supervisors do with categories, and the skills that these ask for. */
#ifndef FD_CATEGORY_KEEP_H
#define FD_CATEGORY_KEEP_H

#include "category/category.h"

struct category_list {
    struct category *v;
    size_t n;
};
/* All, by name; inactive ones too. */
MUST_CHECK err category_list(struct tx *tx, struct category_list *out);
/* category_find with a sentence. */
MUST_CHECK err category_get(struct tx *tx, const char *ref, struct category *out);

enum category_field {
    CATEGORY_NAME = 1 << 0,
    CATEGORY_DESCRIPTION = 1 << 1,
    CATEGORY_SCORE = 1 << 2,
    CATEGORY_ACTIVE = 1 << 3,
};
struct category_change {
    unsigned set;
    const char *name;
    const char *description; /* NULL: none */
    int64_t score;
    bool is_active;
};
/* Supervisors. A name is needed; score is 0 and is_active true unless said. ERR_CONFLICT if the name is taken. */
MUST_CHECK err category_add(struct tx *tx, const struct category_change *input,
                            struct category *out);
/* The last active one can't be made inactive: mail would have nowhere to go. */
MUST_CHECK err category_change(struct tx *tx, const char *ref, const struct category_change *change,
                               struct category *out);
/* ERR_CONFLICT while tickets or rules are in it, or if it is the last active one. */
MUST_CHECK err category_delete(struct tx *tx, const char *ref);

/* Tickets of this category (and subcategory, unless NULL) go to agents with this skill. */
struct category_skill {
    int64_t id;
    struct uuid uuid;
    struct uuid category_uuid;
    const char *category_name;
    const char *subcategory;
    const char *skill; /* folded */
    int64_t created_ms;
};
struct category_skill_list {
    struct category_skill *v;
    size_t n;
};
MUST_CHECK err category_skill_list(struct tx *tx, struct category_skill_list *out);
/* Supervisors. ERR_CONFLICT if it is there already. */
MUST_CHECK err category_skill_add(struct tx *tx, const char *category_ref, const char *subcategory,
                                  const char *skill, struct category_skill *out);
MUST_CHECK err category_skill_delete(struct tx *tx, const char *ref);

#endif
