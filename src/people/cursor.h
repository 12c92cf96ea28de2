/* cursor.h -- where the next page of a list ordered by (name, id) begins, as opaque text. */
#ifndef FD_CURSOR_H
#define FD_CURSOR_H

#include "base/fault.h"

const char *name_cursor_text(struct arena *a, const char *name, int64_t id);
/* NULL text is the beginning. ERR_INVALID with the field "cursor". */
MUST_CHECK err name_cursor_parse(struct arena *a, struct fault *fault, const char *text,
                                 const char **out_name, int64_t *out_id);

/* What LIKE .. ESCAPE '!' takes literally. */
const char *like_escaped(struct arena *a, const char *text);

#endif
