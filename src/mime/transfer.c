/* transfer.c -- Content-Transfer-Encoding undone, charsets applied. */
#include "mime/charset.h"
#include "mime/part.h"
#include "mime/text_out.h"

#include <ctype.h>
#include <gmime/gmime.h>
#include <string.h>
#include <strings.h>

enum encoding { ENC_IDENTITY, ENC_BASE64, ENC_QUOTED, ENC_UU, ENC_COUNT };

/* By prefix: "base64;", "quoted-printable (rfc)" and "QUOTED_PRINTABLE" are all met. */
static const struct {
    const char *prefix;
    enum encoding encoding;
} ENCODINGS[] = {
    {"base64", ENC_BASE64},
    {"base-64", ENC_BASE64},
    {"quoted-printable", ENC_QUOTED},
    {"quoted_printable", ENC_QUOTED},
    {"quotedprintable", ENC_QUOTED},
    {"qp", ENC_QUOTED},
    {"x-uuencode", ENC_UU},
    {"uuencode", ENC_UU},
    {"x-uue", ENC_UU},
    {"7bit", ENC_IDENTITY},
    {"7-bit", ENC_IDENTITY},
    {"8bit", ENC_IDENTITY},
    {"8-bit", ENC_IDENTITY},
    {"binary", ENC_IDENTITY},
    {"plain", ENC_IDENTITY},
    {"none", ENC_IDENTITY},
    {"us-ascii", ENC_IDENTITY},
    {"utf-8", ENC_IDENTITY},
    {"iso-8859-1", ENC_IDENTITY},
};

static enum encoding encoding_of(struct parse *p, const struct part *part)
{
    char *name = header_line_of(p->arena, &part->headers, "Content-Transfer-Encoding");

    if (!name || !*name)
        return ENC_IDENTITY;
    name += strspn(name, " \"'");
    for (size_t i = 0; i < COUNT_OF(ENCODINGS); i++) {
        if (strncasecmp(name, ENCODINGS[i].prefix, strlen(ENCODINGS[i].prefix)) == 0)
            return ENCODINGS[i].encoding;
    }
    parse_warn(p, "unknown transfer encoding %s", name);
    return ENC_IDENTITY;
}

/* Own loop, not GMime's: base64 in mail is often several pieces, each with its own padding. */
static struct bytes from_base64(struct arena *a, struct bytes in)
{
    static const char DIGITS[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    signed char value[256];
    unsigned char *out = arena_alloc(a, in.len / 4 * 3 + 4);
    uint32_t bits = 0;
    size_t n = 0;
    int have = 0;

    memset(value, -1, sizeof value);
    for (int i = 0; i < 64; i++)
        value[(unsigned char)DIGITS[i]] = (signed char)i;
    for (size_t i = 0; i < in.len; i++) {
        signed char v = value[in.data[i]];

        if (in.data[i] == '=') {
            have = 0; /* whole bytes are out already; the rest is padding */
            if (i + 1 < in.len && in.data[i + 1] == ' ')
                break; /* words after the end */
            continue;
        }
        if (v < 0)
            continue;
        bits = bits << 6 | (uint32_t)v;
        have += 6;
        if (have >= 8) {
            have -= 8;
            out[n++] = (unsigned char)(bits >> have);
        }
    }
    return (struct bytes){out, n};
}

static struct bytes from_quoted(struct arena *a, struct bytes in)
{
    unsigned char *out = arena_alloc(a, in.len + 4);
    guint32 save = 0;
    int state = 0;
    size_t n = g_mime_encoding_quoted_decode_step(in.data, in.len, out, &state, &save);

    return (struct bytes){out, n};
}

/* Lines between "begin 644 name" and "end"; the first character of each tells its length. */
static struct bytes from_uu(struct arena *a, struct bytes in)
{
    const char *at = (const char *)in.data, *end = at + in.len;
    struct text_out t = {.arena = a};
    bool begun = false;

    while (at < end) {
        const char *nl = memchr(at, '\n', (size_t)(end - at));
        const char *stop = nl ? nl : end;

        if (!begun) {
            begun = stop - at > 6 && memcmp(at, "begin ", 6) == 0;
        } else if (stop - at >= 3 && memcmp(at, "end", 3) == 0) {
            break;
        } else if (at < stop) {
            int left = (*at++ - 32) & 63;
            for (; left > 0 && at < stop; at += 4, left -= 3) {
                unsigned char v[4] = {0};
                for (int i = 0; i < 4 && at + i < stop; i++)
                    v[i] = (unsigned char)((at[i] - 32) & 63);
                text_out_char(&t, (char)(v[0] << 2 | v[1] >> 4));
                if (left > 1)
                    text_out_char(&t, (char)(v[1] << 4 | v[2] >> 2));
                if (left > 2)
                    text_out_char(&t, (char)(v[2] << 6 | v[3]));
            }
        }
        at = stop + (nl != NULL);
    }
    text_out_end(&t);
    return (struct bytes){(unsigned char *)t.data, t.len};
}

struct bytes part_content(struct parse *p, const struct part *part)
{
    if (part->kind == PART_RAW || part->body.len == 0)
        return part->body;
    switch (encoding_of(p, part)) {
    case ENC_BASE64:
        return from_base64(p->arena, part->body);
    case ENC_QUOTED:
        return from_quoted(p->arena, part->body);
    case ENC_UU:
        return from_uu(p->arena, part->body);
    case ENC_IDENTITY:
    case ENC_COUNT:
        break;
    }
    return part->body;
}

/* charset=... in the first kilobytes of HTML, where <meta> stands; NULL when there is none. */
static const char *charset_of_html(struct arena *a, struct bytes html)
{
    static const char NAME[] =
        "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:+";
    size_t len = html.len < 4096 ? html.len : 4096;
    const char *text = arena_strn(a, (const char *)html.data, len);
    const char *at = text;

    while ((at = strcasestr(at, "charset")) != NULL) {
        at += 7;
        at += strspn(at, " \t");
        if (*at != '=')
            continue;
        at += 1 + strspn(at + 1, " \t\"'");
        return arena_strn(a, at, strspn(at, NAME));
    }
    return NULL;
}

char *part_text(struct parse *p, const struct part *part, size_t *out_len)
{
    struct bytes content = part_content(p, part);
    const char *charset = param_get(&part->content_type, "charset");
    bool unknown = false;
    char *text;

    if ((!charset || !*charset) && part_is(part, "text/html"))
        charset = charset_of_html(p->arena, content);
    text = charset_to_utf8(p->arena, charset, content.data, content.len, &unknown, out_len);
    if (unknown)
        parse_warn(p, "unknown charset %s", charset);
    return text;
}
