#include "base/utf8.h"
#include "http/exchange.h"

#include <stdlib.h>
#include <string.h>

const char *request_param(const struct request *r, const char *name)
{
    for (size_t i = 0; i < r->param_count; i++) {
        if (strcmp(r->params[i].name, name) == 0)
            return r->params[i].value;
    }
    ENSURE(!"the route has this parameter");
    return NULL;
}

const char *request_header(const struct request *r, const char *name)
{
    struct exchange *x = exchange_of(r);
    const char *value = MHD_lookup_connection_value(x->mhd, MHD_HEADER_KIND, name);

    if (!value || utf8_valid(value, strlen(value)))
        return value;
    return utf8_repair(&x->arena, value, strlen(value));
}

/* RFC 6265 section 4.2.1: name=value pairs between "; ". */
const char *request_cookie(const struct request *r, const char *name)
{
    const char *at = request_header(r, "Cookie");
    size_t name_len = strlen(name);

    while (at && *at) {
        size_t len = strcspn(at, ";");

        if (len > name_len && strncmp(at, name, name_len) == 0 && at[name_len] == '=')
            return arena_strn(&exchange_of(r)->arena, at + name_len + 1, len - name_len - 1);
        at += len;
        at += strspn(at, "; \t");
    }
    return NULL;
}

int64_t request_if_match(const struct request *r)
{
    const char *tag = request_header(r, "If-Match");
    size_t digits;

    if (!tag || strcmp(tag, "*") == 0)
        return 0;
    if (strncmp(tag, "W/", 2) == 0)
        tag += 2;
    if (tag[0] != '"')
        return -1;
    digits = strspn(tag + 1, "0123456789");
    if (digits == 0 || digits > 18 || strcmp(tag + 1 + digits, "\"") != 0)
        return -1;
    digits = strtoull(tag + 1, NULL, 10);
    return digits > 0 ? (int64_t)digits : -1;
}
