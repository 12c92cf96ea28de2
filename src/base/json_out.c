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
        const char *run = text;

        while (text < end && !must_escape[(unsigned char)*text])
            text++;
        if (text > run)
            buf_add(j->buf, run, (size_t)(text - run));
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
        json_text(j, time_iso(at_ms, text));
}

void json_uuid(struct json_out *j, struct uuid id)
{
    char text[UUID_TEXT_SIZE];

    if (uuid_is_nil(id))
        json_none(j);
    else
        json_textn(j, uuid_text(id, text), UUID_TEXT_SIZE - 1);
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
