#include "people/cursor.h"

#include "base/utf8.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { CURSOR_VARIANT = sodium_base64_VARIANT_URLSAFE_NO_PADDING };

const char *name_cursor_text(struct arena *a, const char *name, int64_t id)
{
    const char *plain = arena_printf(a, "%lld %s", (long long)id, name);
    size_t len = strlen(plain);
    size_t size = sodium_base64_encoded_len(len, CURSOR_VARIANT);

    return sodium_bin2base64(arena_alloc(a, size), size, (const unsigned char *)plain, len,
                             CURSOR_VARIANT);
}

err name_cursor_parse(struct arena *a, struct fault *fault, const char *text, const char **out_name,
                      int64_t *out_id)
{
    size_t size, len;
    char *plain, *end;
    long long id;

    if (!text) {
        *out_name = "";
        *out_id = 0;
        return OK;
    }
    size = strlen(text) + 1;
    plain = arena_alloc(a, size);
    if (sodium_base642bin((unsigned char *)plain, size - 1, text, size - 1, NULL, &len, NULL,
                          CURSOR_VARIANT) != 0 ||
        !utf8_valid(plain, len))
        return fault_field(fault, "cursor", "is not one that this list gave");
    plain[len] = '\0';
    id = strtoll(plain, &end, 10);
    if (id <= 0 || *end != ' ')
        return fault_field(fault, "cursor", "is not one that this list gave");
    *out_name = end + 1;
    *out_id = id;
    return OK;
}

const char *like_escaped(struct arena *a, const char *text)
{
    char *out = arena_alloc(a, 2 * strlen(text) + 1);
    char *to = out;

    for (; *text; text++) {
        if (*text == '%' || *text == '_' || *text == '!')
            *to++ = '!';
        *to++ = *text;
    }
    *to = '\0';
    return out;
}
