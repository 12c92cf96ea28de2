/* category_store.h -- keeping categories: what the files of this folder share. */
#ifndef FD_CATEGORY_STORE_H
#define FD_CATEGORY_STORE_H

#include "category/category.h"
#include "people/diff.h"
#include "queries.gen.h"

void category_of_row(const struct category_row *row, struct category *out);
/* What differs, for history; from->id 0: it is new. */
void category_diff(struct diff *d, const struct category *from, const struct category *to);
struct event category_event(const struct category *category, const char *kind);
/* ERR_CONFLICT with a sentence if a category other than except_id has this name. */
MUST_CHECK err category_name_free(struct tx *tx, const char *name, int64_t except_id);
/* Writes a new one and its event; sets id and uuid, trims the name. */
MUST_CHECK err category_insert(struct tx *tx, struct category *category);

#endif
