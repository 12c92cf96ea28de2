#include "mime/quote_match.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

enum {
    ATTRIBUTION_LINES_MAX = 6,
    ATTRIBUTION_MAX_BYTES = 400,
    HEADER_BLOCK_LINES_MAX = 14,
    SHORT_LINE_BYTES = 140,
    SENT_FROM_WORDS_MAX = 7,
};

struct lines lines_split(struct arena *a, const char *text)
{
    struct lines l = {0};
    size_t cap = 0;

    for (const char *at = text; *at;) {
        const char *nl = strchr(at, '\n');
        const char *end = nl ? nl : at + strlen(at);
        struct line line = {.s = at, .len = (size_t)(end - at), .offset = (size_t)(at - text)};

        while (line.len && (at[line.len - 1] == ' ' || at[line.len - 1] == '\t')) {
            line.len--;
            line.ends_with_blank = true;
        }
        line.bare = at;
        line.bare_len = line.len;
        while (line.bare_len && strchr("> \t", *line.bare)) {
            line.depth += *line.bare == '>';
            line.bare++;
            line.bare_len--;
        }
        if (l.count == cap) {
            size_t grown = cap ? cap * 2 : 64;
            l.at = arena_grow(a, l.at, cap * sizeof line, grown * sizeof line);
            cap = grown;
        }
        l.at[l.count++] = line;
        at = nl ? nl + 1 : end;
    }
    return l;
}

/* Length of the word if s begins with it, else 0. Nearly always the first byte decides. */
static size_t word_at_start(const char *s, const char *word)
{
    size_t len;

    if ((*s | 0x20) != (*word | 0x20))
        return 0;
    len = strlen(word);
    return strncasecmp(s, word, len) == 0 ? len : 0;
}

/* The word that ends last in s (the longest of those), or NULL. */
static const char *find_word(const char *s, const char *const *words, size_t *out_len)
{
    bool first[256] = {0};
    const char *best = NULL;

    for (const char *const *w = words; *w; w++)
        first[(unsigned char)**w] = first[toupper((unsigned char)**w)] = true;
    for (const char *at = s; *at; at++) {
        if (!first[(unsigned char)*at])
            continue;
        for (const char *const *w = words; *w; w++) {
            size_t len = word_at_start(at, *w);
            if (len && (!best || at + len > best + *out_len)) {
                best = at;
                *out_len = len;
            }
        }
    }
    return best;
}

static bool starts_with(const char *s, const char *const *words)
{
    for (; *words; words++) {
        if (word_at_start(s, *words))
            return true;
    }
    return false;
}

/* What the rules for "On ... wrote:" look at. */
struct clues {
    bool lead, starts_digit, has_time, has_year, has_email, ends_colon, ends_angle, dashes;
    bool verb_last;         /* the verb ends the line, colon aside */
    const char *after_verb; /* NULL: no verb */
};

static void look_for_numbers(const char *s, struct clues *c)
{
    for (const char *p = s; *p; p++) {
        const unsigned char *u = (const unsigned char *)p;

        if (isdigit(u[0]) && (u[1] == ':' || u[1] == '.' || u[1] == 'h') && isdigit(u[2]) &&
            isdigit(u[3]) && !isdigit(u[4]))
            c->has_time = true;
        if ((p == s || !isdigit(u[-1])) &&
            ((u[0] == '1' && u[1] == '9') || (u[0] == '2' && u[1] == '0')) && isdigit(u[2]) &&
            isdigit(u[3]) && !isdigit(u[4]))
            c->has_year = true;
        /* 12.12.16, 4/19/11 */
        if (isdigit(u[0]) && (u[1] == '/' || u[1] == '.' || u[1] == '-')) {
            int n = 0;
            if (sscanf(p, "%*1d%*[./-]%*2d%*[./-]%*4d%n", &n) == 0 && n)
                c->has_year = true;
        }
        if (u[0] == '@' && p > s && (isalnum(u[-1]) || u[-1] >= 0x80) &&
            (isalnum(u[1]) || u[1] >= 0x80))
            c->has_email = true;
    }
}

/* s is changed: what closes the line is cut off. */
static struct clues look(char *s)
{
    struct clues c = {0};
    size_t len = strlen(s), verb_len = 0, front;
    const char *verb;

    front = strspn(s, "-*_ ");
    c.dashes = front >= 3 && len > 3 && strncmp(s + len - 3, "---", 3) == 0;
    while (len && strchr("-*_ ", s[len - 1]))
        s[--len] = '\0';
    s += front < len ? front : 0;
    len = strlen(s);
    c.lead = starts_with(s, WORDS_LEAD);
    c.starts_digit = isdigit((unsigned char)*s);
    look_for_numbers(s, &c);
    if (len && s[len - 1] == ':') {
        c.ends_colon = true;
        s[--len] = '\0';
    } else if (len >= 3 && strcmp(s + len - 3, "：") == 0) {
        c.ends_colon = true;
        len -= 3;
        s[len] = '\0';
    }
    while (len && strchr(" *_", s[len - 1]))
        s[--len] = '\0';
    c.ends_angle = len && (s[len - 1] == '>' || s[len - 1] == ']');
    verb = find_word(s, WORDS_WROTE, &verb_len);
    if (verb) {
        c.after_verb = verb + verb_len;
        c.verb_last = *c.after_verb == '\0' || strcmp(c.after_verb, "(a)") == 0 ||
                      strcmp(c.after_verb, "(а)") == 0 || strcmp(c.after_verb, "(la)") == 0 ||
                      strcmp(c.after_verb, "a") == 0 || strcmp(c.after_verb, "а") == 0 ||
                      strcmp(c.after_verb, "/a") == 0 || strcmp(c.after_verb, "：") == 0;
    }
    return c;
}

/* After the verb no more than a name, as in "Am 1.2.24 um 10:00 schrieb Anna Muster:". */
static bool is_name_like(const char *s)
{
    int words = 0;

    for (const char *p = s; *p; p++) {
        if (strchr(",.;!?", *p) && !(*p == '.' && isalpha((unsigned char)p[1])) && p[1] == '\0')
            return false;
        words += *p == ' ';
    }
    return words <= 5 && strlen(s) <= 80;
}

static bool is_attribution(char *s, bool quote_follows, bool one_line)
{
    size_t len = strlen(s);
    struct clues c;
    bool dated;

    if (len < 8 || len > ATTRIBUTION_MAX_BYTES)
        return false;
    c = look(s);
    dated = c.has_time || c.has_year;
    if (c.verb_last) {
        if (c.dashes)
            return true;
        if ((c.lead || c.starts_digit || (c.has_year && c.has_time)) &&
            (dated || (c.has_email && c.ends_colon)))
            return true;
        if (c.lead && c.ends_colon && quote_follows && strpbrk(s, "0123456789"))
            return true;
        if (one_line && c.has_email && c.ends_colon)
            return true;
        if (c.ends_colon && quote_follows && one_line && len <= 100)
            return true;
    }
    if (c.after_verb && c.ends_colon && dated) {
        /* "Jane <jane@example.com> schrieb am ...", "... ezt írta (időpont: ...)" */
        if (c.has_email && one_line && c.has_year && c.has_time && strlen(c.after_verb) <= 60)
            return true;
        if (strchr(c.after_verb, '@') && c.ends_angle)
            return true;
        if ((c.lead || c.starts_digit) && is_name_like(c.after_verb) &&
            (quote_follows || (c.has_time && c.has_year)))
            return true;
    }
    if (c.has_year && c.has_time && c.has_email && c.ends_colon && c.ends_angle)
        return true;
    return c.starts_digit && c.has_year && c.has_email && c.ends_angle && quote_follows;
}

/* Appends a line to the joined text, blanks of all kinds as one blank. */
static size_t append(char *to, size_t n, const struct line *line)
{
    if (n && n < ATTRIBUTION_MAX_BYTES)
        to[n++] = ' ';
    for (size_t i = 0; i < line->bare_len && n < ATTRIBUTION_MAX_BYTES; i++) {
        const unsigned char *c = (const unsigned char *)line->bare + i;
        size_t left = line->bare_len - i;

        if (c[0] == 0xC2 && left > 1 && c[1] == 0xA0)
            i++, to[n] = ' ';
        else if (c[0] == 0xE2 && left > 2 && c[1] == 0x80 && c[2] == 0xAF)
            i += 2, to[n] = ' ';
        else
            to[n] = *c == '\t' ? ' ' : (char)*c;
        if (to[n] != ' ' || (n && to[n - 1] != ' '))
            n++;
    }
    to[n] = '\0';
    return n;
}

/* Cheap: may an attribution begin on this line at all? Keeps long texts fast. */
static bool may_begin(const char *first, bool *out_may_span)
{
    const char *s = first + strspn(first, "-*_ ");
    struct clues c = {0};

    look_for_numbers(s, &c);
    *out_may_span =
        isdigit((unsigned char)*s) || starts_with(s, WORDS_LEAD) || (c.has_year && c.has_time);
    return *out_may_span || c.has_email || c.has_time || c.has_year || strchr(s, ':') ||
           s != first || strstr(s, "：");
}

static bool next_is_quote(const struct lines *l, size_t i)
{
    while (i < l->count && l->at[i].len == 0)
        i++;
    return i < l->count && l->at[i].depth > 0;
}

size_t match_attribution(const struct lines *l, size_t i)
{
    char joined[ATTRIBUTION_MAX_BYTES + 2], scratch[ATTRIBUTION_MAX_BYTES + 2];
    int depth = l->at[i].depth;
    struct line closing;
    bool may_span = false;
    size_t n = 0;

    if (l->at[i].bare_len == 0 || l->at[i].bare_len > ATTRIBUTION_MAX_BYTES)
        return 0;
    for (size_t used = 0; used < ATTRIBUTION_LINES_MAX && i + used < l->count; used++) {
        const struct line *line = &l->at[i + used];

        if (line->bare_len == 0) {
            /* Some clients put a blank line before the address. */
            if (used && i + used + 1 < l->count && l->at[i + used + 1].bare_len &&
                l->at[i + used + 1].bare[0] == '<')
                continue;
            return 0;
        }
        if (used && line->depth != depth) {
            /* "<jane@example.com" and then ">:" on a line of its own is no quote. */
            if (depth || line->depth != 1 || line->bare_len >= 20)
                return 0;
            closing = *line;
            closing.bare = line->s;
            closing.bare_len = line->len;
            line = &closing;
        }
        if (n + line->bare_len + 1 > ATTRIBUTION_MAX_BYTES)
            return 0;
        n = append(joined, n, line);
        if (used == 0 && !may_begin(joined, &may_span))
            return 0;
        memcpy(scratch, joined, n + 1);
        if (is_attribution(scratch, next_is_quote(l, i + used + 1), used == 0))
            return used + 1;
        if (!may_span)
            return 0;
    }
    return 0;
}

size_t match_attribution_inside(const struct line *line)
{
    char scratch[ATTRIBUTION_MAX_BYTES + 2];
    const char *at = line->len > 12 && line->len < 2000
                         ? memmem(line->s + 1, line->len - 1, "--- On ", 7)
                         : NULL;
    struct line rest;

    if (!at || strspn(line->s, "- ") >= (size_t)(at - line->s))
        return 0; /* the whole line is the attribution */
    rest = *line;
    rest.bare = at + 4;
    rest.bare_len = line->len - (size_t)(rest.bare - line->s);
    append(scratch, 0, &rest);
    return is_attribution(scratch, false, true) ? (size_t)(at - line->s) : 0;
}

/* Does the line begin with a label and a colon? */
static enum label label_of(const struct line *line)
{
    const char *s = line->bare, *end = line->bare + line->bare_len;

    while (s < end && (*s == '*' || *s == '|' || *s == ' '))
        s++;
    for (const struct label_word *w = LABEL_WORDS; w->word; w++) {
        size_t n = s < end ? word_at_start(s, w->word) : 0;
        const char *c = s + n;

        if (n == 0 || (size_t)(end - s) <= n)
            continue;
        while (c < end && (*c == ' ' || *c == '*' || *c == '\t'))
            c++;
        if (end - c >= 2 && memcmp(c, "\xC2\xA0", 2) == 0)
            c += 2;
        if (c < end && (*c == ':' || (end - c >= 3 && memcmp(c, "：", 3) == 0)))
            return w->label;
    }
    return LABEL_NONE;
}

static bool line_has(const struct line *line, const char *chars)
{
    for (size_t i = 0; i < line->bare_len; i++) {
        if (strchr(chars, line->bare[i]))
            return true;
    }
    return false;
}

/* Two lines are enough when they are "From: jane@example.com" and "Date: 5 Jan 2026 09:03" at the
 * start of a paragraph; "From: Berlin, To: Rome, Date: ..." is a journey, not a header. */
static bool is_short_block(const struct lines *l, size_t i)
{
    enum label a, b;

    if (i + 1 >= l->count || (i > 0 && l->at[i - 1].bare_len))
        return false;
    a = label_of(&l->at[i]);
    b = label_of(&l->at[i + 1]);
    if (b == LABEL_DATE && a == LABEL_FROM)
        return line_has(&l->at[i], "@") && line_has(&l->at[i + 1], ":") &&
               line_has(&l->at[i + 1], "0123456789");
    return a == LABEL_DATE && (b == LABEL_FROM || b == LABEL_TO) && line_has(&l->at[i + 1], "@") &&
           line_has(&l->at[i], "0123456789");
}

size_t match_header_block(const struct lines *l, size_t i)
{
    unsigned seen[LABEL_COUNT] = {0};
    size_t last = i, kinds = 0, strange = 0;
    bool addressed = false;

    if (l->at[i].bare_len == 0 || label_of(&l->at[i]) == LABEL_NONE)
        return 0;
    for (size_t k = i; k < l->count && k < i + HEADER_BLOCK_LINES_MAX; k++) {
        enum label label = label_of(&l->at[k]);

        if (l->at[k].bare_len == 0)
            break;
        addressed |= line_has(&l->at[k], "@");
        if (label == LABEL_NONE) {
            if (++strange > 3)
                break;
            continue;
        }
        strange = 0;
        kinds += seen[label]++ == 0;
        last = k;
    }
    if (seen[LABEL_FROM] && kinds >= 3 && (seen[LABEL_SUBJECT] || (seen[LABEL_DATE] && addressed)))
        return last - i + 1;
    return is_short_block(l, i) ? 2 : 0;
}

static bool contains_word(const struct line *line, const char *const *words)
{
    char s[SHORT_LINE_BYTES + 1];

    if (line->bare_len > SHORT_LINE_BYTES)
        return false;
    memcpy(s, line->bare, line->bare_len);
    s[line->bare_len] = '\0';
    for (; *words; words++) {
        if (strcasestr(s, *words))
            return true;
    }
    return false;
}

static bool is_framed(const struct line *line)
{
    const char *s = line->bare;

    return line->bare_len > 4 && (memcmp(s, "--", 2) == 0 || memcmp(s, "##", 2) == 0 ||
                                  memcmp(s, "__", 2) == 0 || memcmp(s, "==", 2) == 0 ||
                                  memcmp(s, "**", 2) == 0 || memcmp(s, "\xE2\x80\x94", 3) == 0);
}

bool match_original_separator(const struct line *line)
{
    static const char *const BARE[] = {"- Original -", "-- Original --", "-Original-", NULL};
    return line->len <= SHORT_LINE_BYTES && is_framed(line) &&
           (contains_word(line, WORDS_ORIGINAL) || contains_word(line, BARE) ||
            contains_word(line, WORDS_REPLY_ABOVE));
}

bool match_forward(const struct line *line)
{
    static const char *const BEGIN[] = {
        "Begin",  "Anfang",          "Début",       "Inicio", "Início",
        "Inizio", "Vidarebefordrat", "Videresendt", "Start",  "Alku",
        "Начало", "İletilen",        "開始",        "转发",   NULL};

    if (line->len > SHORT_LINE_BYTES || line->bare_len < 6)
        return false;
    if (!is_framed(line) && !(line->bare[line->bare_len - 1] == ':' && contains_word(line, BEGIN)))
        return false;
    return contains_word(line, WORDS_FORWARDED);
}

/* A device's line is short and no sentence: "Sent from my desk, it is easier" is one. */
static bool is_device_line(const char *s)
{
    size_t words = 0;

    if (strchr(s, '<') || strstr(s, "http"))
        return true;
    for (const char *c = s; *c; c++)
        words += *c == ' ';
    return words <= SENT_FROM_WORDS_MAX && !strpbrk(s, ",?!;");
}

bool match_sent_from(const struct line *line)
{
    char s[SHORT_LINE_BYTES + 1];
    size_t n = line->bare_len;

    if (n == 0 || n > SHORT_LINE_BYTES || line->depth)
        return false;
    memcpy(s, line->bare, n);
    s[n] = '\0';
    if (starts_with(s + strspn(s, "[*_("), WORDS_SENT_FROM))
        return is_device_line(s);
    for (const struct frame *w = FRAMES_SENT_FROM; w->start; w++) {
        size_t start = strlen(w->start), end = strlen(w->end);
        if (n >= start + end && strncmp(s, w->start, start) == 0 &&
            strcmp(s + n - end, w->end) == 0)
            return true;
    }
    return false;
}

bool match_delimiter(const struct line *line)
{
    size_t i = 0;

    while (i < line->bare_len) {
        size_t left = line->bare_len - i;
        if (strchr("-_=*~#+ ", line->bare[i]))
            i++;
        else if (left >= 3 && (memcmp(line->bare + i, "\xE2\x80\x94", 3) == 0 ||
                               memcmp(line->bare + i, "\xE1\x90\xA7", 3) == 0))
            i += 3;
        else
            return false;
    }
    return line->depth == 0 && line->bare_len >= 2;
}
