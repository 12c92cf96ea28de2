/* tags.h -- tags as sets: case-folded, trimmed, sorted, each once. */
#ifndef FD_TICKET_TAGS_H
#define FD_TICKET_TAGS_H

#include "base/arena.h"

struct tag_set {
    const char **v;
    size_t n;
};

struct tag_set tags_normalize(struct arena *a, const char *const *tags, size_t count);
/* From the JSON array that a ticket keeps. */
struct tag_set tags_parse(struct arena *a, const char *json);
const char *tags_json(struct arena *a, const struct tag_set *tags);
/* have, plus add, minus remove. */
struct tag_set tags_edit(struct arena *a, const struct tag_set *have, const struct tag_set *add,
                         const struct tag_set *remove);

#endif
