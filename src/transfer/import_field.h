/* import_field.h -- for import_row.c: objects read by a table of fields. */
#ifndef FD_IMPORT_FIELD_H
#define FD_IMPORT_FIELD_H

#include "transfer/import_row.h"

enum import_kind {
    IMPORT_TEXT,    /* const char *; empty is absent */
    IMPORT_EMAIL,   /* likewise, and an address */
    IMPORT_WORD,    /* int, by .word */
    IMPORT_TIME,    /* int64_t milliseconds */
    IMPORT_BOOL,    /* bool */
    IMPORT_OTHER,   /* known, and read by other means */
    IMPORT_IGNORED, /* known, and of no use here */
};

struct import_field {
    const char *name;
    enum import_kind kind;
    size_t offset;
    size_t max_chars; /* 0: no limit of its own */
    size_t max_bytes;
    bool required;
    int (*word)(const char *text); /* -1: no such word */
};
struct import_shape {
    const struct import_field *fields;
    size_t count;
};
extern const struct import_shape import_ticket_shape;

struct import_reading {
    struct arena *arena;
    struct import_row *row;
    int64_t now_ms;
    struct import_unknowns *unknowns;
};

/* Keeps the first complaint: "requester.email: is not an e-mail address". */
void import_wrong(struct import_reading *r, const char *path, const char *name, const char *fmt,
                  ...) PRINTF_LIKE(4, 5);
void import_read_object(struct import_reading *r, const struct import_shape *shape,
                        const json_t *object, const char *path, void *out);
void import_unknown(struct import_unknowns *unknowns, const char *name);

int import_word_priority(const char *text);
int import_word_status(const char *text);
int import_word_source(const char *text);
int import_word_tier(const char *text);
int import_word_author(const char *text);

#endif
