/* quote_match.h -- what kind of line is this? Used by quote.c only. */
#ifndef FD_MIME_QUOTE_MATCH_H
#define FD_MIME_QUOTE_MATCH_H

#include "base/arena.h"

struct line {
    const char *s; /* not ended by a NUL; trailing blanks are cut off */
    size_t len;
    size_t offset;    /* in the text */
    int depth;        /* number of leading ">" */
    const char *bare; /* without quote marks and blanks in front */
    size_t bare_len;
    bool ends_with_blank; /* "-- " as opposed to "--" */
};

struct lines {
    struct line *at;
    size_t count;
};

struct lines lines_split(struct arena *a, const char *text);

/* Number of lines, from i on, that say "On ... someone wrote:", or 0. */
size_t match_attribution(const struct lines *l, size_t i);
/* Number of lines of a block "From: Sent: To: Subject:", or 0. */
size_t match_header_block(const struct lines *l, size_t i);
/* "-----Original Message-----" */
bool match_original_separator(const struct line *line);
/* "---------- Forwarded message ---------" */
bool match_forward(const struct line *line);
/* "Sent from my iPhone" */
bool match_sent_from(const struct line *line);
/* Nothing but dashes, underscores and their like. */
bool match_delimiter(const struct line *line);
/* An "On ... wrote:" that shares its line with text: where it starts, or 0. */
size_t match_attribution_inside(const struct line *line);

/* quote_words.c: tables that end with NULL */
extern const char *const WORDS_WROTE[];
extern const char *const WORDS_LEAD[];
extern const char *const WORDS_ORIGINAL[];
extern const char *const WORDS_REPLY_ABOVE[];
extern const char *const WORDS_FORWARDED[];
extern const char *const WORDS_SENT_FROM[];
extern const char *const WORDS_FORWARD_PREFIX[];

/* What stands at both ends of a line. */
struct frame {
    const char *start; /* NULL ends the table */
    const char *end;
};
extern const struct frame FRAMES_SENT_FROM[];

enum label {
    LABEL_NONE,
    LABEL_FROM,
    LABEL_DATE,
    LABEL_TO,
    LABEL_SUBJECT,
    LABEL_OTHER,
    LABEL_COUNT
};
struct label_word {
    const char *word;
    enum label label;
};
/* quote_labels.c: ends with NULL */
extern const struct label_word LABEL_WORDS[];

#endif
