/* shape.h -- declared JSON: one table says how a body or a query string is read into a struct, how a
 * struct is written as JSON, and what OpenAPI tells the world about both.
 *
 *     struct comment_input { uint64_t present; const char *content; bool is_internal; };
 *     static const struct field comment_input_fields[] = {
 *         {"content", FIELD_TEXT, offsetof(struct comment_input, content), .required = true, .min = 1,
 *          .max_bytes = COMMENT_MAX_BYTES, .about = "Markdown"},
 *         {"isInternal", FIELD_BOOL, offsetof(struct comment_input, is_internal)},
 *     };
 *     const struct shape comment_input_shape = SHAPE("CommentInput", "...", struct comment_input, comment_input_fields);
 *
 * A struct that is read into begins with `uint64_t present`: bit i is set when field i was sent
 * (null counts as sent; the member is then zero). At most 64 fields. A struct that is only
 * written has no such member (.output = true: SHAPE_OUT).
 */
#ifndef FD_SHAPE_H
#define FD_SHAPE_H

#include "base/buf.h"
#include "base/email.h"
#include "base/fault.h"
#include "base/json_out.h"

#include <jansson.h>
#include <stddef.h>

enum field_type {
    FIELD_TEXT,  /* const char * */
    FIELD_EMAIL, /* const char *, checked and trimmed */
    FIELD_INT,   /* int64_t, bounds min..max */
    FIELD_REAL,  /* double; written only */
    FIELD_BOOL,  /* bool */
    FIELD_TRI,   /* enum tri; null is TRI_UNKNOWN */
    FIELD_TIME,  /* int64_t ms; ISO 8601 */
    FIELD_UUID,  /* struct uuid; refuses anything else */
    FIELD_REF,   /* const char *: a UUID or a short number as text, resolved by the domain */
    FIELD_ENUM,  /* int, through .names */
    FIELD_JSON,  /* const char *: a JSON object as compact text (custom fields). Written raw. */
    FIELD_JSON_TEXTS, /* written only: const char *: a JSON array of text that is stored as text */
    FIELD_TEXTS, /* struct text_list: array of text; in a query string repeated or comma-separated */
    FIELD_ENUMS,   /* struct int_list through .names */
    FIELD_REFS,    /* struct text_list of UUIDs or numbers */
    FIELD_OBJECT,  /* pointer to the struct of .of; NULL when absent or null */
    FIELD_OBJECTS, /* struct object_list of .of */
    FIELD_MAP, /* written only: struct map_list; an object with free names, values of .of (or integers if .of is NULL) */
    FIELD_TYPE_COUNT
};

struct text_list {
    const char **v;
    size_t n;
};
struct int_list {
    int *v;
    size_t n;
};
/* n structs of the field's .of, one after the other (stride .of->size) */
struct object_list {
    void *v;
    size_t n;
};
struct map_entry {
    const char *name;
    int64_t number;     /* used when the field has no .of */
    const void *object; /* struct of .of */
};
struct map_list {
    struct map_entry *v;
    size_t n;
};

/* Names of an enum; values are their places. Aliases come after: {"urgent", 3}. Ends with {NULL}. */
struct enum_name {
    const char *name;
    int value;
    bool alias; /* accepted, never written, not in OpenAPI's enum */
};

struct shape;

struct field {
    const char *name; /* camelCase, in the JSON */
    enum field_type type;
    size_t offset;
    /* input: must be sent, not null; text must not be blank. output: always there (documented) */
    bool required;
    /* input: null may be sent (PATCH: clears). TEXT, TIME, REF, UUID and ENUM (then 0) */
    bool nullable;
    bool omit_null; /* output: leave it out instead of writing null */
    int64_t min;    /* INT: least; TEXT(S): least characters; lists: see max */
    int64_t max;    /* INT: greatest (0 and min 0: no bounds); TEXT(S): most characters; 0: none */
    int64_t max_bytes; /* TEXT, JSON: most bytes; 0: none */
    int64_t max_items; /* lists; 0: FILTER_VALUES_MAX in queries, 1000 in bodies */
    const struct enum_name *names;
    const struct shape *of;
    const char *about;    /* for the documentation */
    const char *fallback; /* documented default, as text */
};

struct shape {
    const char *name; /* in OpenAPI: "TicketInput" */
    const char *about;
    size_t size;
    const struct field *fields;
    size_t field_count;
    bool output;
};

#define SHAPE(json_name, text, type, table)                                                        \
    {                                                                                              \
        .name = (json_name), .about = (text), .size = sizeof(type), .fields = (table),             \
        .field_count = COUNT_OF(table)                                                             \
    }
#define SHAPE_OUT(json_name, text, type, table)                                                    \
    {                                                                                              \
        .name = (json_name), .about = (text), .size = sizeof(type), .fields = (table),             \
        .field_count = COUNT_OF(table), .output = true                                             \
    }

/* Was the field with this JSON name sent? `struct_ptr` begins with present. ENSUREs that the name exists. */
bool shape_sent(const struct shape *shape, const void *struct_ptr, const char *field_name);

/* Reads parsed JSON into out (cleared first). All problems are told in fault, with paths
 * ("requester.email", "tags[3]"); unknown fields are named. ERR_INVALID if any. */
MUST_CHECK err shape_read(const struct shape *shape, const json_t *json, struct arena *a,
                          struct fault *fault, void *out);
/* Parses strictly (RFC 8259: no duplicates, no NUL, valid UTF-8, depth up to JSON_DEPTH_MAX) and reads. */
MUST_CHECK err shape_read_text(const struct shape *shape, const char *json, size_t len,
                               struct arena *a, struct fault *fault, void *out);
/* Reads name=value pairs of a query string; unknown names are errors too. */
struct name_value {
    const char *name;
    const char *value;
};
MUST_CHECK err shape_read_query(const struct shape *shape, const struct name_value *pairs,
                                size_t count, struct arena *a, struct fault *fault, void *out);

/* Writes a struct as a JSON object. */
void shape_write(const struct shape *shape, const void *data, struct json_out *j);

bool enum_parse(const struct enum_name *names, const char *text, int *out);
/* The name that is not an alias; ENSUREs that there is one. */
const char *enum_text(const struct enum_name *names, int value);

#endif
