/* search_snippet.h -- the place of a ticket's text that shows why it was found. */
#ifndef FD_SEARCH_SNIPPET_H
#define FD_SEARCH_SNIPPET_H

#include "search/search_query.h"

enum { SNIPPET_COLUMNS = 4, SNIPPET_WORDS = 24, SNIPPET_SCAN_BYTES = 16 * 1024 };

/* HTML: text escaped, found words and phrases in <mark>, … where text was left out. NULL if none of the words is in
 * the first SNIPPET_SCAN_BYTES of any column. columns: texts of the ticket, NULL where there is none; of two that say
 * equally much the first is taken. */
const char *search_snippet(struct arena *a, const struct search_query *query,
                           const char *const columns[SNIPPET_COLUMNS]);

#endif
