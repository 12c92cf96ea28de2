#include "mime/header.h"

#include "base/utf8.h"
#include "mime/charset.h"
#include "mime/text_out.h"

#include <ctype.h>
#include <gmime/gmime.h>
#include <stdlib.h>
#include <strings.h>

enum { LOOKAHEAD_LINES = 20, REASON_MAX_BYTES = 200 };

static size_t line_end(const char *data, size_t len, size_t at)
{
    const char *nl = memchr(data + at, '\n', len - at);
    return nl ? (size_t)(nl - data) + 1 : len;
}

/* Old Mac files end lines with a bare CR; they have no LF at all. */
static bool is_blank(const char *line, size_t len)
{
    return len == 0 || line[0] == '\n' || (line[0] == '\r' && (len == 1 || line[1] == '\n'));
}

/* Length of "Name" when the line is "Name: value" (blanks before the colon are forgiven), or 0. */
static size_t name_length(const char *line, size_t len)
{
    size_t n = 0, colon;

    while (n < len && (unsigned char)line[n] > 32 && line[n] != ':' && line[n] != 127)
        n++;
    colon = n;
    while (colon < len && (line[colon] == ' ' || line[colon] == '\t'))
        colon++;
    return n > 0 && colon < len && line[colon] == ':' ? n : 0;
}

/* Is a line that is no header just dirt between headers, or has the body begun? */
static bool headers_go_on(const char *data, size_t len, size_t at)
{
    for (int i = 0; i < LOOKAHEAD_LINES && at < len; i++) {
        size_t end = line_end(data, len, at);
        if (is_blank(data + at, end - at))
            return false;
        if (name_length(data + at, end - at) > 2 && isupper((unsigned char)data[at]) &&
            memchr(data + at, '-', end - at))
            return true;
        at = end;
    }
    return false;
}

static void add(struct arena *a, struct headers *h, size_t *cap, struct header header)
{
    if (h->count == *cap) {
        size_t grown = *cap ? *cap * 2 : 32;
        h->at = arena_grow(a, h->at, *cap * sizeof *h->at, grown * sizeof *h->at);
        *cap = grown;
    }
    h->at[h->count++] = header;
}

/* Blank lines, a byte order mark and mbox's "From " line may stand before the first header. */
static size_t skip_preface(const char *data, size_t len)
{
    size_t at = len >= 3 && memcmp(data, "\xEF\xBB\xBF", 3) == 0 ? 3 : 0;

    while (at < len && (data[at] == '\n' || data[at] == '\r'))
        at++;
    if (len - at > 5 && memcmp(data + at, "From ", 5) == 0)
        at = line_end(data, len, at);
    else if (len - at > 6 && memcmp(data + at, ">From ", 6) == 0)
        at = line_end(data, len, at);
    return at;
}

size_t headers_parse(struct arena *a, const char *data, size_t len, struct headers *out)
{
    struct headers h = {0};
    size_t cap = 0, at = skip_preface(data, len);

    while (at < len) {
        size_t end = line_end(data, len, at);
        size_t n;

        if (is_blank(data + at, end - at)) {
            at = end;
            break;
        }
        n = name_length(data + at, end - at);
        if ((data[at] == ' ' || data[at] == '\t') && h.count) {
            struct header *last = &h.at[h.count - 1];
            last->value_len = (size_t)(data + end - last->value);
        } else if (n) {
            const char *colon = memchr(data + at, ':', end - at);
            add(a, &h, &cap,
                (struct header){data + at, n, colon + 1, (size_t)(data + end - colon - 1)});
        } else if (!headers_go_on(data, len, end)) {
            break;
        }
        at = end;
    }
    *out = h;
    return at;
}

const struct header *header_find_nth(const struct headers *h, const char *name, size_t nth)
{
    size_t len = strlen(name);

    for (size_t i = 0; i < h->count; i++) {
        if (h->at[i].name_len == len && strncasecmp(h->at[i].name, name, len) == 0 && nth-- == 0)
            return &h->at[i];
    }
    return NULL;
}

const struct header *header_find(const struct headers *h, const char *name)
{
    return header_find_nth(h, name, 0);
}

/* Folds become one blank; other control characters too. */
static char *unfold(struct arena *a, const char *s, size_t len, size_t *out_len)
{
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        if (c == '\r' || c == '\n') {
            while (i + 1 < len && strchr(" \t\r\n", s[i + 1]) && s[i + 1])
                i++;
            while (n && out[n - 1] == ' ')
                n--;
            c = ' ';
        } else if (c < 32 && c != 0x1B) {
            c = ' ';
        }
        if (c == ' ' && n == 0)
            continue;
        out[n++] = (char)c;
    }
    while (n && out[n - 1] == ' ')
        n--;
    out[n] = '\0';
    *out_len = n;
    return out;
}

char *header_line(struct arena *a, const struct header *h)
{
    size_t n;
    char *line;

    if (!h)
        return NULL;
    line = unfold(a, h->value, h->value_len, &n);
    for (size_t i = 0; i < n; i++) {
        if ((unsigned char)line[i] >= 0x80 || line[i] == 0x1B)
            return charset_guess(a, line, n);
    }
    return line;
}

char *header_line_of(struct arena *a, const struct headers *h, const char *name)
{
    return header_line(a, header_find(h, name));
}

const char *header_reason(struct arena *a, const char *name, const char *value)
{
    size_t len = utf8_cut(value, strlen(value), REASON_MAX_BYTES);
    return arena_printf(a, "%s: %.*s", name, (int)len, value);
}

struct word {
    const char *charset;
    size_t charset_len;
    char encoding; /* 'b' or 'q' */
    const char *text;
    size_t text_len;
    const char *end; /* after "?=" */
};

/* "=?charset?Q?text?=" at s. Blanks inside the text are against the rules and common. */
static bool word_at(const char *s, struct word *out)
{
    const char *q1, *q3;

    if (s[0] != '=' || s[1] != '?')
        return false;
    q1 = s + 2 + strcspn(s + 2, "? \t");
    if (*q1 != '?' || q1 == s + 2 || !q1[1] || q1[2] != '?')
        return false;
    *out = (struct word){.charset = s + 2, .charset_len = (size_t)(q1 - s - 2)};
    out->encoding = (char)tolower((unsigned char)q1[1]);
    if (out->encoding != 'b' && out->encoding != 'q')
        return false;
    out->text = q1 + 3;
    q3 = strstr(out->text, "?=");
    /* "=?utf-8?Q?=41?=": the first "?=" may be the start of the text itself */
    if (q3 == out->text && out->encoding == 'q' && strstr(q3 + 2, "?=") &&
        isxdigit((unsigned char)q3[2]) && isxdigit((unsigned char)q3[3]))
        q3 = strstr(q3 + 2, "?=");
    if (!q3) {
        size_t n = strlen(out->text); /* cut off by a mailer that counts bytes */
        out->text_len = n && out->text[n - 1] == '?' ? n - 1 : n;
        out->end = out->text + n;
        return !strpbrk(out->text, " ");
    }
    out->text_len = (size_t)(q3 - out->text);
    out->end = q3 + 2;
    return true;
}

static void word_bytes(struct text_out *bytes, const struct word *w)
{
    if (w->encoding == 'b') {
        int state = 0;
        guint32 save = 0;

        text_out_room(bytes, w->text_len + 4);
        bytes->len += g_mime_encoding_base64_decode_step(
            (const unsigned char *)w->text, w->text_len, (unsigned char *)bytes->data + bytes->len,
            &state, &save);
        return;
    }
    for (size_t i = 0; i < w->text_len; i++) {
        char c = w->text[i];

        if (c == '_') {
            c = ' ';
        } else if (c == '=' && i + 2 < w->text_len && isxdigit((unsigned char)w->text[i + 1]) &&
                   isxdigit((unsigned char)w->text[i + 2])) {
            char hex[3] = {w->text[i + 1], w->text[i + 2], 0};
            c = (char)strtol(hex, NULL, 16);
            i += 2;
        }
        text_out_char(bytes, c);
    }
}

/* Neighbours in the same charset are joined before they are decoded: many mailers split them in
 * the middle of a character. */
static const char *decode_run(struct arena *a, struct text_out *out, struct word w)
{
    struct text_out bytes = {.arena = a};
    const char *label = arena_strn(a, w.charset, w.charset_len);
    const char *end;
    struct word next;
    size_t n;
    char *text;

    for (;;) {
        word_bytes(&bytes, &w);
        end = w.end;
        if (!word_at(end + strspn(end, " \t"), &next) || next.charset_len != w.charset_len ||
            strncasecmp(next.charset, w.charset, w.charset_len) != 0)
            break;
        w = next;
    }
    text = charset_to_utf8(a, label, bytes.data ? bytes.data : "", bytes.len, NULL, &n);
    text_out_add(out, text, n);
    return end;
}

char *header_decode_words(struct arena *a, const char *line)
{
    struct text_out out = {.arena = a};
    struct word w;

    if (!strstr(line, "=?"))
        return arena_str(a, line);
    while (*line) {
        size_t plain;

        if (word_at(line, &w)) {
            line = decode_run(a, &out, w);
            /* Blanks between two encoded words only separate them. */
            plain = strspn(line, " \t");
            if (plain && word_at(line + plain, &w))
                line += plain;
            continue;
        }
        plain = 1 + strcspn(line + 1, "=");
        text_out_add(&out, line, plain);
        line += plain;
    }
    text_out_end(&out);
    for (char *c = out.data; *c; c++) {
        if ((unsigned char)*c < 32 || *c == 127)
            *c = ' ';
    }
    return out.data;
}

char *header_text(struct arena *a, const struct header *h)
{
    char *line = header_line(a, h);
    return line ? header_decode_words(a, line) : NULL;
}
