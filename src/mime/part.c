#include "mime/part.h"

#include "base/limits.h"
#include "mime/smime.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { WARNINGS_MAX = 50 };

void parse_warn(struct parse *p, const char *fmt, ...)
{
    va_list ap;

    if (p->warnings.count == WARNINGS_MAX)
        return;
    if (!p->warnings.at)
        p->warnings.at = ARENA_ARRAY(p->arena, const char *, WARNINGS_MAX);
    va_start(ap, fmt);
    p->warnings.at[p->warnings.count++] = arena_vprintf(p->arena, fmt, ap);
    va_end(ap);
}

bool part_is(const struct part *part, const char *type)
{
    return strcmp(part->type, type) == 0;
}

const struct part *part_find(const struct part *part, const char *type)
{
    if (part_is(part, type))
        return part;
    if (part->kind != PART_MULTIPART)
        return NULL;
    for (const struct part *child = part->children; child; child = child->next) {
        const struct part *found = part_find(child, type);
        if (found)
            return found;
    }
    return NULL;
}

/* A line of the body that separates parts. */
struct delimiter {
    size_t start; /* of the line break before it, which belongs to it */
    size_t end;   /* after the line */
    bool is_last;
};

static bool is_delimiter(const char *line, size_t len, const char *boundary, size_t boundary_len,
                         bool *out_last)
{
    size_t n = 2 + boundary_len;

    if (len < n || line[0] != '-' || line[1] != '-' ||
        memcmp(line + 2, boundary, boundary_len) != 0)
        return false;
    *out_last = len >= n + 2 && line[n] == '-' && line[n + 1] == '-';
    if (*out_last)
        return true;
    while (n < len && isspace((unsigned char)line[n]))
        n++;
    return n == len;
}

static bool find_delimiter(struct bytes body, size_t from, const char *boundary,
                           struct delimiter *out)
{
    const char *data = (const char *)body.data;
    size_t boundary_len = strlen(boundary);
    size_t at = from;

    while (at < body.len) {
        const char *nl = memchr(data + at, '\n', body.len - at);
        size_t end = nl ? (size_t)(nl - data) + 1 : body.len;

        if (is_delimiter(data + at, end - at, boundary, boundary_len, &out->is_last)) {
            size_t start = at;
            if (start > from && data[start - 1] == '\n')
                start--;
            if (start > from && data[start - 1] == '\r')
                start--;
            out->start = start;
            out->end = end;
            return true;
        }
        at = end;
    }
    return false;
}

/* The boundary parameter, or, when it is missing or occurs nowhere, the first line of the body
 * that looks like a delimiter. */
static const char *boundary_of(struct parse *p, const struct part *part)
{
    const char *boundary = param_get(&part->content_type, "boundary");
    const char *data = (const char *)part->body.data;
    struct delimiter d;
    size_t at = 0;

    if (boundary && *boundary && find_delimiter(part->body, 0, boundary, &d))
        return boundary;
    while (at < part->body.len) {
        const char *nl = memchr(data + at, '\n', part->body.len - at);
        size_t end = nl ? (size_t)(nl - data) : part->body.len;
        size_t len = end - at;

        while (len && isspace((unsigned char)data[at + len - 1]))
            len--;
        if (len > 4 && data[at] == '-' && data[at + 1] == '-' && data[at + 2] != ' ') {
            parse_warn(p, "the boundary between the parts is not the declared one");
            return arena_strn(p->arena, data + at + 2, len - 2);
        }
        at = end + 1;
    }
    return NULL;
}

static struct part *parse_entity(struct parse *p, struct bytes data, const char *default_type,
                                 int depth);

static struct part *raw_part(struct parse *p, struct bytes data)
{
    struct part *part = ARENA_NEW(p->arena, struct part);

    part->kind = PART_RAW;
    part->type = "application/octet-stream";
    part->content_type.value = part->disposition.value = "";
    part->body = data;
    return part;
}

static void parse_children(struct parse *p, struct part *part, const char *boundary, int depth)
{
    const char *type = part_is(part, "multipart/digest") ? "message/rfc822" : "text/plain";
    struct part **tail = &part->children;
    struct delimiter open, close;

    if (!find_delimiter(part->body, 0, boundary, &open))
        return;
    while (!open.is_last) {
        bool closed = find_delimiter(part->body, open.end, boundary, &close);
        size_t end = closed ? close.start : part->body.len;
        struct bytes range = {part->body.data + open.end, end - open.end};

        if (p->parts >= MAIL_PARTS_MAX) {
            range.len = part->body.len - open.end;
            *tail = raw_part(p, range);
            parse_warn(p, "more than %d parts: the rest is attached as it came", MAIL_PARTS_MAX);
            return;
        }
        *tail = parse_entity(p, range, type, depth + 1);
        tail = &(*tail)->next;
        if (!closed)
            return;
        open = close;
    }
}

/* "Content-Type: text" and the like mean text; the rest of what is no type means bytes. */
static const char *type_of(const struct part *part, const char *default_type)
{
    const char *type = part->content_type.value;
    const char *slash = strchr(type, '/');

    if (!*type)
        return default_type;
    if (slash && slash != type && slash[1] && !strpbrk(type, " \t<>\"'"))
        return type;
    if (strcmp(type, "multipart") == 0)
        return "multipart/mixed";
    if (strncmp(type, "text", 4) == 0 || slash == NULL)
        return strstr(type, "html") ? "text/html" : default_type;
    return "application/octet-stream";
}

static void parse_enclosed(struct parse *p, struct part *part, int depth)
{
    struct bytes content = part_content(p, part);

    part->kind = PART_MESSAGE;
    part->children = parse_entity(p, content, "text/plain", depth + 1);
}

/* Opaque-signed S/MIME reads like multipart/signed: the content, then the wrapping as a file. */
static void parse_opaque(struct parse *p, struct part *part, int depth)
{
    struct bytes content = smime_content(p->arena, part_content(p, part));
    struct part *original;

    if (content.len == 0)
        return;
    original = ARENA_NEW(p->arena, struct part);
    *original = *part;
    part->kind = PART_MULTIPART;
    part->type = "multipart/signed";
    part->children = parse_entity(p, content, "text/plain", depth + 1);
    part->children->next = original;
}

static struct part *parse_entity(struct parse *p, struct bytes data, const char *default_type,
                                 int depth)
{
    struct part *part;
    const char *boundary;
    size_t at;

    p->parts++;
    if (depth > MAIL_MIME_DEPTH_MAX) {
        parse_warn(p, "parts within parts within parts: the innermost are attached as they came");
        return raw_part(p, data);
    }
    part = ARENA_NEW(p->arena, struct part);
    at = headers_parse(p->arena, (const char *)data.data, data.len, &part->headers);
    part->body = (struct bytes){data.data + at, data.len - at};
    part->content_type =
        params_parse(p->arena, header_line_of(p->arena, &part->headers, "Content-Type"));
    part->disposition =
        params_parse(p->arena, header_line_of(p->arena, &part->headers, "Content-Disposition"));
    part->type = type_of(part, default_type);
    if (strncmp(part->type, "multipart/", 10) == 0) {
        boundary = boundary_of(p, part);
        if (boundary) {
            part->kind = PART_MULTIPART;
            parse_children(p, part, boundary, depth);
        } else {
            parse_warn(p, "a message of several parts has no boundary between them");
            part->type = "text/plain";
        }
    } else if (part_is(part, "message/rfc822") || part_is(part, "message/global")) {
        parse_enclosed(p, part, depth);
    } else if (part_is(part, "application/pkcs7-mime") ||
               part_is(part, "application/x-pkcs7-mime")) {
        parse_opaque(p, part, depth);
    }
    return part;
}

struct part *part_parse(struct parse *p, const void *data, size_t len)
{
    return parse_entity(p, (struct bytes){data, len}, "text/plain", 1);
}

/* Folders, control characters and leading dots have no business in a file name. */
static const char *harmless_name(struct arena *a, const char *name)
{
    char *out = arena_str(a, name);
    size_t n = 0, len;

    for (const char *c = name; *c; c++) {
        if (*c == '/' || *c == '\\')
            n = 0;
        else if ((unsigned char)*c >= 32 && *c != 127 && !(*c == ' ' && n && out[n - 1] == ' '))
            out[n++] = *c;
    }
    out[n] = '\0';
    while (n && (out[n - 1] == ' ' || out[n - 1] == '.'))
        out[--n] = '\0';
    while (*out == ' ')
        out++;
    len = strlen(out);
    if (len > FILE_NAME_MAX_BYTES) {
        /* keeps the extension, by which people know what it is */
        const char *dot = strrchr(out, '.');
        size_t extension = dot && strlen(dot) <= 16 ? strlen(dot) : 0;
        size_t keep = FILE_NAME_MAX_BYTES - extension;
        char *kept = arena_str(a, extension ? dot : "");

        while (keep && ((unsigned char)out[keep] & 0xC0) == 0x80)
            keep--;
        memcpy(out + keep, kept, extension + 1);
    }
    return *out ? out : NULL;
}

const char *part_file_name(struct parse *p, const struct part *part)
{
    const char *name = param_get(&part->disposition, "filename");

    if (!name || !*name)
        name = param_get(&part->content_type, "name");
    if (!name || !*name)
        name = param_get(&part->content_type, "filename");
    return name && *name ? harmless_name(p->arena, name) : NULL;
}

const char *part_content_id(struct parse *p, const struct part *part)
{
    struct mail_ids ids =
        mail_ids_parse(p->arena, header_line_of(p->arena, &part->headers, "Content-ID"), 1);
    return ids.count ? ids.at[0] : NULL;
}
