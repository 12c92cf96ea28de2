#include "mime/charset.h"

#include "base/utf8.h"
#include "mime/text_out.h"

#include <ctype.h>
#include <errno.h>
#include <gmime/gmime.h>
#include <string.h>

/* What labels say and what their senders mean (WHATWG Encoding, and what mail clients do): the
 * supersets that Windows really sends. NULL: no charset at all, guess. */
static const struct {
    const char *label;
    const char *charset;
} ALIASES[] = {
    {"ascii", NULL},
    {"us-ascii", NULL},
    {"ansi_x3.4-1968", NULL},
    {"iso-ir-6", NULL},
    {"646", NULL},
    {"7bit", NULL},
    {"8bit", NULL},
    {"unknown", NULL},
    {"unknown-8bit", NULL},
    {"x-unknown", NULL},
    {"default", NULL},
    {"default_charset", NULL},
    {"_autodetect", NULL},
    {"_autodetect_all", NULL},
    {"none", NULL},
    {"binary", NULL},
    {"utf8", "utf-8"},
    {"utf-8", "utf-8"},
    {"utf_8", "utf-8"},
    {"utf8mb4", "utf-8"},
    {"x-utf-8", "utf-8"},
    {"unicode-1-1-utf-8", "utf-8"},
    {"cp65001", "utf-8"},
    {"unicode-1-1-utf-7", "utf-7"},
    {"unicode-2-0-utf-7", "utf-7"},
    {"x-unicode-2-0-utf-7", "utf-7"},
    {"utf-7", "utf-7"},
    {"utf-16le", "utf-16le"},
    {"unicode", "utf-16"},
    {"iso-8859-1", "windows-1252"},
    {"iso8859-1", "windows-1252"},
    {"iso_8859-1", "windows-1252"},
    {"iso-8859-1:1987", "windows-1252"},
    {"8859-1", "windows-1252"},
    {"8859_1", "windows-1252"},
    {"latin1", "windows-1252"},
    {"latin-1", "windows-1252"},
    {"l1", "windows-1252"},
    {"cp1252", "windows-1252"},
    {"cp-1252", "windows-1252"},
    {"x-cp1252", "windows-1252"},
    {"windows1252", "windows-1252"},
    {"win-1252", "windows-1252"},
    {"ansi", "windows-1252"},
    {"x-ansi", "windows-1252"},
    {"iso-8859-9", "windows-1254"},
    {"latin5", "windows-1254"},
    {"iso-8859-11", "windows-874"},
    {"tis-620", "windows-874"},
    {"x-cp1250", "windows-1250"},
    {"cp-1250", "windows-1250"},
    {"cp-850", "cp850"},
    {"x-cp1251", "windows-1251"},
    {"cp-1251", "windows-1251"},
    {"win-1251", "windows-1251"},
    {"iso-8859-8-i", "windows-1255"},
    {"iso-8859-8-e", "windows-1255"},
    {"iso-8859-8", "windows-1255"},
    {"visual", "windows-1255"},
    {"iso-8859-6-i", "iso-8859-6"},
    {"koi8r", "koi8-r"},
    {"koi-8-r", "koi8-r"},
    {"koi8-ru", "koi8-u"},
    {"x-mac-roman", "macintosh"},
    {"mac", "macintosh"},
    {"x-mac-cyrillic", "mac-cyrillic"},
    {"gb2312", "gb18030"},
    {"gb_2312-80", "gb18030"},
    {"csgb2312", "gb18030"},
    {"chinesegb", "gb18030"},
    {"gbk", "gb18030"},
    {"x-gbk", "gb18030"},
    {"cp936", "gb18030"},
    {"euc-cn", "gb18030"},
    {"cn-gb", "gb18030"},
    {"hz-gb-2312", "hz-gb-2312"},
    {"big5", "big5-hkscs"},
    {"cn-big5", "big5-hkscs"},
    {"x-x-big5", "big5-hkscs"},
    {"cp950", "big5-hkscs"},
    {"chinesebig5", "big5-hkscs"},
    {"ks_c_5601-1987", "uhc"},
    {"ks_c_5601-1989", "uhc"},
    {"ks_c_5601", "uhc"},
    {"ksc5601", "uhc"},
    {"ksc_5601", "uhc"},
    {"euc-kr", "uhc"},
    {"euckr", "uhc"},
    {"windows-949", "uhc"},
    {"cp949", "uhc"},
    {"korean", "uhc"},
    {"shift_jis", "cp932"},
    {"shift-jis", "cp932"},
    {"x-sjis", "cp932"},
    {"sjis", "cp932"},
    {"ms_kanji", "cp932"},
    {"windows-31j", "cp932"},
    {"cp50220", "iso-2022-jp-3"},
    {"cp50221", "iso-2022-jp-3"},
    {"cp51932", "euc-jp-ms"},
    {"euc-jp", "euc-jp-ms"},
    {"x-euc-jp", "euc-jp-ms"},
};

/* 0x80 to 0x9F of windows-1252; the five holes keep their C1 number, as browsers do. */
static const uint16_t WINDOWS_1252[32] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021, 0x02C6, 0x2030, 0x0160,
    0x2039, 0x0152, 0x008D, 0x017D, 0x008F, 0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022,
    0x2013, 0x2014, 0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178,
};

enum { LABEL_SIZE = 48 };

struct counts {
    size_t high;      /* bytes above 0x7F */
    size_t sequences; /* valid UTF-8 sequences of more than one byte */
    size_t broken;    /* bytes that belong to none */
    size_t nul;
    bool escapes; /* ESC, HZ's ~{ or UTF-7's +: seven-bit charsets that shift */
};

static struct counts count_bytes(const unsigned char *s, size_t len)
{
    struct counts c = {0};
    size_t i = 0;

    while (i < len) {
        size_t n = 1;

        if (s[i] < 0x80) {
            c.nul += s[i] == 0;
            c.escapes |= s[i] == 0x1B;
            i++;
            continue;
        }
        if (s[i] >= 0xC2 && s[i] <= 0xF4) {
            size_t want = s[i] < 0xE0 ? 2 : s[i] < 0xF0 ? 3 : 4;
            if (want <= len - i && utf8_valid((const char *)s + i, want))
                n = want;
        }
        c.high += n;
        if (n > 1)
            c.sequences++;
        else
            c.broken++;
        i += n;
    }
    return c;
}

static char *from_windows_1252(struct arena *a, const unsigned char *s, size_t len, size_t *out_len)
{
    char *out = arena_alloc(a, len * 3 + 1);
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        unsigned c = s[i];

        if (c >= 0x80 && c < 0xA0)
            c = WINDOWS_1252[c - 0x80];
        else if (c == 0)
            c = 0xFFFD;
        if (c < 0x80) {
            out[n++] = (char)c;
        } else if (c < 0x800) {
            out[n++] = (char)(0xC0 | c >> 6);
            out[n++] = (char)(0x80 | (c & 0x3F));
        } else {
            out[n++] = (char)(0xE0 | c >> 12);
            out[n++] = (char)(0x80 | (c >> 6 & 0x3F));
            out[n++] = (char)(0x80 | (c & 0x3F));
        }
    }
    out[n] = '\0';
    *out_len = n;
    return out;
}

static char *repaired(struct arena *a, const void *s, size_t len, size_t *out_len)
{
    char *text = utf8_repair(a, s, len);
    *out_len = strlen(text);
    return text;
}

static char *guess(struct arena *a, const unsigned char *s, size_t len, struct counts c,
                   size_t *out_len)
{
    /* One stray byte in a UTF-8 text is a transport's fault, not another charset. */
    if (c.broken == 0 || c.sequences > c.broken * 2)
        return repaired(a, s, len, out_len);
    return from_windows_1252(a, s, len, out_len);
}

/* Every undecodable byte becomes U+FFFD; their number goes to *out_errors. */
static char *convert(struct arena *a, iconv_t cd, const void *data, size_t len, size_t *out_errors,
                     size_t *out_len)
{
    struct text_out t = {.arena = a};
    char *in = (char *)(uintptr_t)data;
    size_t left = len;
    bool flushing = len == 0;

    *out_errors = 0;
    text_out_room(&t, len + len / 2 + 16);
    for (;;) {
        char *to = t.data + t.len;
        size_t room = t.cap - t.len - 1;
        size_t rc =
            flushing ? iconv(cd, NULL, NULL, &to, &room) : iconv(cd, &in, &left, &to, &room);
        int why = rc == (size_t)-1 ? errno : 0;

        t.len = (size_t)(to - t.data);
        if (why == E2BIG) {
            text_out_room(&t, t.cap);
        } else if (flushing) {
            break;
        } else if (left == 0) {
            flushing = true; /* stateful charsets still owe their last character */
        } else {
            text_out_str(&t, "\xEF\xBF\xBD");
            (*out_errors)++;
            in++;
            left--;
            flushing = left == 0;
        }
    }
    text_out_end(&t);
    *out_len = t.len;
    return t.data;
}

/* Lower case, without quotes, blanks or RFC 2231 language. */
static void clean_label(const char *charset, char out[static LABEL_SIZE])
{
    size_t n = 0;

    for (; charset && *charset && n + 1 < LABEL_SIZE; charset++) {
        if (*charset == '*' || *charset == ';')
            break;
        if (!strchr("\"' \t\r\n<>=", *charset))
            out[n++] = (char)tolower((unsigned char)*charset);
    }
    out[n] = '\0';
}

static const char *charset_of_label(const char *label)
{
    if (!*label)
        return NULL;
    for (size_t i = 0; i < COUNT_OF(ALIASES); i++) {
        if (strcmp(ALIASES[i].label, label) == 0)
            return ALIASES[i].charset;
    }
    return label;
}

static bool is_wide(const char *charset)
{
    return strncmp(charset, "utf-16", 6) == 0 || strncmp(charset, "utf-32", 6) == 0 ||
           strncmp(charset, "ucs-", 4) == 0;
}

/* All bytes below 0x80 mean ASCII, whatever follows. */
static bool is_ascii_superset(const char *charset)
{
    return !is_wide(charset) && strcmp(charset, "utf-7") != 0 && strncmp(charset, "hz", 2) != 0 &&
           strncmp(charset, "iso-2022", 8) != 0 && strncmp(charset, "ibm", 3) != 0 &&
           strncmp(charset, "cp", 2) != 0 && strncmp(charset, "ebcdic", 6) != 0 &&
           strncmp(charset, "csiso2022", 9) != 0;
}

static char *by_iconv(struct arena *a, const char *charset, const unsigned char *s, size_t len,
                      struct counts c, bool *out_unknown, size_t *out_len)
{
    iconv_t cd = g_mime_iconv_open("utf-8", charset);
    size_t errors;
    char *text;

    if (cd == (iconv_t)-1) {
        *out_unknown = true;
        return guess(a, s, len, c, out_len);
    }
    text = convert(a, cd, s, len, &errors, out_len);
    g_mime_iconv_close(cd);
    if (errors && c.high && c.broken == 0)
        return repaired(a, s, len, out_len); /* it was UTF-8 all along */
    if (!utf8_valid(text, *out_len))
        return repaired(a, text, *out_len, out_len);
    return text;
}

char *charset_to_utf8(struct arena *a, const char *charset, const void *data, size_t len,
                      bool *out_unknown, size_t *out_len)
{
    const unsigned char *s = data;
    struct counts c = count_bytes(s, len);
    char label[LABEL_SIZE];
    const char *name;
    bool unknown = false;
    size_t n = 0;
    char *text;

    clean_label(charset, label);
    name = charset_of_label(label);
    if (len >= 3 && memcmp(s, "\xEF\xBB\xBF", 3) == 0 && (!name || !is_wide(name))) {
        s += 3;
        len -= 3;
        name = "utf-8";
    } else if (len >= 2 && (c.nul || (name && is_wide(name))) &&
               (memcmp(s, "\xFF\xFE", 2) == 0 || memcmp(s, "\xFE\xFF", 2) == 0)) {
        name = s[0] == 0xFF ? "utf-16le" : "utf-16be";
        s += 2;
        len -= 2;
    } else if (!name && c.escapes && !c.high) {
        name = "iso-2022-jp";
    }
    if (!name || strcmp(name, "utf-8") == 0)
        text = guess(a, s, len, c, &n);
    else if (c.high == 0 && c.nul == 0 && !c.escapes && is_ascii_superset(name))
        text = repaired(a, s, len, &n);
    else if (strcmp(name, "windows-1252") == 0)
        /* "Ã¶" is not what anybody means: whole UTF-8 sequences are no coincidence. */
        text = c.high && c.broken == 0 ? repaired(a, s, len, &n) : from_windows_1252(a, s, len, &n);
    else
        text = by_iconv(a, name, s, len, c, &unknown, &n);
    if (out_unknown)
        *out_unknown = unknown;
    if (out_len)
        *out_len = n;
    return text;
}

char *charset_guess(struct arena *a, const void *data, size_t len)
{
    return charset_to_utf8(a, NULL, data, len, NULL, NULL);
}
