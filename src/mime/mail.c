#include "mime/mail.h"

#include "base/limits.h"
#include "mime/address.h"
#include "mime/authentication.h"
#include "mime/automatic.h"
#include "mime/body.h"
#include "mime/bounce.h"
#include "mime/html_text.h"
#include "mime/markdown.h"
#include "mime/quote.h"

#include <gmime/gmime.h>
#include <string.h>

/* Mail is younger than the epoch and not from the next century. */
#define DATE_MIN_S INT64_C(86400)
#define DATE_MAX_S INT64_C(4102444800) /* 2100-01-01 */

void mail_init(void)
{
    g_mime_init();
    markdown_init();
}

static struct mail_address first_address(struct arena *a, const struct headers *h, const char *name)
{
    struct mail_addresses list = {0};

    addresses_parse(a, header_line_of(a, h, name), true, &list);
    for (size_t i = 0; i < list.count; i++) {
        if (list.at[i].email)
            return list.at[i];
    }
    return list.count ? list.at[0] : (struct mail_address){0};
}

/* All headers with that name: some mailers repeat To for each recipient. */
static void all_addresses(struct arena *a, const struct headers *h, const char *name,
                          struct mail_addresses *out)
{
    const struct header *at;

    for (size_t i = 0; out->count < MAIL_RECIPIENTS_MAX && (at = header_find_nth(h, name, i)); i++)
        addresses_parse(a, header_line(a, at), false, out);
}

static int64_t date_of(struct arena *a, const struct headers *h)
{
    char *line = header_line_of(a, h, "Date");
    GDateTime *date = line && *line ? g_mime_utils_header_decode_date(line) : NULL;
    int64_t seconds;

    if (!date)
        return 0;
    seconds = g_date_time_to_unix(date);
    g_date_time_unref(date);
    return seconds >= DATE_MIN_S && seconds < DATE_MAX_S ? seconds * 1000 : 0;
}

static const char *return_path_of(struct arena *a, const struct headers *h)
{
    char *line = header_line_of(a, h, "Return-Path");
    char *email;

    if (!line)
        return NULL;
    email = address_bare(a, line);
    if (email)
        return email;
    return strcmp(line, "<>") == 0 ? "" : NULL;
}

static void read_people(struct arena *a, const struct headers *h, struct mail *m)
{
    m->from = first_address(a, h, "From");
    m->sender = first_address(a, h, "Sender");
    all_addresses(a, h, "Reply-To", &m->reply_to);
    all_addresses(a, h, "To", &m->to);
    all_addresses(a, h, "Cc", &m->cc);
    all_addresses(a, h, "Delivered-To", &m->delivered_to);
    all_addresses(a, h, "X-Original-To", &m->delivered_to);
    all_addresses(a, h, "Envelope-To", &m->delivered_to);
    m->return_path = return_path_of(a, h);
    /* A message without From is from whoever sent it. */
    if (!m->from.email && m->sender.email)
        m->from = m->sender;
    if (!m->from.email && m->return_path && *m->return_path)
        m->from.email = m->return_path;
}

static void read_identity(struct arena *a, const struct headers *h, struct mail *m)
{
    struct mail_ids id = mail_ids_parse(a, header_line_of(a, h, "Message-ID"), 1);

    m->message_id = id.count ? id.at[0] : NULL;
    m->in_reply_to = mail_ids_parse(a, header_line_of(a, h, "In-Reply-To"), MAIL_REFERENCES_MAX);
    m->references = mail_ids_parse(a, header_line_of(a, h, "References"), MAIL_REFERENCES_MAX);
    m->subject = header_text(a, header_find(h, "Subject"));
    m->date_ms = date_of(a, h);
}

err mail_parse(struct arena *a, const void *data, size_t len, struct mail *out)
{
    struct parse p = {.arena = a};
    struct mail m = {0};
    const struct part *root;
    struct body body;

    if (len > MAIL_MAX_BYTES)
        return ERR_TOO_LARGE;
    root = part_parse(&p, len ? data : "", len);
    read_people(a, &root->headers, &m);
    read_identity(a, &root->headers, &m);
    body = body_collect(&p, root);
    m.text = body.text;
    m.html = body.html;
    m.attachments = body.attachments;
    m.reply_text = quote_fold(a, m.text, body.history_at, quote_is_forward_subject(m.subject));
    authentication_read(&p, &root->headers, &m);
    automatic_judge(&p, root, &m);
    bounce_judge(&p, root, &m);
    m.warnings = p.warnings;
    *out = m;
    return OK;
}
