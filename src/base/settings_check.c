#include "base/settings.h"

#include <stdlib.h>
#include <string.h>

static bool begins(const char *text, const char *prefix)
{
    return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* HOST:PORT with a port of 0 to 65535; the host may be [IPv6]. */
static bool is_listen(const char *text)
{
    const char *colon = text ? strrchr(text, ':') : NULL;
    size_t digits = colon ? strlen(colon + 1) : 0;

    if (!colon || colon == text || digits == 0 || digits > 5)
        return false;
    if (strspn(colon + 1, "0123456789") != digits || atoi(colon + 1) > 65535)
        return false;
    if (text[0] == '[')
        return colon[-1] == ']';
    return memchr(text, ':', (size_t)(colon - text)) == NULL;
}

/* Enough to catch a slip; whether mail arrives there only mail can tell. */
static bool is_mail_address(const char *text)
{
    const char *at = text ? strchr(text, '@') : NULL;

    return at && at > text && at[1] && !strchr(at + 1, '@') && !strpbrk(text, " \t<>,;\"");
}

static bool is_web_url(const char *text)
{
    return (begins(text, "http://") && text[7]) || (begins(text, "https://") && text[8]);
}

static bool is_smtp_url(const char *text)
{
    return (begins(text, "smtp://") && text[7]) || (begins(text, "smtps://") && text[8]);
}

/* Enough that it can't end the host name or the path in which it stands. */
static bool is_bucket(const char *text)
{
    return strspn(text, "abcdefghijklmnopqrstuvwxyz0123456789.-") == strlen(text) && text[0] != '.';
}

static bool knows_s3(const struct settings *s)
{
    return s->s3_endpoint && s->s3_bucket && s->s3_key_id && (s->s3_secret || s->s3_secret_file);
}

err settings_check(const struct settings *s, struct fault *fault)
{
    const struct {
        bool right;
        const char *message;
    } rules[] = {
        {is_listen(s->listen), "listen must be HOST:PORT, like 127.0.0.1:8080 or [::]:8080"},
        {!s->public_url || is_web_url(s->public_url),
         "public_url must begin with http:// or https:// and name a host"},
        {is_mail_address(s->mail_address),
         "mail_address must be an address, like help@example.com"},
        {!s->mail_domain || !strpbrk(s->mail_domain, " \t<>@,;\""),
         "mail_domain must be a host name, like example.com"},
        {!s->smtp_url || is_smtp_url(s->smtp_url),
         "smtp_url must begin with smtp:// or smtps:// and name a host"},
        {!s->smtp_password || s->smtp_user, "smtp_password needs smtp_user"},
        {!s->smtp_url || !begins(s->smtp_url, "smtps://") || strcmp(s->smtp_tls, "never") != 0,
         "smtp_tls cannot be never with an smtps:// address"},
        {strcmp(s->files, "s3") != 0 || knows_s3(s),
         "files = s3 needs s3_endpoint, s3_bucket, s3_key_id and s3_secret or s3_secret_file"},
        {!s->s3_endpoint || is_web_url(s->s3_endpoint),
         "s3_endpoint must begin with http:// or https:// and name a host"},
        {!s->s3_bucket || is_bucket(s->s3_bucket),
         "s3_bucket may have small letters, digits, dots and hyphens only"},
        {!s->s3_secret || !s->s3_secret_file, "give s3_secret or s3_secret_file, not both"},
        {s->score_critical >= s->score_high && s->score_high >= s->score_normal,
         "score_critical may not be below score_high, nor score_high below score_normal"},
    };

    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        if (!rules[i].right)
            return fault_set(fault, ERR_INVALID, "%s", rules[i].message);
    }
    return OK;
}
