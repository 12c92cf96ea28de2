/* fuzz_thing.h -- a shape with every kind of field that can be read. */
#ifndef FD_FUZZ_THING_H
#define FD_FUZZ_THING_H

#include "base/utf8.h"
#include "http/shape.h"

#include <string.h>

static const struct enum_name fuzz_levels[] = {
    {"low", 0, false}, {"high", 1, false}, {"urgent", 1, true}, {NULL, 0, false}};

struct person {
    uint64_t present;
    const char *email;
};
static const struct field person_fields[] = {
    {"email", FIELD_EMAIL, offsetof(struct person, email), .required = true},
};
static const struct shape person_shape = SHAPE("Person", NULL, struct person, person_fields);

struct thing {
    uint64_t present;
    const char *text, *ref, *custom;
    int64_t number, due_ms;
    bool flag;
    enum tri known;
    struct uuid id;
    int level;
    struct text_list tags, refs;
    struct int_list levels;
    struct person *person;
    struct object_list people;
};
#define THING(member) offsetof(struct thing, member)
static const struct field thing_fields[] = {
    {"text", FIELD_TEXT, THING(text), .nullable = true, .min = 1, .max = 20, .max_bytes = 40},
    {"ref", FIELD_REF, THING(ref), .nullable = true},
    {"custom", FIELD_JSON, THING(custom), .max_bytes = 200},
    {"number", FIELD_INT, THING(number), .min = -10, .max = 1000000},
    {"due", FIELD_TIME, THING(due_ms), .nullable = true},
    {"flag", FIELD_BOOL, THING(flag)},
    {"known", FIELD_TRI, THING(known)},
    {"id", FIELD_UUID, THING(id)},
    {"level", FIELD_ENUM, THING(level), .names = fuzz_levels},
    {"tags", FIELD_TEXTS, THING(tags), .max = 5, .max_items = 3},
    {"refs", FIELD_REFS, THING(refs)},
    {"levels", FIELD_ENUMS, THING(levels), .names = fuzz_levels},
    {"person", FIELD_OBJECT, THING(person), .of = &person_shape},
    {"people", FIELD_OBJECTS, THING(people), .of = &person_shape},
};
static const struct shape thing_shape = SHAPE("Thing", NULL, struct thing, thing_fields);

struct thing_query {
    uint64_t present;
    const char *text, *ref;
    int64_t page, after_ms;
    bool flag;
    enum tri known;
    struct int_list levels;
    struct text_list tags, refs;
};
#define ASKED(member) offsetof(struct thing_query, member)
static const struct field query_fields[] = {
    {"q", FIELD_TEXT, ASKED(text), .max = 20},
    {"ref", FIELD_REF, ASKED(ref)},
    {"page", FIELD_INT, ASKED(page), .min = 1, .max = 100},
    {"after", FIELD_TIME, ASKED(after_ms)},
    {"flag", FIELD_BOOL, ASKED(flag)},
    {"known", FIELD_TRI, ASKED(known)},
    {"level", FIELD_ENUMS, ASKED(levels), .names = fuzz_levels, .max_items = 3},
    {"tags", FIELD_TEXTS, ASKED(tags)},
    {"refs", FIELD_REFS, ASKED(refs)},
};
__attribute__((unused)) static const struct shape query_shape =
    SHAPE("Query", NULL, struct thing_query, query_fields);

/* What was accepted can be written, and is JSON that is accepted again. */
__attribute__((unused)) static void write_again(const struct thing *thing)
{
    struct shape out = thing_shape;
    struct buf text = {0};
    struct json_out j = json_to(&text);
    json_t *root;

    out.output = true;
    shape_write(&out, thing, &j);
    root = json_loadb(text.data, text.len, JSON_REJECT_DUPLICATES, NULL);
    ENSURE(root != NULL);
    json_decref(root);
    buf_done(&text);
}

#endif
