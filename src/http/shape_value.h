/* shape_value.h -- what reading JSON and reading query strings have in common: where we are, and
 * the checks of single values. Private to http/. */
#ifndef FD_SHAPE_VALUE_H
#define FD_SHAPE_VALUE_H

#include "http/shape.h"

/* A step of the path to the value that is being read. Steps live on the C stack: the text is only
 * put together when there is something to complain about. */
struct shape_path {
    const struct shape_path *parent;
    const char *name; /* NULL: an element of a list */
    size_t index;
};

struct shape_reader {
    struct arena *arena;
    struct fault *fault;
    size_t complaints;
    bool from_query;
};

/* Tells one problem; counts it. */
void shape_complain(struct shape_reader *r, const struct shape_path *path, const char *fmt, ...)
    PRINTF_LIKE(3, 4);

/* Each stores into *out and says whether the text will do; if not, it has complained. */
bool shape_take_text(struct shape_reader *r, const struct shape_path *path,
                     const struct field *field, const char *text, const char **out);
bool shape_take_email(struct shape_reader *r, const struct shape_path *path, const char *text,
                      const char **out);
bool shape_take_int(struct shape_reader *r, const struct shape_path *path,
                    const struct field *field, int64_t n, int64_t *out);
bool shape_take_time(struct shape_reader *r, const struct shape_path *path, const char *text,
                     int64_t *out);
bool shape_take_uuid(struct shape_reader *r, const struct shape_path *path, const char *text,
                     struct uuid *out);
bool shape_take_ref(struct shape_reader *r, const struct shape_path *path, const char *text,
                    const char **out);
bool shape_take_enum(struct shape_reader *r, const struct shape_path *path,
                     const struct field *field, const char *text, int *out);
/* Complains if a list of count items is too long. */
bool shape_take_count(struct shape_reader *r, const struct shape_path *path,
                      const struct field *field, size_t count);

/* The most items of a list field: its own or the default of where it is read. */
size_t shape_items_max(const struct field *field, bool from_query);

static inline void *shape_member(const struct field *field, const void *base)
{
    return (char *)base + field->offset;
}

/* -1: no field of that name. */
static inline int shape_find_field(const struct shape *shape, const char *name)
{
    for (size_t i = 0; i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return (int)i;
    }
    return -1;
}

#endif
