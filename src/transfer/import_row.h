/* import_row.h -- one ticket of a file that is to be imported, read and checked.
 *
 * A row is complete and valid before anything of it is written: many rows share a transaction, and
 * one that fails there costs all of them a second try. What the desk itself must know (categories,
 * agents, groups) is only named here and found when the row is written. */
#ifndef FD_IMPORT_ROW_H
#define FD_IMPORT_ROW_H

#include "ticket/ticket.h"

#include <jansson.h>

struct import_watcher {
    const char *email;
    const char *name;
};

struct import_row {
    int64_t line;      /* on which it begins */
    int64_t next_line; /* where the next one begins */
    int64_t next_offset;
    const char *wrong;         /* not to be written: why; NULL: it is fine */
    bool skip;                 /* not to be written, and nothing is wrong */
    struct ticket_input input; /* category, assignee and group are still to be found */
    const char *category;
    const char *assignee_email;
    const char *assignee_group;
    struct comment_input *comments; /* authors are still to be found */
    const char **author_emails;     /* one a comment; NULL: not said */
    size_t comment_count;
    struct import_watcher *watchers;
    size_t watcher_count;
};

/* Notes names that mean nothing, each once. Lives as long as the import. */
struct import_unknowns {
    struct arena *arena;
    const char *names[32];
    size_t n;
};

/* From an object as POST /api/tickets takes it, and more (README.md). What is wrong is said in
 * row->wrong. Texts are copied into a. moments later than now_ms (and a day) are refused. */
void import_row_read(struct arena *a, const json_t *object, int64_t now_ms,
                     struct import_unknowns *unknowns, struct import_row *out);
/* The same object from the cells of a CSV row; columns are the header's names after
 * import_columns. To be json_decref'ed. */
json_t *import_row_object(const char *const *columns, const char *const *cells, size_t count);
/* What each header cell means: the field's name as import_row_object takes it, or NULL. */
const char **import_columns(struct arena *a, const char *const *header, size_t count,
                            struct import_unknowns *unknowns);

#endif
