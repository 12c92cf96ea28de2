#include "mime/compose.h"

#include "base/limits.h"

#include <ctype.h>
#include <gmime/gmime.h>
#include <strings.h>

enum { REFERENCES_SENT_MAX = 30, VALUE_MAX_BYTES = 8192 };

bool compose_is_address(const char *email)
{
    const char *at = email ? strrchr(email, '@') : NULL;
    size_t len = email ? strlen(email) : 0;

    if (!at || at == email || !at[1] || len > EMAIL_MAX_BYTES || email[0] == '.' ||
        strchr(email, '@') != at)
        return false;
    for (const char *c = email; *c; c++) {
        if ((unsigned char)*c <= 32 || *c == 127 || strchr("<>()[],;:\\\"", *c))
            return false;
        if (c < at && (unsigned char)*c >= 0x80)
            return false; /* needs SMTPUTF8, which many servers do not speak */
    }
    return at[1] != '.' && at[1] != '-' && email[len - 1] != '.';
}

/* A value on one line: control characters become blanks, and its length is sane. */
static char *one_line(const char *value)
{
    char *line = g_utf8_make_valid(value ? value : "", -1);

    if (strlen(line) > VALUE_MAX_BYTES) {
        char *end = g_utf8_find_prev_char(line, line + VALUE_MAX_BYTES);
        if (end)
            *end = '\0';
    }
    for (char *c = line; *c; c++) {
        if ((unsigned char)*c < 32 || *c == 127)
            *c = ' ';
    }
    return g_strstrip(line);
}

/* An identifier goes out as it is or not at all. */
static bool is_id(const char *id)
{
    size_t len = id ? strlen(id) : 0;

    for (size_t i = 0; i < len; i++) {
        if ((unsigned char)id[i] <= 32 || (unsigned char)id[i] >= 127 || strchr("<>", id[i]))
            return false;
    }
    return len > 0 && len <= 900;
}

static bool is_header_name(const char *name)
{
    /* What the message's own structure says is not for others to set. */
    static const char *const OWN[] = {
        "from", "to",         "cc",           "bcc",          "subject",
        "date", "message-id", "mime-version", "content-type", "content-transfer-encoding"};

    if (!name || !*name || strlen(name) > 70)
        return false;
    for (const char *c = name; *c; c++) {
        if (!isalnum((unsigned char)*c) && *c != '-')
            return false;
    }
    for (size_t i = 0; i < COUNT_OF(OWN); i++) {
        if (strcasecmp(OWN[i], name) == 0)
            return false;
    }
    return true;
}

static err check(const struct compose *c)
{
    const struct mail_addresses *const lists[] = {&c->reply_to, &c->to, &c->cc};

    if (!c->text || !is_id(c->message_id) || !compose_is_address(c->from.email) ||
        c->to.count + c->cc.count == 0)
        return ERR_INVALID;
    for (size_t l = 0; l < COUNT_OF(lists); l++) {
        for (size_t i = 0; i < lists[l]->count; i++) {
            if (!compose_is_address(lists[l]->at[i].email))
                return ERR_INVALID;
        }
    }
    for (size_t i = 0; i < c->header_count; i++) {
        if (!is_header_name(c->headers[i].name))
            return ERR_INVALID;
    }
    return OK;
}

static void set_line(GMimeMessage *m, const char *name, const char *value)
{
    char *line = one_line(value);

    g_mime_object_append_header(GMIME_OBJECT(m), name, line, "utf-8");
    g_free(line);
}

static void add_address(InternetAddressList *to, const struct mail_address *from)
{
    char *name = from->name ? one_line(from->name) : NULL;
    InternetAddress *at = internet_address_mailbox_new(name && *name ? name : NULL, from->email);

    internet_address_set_charset(at, "utf-8");
    internet_address_list_add(to, at);
    g_object_unref(at);
    g_free(name);
}

static void set_people(GMimeMessage *m, const struct compose *c)
{
    const struct {
        InternetAddressList *to;
        const struct mail_addresses *from;
    } lists[] = {{g_mime_message_get_reply_to(m), &c->reply_to},
                 {g_mime_message_get_to(m), &c->to},
                 {g_mime_message_get_cc(m), &c->cc}};

    add_address(g_mime_message_get_from(m), &c->from);
    for (size_t l = 0; l < COUNT_OF(lists); l++) {
        for (size_t i = 0; i < lists[l].from->count; i++)
            add_address(lists[l].to, &lists[l].from->at[i]);
    }
}

/* The first one names the conversation, the last ones its end: those are kept (RFC 5537 3.4.4). */
static void set_references(GMimeMessage *m, const struct compose *c)
{
    struct buf ids = {0};
    size_t count = c->references.count;

    for (size_t i = 0; i < count; i++) {
        bool keep = i == 0 || i + REFERENCES_SENT_MAX > count;
        if (keep && is_id(c->references.at[i]))
            buf_printf(&ids, "%s<%s>", ids.len ? " " : "", c->references.at[i]);
    }
    if (is_id(c->in_reply_to)) {
        char *line = g_strdup_printf("<%s>", c->in_reply_to);
        set_line(m, "In-Reply-To", line);
        g_free(line);
        if (!ids.len)
            buf_printf(&ids, "<%s>", c->in_reply_to);
    }
    if (ids.len)
        g_mime_object_append_header(GMIME_OBJECT(m), "References", ids.data, NULL);
    buf_done(&ids);
}

static void set_headers(GMimeMessage *m, const struct compose *c)
{
    GDateTime *date = g_date_time_new_from_unix_utc(c->date_ms / 1000);
    char *subject = one_line(c->subject);

    set_people(m, c);
    g_mime_message_set_subject(m, subject, "utf-8");
    g_mime_message_set_message_id(m, c->message_id);
    if (date) {
        g_mime_message_set_date(m, date);
        g_date_time_unref(date);
    }
    set_references(m, c);
    if (c->auto_submitted)
        set_line(m, "Auto-Submitted", c->auto_submitted);
    for (size_t i = 0; i < c->header_count; i++)
        set_line(m, c->headers[i].name, c->headers[i].value);
    g_free(subject);
}

/* Text in the shortest encoding that survives seven-bit relays and line limits. */
static GMimeObject *text_part(const char *subtype, const char *text)
{
    GMimeTextPart *part = g_mime_text_part_new_with_subtype(subtype);
    char *valid = g_utf8_make_valid(text, -1);
    GMimeContentEncoding best;

    g_mime_text_part_set_charset(part, "utf-8");
    g_mime_text_part_set_text(part, valid);
    g_free(valid);
    best = g_mime_part_get_best_content_encoding(GMIME_PART(part), GMIME_ENCODING_CONSTRAINT_7BIT);
    g_mime_part_set_content_encoding(GMIME_PART(part), best);
    return GMIME_OBJECT(part);
}

static GMimeMultipart *multipart(const char *subtype, GMimeObject *first)
{
    GMimeMultipart *parts = g_mime_multipart_new_with_subtype(subtype);

    g_mime_multipart_add(parts, first);
    g_object_unref(first);
    return parts;
}

/* Containers as base64 are against the rules (RFC 2045 section 6.4): they go as plain bytes. */
static GMimeContentType *type_of_file(const char *declared)
{
    GMimeContentType *type;
    const char *slash = declared ? strchr(declared, '/') : NULL;

    if (!slash || slash == declared || !slash[1] || strncasecmp(declared, "multipart/", 10) == 0 ||
        strncasecmp(declared, "message/", 8) == 0 || strpbrk(declared, " \t\r\n"))
        declared = "application/octet-stream";
    type = g_mime_content_type_parse(NULL, declared);
    return type ? type : g_mime_content_type_new("application", "octet-stream");
}

static GMimeStream *open_file(const struct compose_file *file)
{
    if (!file->path)
        return g_mime_stream_mem_new_with_buffer((const char *)file->content.data,
                                                 file->content.len);
    return g_mime_stream_file_open(file->path, "rb", NULL);
}

static err add_file(GMimeMultipart *parts, const struct compose_file *file)
{
    GMimeStream *stream = open_file(file);
    GMimeDataWrapper *content;
    GMimeContentType *type;
    GMimePart *part;
    char *name;

    if (!stream)
        return ERR_IO;
    part = g_mime_part_new();
    type = type_of_file(file->mime_type);
    g_mime_object_set_content_type(GMIME_OBJECT(part), type);
    g_object_unref(type);
    name = one_line(file->file_name);
    g_mime_object_set_disposition(GMIME_OBJECT(part), file->content_id ? "inline" : "attachment");
    if (*name)
        g_mime_part_set_filename(part, name);
    g_free(name);
    if (is_id(file->content_id))
        g_mime_object_set_content_id(GMIME_OBJECT(part), file->content_id);
    content = g_mime_data_wrapper_new_with_stream(stream, GMIME_CONTENT_ENCODING_BINARY);
    g_object_unref(stream);
    g_mime_part_set_content(part, content);
    g_object_unref(content);
    g_mime_part_set_content_encoding(part, GMIME_CONTENT_ENCODING_BASE64);
    g_mime_multipart_add(parts, GMIME_OBJECT(part));
    g_object_unref(part);
    return OK;
}

/* Wraps *body into a container with those files that are inline, or those that are not. */
static err add_files(const struct compose *c, bool inline_ones, const char *subtype,
                     GMimeObject **body)
{
    GMimeMultipart *parts = NULL;

    for (size_t i = 0; i < c->file_count; i++) {
        if ((c->html && c->files[i].content_id) != inline_ones)
            continue;
        if (!parts) {
            parts = multipart(subtype, *body);
            *body = GMIME_OBJECT(parts);
        }
        TRY(add_file(parts, &c->files[i]));
    }
    return OK;
}

static err build_body(const struct compose *c, GMimeObject **body)
{
    err e;

    *body = text_part("plain", c->text);
    if (c->html) {
        GMimeMultipart *both = multipart("alternative", *body);
        GMimeObject *html = text_part("html", c->html);

        *body = GMIME_OBJECT(both);
        e = add_files(c, true, "related", &html);
        g_mime_multipart_add(both, html);
        g_object_unref(html);
        if (e != OK)
            return e;
    }
    return add_files(c, false, "mixed", body);
}

static err write_out(GMimeMessage *m, struct buf *out)
{
    GMimeFormatOptions *format = g_mime_format_options_new();
    GByteArray *bytes = g_byte_array_new();
    GMimeStream *stream = g_mime_stream_mem_new_with_byte_array(bytes);
    ssize_t written;

    g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
    written = g_mime_object_write_to_stream(GMIME_OBJECT(m), format, stream);
    g_mime_stream_flush(stream);
    if (written >= 0)
        buf_add(out, bytes->data, bytes->len);
    g_object_unref(stream); /* and the bytes with it */
    g_mime_format_options_free(format);
    return written < 0 ? ERR_IO : OK;
}

err compose_mail(const struct compose *c, struct buf *out)
{
    GMimeMessage *m;
    GMimeObject *body = NULL;
    err e;

    TRY(check(c));
    e = build_body(c, &body);
    if (e == OK) {
        m = g_mime_message_new(TRUE);
        set_headers(m, c);
        g_mime_message_set_mime_part(m, body);
        e = write_out(m, out);
        g_object_unref(m);
    }
    g_object_unref(body);
    return e;
}
