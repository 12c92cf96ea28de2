/* authentication.c -- Authentication-Results (RFC 8601) and spam filters' verdicts, read only. */
#include "mime/authentication.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { RESULTS_MAX = 20 };

/* Comments and quoted strings hold anything, "; dmarc=pass" too: the sender chooses the local part of an address that a
 * server repeats here. Out with them. */
static char *without_comments(struct arena *a, const char *s)
{
    char *out = arena_str(a, s);
    bool quoted = false;
    size_t n = 0;
    int depth = 0;

    for (; *s; s++) {
        if (*s == '\\' && (quoted || depth) && s[1])
            s++;
        else if (*s == '"' && !depth)
            quoted = !quoted;
        else if (quoted)
            continue;
        else if (*s == '(')
            depth++;
        else if (*s == ')' && depth)
            depth--;
        else if (!depth)
            out[n++] = *s;
    }
    out[n] = '\0';
    return out;
}

/* Only verdicts of the standard's list: anything else is taken as "unknown". */
static const char *verdict_at(const char *s)
{
    static const char *const VERDICTS[] = {"pass",      "fail",   "softfail",
                                           "neutral",   "none",   "temperror",
                                           "permerror", "policy", "bestguesspass"};
    size_t len = strspn(s, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ");

    for (size_t i = 0; i < COUNT_OF(VERDICTS); i++) {
        if (strlen(VERDICTS[i]) == len && strncasecmp(s, VERDICTS[i], len) == 0)
            return VERDICTS[i];
    }
    return "unknown";
}

/* A method named several times (one DKIM signature each) passes when one does. */
static void note(const char **verdict, const char *value)
{
    if (!*verdict || strcmp(value, "pass") == 0)
        *verdict = value;
}

/* There is one DMARC verdict a message. Whoever is told several believes the worst. */
static void note_dmarc(const char **verdict, const char *value)
{
    if (!*verdict || strcmp(*verdict, "pass") == 0 || strcmp(value, "fail") == 0)
        *verdict = value;
}

/* The value of "name=" in a clause, NULL if it is not there. */
static const char *property(struct arena *a, const char *clause, const char *name)
{
    size_t n = strlen(name);

    for (const char *at = clause; *at; at += strcspn(at, " \t")) {
        at += strspn(at, " \t");
        if (strncasecmp(at, name, n) == 0 && at[n] == '=')
            return arena_strn(a, at + n + 1, strcspn(at + n + 1, " \t"));
    }
    return NULL;
}

static struct mail_authentication read_results(struct arena *a, const char *line)
{
    struct mail_authentication r = {0};
    const struct {
        const char *name;
        const char **verdict;
        void (*note)(const char **verdict, const char *value);
    } methods[] = {{"spf", &r.spf, note}, {"dkim", &r.dkim, note}, {"dmarc", &r.dmarc, note_dmarc}};
    char *rest = NULL, *clause = strtok_r(without_comments(a, line), ";", &rest);

    for (bool first = true; clause; clause = strtok_r(NULL, ";", &rest), first = false) {
        const char *s = clause + strspn(clause, " \t");
        const char *equals = strchr(s, '=');

        if (first && (!equals || strcspn(s, " \t") < (size_t)(equals - s))) {
            r.server = arena_strn(a, s, strcspn(s, " \t"));
            continue;
        }
        for (size_t i = 0; equals && i < COUNT_OF(methods); i++) {
            size_t n = strlen(methods[i].name);
            if (strncasecmp(s, methods[i].name, n) == 0 &&
                (s[n] == '=' || s[n] == ' ' || s[n] == '/'))
                methods[i].note(methods[i].verdict,
                                verdict_at(equals + 1 + strspn(equals + 1, " \t")));
        }
        if (strncasecmp(s, "dmarc", 5) == 0)
            r.dmarc_domain = property(a, s, "header.from");
    }
    if (r.server && !*r.server)
        r.server = NULL;
    return r;
}

static const struct {
    const char *header;
    const char *prefix;
} SPAM_FLAGS[] = {
    {"X-Spam-Flag", "yes"},
    {"X-Spam-Status", "yes"},
    {"X-Spam", "yes"},
    {"X-Spam", "spam"},
    {"X-Spamd-Result", "default: true"},
    {"X-Rspamd-Action", "reject"},
    {"X-Rspamd-Action", "add header"},
    {"X-Bogosity", "spam"},
    {"X-Bogosity", "yes"},
    {"X-Barracuda-Spam-Status", "yes"},
    {"X-DSPAM-Result", "spam"},
    {"X-Junkmail", "yes"},
    {"X-Ovh-Spam-Reason", "yes"},
    {"X-MS-Exchange-Organization-SCL", "9"},
    {"X-MS-Exchange-Organization-SCL", "8"},
    {"X-MS-Exchange-Organization-SCL", "7"},
    {"X-MS-Exchange-Organization-SCL", "6"},
    {"X-MS-Exchange-Organization-SCL", "5"},
};

void authentication_read(struct parse *p, const struct headers *h, struct mail *m)
{
    const struct header *at;

    m->authentications = ARENA_ARRAY(p->arena, struct mail_authentication, RESULTS_MAX);
    for (size_t i = 0; i < RESULTS_MAX && (at = header_find_nth(h, "Authentication-Results", i));
         i++)
        m->authentications[m->authentication_count++] =
            read_results(p->arena, header_line(p->arena, at));
    if (m->authentication_count)
        m->authentication = m->authentications[0];
    for (size_t i = 0; i < COUNT_OF(SPAM_FLAGS) && !m->is_spam; i++) {
        char *value = header_line_of(p->arena, h, SPAM_FLAGS[i].header);

        if (!value || strncasecmp(value, SPAM_FLAGS[i].prefix, strlen(SPAM_FLAGS[i].prefix)) != 0)
            continue;
        m->is_spam = true;
        m->spam_why = header_reason(p->arena, SPAM_FLAGS[i].header, value);
    }
}
