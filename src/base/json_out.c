#include "base/json_out.h"

#include "base/clock.h"

#include <math.h>
#include <stdio.h>

static void before_value(struct json_out *j)
{
    if (j->comma)
        buf_char(j->buf, ',');
    j->comma = true;
}

void json_open(struct json_out *j, char bracket)
{
    before_value(j);
    buf_char(j->buf, bracket);
    j->comma = false;
}

void json_close(struct json_out *j, char bracket)
{
    buf_char(j->buf, bracket);
    j->comma = true;
}

void json_key(struct json_out *j, const char *name)
{
    size_t len = strlen(name);
    char *at;

    buf_reserve(j->buf, len + 4);
    at = j->buf->data + j->buf->len;
    if (j->comma)
        *at++ = ',';
    *at++ = '"';
    memcpy(at, name, len);
    at += len;
    *at++ = '"';
    *at++ = ':';
    *at = '\0';
    j->buf->len = (size_t)(at - j->buf->data);
    j->comma = false;
}

void json_key_any(struct json_out *j, const char *name)
{
    json_text(j, name);
    buf_char(j->buf, ':');
    j->comma = false;
}

/* 1: control character, quote or backslash, which JSON wants escaped (RFC 8259 section 7). */
static const unsigned char must_escape[256] = {
    [0 ... 31] = 1,
    ['"'] = 1,
    ['\\'] = 1,
    [127] = 1,
};

static void add_escaped(struct buf *b, unsigned char c)
{
    static const char short_forms[] = "\b\t\n\f\r\"\\";
    static const char letters[] = "btnfr\"\\";
    const char *found = c ? strchr(short_forms, c) : NULL;

    if (found) {
        char pair[2] = {'\\', letters[found - short_forms]};
        buf_add(b, pair, 2);
    } else {
        buf_printf(b, "\\u%04x", c);
    }
}

#define EACH_BYTE(b) (UINT64_C(0x0101010101010101) * (b))

/* Eight bytes at a time: a high bit for each that may have to be escaped. Carries between bytes can only make it
 * say yes too often, never too rarely; the table has the last word. */
static uint64_t suspicious(uint64_t word)
{
    uint64_t quote = word ^ EACH_BYTE('"');
    uint64_t backslash = word ^ EACH_BYTE('\\');
    uint64_t del = word ^ EACH_BYTE(127);

    return ((word - EACH_BYTE(32)) | (quote - EACH_BYTE(1)) | (backslash - EACH_BYTE(1)) |
            (del - EACH_BYTE(1))) &
           ~word & EACH_BYTE(128);
}

/* How many bytes from text on can go out as they are. */
static size_t clean_length(const char *text, size_t len)
{
    size_t n = 0;

    while (n < len) {
        uint64_t word;

        if (len - n >= sizeof(word)) {
            memcpy(&word, text + n, sizeof(word));
            if (!suspicious(word)) {
                n += sizeof(word);
                continue;
            }
        }
        if (must_escape[(unsigned char)text[n]])
            break;
        n++;
    }
    return n;
}

/* Text that is known to need no escaping. */
static void put_plain(struct json_out *j, const char *text, size_t len)
{
    char *at;

    before_value(j);
    buf_reserve(j->buf, len + 2);
    at = j->buf->data + j->buf->len;
    *at++ = '"';
    memcpy(at, text, len);
    at += len;
    *at++ = '"';
    *at = '\0';
    j->buf->len += len + 2;
}

void json_textn(struct json_out *j, const char *text, size_t len)
{
    const char *end;

    if (!text) {
        json_none(j);
        return;
    }
    end = text + len;
    before_value(j);
    buf_reserve(j->buf, len + 2);
    buf_char(j->buf, '"');
    while (text < end) {
        size_t clean = clean_length(text, (size_t)(end - text));

        if (clean)
            buf_add(j->buf, text, clean);
        text += clean;
        if (text < end)
            add_escaped(j->buf, (unsigned char)*text++);
    }
    buf_char(j->buf, '"');
}

void json_text(struct json_out *j, const char *text)
{
    if (text)
        json_textn(j, text, strlen(text));
    else
        json_none(j);
}

void json_int(struct json_out *j, int64_t n)
{
    char digits[24];
    char *at = digits + sizeof(digits);
    uint64_t rest = n < 0 ? 0 - (uint64_t)n : (uint64_t)n;

    do
        *--at = (char)('0' + rest % 10);
    while (rest /= 10);
    if (n < 0)
        *--at = '-';
    before_value(j);
    buf_add(j->buf, at, (size_t)(digits + sizeof(digits) - at));
}

void json_double(struct json_out *j, double d)
{
    if (!isfinite(d)) {
        json_none(j);
        return;
    }
    before_value(j);
    buf_printf(j->buf, "%.10g", d);
}

void json_bool(struct json_out *j, bool yes)
{
    before_value(j);
    buf_str(j->buf, yes ? "true" : "false");
}

void json_none(struct json_out *j)
{
    before_value(j);
    buf_str(j->buf, "null");
}

void json_tri(struct json_out *j, enum tri t)
{
    if (t == TRI_UNKNOWN)
        json_none(j);
    else
        json_bool(j, t == TRI_YES);
}

void json_time(struct json_out *j, int64_t at_ms)
{
    char text[TIME_ISO_SIZE];

    if (at_ms == 0)
        json_none(j);
    else
        put_plain(j, time_iso(at_ms, text), TIME_ISO_SIZE - 1);
}

void json_uuid(struct json_out *j, struct uuid id)
{
    char text[UUID_TEXT_SIZE];

    if (uuid_is_nil(id))
        json_none(j);
    else
        put_plain(j, uuid_text(id, text), UUID_TEXT_SIZE - 1);
}

void json_raw(struct json_out *j, const char *json)
{
    if (!json || !*json) {
        json_none(j);
        return;
    }
    before_value(j);
    buf_str(j->buf, json);
}
