#include "mime/address.h"

#include "base/limits.h"
#include "base/utf8.h"
#include "mime/header.h"
#include "mime/text_out.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

/* One entry between commas, taken apart. */
struct entry {
    struct text_out phrase;  /* quotes and escapes removed */
    struct text_out comment; /* in parentheses */
    struct text_out angle;   /* inside the last < > */
    bool has_angle;
    bool was_quoted; /* the phrase held a quoted string */
};

static void entry_init(struct entry *e, struct arena *a)
{
    *e = (struct entry){{.arena = a}, {.arena = a}, {.arena = a}, false, false};
}

/* Encoded words are atoms, whatever characters they hold. Length of the one at s, or 0. */
static size_t encoded_word_length(const char *s)
{
    const char *q;

    if (s[0] != '=' || s[1] != '?')
        return 0;
    q = s + 2 + strcspn(s + 2, "? \t");
    if (*q != '?' || !q[1] || q[2] != '?')
        return 0;
    q += 3 + strcspn(q + 3, "? \t");
    return q[0] == '?' && q[1] == '=' ? (size_t)(q + 2 - s) : 0;
}

static const char *read_quoted(const char *s, struct text_out *out)
{
    for (; *s && *s != '"'; s++) {
        if (*s == '\\' && s[1])
            s++;
        text_out_char(out, *s);
    }
    return *s ? s + 1 : s;
}

static const char *read_comment(const char *s, struct text_out *out)
{
    int depth = 1;

    if (out->len)
        text_out_char(out, ' ');
    for (; *s; s++) {
        if (*s == '\\' && s[1])
            s++;
        else if (*s == '(')
            depth++;
        else if (*s == ')' && --depth == 0)
            return s + 1;
        text_out_char(out, *s);
    }
    return s;
}

/* An angle that never closes ends with its entry, or where another opens ("<<a@b>"). Commas
 * belong to it only in old source routes and quoted local parts. */
static const char *read_angle(const char *s, struct text_out *out)
{
    const char *end = s;

    out->len = 0;
    if (*end == '"') {
        const char *quote = strchr(end + 1, '"');
        end = quote ? quote + 1 : end;
    }
    end += strcspn(end, *s == '@' ? "<>;" : "<>,;");
    text_out_add(out, s, (size_t)(end - s));
    return *end == '>' ? end + 1 : end;
}

/* Reads up to the comma or semicolon that ends the entry; a group's name is skipped. */
static const char *read_entry(const char *s, struct entry *e)
{
    while (*s && *s != ',' && *s != ';') {
        size_t word = encoded_word_length(s);

        if (word) {
            text_out_add(&e->phrase, s, word);
            s += word;
        } else if (*s == '"') {
            bool closes = strchr(s + 1, '"') != NULL;
            e->was_quoted = true;
            s = closes ? read_quoted(s + 1, &e->phrase) : s + 1;
        } else if (*s == '(') {
            s = read_comment(s + 1, &e->comment);
        } else if (*s == '<') {
            e->has_angle = true;
            s = read_angle(s + 1, &e->angle);
        } else if (*s == ':' && !e->has_angle &&
                   !memchr(e->phrase.data ? e->phrase.data : "", '@', e->phrase.len) &&
                   !(e->phrase.len >= 6 &&
                     strncasecmp(e->phrase.data + e->phrase.len - 6, "mailto", 6) == 0)) {
            entry_init(e, e->phrase.arena);
            s++;
        } else {
            s += *s == '\\' && s[1]; /* an escape outside quotes means the same */
            text_out_char(&e->phrase, *s == '\t' ? ' ' : *s);
            s++;
        }
    }
    return s;
}

/* Blanks do not belong into addresses; old source routes ("@a,@b:user@c") are dropped. */
static char *clean_email(struct arena *a, const char *s, size_t len)
{
    char *out = arena_alloc(a, len + 1);
    size_t n = 0;
    char *route;

    for (size_t i = 0, comment = 0; i < len; i++) {
        if (s[i] == '(')
            comment++;
        else if (s[i] == ')' && comment)
            comment--;
        else if (!comment && !isspace((unsigned char)s[i]))
            out[n++] = s[i];
    }
    while (n && strchr(">,;", out[n - 1]))
        n--;
    out[n] = '\0';
    while (*out == '\'' || *out == '<')
        out++;
    n = strlen(out);
    if (n && out[n - 1] == '\'')
        out[n - 1] = '\0';
    if (strncasecmp(out, "mailto:", 7) == 0)
        out += 7;
    route = out[0] == '@' ? strchr(out, ':') : NULL;
    return route ? route + 1 : out;
}

char *address_bare(struct arena *a, const char *text)
{
    const char *open, *semicolon;
    char *email;

    if (!text)
        return NULL;
    semicolon = strchr(text, ';');
    if (semicolon && strncasecmp(text, "rfc822", 6) == 0)
        text = semicolon + 1;
    open = strchr(text, '<');
    if (open)
        text = open + 1;
    text += strspn(text, " \t");
    email = clean_email(a, text, strcspn(text, " \t>,;\"()"));
    return *email && strchr(email, '@') ? email : NULL;
}

/* What is left of a name once quotes inside quotes and blanks are gone; NULL when nothing. */
static char *clean_name(struct arena *a, struct text_out *t)
{
    char *name = header_decode_words(a, text_out_end(t));
    size_t len, n = 0;

    name = utf8_trim(a, name);
    len = strlen(name);
    while (len >= 2 && (name[0] == '"' || name[0] == '\'') && name[len - 1] == name[0]) {
        name[len - 1] = '\0';
        name = utf8_trim(a, name + 1);
        len = strlen(name);
    }
    for (size_t i = 0; i < len; i++) {
        if (name[i] != ' ' || (n && name[n - 1] != ' '))
            name[n++] = name[i];
    }
    name[n] = '\0';
    return n ? name : NULL;
}

static bool entry_address(struct arena *a, struct entry *e, struct mail_address *out)
{
    struct mail_address at = {0};
    char *phrase = text_out_end(&e->phrase);

    if (e->has_angle && e->angle.len) {
        at.email = clean_email(a, e->angle.data, e->angle.len);
        at.name = clean_name(a, &e->phrase);
    } else if (strchr(phrase, '@')) {
        const char *email = phrase;
        /* "Jane jane@example.com" without the angles */
        const char *blank = strrchr(utf8_trim(a, phrase), ' ');
        if (blank && strchr(blank, '@') && !strpbrk(blank, "\"")) {
            char *whole = utf8_trim(a, phrase);
            char *last = strrchr(whole, ' ');
            const char *first_at = strchr(whole, '@');
            if (last && first_at > last) {
                struct text_out name = {.arena = a};
                text_out_add(&name, whole, (size_t)(last - whole));
                at.name = clean_name(a, &name);
                email = last + 1;
            }
        }
        at.email = clean_email(a, email, strlen(email));
    } else {
        at.name = clean_name(a, &e->phrase);
    }
    if (!at.name && e->comment.len)
        at.name = clean_name(a, &e->comment);
    if (at.email && !*at.email)
        at.email = NULL;
    *out = at;
    return at.email || at.name;
}

static bool is_listed(const struct mail_addresses *list, const char *email)
{
    for (size_t i = 0; email && i < list->count; i++) {
        if (list->at[i].email && strcasecmp(list->at[i].email, email) == 0)
            return true;
    }
    return false;
}

void addresses_parse(struct arena *a, const char *line, bool keep_names_alone,
                     struct mail_addresses *out)
{
    struct text_out pending = {.arena = a}; /* "Doe" of an unquoted "Doe, Jane <jane@...>" */
    size_t cap = out->count;

    while (line && *line && out->count < MAIL_RECIPIENTS_MAX) {
        struct entry e;
        struct mail_address at;

        entry_init(&e, a);
        line = read_entry(line, &e);
        if (*line == ',' && !e.has_angle && e.phrase.len && !e.was_quoted &&
            !memchr(e.phrase.data, '@', e.phrase.len) && pending.len == 0) {
            text_out_add(&pending, e.phrase.data, e.phrase.len);
            line++;
            continue;
        }
        if (*line)
            line++;
        if (!entry_address(a, &e, &at))
            continue;
        if (pending.len && e.has_angle && at.name)
            at.name =
                utf8_trim(a, arena_printf(a, "%s, %s",
                                          header_decode_words(a, text_out_end(&pending)), at.name));
        pending.len = 0;
        if ((!at.email && !keep_names_alone) || is_listed(out, at.email))
            continue;
        if (out->count == cap) {
            size_t grown = cap ? cap * 2 : 4;
            out->at = arena_grow(a, out->at, cap * sizeof at, grown * sizeof at);
            cap = grown;
        }
        out->at[out->count++] = at;
    }
}
