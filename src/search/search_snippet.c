#include "search/search_snippet.h"

#include "base/buf.h"
#include "base/utf8.h"

#include <string.h>
#include <unicode/uchar.h>
#include <unicode/unorm2.h>
#include <unicode/utf8.h>

enum { LEAD_WORDS = 5, STARTS_TRIED = 200 };

/* A word: where it stands, and its letters without case and accents. */
struct word {
    int32_t begin, end;
    int32_t key, key_len; /* in the keys of its text */
    uint8_t marked;       /* 1: begins what was found; 2: goes on */
};
struct word_list {
    const char *text;
    struct word *v;
    int32_t n;
    struct buf keys;
};

static bool is_word_char(UChar32 c)
{
    return (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_CO_MASK)) != 0;
}

static bool is_accent(UChar32 c)
{
    return (U_GET_GC_MASK(c) & U_GC_M_MASK) != 0;
}

/* The letter under the accents, folded: what the index keeps of it. */
static void add_key(struct buf *keys, UChar32 c)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar parts[32];
    char utf8[4];
    int32_t len = 0;

    if (c >= 0x80) {
        const UNormalizer2 *nfd = unorm2_getNFDInstance(&status);
        int32_t n = U_SUCCESS(status)
                        ? unorm2_getDecomposition(nfd, c, parts, (int32_t)COUNT_OF(parts), &status)
                        : -1;

        if (n > 0 && U_SUCCESS(status))
            U16_GET(parts, 0, 0, n, c);
    }
    c = u_foldCase(c, U_FOLD_CASE_DEFAULT);
    U8_APPEND_UNSAFE(utf8, len, c);
    buf_add(keys, utf8, (size_t)len);
}

/* The ASCII character in a word's key, 0 for what is no part of a word: most text is nothing else. */
static const char ascii_keys[128] = {
    ['0'] = '0', ['1'] = '1', ['2'] = '2', ['3'] = '3', ['4'] = '4', ['5'] = '5', ['6'] = '6',
    ['7'] = '7', ['8'] = '8', ['9'] = '9', ['A'] = 'a', ['B'] = 'b', ['C'] = 'c', ['D'] = 'd',
    ['E'] = 'e', ['F'] = 'f', ['G'] = 'g', ['H'] = 'h', ['I'] = 'i', ['J'] = 'j', ['K'] = 'k',
    ['L'] = 'l', ['M'] = 'm', ['N'] = 'n', ['O'] = 'o', ['P'] = 'p', ['Q'] = 'q', ['R'] = 'r',
    ['S'] = 's', ['T'] = 't', ['U'] = 'u', ['V'] = 'v', ['W'] = 'w', ['X'] = 'x', ['Y'] = 'y',
    ['Z'] = 'z', ['a'] = 'a', ['b'] = 'b', ['c'] = 'c', ['d'] = 'd', ['e'] = 'e', ['f'] = 'f',
    ['g'] = 'g', ['h'] = 'h', ['i'] = 'i', ['j'] = 'j', ['k'] = 'k', ['l'] = 'l', ['m'] = 'm',
    ['n'] = 'n', ['o'] = 'o', ['p'] = 'p', ['q'] = 'q', ['r'] = 'r', ['s'] = 's', ['t'] = 't',
    ['u'] = 'u', ['v'] = 'v', ['w'] = 'w', ['x'] = 'x', ['y'] = 'y', ['z'] = 'z',
};

static struct word *begin_word(struct word_list *out, int32_t begin)
{
    struct word *word = &out->v[out->n++];

    *word = (struct word){.begin = begin, .key = (int32_t)out->keys.len};
    return word;
}

/* text is valid UTF-8; at most SNIPPET_SCAN_BYTES of it are looked at. */
static void split(struct arena *a, const char *text, struct word_list *out)
{
    int32_t len = (int32_t)utf8_cut(text, strlen(text), SNIPPET_SCAN_BYTES);
    struct word *word = NULL;

    *out = (struct word_list){.text = text,
                              .v = arena_alloc(a, sizeof(struct word) * (size_t)(len / 2 + 1))};
    buf_reserve(&out->keys, (size_t)len);
    for (int32_t at = 0; at < len;) {
        int32_t begin = at;
        unsigned char first = (unsigned char)text[at];
        UChar32 c = first;

        if (first < 0x80)
            at++;
        else
            U8_NEXT((const uint8_t *)text, at, len, c);
        if (word && first >= 0x80 && is_accent(c)) {
            word->end = at;
            continue;
        }
        if (first < 0x80 ? !ascii_keys[first] : !is_word_char(c)) {
            word = NULL;
            continue;
        }
        if (!word)
            word = begin_word(out, begin);
        if (first < 0x80)
            buf_char(&out->keys, ascii_keys[first]);
        else
            add_key(&out->keys, c);
        word->end = at;
        word->key_len = (int32_t)out->keys.len - word->key;
    }
}

static bool same_word(const struct word_list *texts, int32_t i, const struct word_list *terms,
                      int32_t k, bool prefix)
{
    const struct word *w = &texts->v[i], *t = &terms->v[k];

    if (w->key_len < t->key_len || (!prefix && w->key_len != t->key_len))
        return false;
    return memcmp(texts->keys.data + w->key, terms->keys.data + t->key, (size_t)t->key_len) == 0;
}

/* Marks each place where the term's words stand one after the other. */
static int mark_term(struct word_list *text, const struct word_list *term, bool prefix)
{
    int found = 0;

    for (int32_t i = 0; i + term->n <= text->n; i++) {
        int32_t k = 0;

        while (k < term->n && same_word(text, i + k, term, k, prefix && k == term->n - 1))
            k++;
        if (k < term->n)
            continue;
        found++;
        if (!text->v[i].marked)
            text->v[i].marked = 1;
        for (k = 1; k < term->n; k++)
            text->v[i + k].marked = 2;
    }
    return found;
}

/* How many found words the best window shows, and where it begins. */
static int best_window(const struct word_list *text, int32_t *out_begin)
{
    int best = 0, tried = 0;

    for (int32_t i = 0; i < text->n && tried < STARTS_TRIED; i++) {
        int32_t begin = i > LEAD_WORDS ? i - LEAD_WORDS : 0;
        int shown = 0;

        if (text->v[i].marked != 1)
            continue;
        tried++;
        for (int32_t k = i; k < text->n && k < begin + SNIPPET_WORDS; k++)
            shown += text->v[k].marked == 1;
        if (shown > best) {
            best = shown;
            *out_begin = begin;
        }
    }
    return best;
}

static void add_escaped(struct buf *b, const char *text, int32_t from, int32_t to)
{
    static const char *const escapes[256] = {
        ['&'] = "&amp;", ['<'] = "&lt;", ['>'] = "&gt;", ['"'] = "&quot;", ['\''] = "&#39;"};

    for (int32_t i = from; i < to; i++) {
        unsigned char c = (unsigned char)text[i];

        if (escapes[c])
            buf_str(b, escapes[c]);
        else
            buf_char(b, c < ' ' ? ' ' : (char)c);
    }
}

static const char *window_html(struct arena *a, const struct word_list *text, int32_t begin)
{
    int32_t end = begin + SNIPPET_WORDS < text->n ? begin + SNIPPET_WORDS : text->n;
    int32_t at = begin > 0 ? text->v[begin].begin : 0;
    struct buf b = {0};
    const char *html;

    if (begin > 0)
        buf_str(&b, "…");
    for (int32_t i = begin; i < end; i++) {
        bool opens = text->v[i].marked && (i == begin || text->v[i].marked == 1);
        bool closes = text->v[i].marked && (i + 1 == end || text->v[i + 1].marked != 2);

        add_escaped(&b, text->text, at, text->v[i].begin);
        if (opens)
            buf_str(&b, "<mark>");
        add_escaped(&b, text->text, text->v[i].begin, text->v[i].end);
        if (closes)
            buf_str(&b, "</mark>");
        at = text->v[i].end;
    }
    if (text->text[at] != '\0')
        buf_str(&b, "…");
    html = arena_str(a, buf_text(&b));
    buf_done(&b);
    return html;
}

const char *search_snippet(struct arena *a, const struct search_query *query,
                           const char *const columns[SNIPPET_COLUMNS])
{
    struct word_list terms[SEARCH_TERMS_MAX] = {{0}};
    const char *html = NULL;
    int best = 0;

    for (size_t t = 0; t < query->n; t++) {
        if (!query->terms[t].exclude)
            split(a, query->terms[t].text, &terms[t]);
    }
    for (int c = 0; c < SNIPPET_COLUMNS; c++) {
        struct word_list text;
        int32_t begin = 0;
        int found = 0, shown;

        if (!columns[c])
            continue;
        split(a, columns[c], &text);
        for (size_t t = 0; t < query->n; t++) {
            if (terms[t].n > 0)
                found += mark_term(&text, &terms[t], query->terms[t].prefix);
        }
        shown = found ? best_window(&text, &begin) : 0;
        if (shown > best) {
            best = shown;
            html = window_html(a, &text, begin);
        }
        buf_done(&text.keys);
    }
    for (size_t t = 0; t < query->n; t++)
        buf_done(&terms[t].keys);
    return html;
}
