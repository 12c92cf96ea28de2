/* search_words.h -- what a ticket says, as the words that PostgreSQL's full text keeps (a tsvector's text).
 *
 * Each word is one that store/text_words.h cuts, with its places and the part of the ticket as their weight:
 * A subject, B description, C public comments, D internal comments. Places go on from part to part with a gap, so
 * that no phrase reaches over it. Beside the words stand the ranges of tickets that the ticket lies in
 * (search_range): words that no text can hold.
 *
 * A tsvector has limits; what is beyond them is found less well but never refused:
 *   a word longer than SEARCH_WORD_MAX_BYTES is kept by its beginning (no query is that long);
 *   a word beyond the SEARCH_PLACES_MAX-th is found, but in no phrase; likewise a word's occurrences
 *   beyond its SEARCH_WORD_PLACES_MAX-th;
 *   words that occur first when SEARCH_WORDS_MAX_BYTES are full are not found. */
#ifndef FD_SEARCH_WORDS_H
#define FD_SEARCH_WORDS_H

#include "base/buf.h"
#include "queries.gen.h"

struct search_words {
    const char *text; /* in the arena; casts to tsvector */
    int64_t length;   /* words in all, each occurrence counted */
};
MUST_CHECK err search_words_of(struct arena *a, int64_t ticket_id,
                               const struct search_document *doc, struct search_words *out);

/* 'word', quoted for a tsvector or tsquery; cut to SEARCH_WORD_MAX_BYTES. */
void search_word_write(struct buf *b, const char *word, size_t len);

/* Ranges of tickets by number: level 0 has 4,096 to a range, each further one 8 times as many. */
enum { SEARCH_RANGE_LEVELS = 4, SEARCH_RANGE_FIRST_BITS = 12, SEARCH_RANGE_LEVEL_BITS = 3 };
int64_t search_range_of(int64_t ticket_id, int level);
/* The word of a range, quoted. */
void search_range_write(struct buf *b, int64_t range, int level);

#endif
