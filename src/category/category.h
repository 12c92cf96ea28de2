/* category.h -- what tickets are about; configured, not free text. */
#ifndef FD_CATEGORY_H
#define FD_CATEGORY_H

#include "store/store.h"

struct category {
    int64_t id;
    struct uuid uuid;
    const char *name;
    const char *description;
    int64_t score; /* what it adds to a ticket's priority */
    bool is_active;
};

/* By name (without regard to case), UUID or number. ERR_NOT_FOUND without a sentence: callers differ. */
MUST_CHECK err category_find(struct tx *tx, const char *ref, struct category *out);
MUST_CHECK err category_load(struct tx *tx, int64_t id, struct category *out);
/* Where mail without a tag goes: "general" if there is one, else the first active. */
MUST_CHECK err category_default(struct tx *tx, struct category *out);
/* The names of active ones, "a, b, c", for errors. */
MUST_CHECK err category_names(struct tx *tx, const char **out);
/* Makes one (imports, first run). */
MUST_CHECK err category_make(struct tx *tx, const char *name, int64_t score, struct category *out);

#endif
