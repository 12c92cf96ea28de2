#include "base/utf8.h"

#include <pthread.h>
#include <string.h>
#include <unicode/ucasemap.h>

/* Length of the valid sequence at s (1 to 4), or 0. Table 3-7 of the Unicode Standard. */
static size_t sequence_length(const unsigned char *s, size_t len)
{
    unsigned char low = 0x80, high = 0xBF;
    size_t need;

    if (s[0] < 0x80)
        return s[0] != 0;
    if (s[0] >= 0xC2 && s[0] <= 0xDF) {
        need = 2;
    } else if (s[0] >= 0xE0 && s[0] <= 0xEF) {
        need = 3;
        low = s[0] == 0xE0 ? 0xA0 : 0x80;
        high = s[0] == 0xED ? 0x9F : 0xBF;
    } else if (s[0] >= 0xF0 && s[0] <= 0xF4) {
        need = 4;
        low = s[0] == 0xF0 ? 0x90 : 0x80;
        high = s[0] == 0xF4 ? 0x8F : 0xBF;
    } else {
        return 0;
    }
    if (len < need || s[1] < low || s[1] > high)
        return 0;
    for (size_t i = 2; i < need; i++) {
        if ((s[i] & 0xC0) != 0x80)
            return 0;
    }
    return need;
}

bool utf8_valid(const char *s, size_t len)
{
    const unsigned char *at = (const unsigned char *)s;

    while (len) {
        size_t n;
        uint64_t eight;

        /* Most text is ASCII, and every statement's is looked at: eight bytes at a time, none of them
         * beyond 0x7F and none 0 (which would borrow from the byte above it). */
        if (len >= sizeof(eight)) {
            memcpy(&eight, at, sizeof(eight));
            if (((eight | (eight - UINT64_C(0x0101010101010101))) & UINT64_C(0x8080808080808080)) ==
                0) {
                at += sizeof(eight);
                len -= sizeof(eight);
                continue;
            }
        }
        n = sequence_length(at, len);
        if (n == 0)
            return false;
        at += n;
        len -= n;
    }
    return true;
}

size_t utf8_length(const char *s)
{
    size_t n = 0;

    for (; *s; s++)
        n += ((unsigned char)*s & 0xC0) != 0x80;
    return n;
}

size_t utf8_cut(const char *s, size_t len, size_t max_bytes)
{
    if (len <= max_bytes)
        return len;
    while (max_bytes > 0 && ((unsigned char)s[max_bytes] & 0xC0) == 0x80)
        max_bytes--;
    return max_bytes;
}

char *utf8_repair(struct arena *a, const char *s, size_t len)
{
    char *copy = arena_alloc(a, len * 3 + 1);
    char *out = copy;
    size_t i = 0;

    while (i < len) {
        size_t n = sequence_length((const unsigned char *)s + i, len - i);

        if (n) {
            memcpy(out, s + i, n);
            out += n;
            i += n;
        } else {
            memcpy(out, "\xEF\xBF\xBD", 3);
            out += 3;
            i++;
        }
    }
    *out = '\0';
    return copy;
}

static bool is_ascii(const char *s)
{
    for (; *s; s++) {
        if ((unsigned char)*s >= 0x80)
            return false;
    }
    return true;
}

/* One map a thread: ICU's are not shared safely and cost microseconds to open. */
static pthread_key_t fold_map_key;
static pthread_once_t fold_map_once = PTHREAD_ONCE_INIT;

static void fold_map_close(void *map)
{
    ucasemap_close(map);
}

static void fold_map_prepare(void)
{
    ENSURE(pthread_key_create(&fold_map_key, fold_map_close) == 0);
}

static UCaseMap *fold_map(void)
{
    UErrorCode status = U_ZERO_ERROR;
    UCaseMap *map;

    pthread_once(&fold_map_once, fold_map_prepare);
    map = pthread_getspecific(fold_map_key);
    if (!map) {
        map = ucasemap_open("", 0, &status);
        ENSURE(U_SUCCESS(status));
        ENSURE(pthread_setspecific(fold_map_key, map) == 0);
    }
    return map;
}

char *utf8_fold(struct arena *a, const char *s)
{
    UErrorCode status = U_ZERO_ERROR;
    size_t len = strlen(s);
    int32_t room, folded;
    char *out;

    if (is_ascii(s)) {
        out = arena_strn(a, s, len);
        for (char *c = out; *c; c++) {
            if (*c >= 'A' && *c <= 'Z')
                *c = (char)(*c + 32);
        }
        return out;
    }
    ENSURE(len < INT32_MAX / 4);
    room = (int32_t)len * 3 + 1;
    out = arena_alloc(a, (size_t)room);
    folded = ucasemap_utf8FoldCase(fold_map(), out, room, s, (int32_t)len, &status);
    ENSURE(U_SUCCESS(status) && folded < room);
    out[folded] = '\0';
    return out;
}

char *utf8_trim(struct arena *a, const char *s)
{
    size_t len;

    s += strspn(s, " \t\r\n\f\v");
    len = strlen(s);
    while (len && strchr(" \t\r\n\f\v", s[len - 1]))
        len--;
    return arena_strn(a, s, len);
}

int hex_digit(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    return -1;
}
