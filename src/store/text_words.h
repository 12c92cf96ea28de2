/* text_words.h -- cuts text into the words by which full text finds it.
 *
 * Both engines search by the same words because the same code cuts them: FTS5's unicode61 without accents, which
 * the embedded engine's index names as its tokenizer. A word is folded: without case and accents. */
#ifndef FD_TEXT_WORDS_H
#define FD_TEXT_WORDS_H

#include "base/base.h"

/* Calls each for every word, in the order of the text. word is valid during the call, does not end with a NUL, and
 * holds letters, digits and accents only. text is UTF-8. Any thread; ERR_STORE if SQLite cannot be had. */
MUST_CHECK err text_words(const char *text, size_t len,
                          void (*each)(void *ctx, const char *word, size_t len), void *ctx);

#endif
