#include "base/email.h"

#include "base/limits.h"
#include "base/utf8.h"

#include <string.h>

enum { LOCAL_PART_MAX_BYTES = 64, LABEL_MAX_BYTES = 63 }; /* RFC 5321 4.5.3.1, RFC 1035 2.3.4 */

/* atext of RFC 5322 section 3.2.3, and everything beyond ASCII (RFC 6531). */
static bool is_atext(unsigned char c)
{
    return c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
           (c >= 'A' && c <= 'Z') || (c && strchr("!#$%&'*+-/=?^_`{|}~", c));
}

static bool is_dot_atom(const char *s, size_t len)
{
    bool after_dot = true;

    for (size_t i = 0; i < len; i++) {
        if (s[i] == '.') {
            if (after_dot)
                return false;
            after_dot = true;
        } else if (is_atext((unsigned char)s[i])) {
            after_dot = false;
        } else {
            return false;
        }
    }
    return !after_dot;
}

/* "..." with backslash pairs; no control characters. */
static bool is_quoted_string(const char *s, size_t len)
{
    if (len < 3 || s[0] != '"' || s[len - 1] != '"')
        return false;
    for (size_t i = 1; i < len - 1; i++) {
        if (s[i] == '\\' && ++i >= len - 1)
            return false;
        if ((unsigned char)s[i] < 32 || s[i] == 127)
            return false;
        if (s[i] == '"' && s[i - 1] != '\\')
            return false;
    }
    return true;
}

static bool is_label(const char *s, size_t len)
{
    if (len == 0 || len > LABEL_MAX_BYTES || s[0] == '-' || s[len - 1] == '-')
        return false;
    for (size_t i = 0; i < len; i++) {
        unsigned char c = (unsigned char)s[i];

        if (!(c >= 0x80 || (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') ||
              (c >= 'A' && c <= 'Z') || c == '-'))
            return false;
    }
    return true;
}

/* One label will do ("root@localhost"): desks live inside companies' networks too. */
static bool is_domain(const char *s)
{
    for (;;) {
        size_t len = strcspn(s, ".");

        if (!is_label(s, len))
            return false;
        if (s[len] == '\0')
            return true;
        s += len + 1;
    }
}

bool email_valid(const char *text)
{
    const char *at;
    size_t local;

    if (!text || strlen(text) > EMAIL_MAX_BYTES || !utf8_valid(text, strlen(text)))
        return false;
    at = strrchr(text, '@');
    if (!at)
        return false;
    local = (size_t)(at - text);
    if (local == 0 || local > LOCAL_PART_MAX_BYTES || !is_domain(at + 1))
        return false;
    return is_dot_atom(text, local) || is_quoted_string(text, local);
}
