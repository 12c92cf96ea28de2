/* diff.h -- what a change to a record was, as the two JSON objects that history keeps.
 *
 *     struct diff d = {0};
 *     diff_text(&d, "name", before.name, after.name);
 *     diff_int(&d, "score", before.score, after.score);
 *     TRY(diff_emit(&d, tx, &(struct event){.entity = ENTITY_CATEGORY, ..., .kind = "updated"}));
 *
 * Fields that are alike are left out; if all are, nothing is emitted. diff_emit must always be
 * reached (or diff_done): the texts grow on the heap. */
#ifndef FD_DIFF_H
#define FD_DIFF_H

#include "base/json_out.h"
#include "event/event.h"

struct diff {
    struct buf from, to;
    int count; /* fields that differ */
};

void diff_text(struct diff *d, const char *name, const char *from, const char *to);
void diff_int(struct diff *d, const char *name, int64_t from, int64_t to);
void diff_bool(struct diff *d, const char *name, bool from, bool to);
/* JSON values as text, e.g. arrays; NULL is null. */
void diff_json(struct diff *d, const char *name, const char *from, const char *to);
/* Emits event with the texts as its from and to, and frees d. */
MUST_CHECK err diff_emit(struct diff *d, struct tx *tx, const struct event *event);
/* The same for something that is new: only "to" is told. */
MUST_CHECK err diff_emit_new(struct diff *d, struct tx *tx, const struct event *event);
void diff_done(struct diff *d);

/* ["a","b"] in a. */
const char *json_text_array(struct arena *a, const char *const *v, size_t n);

#endif
