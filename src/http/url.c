#include "base/limits.h"
#include "base/utf8.h"
#include "http/exchange.h"

#include <string.h>

char *url_decode(struct arena *a, const char *text, size_t len, bool plus_is_space)
{
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;

    for (size_t i = 0; i < len; i++) {
        char c = text[i];

        if (c == '%') {
            int high = len - i > 2 ? hex_digit(text[i + 1]) : -1;
            int low = high >= 0 ? hex_digit(text[i + 2]) : -1;

            if (low < 0)
                return NULL;
            c = (char)(high * 16 + low);
            i += 2;
        } else if (c == '+' && plus_is_space) {
            c = ' ';
        }
        out[n++] = c;
    }
    out[n] = '\0';
    return utf8_valid(out, n) ? out : NULL;
}

static size_t count_pairs(const char *query)
{
    size_t count = 1;

    for (; *query; query++)
        count += *query == '&';
    return count;
}

err url_pairs(struct arena *a, const char *query, struct fault *fault, struct name_value **out,
              size_t *out_count)
{
    size_t most = count_pairs(query);
    struct name_value *pairs;
    size_t n = 0;

    if (most > HTTP_QUERY_PARAMS_MAX)
        return fault_set(fault, ERR_INVALID, "There are too many query parameters: at most %d",
                         HTTP_QUERY_PARAMS_MAX);
    pairs = ARENA_ARRAY(a, struct name_value, most);
    while (*query) {
        size_t len = strcspn(query, "&");
        size_t name_len = strcspn(query, "=&");
        size_t value_at = name_len + (name_len < len);

        if (len > 0) {
            pairs[n].name = url_decode(a, query, name_len, true);
            pairs[n].value = url_decode(a, query + value_at, len - value_at, true);
            if (!pairs[n].name || !pairs[n].value)
                return fault_field(fault, pairs[n].name ? pairs[n].name : "query",
                                   "must be percent-encoded UTF-8 without NUL");
            n++;
        }
        query += len + (query[len] == '&');
    }
    *out = pairs;
    *out_count = n;
    return OK;
}
