/* fuzz_mail.c -- mail_parse on anything at all. Whatever comes in, what goes out is text that the
 * rest of the program may trust. */
#include "base/utf8.h"
#include "mime/mail.h"

#include <stdlib.h>
#include <string.h>

static void check_text(const char *s)
{
    ENSURE(!s || utf8_valid(s, strlen(s)));
}

static void check_one_line(const char *s)
{
    check_text(s);
    ENSURE(!s || !strpbrk(s, "\r\n"));
}

static void check_addresses(const struct mail_addresses *list)
{
    for (size_t i = 0; i < list->count; i++) {
        check_one_line(list->at[i].name);
        check_one_line(list->at[i].email);
        ENSURE(list->at[i].email);
    }
}

static bool is_blank(const char *s)
{
    return s[strspn(s, " \t\n")] == '\0';
}

static void check_mail(const struct mail *m)
{
    volatile unsigned char sum = 0;

    check_one_line(m->subject);
    check_one_line(m->message_id);
    check_one_line(m->from.name);
    check_one_line(m->from.email);
    check_addresses(&m->to);
    check_addresses(&m->cc);
    check_addresses(&m->reply_to);
    for (size_t i = 0; i < m->references.count; i++)
        check_one_line(m->references.at[i]);
    ENSURE(m->text && m->reply_text);
    check_text(m->text);
    check_text(m->reply_text);
    check_text(m->html);
    ENSURE(!strchr(m->text, '\r'));
    ENSURE(is_blank(m->text) || !is_blank(m->reply_text));
    for (size_t i = 0; i < m->attachments.count; i++) {
        const struct mail_attachment *at = &m->attachments.at[i];
        check_one_line(at->file_name);
        ENSURE(!at->file_name || !strpbrk(at->file_name, "/\\"));
        check_text(at->mime_type);
        for (size_t k = 0; k < at->content.len; k += 64)
            sum = (unsigned char)(sum + at->content.data[k]);
    }
    check_text(m->bounce.recipient);
    check_text(m->bounce.status);
    check_text(m->bounce.original_id);
    check_text(m->bounce.diagnostic);
    check_text(m->automatic_why);
    check_text(m->list_id);
    check_text(m->spam_why);
    check_text(m->authentication.server);
    for (size_t i = 0; i < m->warnings.count; i++)
        check_text(m->warnings.at[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc;
    (void)argv;
    mail_init();
    return 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    /* Exactly as long as it is, so that a byte too far is found. */
    unsigned char *copy = malloc(size ? size : 1);
    struct arena a;
    struct mail m;

    ENSURE(copy);
    memcpy(copy, data, size);
    arena_init(&a);
    ENSURE(mail_parse(&a, copy, size, &m) == OK);
    check_mail(&m);
    arena_done(&a);
    free(copy);
    return 0;
}
