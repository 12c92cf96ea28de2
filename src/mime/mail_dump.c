/* mail_dump.c -- prints how each given message is understood, one JSON line a file. A tool for
 * tests/mail and for people who wonder; no part of the product. */
#include "base/json_out.h"
#include "mime/mail.h"

#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>

static void put_address(struct json_out *j, const char *key, const struct mail_address *at)
{
    json_key(j, key);
    json_open(j, '{');
    JSON_PUT(j, text, "name", at->name);
    JSON_PUT(j, text, "email", at->email);
    json_close(j, '}');
}

static void put_addresses(struct json_out *j, const char *key, const struct mail_addresses *list)
{
    json_key(j, key);
    json_open(j, '[');
    for (size_t i = 0; i < list->count; i++) {
        json_open(j, '{');
        JSON_PUT(j, text, "name", list->at[i].name);
        JSON_PUT(j, text, "email", list->at[i].email);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_texts(struct json_out *j, const char *key, const char *const *at, size_t count)
{
    json_key(j, key);
    json_open(j, '[');
    for (size_t i = 0; i < count; i++)
        json_text(j, at[i]);
    json_close(j, ']');
}

static void put_attachments(struct json_out *j, const struct mail_attachments *list)
{
    json_key(j, "attachments");
    json_open(j, '[');
    for (size_t i = 0; i < list->count; i++) {
        const struct mail_attachment *at = &list->at[i];
        unsigned char hash[crypto_hash_sha256_BYTES];
        char hex[sizeof hash * 2 + 1];

        crypto_hash_sha256(hash, at->content.data, at->content.len);
        sodium_bin2hex(hex, sizeof hex, hash, sizeof hash);
        json_open(j, '{');
        JSON_PUT(j, text, "fileName", at->file_name);
        JSON_PUT(j, text, "mimeType", at->mime_type);
        JSON_PUT(j, text, "contentId", at->content_id);
        JSON_PUT(j, bool, "isInline", at->is_inline);
        JSON_PUT(j, int, "size", (int64_t)at->content.len);
        JSON_PUT(j, text, "sha256", hex);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static void put_judgement(struct json_out *j, const struct mail *m)
{
    JSON_PUT(j, bool, "isAutomatic", m->is_automatic);
    JSON_PUT(j, text, "automaticWhy", m->automatic_why);
    JSON_PUT(j, bool, "isOutOfOffice", m->is_out_of_office);
    JSON_PUT(j, text, "listId", m->list_id);
    JSON_PUT(j, bool, "isBounce", m->is_bounce);
    json_key(j, "bounce");
    json_open(j, '{');
    JSON_PUT(j, text, "recipient", m->bounce.recipient);
    JSON_PUT(j, text, "status", m->bounce.status);
    JSON_PUT(j, text, "originalId", m->bounce.original_id);
    JSON_PUT(j, tri, "permanent", m->bounce.permanent);
    json_close(j, '}');
    json_key(j, "authentication");
    json_open(j, '{');
    JSON_PUT(j, text, "server", m->authentication.server);
    JSON_PUT(j, text, "spf", m->authentication.spf);
    JSON_PUT(j, text, "dkim", m->authentication.dkim);
    JSON_PUT(j, text, "dmarc", m->authentication.dmarc);
    json_close(j, '}');
    JSON_PUT(j, bool, "isSpam", m->is_spam);
}

static void put_mail(struct json_out *j, const char *file, const struct mail *m)
{
    json_open(j, '{');
    JSON_PUT(j, text, "file", file);
    JSON_PUT(j, text, "messageId", m->message_id);
    put_texts(j, "inReplyTo", m->in_reply_to.at, m->in_reply_to.count);
    put_texts(j, "references", m->references.at, m->references.count);
    put_address(j, "from", &m->from);
    put_address(j, "sender", &m->sender);
    put_addresses(j, "replyTo", &m->reply_to);
    put_addresses(j, "to", &m->to);
    put_addresses(j, "cc", &m->cc);
    put_addresses(j, "deliveredTo", &m->delivered_to);
    JSON_PUT(j, text, "returnPath", m->return_path);
    JSON_PUT(j, text, "subject", m->subject);
    JSON_PUT(j, time, "date", m->date_ms);
    JSON_PUT(j, text, "text", m->text);
    JSON_PUT(j, text, "replyText", m->reply_text);
    JSON_PUT(j, text, "html", m->html);
    put_attachments(j, &m->attachments);
    put_judgement(j, m);
    put_texts(j, "warnings", m->warnings.at, m->warnings.count);
    json_close(j, '}');
}

static int dump(const char *path, size_t times)
{
    FILE *f = fopen(path, "rb");
    struct buf in = {0}, out = {0};
    struct json_out j = json_to(&out);
    struct arena a;
    struct mail m;
    size_t n;

    if (!f) {
        perror(path);
        return 1;
    }
    do {
        buf_reserve(&in, 65536);
        n = fread(in.data + in.len, 1, 65536, f);
        in.len += n;
    } while (n);
    fclose(f);
    arena_init(&a);
    for (size_t i = 0; i < times; i++) {
        arena_reset(&a);
        if (mail_parse(&a, in.data, in.len, &m) != OK) {
            fprintf(stderr, "%s: too large\n", path);
            return 1;
        }
    }
    put_mail(&j, path, &m);
    puts(buf_text(&out));
    arena_done(&a);
    buf_done(&in);
    buf_done(&out);
    return 0;
}

int main(int argc, char **argv)
{
    const char *times = getenv("MAIL_DUMP_TIMES"); /* for measuring */
    int failed = 0;

    mail_init();
    for (int i = 1; i < argc; i++)
        failed |= dump(argv[i], times ? strtoul(times, NULL, 10) : 1);
    return failed;
}
