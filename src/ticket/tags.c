#include "ticket/tags.h"

#include "base/json_out.h"
#include "base/utf8.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

static int compare(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static bool contains(const struct tag_set *tags, const char *tag)
{
    for (size_t i = 0; i < tags->n; i++) {
        if (strcmp(tags->v[i], tag) == 0)
            return true;
    }
    return false;
}

struct tag_set tags_normalize(struct arena *a, const char *const *tags, size_t count)
{
    struct tag_set set = {ARENA_ARRAY(a, const char *, count ? count : 1), 0};

    for (size_t i = 0; i < count; i++) {
        const char *tag = utf8_fold(a, utf8_trim(a, tags[i]));

        if (*tag && !contains(&set, tag))
            set.v[set.n++] = tag;
    }
    if (set.n > 1)
        qsort(set.v, set.n, sizeof(set.v[0]), compare);
    return set;
}

struct tag_set tags_parse(struct arena *a, const char *json)
{
    json_t *array;
    struct tag_set set = {0};

    if (!json || strcmp(json, "[]") == 0)
        return set;
    array = json_loads(json, 0, NULL);
    set.v = ARENA_ARRAY(a, const char *, json_array_size(array) + 1);
    for (size_t i = 0; i < json_array_size(array); i++) {
        const char *tag = json_string_value(json_array_get(array, i));
        if (tag)
            set.v[set.n++] = arena_str(a, tag);
    }
    json_decref(array);
    return set;
}

const char *tags_json(struct arena *a, const struct tag_set *tags)
{
    struct buf b = {0};
    struct json_out j = json_to(&b);
    const char *text;

    if (tags->n == 0)
        return "[]";
    json_open(&j, '[');
    for (size_t i = 0; i < tags->n; i++)
        json_text(&j, tags->v[i]);
    json_close(&j, ']');
    text = arena_strn(a, buf_text(&b), b.len);
    buf_done(&b);
    return text;
}

struct tag_set tags_edit(struct arena *a, const struct tag_set *have, const struct tag_set *add,
                         const struct tag_set *remove)
{
    const char **all = ARENA_ARRAY(a, const char *, have->n + add->n + 1);
    size_t n = 0;

    for (size_t i = 0; i < have->n; i++) {
        if (!contains(remove, have->v[i]))
            all[n++] = have->v[i];
    }
    for (size_t i = 0; i < add->n; i++)
        all[n++] = add->v[i];
    return tags_normalize(a, all, n);
}
