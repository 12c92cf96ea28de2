#include "base/uuid.h"

#include "base/utf8.h"

#include <sodium.h>
#include <string.h>

struct uuid uuid_new(int64_t now_ms)
{
    struct uuid id;

    randombytes_buf(id.b + 6, 10);
    for (int i = 0; i < 6; i++)
        id.b[i] = (unsigned char)((uint64_t)now_ms >> (40 - 8 * i));
    id.b[6] = (unsigned char)(0x70 | (id.b[6] & 0x0f));
    id.b[8] = (unsigned char)(0x80 | (id.b[8] & 0x3f));
    return id;
}

char *uuid_text(struct uuid id, char out[static UUID_TEXT_SIZE])
{
    static const char hex[] = "0123456789abcdef";
    char *at = out;

    for (int i = 0; i < 16; i++) {
        if (i == 4 || i == 6 || i == 8 || i == 10)
            *at++ = '-';
        *at++ = hex[id.b[i] >> 4];
        *at++ = hex[id.b[i] & 15];
    }
    *at = '\0';
    return out;
}

bool uuid_parse(const char *text, struct uuid *out)
{
    struct uuid id;

    if (strlen(text) != UUID_TEXT_SIZE - 1)
        return false;
    for (int i = 0; i < 16; i++) {
        int high, low;

        if ((i == 4 || i == 6 || i == 8 || i == 10) && *text++ != '-')
            return false;
        high = hex_digit(text[0]);
        low = high < 0 ? -1 : hex_digit(text[1]);
        if (low < 0)
            return false;
        id.b[i] = (unsigned char)(high << 4 | low);
        text += 2;
    }
    *out = id;
    return true;
}

bool uuid_is_nil(struct uuid id)
{
    static const struct uuid nil;

    return memcmp(&id, &nil, sizeof(id)) == 0;
}

bool uuid_equal(struct uuid a, struct uuid b)
{
    return memcmp(&a, &b, sizeof(a)) == 0;
}
