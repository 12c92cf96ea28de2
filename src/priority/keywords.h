/* keywords.h -- finds a list of words and phrases in a text, as words: "download" is not "down".
 *
 * A word is a run of letters, digits and their marks; where a script does not put spaces between
 * words (Han, Kana, Thai ...) each character is one. Case does not matter. Between the words of a
 * phrase any white space or hyphens may stand ("not working", "not-working", over a line's end);
 * other signs must be the same ones. Signs around a keyword are ignored.
 *
 * The text is walked once. A step looks one word up in a tree of the keywords, so the time depends
 * on the length of the text and of the longest phrase, not on the number of keywords. */
#ifndef FD_KEYWORDS_H
#define FD_KEYWORDS_H

#include "base/arena.h"

struct keyword_node;

struct keyword_tree {
    struct keyword_node *slots; /* open addressing; a power of two */
    size_t slot_count;
    int last_state;
};

/* Everything lives in a. A keyword without any letter or digit never matches; of two that are
 * the same when folded the first one does. */
void keyword_tree_init(struct keyword_tree *tree, struct arena *a, const char *const *keywords,
                       size_t count);
/* Sets found[i] for each keyword i that occurs in text; leaves the others as they are. text is
 * valid UTF-8 or NULL. */
void keyword_tree_find(const struct keyword_tree *tree, struct arena *a, const char *text,
                       bool *found);

#endif
