#include "mime/param.h"

#include "mime/charset.h"
#include "mime/header.h"
#include "mime/text_out.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { PARAMS_MAX = 200, SEGMENTS_MAX = 100 };

/* One "name*3*=value" as it stands. */
struct piece {
    char *name;
    char *value;
    int segment; /* -1: not continued */
    bool is_extended;
};

static char *lower(char *s)
{
    for (char *c = s; *c; c++)
        *c = (char)tolower((unsigned char)*c);
    return s;
}

static char *trimmed(struct arena *a, const char *s, size_t len)
{
    while (len && isspace((unsigned char)*s)) {
        s++;
        len--;
    }
    while (len && isspace((unsigned char)s[len - 1]))
        len--;
    return arena_strn(a, s, len);
}

/* A quoted value ends at its quote; one without quotes at the semicolon, blanks and all. */
static const char *read_value(struct arena *a, const char *s, char **out)
{
    struct text_out t = {.arena = a};
    const char *end;

    s += strspn(s, " \t");
    if (*s != '"') {
        end = s + strcspn(s, ";");
        *out = trimmed(a, s, (size_t)(end - s));
        return end;
    }
    for (s++; *s && *s != '"'; s++) {
        if (*s == '\\' && (s[1] == '"' || s[1] == '\\'))
            s++;
        text_out_char(&t, *s);
    }
    *out = text_out_end(&t);
    return s + strcspn(s, ";");
}

/* "name*", "name*1", "name*1*": what RFC 2231 hangs on a name. */
static void split_name(struct piece *p)
{
    char *star = strchr(p->name, '*');

    p->segment = -1;
    if (!star)
        return;
    *star++ = '\0';
    if (isdigit((unsigned char)*star))
        p->segment = (int)strtol(star, &star, 10) % SEGMENTS_MAX;
    else
        star--;
    p->is_extended = *star == '*' || (p->segment < 0);
}

static size_t read_pieces(struct arena *a, const char *s, struct piece *pieces)
{
    size_t n = 0;

    while (*s && n < PARAMS_MAX) {
        const char *equals;

        s += strspn(s, "; \t");
        equals = s + strcspn(s, "=;");
        if (*equals != '=') {
            s = equals;
            continue;
        }
        pieces[n] = (struct piece){.name = lower(trimmed(a, s, (size_t)(equals - s)))};
        s = read_value(a, equals + 1, &pieces[n].value);
        split_name(&pieces[n]);
        n += pieces[n].name[0] != '\0';
    }
    return n;
}

static void unpercent(struct text_out *t, const char *s)
{
    for (; *s; s++) {
        if (*s == '%' && isxdigit((unsigned char)s[1]) && isxdigit((unsigned char)s[2])) {
            char hex[3] = {s[1], s[2], 0};
            text_out_char(t, (char)strtol(hex, NULL, 16));
            s += 2;
        } else {
            text_out_char(t, *s);
        }
    }
}

/* Puts the segments of pieces[first] together, in their order, and decodes them. */
static char *assemble(struct arena *a, const struct piece *pieces, size_t n, size_t first)
{
    const char *name = pieces[first].name, *charset = NULL;
    struct text_out t = {.arena = a};
    int wanted = pieces[first].segment < 0 ? -1 : 0;
    bool extended = false;

    for (size_t i = wanted < 0 ? first : 0; i < n; i++) {
        const char *value = pieces[i].value;

        if (pieces[i].segment != wanted || strcmp(pieces[i].name, name) != 0)
            continue;
        if (pieces[i].is_extended && !extended && wanted <= 0) {
            const char *q1 = strchr(value, '\'');
            const char *q2 = q1 ? strchr(q1 + 1, '\'') : NULL;
            if (q2) {
                charset = arena_strn(a, value, (size_t)(q1 - value));
                value = q2 + 1;
            }
        }
        extended |= pieces[i].is_extended;
        if (pieces[i].is_extended)
            unpercent(&t, value);
        else
            text_out_str(&t, value);
        if (wanted < 0)
            break;
        wanted++;
        i = (size_t)-1; /* segments come in any order: look from the start for the next */
    }
    text_out_end(&t);
    if (extended)
        return charset_to_utf8(a, charset, t.data, t.len, NULL, NULL);
    return header_decode_words(a, t.data);
}

struct params params_parse(struct arena *a, const char *line)
{
    struct piece pieces[PARAMS_MAX];
    struct params p = {.value = ""};
    struct param **tail = &p.first;
    size_t n, semicolon;

    if (!line)
        return p;
    semicolon = strcspn(line, ";");
    p.value = lower(trimmed(a, line, semicolon));
    n = read_pieces(a, line + semicolon, pieces);
    for (size_t i = 0; i < n; i++) {
        struct param *param;

        if (pieces[i].segment > 0)
            continue;
        param = ARENA_NEW(a, struct param);
        param->name = pieces[i].name;
        param->value = assemble(a, pieces, n, i);
        /* The extended form of a name wins over the plain one sent for old readers. */
        if (pieces[i].is_extended || pieces[i].segment == 0) {
            param->next = p.first;
            p.first = param;
            if (!param->next)
                tail = &param->next;
        } else {
            *tail = param;
            tail = &param->next;
        }
    }
    return p;
}

const char *param_get(const struct params *p, const char *name)
{
    for (const struct param *i = p->first; i; i = i->next) {
        if (strcmp(i->name, name) == 0)
            return i->value;
    }
    return NULL;
}
