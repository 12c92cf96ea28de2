#include "search/search_query.h"

#include "base/buf.h"
#include "base/limits.h"
#include "base/utf8.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>
#include <unicode/utf8.h>

/* What the index takes for a part of a word (FTS5's unicode61: letters, numbers, private use). */
static bool is_word_char(UChar32 c)
{
    return c >= 0 && (U_GET_GC_MASK(c) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_CO_MASK)) != 0;
}

static bool is_quote(UChar32 c)
{
    return c == '"' || c == 0x201C || c == 0x201D || c == 0x201E || c == 0xAB || c == 0xBB;
}

/* Reads over valid UTF-8. */
struct reader {
    const uint8_t *s;
    int32_t at;
    int32_t len;
};

static UChar32 peek(const struct reader *r, int32_t *out_next)
{
    int32_t next = r->at;
    UChar32 c;

    if (next >= r->len)
        return 0;
    U8_NEXT(r->s, next, r->len, c);
    *out_next = next;
    return c;
}

static int word_chars(const char *text, size_t len)
{
    struct reader r = {(const uint8_t *)text, 0, (int32_t)len};
    int n = 0;

    while (r.at < r.len) {
        UChar32 c = peek(&r, &r.at);

        n += is_word_char(c);
    }
    return n;
}

/* A phrase up to its closing mark, or a word up to white space or a quotation mark. */
static size_t take_text(struct reader *r, bool quoted, const char **out)
{
    int32_t begin = r->at, next = r->at;

    while (r->at < r->len) {
        UChar32 c = peek(r, &next);

        if (is_quote(c) || (!quoted && u_isUWhiteSpace(c)))
            break;
        r->at = next;
    }
    *out = (const char *)r->s + begin;
    return (size_t)(r->at - begin);
}

static void skip_space(struct reader *r)
{
    int32_t next = r->at;

    while (r->at < r->len && u_isUWhiteSpace(peek(r, &next)))
        r->at = next;
}

/* One term; false if what stands here is only punctuation. */
static bool take_term(struct arena *a, struct reader *r, struct search_term *out)
{
    int32_t next = r->at;
    const char *text;
    size_t len;
    bool quoted, star;

    *out = (struct search_term){0};
    if (peek(r, &next) == '-') {
        out->exclude = true;
        r->at = next;
    }
    quoted = r->at < r->len && is_quote(peek(r, &next));
    if (quoted)
        r->at = next;
    len = take_text(r, quoted, &text);
    if (quoted && r->at < r->len) {
        (void)peek(r, &next);
        r->at = next;
    }
    star = len > 0 && text[len - 1] == '*' && !quoted;
    if (quoted && r->at < r->len && r->s[r->at] == '*') {
        star = true;
        r->at++;
    }
    if (word_chars(text, len) == 0)
        return false;
    out->text = arena_strn(a, text, len);
    out->prefix = star && word_chars(text, len) >= SEARCH_PREFIX_MIN;
    return true;
}

/* "123" or "#123", alone. */
static int64_t as_number(const char *text)
{
    char *end;
    long long n;

    if (*text == '#')
        text++;
    if (*text < '1' || *text > '9' || strlen(text) > 18)
        return 0;
    n = strtoll(text, &end, 10);
    return *end == '\0' ? n : 0;
}

static bool looks_like_email(const char *text)
{
    const char *at = strchr(text, '@');

    return at && at != text && at[1] && !strchr(at + 1, '@') && !strpbrk(text, " \t\r\n\"<>()") &&
           strlen(text) <= EMAIL_MAX_BYTES;
}

/* OR joins its neighbours; AND is what a space means anyway. */
static bool take_operator(struct reader *r, const char *word)
{
    size_t len = strlen(word);

    if ((size_t)(r->len - r->at) < len || memcmp(r->s + r->at, word, len) != 0)
        return false;
    if (r->at + (int32_t)len < r->len && r->s[r->at + (int32_t)len] != ' ')
        return false;
    r->at += (int32_t)len;
    return true;
}

err search_query_parse(struct arena *a, struct fault *fault, const char *text,
                       struct search_query *out)
{
    const char *trimmed = utf8_trim(a, text);
    struct reader r = {(const uint8_t *)trimmed, 0, (int32_t)strlen(trimmed)};
    bool or_before = false;

    *out = (struct search_query){.number = as_number(trimmed)};
    if (utf8_length(trimmed) > SEARCH_QUERY_MAX_CHARS)
        return fault_field(fault, "searchQuery", "at most %d characters", SEARCH_QUERY_MAX_CHARS);
    if (looks_like_email(trimmed))
        out->email = trimmed;
    for (skip_space(&r); r.at < r.len; skip_space(&r)) {
        struct search_term term;

        if (take_operator(&r, "AND"))
            continue;
        if (take_operator(&r, "OR")) {
            or_before = out->wanted > 0;
            continue;
        }
        if (!take_term(a, &r, &term))
            continue;
        if (out->n == SEARCH_TERMS_MAX)
            return fault_field(fault, "searchQuery", "at most %d words", SEARCH_TERMS_MAX);
        term.or_before = or_before && !term.exclude;
        or_before = false;
        out->terms[out->n++] = term;
        out->wanted += !term.exclude;
    }
    return OK;
}
