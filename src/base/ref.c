#include "base/ref.h"

#include <stdlib.h>
#include <string.h>

enum { NUMBER_MAX_DIGITS = 18 }; /* always fits an int64_t */

bool ref_parse(const char *text, struct ref *out)
{
    struct uuid uuid;
    size_t digits;

    if (!text)
        return false;
    digits = strspn(text, "0123456789");
    if (digits > 0 && text[digits] == '\0') {
        if (digits > NUMBER_MAX_DIGITS || text[0] == '0')
            return false;
        *out = (struct ref){.number = strtoll(text, NULL, 10)};
        return true;
    }
    if (!uuid_parse(text, &uuid) || uuid_is_nil(uuid))
        return false;
    *out = (struct ref){.uuid = uuid};
    return true;
}
