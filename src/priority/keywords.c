#include "priority/keywords.h"

#include "base/utf8.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/uscript.h>
#include <unicode/utf8.h>

/* What stands between a word and the one before it. */
enum gap { GAP_FIRST, GAP_NONE, GAP_SPACE, GAP_SIGNS };

/* An edge of the tree: from state, over this gap and text, to state next. For GAP_SIGNS the text
 * begins with the signs. */
struct keyword_node {
    const char *text; /* NULL: an empty slot */
    size_t len;
    int state;
    enum gap gap;
    int next;
    int keyword; /* that ends here, or -1 */
};

struct cursor {
    const char *at;
    bool started;
};

struct token {
    enum gap gap;
    const char *text;
    size_t len;
};

static UChar32 take_char(const char **at)
{
    UChar32 c;
    int32_t i = 0;

    /* -1: ends with a NUL, which itself reads as 0 */
    U8_NEXT_OR_FFFD(*at, i, -1, c);
    *at += i;
    return c;
}

static bool is_mark(UChar32 c)
{
    return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

static bool is_word_char(UChar32 c)
{
    if (c < 128)
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z');
    return u_isalnum(c) || is_mark(c);
}

/* Scripts that are written without spaces between words. */
static bool stands_alone(UChar32 c)
{
    UErrorCode status = U_ZERO_ERROR;

    if (c < 0x0E00)
        return false;
    switch ((int)uscript_getScript(c, &status)) {
    case USCRIPT_HAN:
    case USCRIPT_HIRAGANA:
    case USCRIPT_KATAKANA:
    case USCRIPT_THAI:
    case USCRIPT_LAO:
    case USCRIPT_KHMER:
    case USCRIPT_MYANMAR:
        return true;
    }
    return c == 0x30FC; /* the prolonged sound mark belongs to both Kana */
}

static bool is_hyphen(UChar32 c)
{
    return c == '-' || (c >= 0x2010 && c <= 0x2015) || c == 0x00AD;
}

/* Moves over what is no word; tells what it was. */
static enum gap skip_gap(const char **at)
{
    bool space = false, signs = false;

    while (**at) {
        const char *next = *at;
        UChar32 c = take_char(&next);

        if (is_word_char(c))
            break;
        if (u_isUWhiteSpace(c) || is_hyphen(c))
            space = true;
        else
            signs = true;
        *at = next;
    }
    return signs ? GAP_SIGNS : space ? GAP_SPACE : GAP_NONE;
}

static void skip_word(const char **at)
{
    bool alone = stands_alone(take_char(at));

    while (**at) {
        const char *next = *at;
        UChar32 c = take_char(&next);

        if (!is_mark(c) && (alone || !is_word_char(c) || stands_alone(c)))
            return;
        *at = next;
    }
}

/* The next word with the gap before it; false at the end of the text. */
static bool next_token(struct cursor *cursor, struct token *out)
{
    const char *gap_start = cursor->at;
    enum gap gap = skip_gap(&cursor->at);
    const char *word = cursor->at;

    if (!*word)
        return false;
    skip_word(&cursor->at);
    out->gap = cursor->started ? gap : GAP_FIRST;
    out->text = out->gap == GAP_SIGNS ? gap_start : word;
    out->len = (size_t)(cursor->at - out->text);
    cursor->started = true;
    return true;
}

/* FNV-1a */
static size_t hash_edge(int state, const struct token *token)
{
    uint64_t h = UINT64_C(14695981039346656037) ^ (uint64_t)state * 31 ^ (uint64_t)token->gap << 40;

    for (size_t i = 0; i < token->len; i++)
        h = (h ^ (unsigned char)token->text[i]) * UINT64_C(1099511628211);
    return (size_t)(h ^ h >> 32);
}

/* The edge's slot, or the empty one where it would stand. */
static struct keyword_node *find_edge(const struct keyword_tree *tree, int state,
                                      const struct token *token)
{
    size_t i = hash_edge(state, token);

    for (;; i++) {
        struct keyword_node *node = &tree->slots[i & (tree->slot_count - 1)];

        if (!node->text)
            return node;
        if (node->state == state && node->gap == token->gap && node->len == token->len &&
            memcmp(node->text, token->text, token->len) == 0)
            return node;
    }
}

static void add_keyword(struct keyword_tree *tree, const char *folded, int keyword)
{
    struct cursor cursor = {.at = folded};
    struct keyword_node *node = NULL;
    struct token token;
    int state = 0;

    while (next_token(&cursor, &token)) {
        node = find_edge(tree, state, &token);
        if (!node->text)
            *node = (struct keyword_node){.text = token.text,
                                          .len = token.len,
                                          .state = state,
                                          .gap = token.gap,
                                          .next = ++tree->last_state,
                                          .keyword = -1};
        state = node->next;
    }
    if (node && node->keyword < 0)
        node->keyword = keyword;
}

void keyword_tree_init(struct keyword_tree *tree, struct arena *a, const char *const *keywords,
                       size_t count)
{
    const char **folded = ARENA_ARRAY(a, const char *, count + 1);
    size_t words = 0;

    for (size_t i = 0; i < count; i++) {
        struct cursor cursor;
        struct token token;

        folded[i] = utf8_fold(a, keywords[i]);
        cursor = (struct cursor){.at = folded[i]};
        while (next_token(&cursor, &token))
            words++;
    }
    *tree = (struct keyword_tree){.slot_count = 16};
    while (tree->slot_count < words * 2)
        tree->slot_count *= 2;
    tree->slots = ARENA_ARRAY(a, struct keyword_node, tree->slot_count);
    for (size_t i = 0; i < count; i++)
        add_keyword(tree, folded[i], (int)i);
}

void keyword_tree_find(const struct keyword_tree *tree, struct arena *a, const char *text,
                       bool *found)
{
    struct cursor cursor = {.at = text ? utf8_fold(a, text) : ""};
    struct token first;

    while (next_token(&cursor, &first)) {
        struct cursor ahead = cursor;
        struct token token = first;
        int state = 0;

        token.gap = GAP_FIRST;
        if (first.gap == GAP_SIGNS) { /* without the signs: they stand before the keyword */
            const char *word = first.text;

            skip_gap(&word);
            token.len -= (size_t)(word - token.text);
            token.text = word;
        }
        do {
            const struct keyword_node *node = find_edge(tree, state, &token);

            if (!node->text)
                break;
            if (node->keyword >= 0)
                found[node->keyword] = true;
            state = node->next;
        } while (next_token(&ahead, &token));
    }
}
