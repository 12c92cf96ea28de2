#include "mime/compose.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "mime/markdown.h"

static struct arena arena;
static struct buf out;
static struct mail_address to = {"Jürgen \"Jo\" Müller, Dr.", "jo@example.com"};
static const char *references[] = {"a@x", "b@x"};

static int setup(void **state)
{
    (void)state;
    mail_init();
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    buf_done(&out);
    return 0;
}

static struct compose letter(void)
{
    return (struct compose){
        .from = {"Desk", "desk@example.com"},
        .to = {&to, 1},
        .subject = "Ihr Drucker: größer, schöner – 印刷機 [#42]",
        .message_id = "t42.1@desk.example.com",
        .in_reply_to = "b@x",
        .references = {references, 2},
        .date_ms = 1767603780000,
        .text = "Grüße\n\n-- \nDesk\n",
    };
}

/* The rules that hold for every message, whatever goes in. */
static struct mail sent(const struct compose *c)
{
    struct mail m;
    size_t line = 0;

    buf_clear(&out);
    assert_int_equal(compose_mail(c, &out), OK);
    for (size_t i = 0; i < out.len; i++) {
        unsigned char byte = (unsigned char)out.data[i];
        assert_true(byte < 0x80);
        assert_true(byte != 0);
        if (byte == '\n') {
            assert_true(i > 0 && out.data[i - 1] == '\r');
            line = 0;
        } else {
            assert_true(++line <= 998 + 1);
        }
    }
    assert_int_equal(mail_parse(&arena, out.data, out.len, &m), OK);
    return m;
}

static void what_is_composed_is_read_back(void **state)
{
    struct compose c = letter();
    struct mail m = sent(&c);

    (void)state;
    assert_string_equal(m.subject, c.subject);
    assert_string_equal(m.from.email, "desk@example.com");
    assert_string_equal(m.from.name, "Desk");
    assert_int_equal(m.to.count, 1);
    assert_string_equal(m.to.at[0].name, to.name);
    assert_string_equal(m.to.at[0].email, to.email);
    assert_string_equal(m.message_id, c.message_id);
    assert_string_equal(m.in_reply_to.at[0], "b@x");
    assert_int_equal(m.references.count, 2);
    assert_string_equal(m.references.at[1], "b@x");
    assert_int_equal(m.date_ms, c.date_ms);
    assert_string_equal(m.text, c.text);
    assert_null(m.html);
    assert_false(m.is_automatic);
}

static void text_and_html_are_alternatives(void **state)
{
    struct compose c = letter();
    struct mail m;

    (void)state;
    c.html = "<p>Gr&uuml;&szlig;e aus Köln</p>";
    m = sent(&c);
    assert_string_equal(m.text, c.text);
    assert_non_null(strstr(m.html, "aus Köln"));
    assert_int_equal(m.attachments.count, 0);
}

static void files_arrive_byte_by_byte(void **state)
{
    unsigned char bytes[5000];
    char path[] = "/tmp/compose_test_XXXXXX";
    int fd = mkstemp(path);
    struct compose_file files[] = {
        {.path = path, .file_name = "Übersicht 2026.pdf", .mime_type = "application/pdf"},
        {.content = {(const unsigned char *)"GIF89a", 6},
         .file_name = "dot.gif",
         .mime_type = "image/gif",
         .content_id = "dot@desk"},
        {.content = {(const unsigned char *)"Subject: x\n\nhi", 14},
         .file_name = "old.eml",
         .mime_type = "message/rfc822"},
    };
    struct compose c = letter();
    struct mail m;

    (void)state;
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (unsigned char)(i * 7);
    assert_int_equal(write(fd, bytes, sizeof bytes), sizeof bytes);
    close(fd);
    c.html = "<img src='cid:dot@desk'>";
    c.files = files;
    c.file_count = 3;
    m = sent(&c);
    unlink(path);
    assert_int_equal(m.attachments.count, 3);
    assert_string_equal(m.attachments.at[0].file_name, "dot.gif");
    assert_string_equal(m.attachments.at[0].content_id, "dot@desk");
    assert_true(m.attachments.at[0].is_inline);
    assert_string_equal(m.attachments.at[1].file_name, "Übersicht 2026.pdf");
    assert_string_equal(m.attachments.at[1].mime_type, "application/pdf");
    assert_false(m.attachments.at[1].is_inline);
    assert_int_equal(m.attachments.at[1].content.len, sizeof bytes);
    assert_memory_equal(m.attachments.at[1].content.data, bytes, sizeof bytes);
    assert_string_equal(m.attachments.at[2].file_name, "old.eml");
    c.files = &(struct compose_file){.path = "/nonexistent/file"};
    c.file_count = 1;
    buf_clear(&out);
    assert_int_equal(compose_mail(&c, &out), ERR_IO);
    assert_int_equal(out.len, 0);
}

static bool has_header(const char *name)
{
    const char *end = strstr(out.data, "\r\n\r\n");
    const char *at = strstr(out.data, name);
    return at && at < end && (at == out.data || at[-1] == '\n');
}

static void no_value_adds_a_header(void **state)
{
    static const char EVIL[] = "x\r\nBcc: victim@example.com\r\n\r\nbody\nX-Evil: 1\rX-Evil: 2";
    struct compose_header header = {"X-Note", EVIL};
    struct compose c = letter();

    (void)state;
    to.name = EVIL;
    c.from.name = EVIL;
    c.subject = EVIL;
    c.auto_submitted = EVIL;
    c.headers = &header;
    c.header_count = 1;
    c.in_reply_to = EVIL;
    c.references.at[0] = EVIL;
    c.files = &(struct compose_file){.content = {(const unsigned char *)"x", 1},
                                     .file_name = EVIL,
                                     .mime_type = EVIL,
                                     .content_id = EVIL};
    c.file_count = 1;
    sent(&c);
    assert_false(has_header("Bcc:"));
    assert_false(has_header("X-Evil:"));
    assert_null(strstr(out.data, "\nX-Evil"));
    assert_null(strstr(out.data, "\nBcc"));
    to.name = "Jo";
    references[0] = "a@x";
}

static void what_cannot_be_sent_is_refused(void **state)
{
    static const char *const BAD[] = {
        NULL,    "",      "x",     "@x",     "x@",    "a b@x.de", "a@x\r\nBcc: y@z",
        "a@b@c", "<a@b>", "a,b@c", "ä@x.de", "a@.de", ".a@x.de"};
    struct compose_header header = {"X-A: 1\r\nBcc", "x"};
    struct compose c = letter();
    struct mail_address bad = {"Jo", NULL};

    (void)state;
    c.to.at = &bad;
    for (size_t i = 0; i < sizeof BAD / sizeof *BAD; i++) {
        bad.email = BAD[i];
        buf_clear(&out);
        assert_int_equal(compose_mail(&c, &out), ERR_INVALID);
        assert_int_equal(out.len, 0);
    }
    c = letter();
    c.message_id = "a\r\nBcc: b@c";
    assert_int_equal(compose_mail(&c, &out), ERR_INVALID);
    c = letter();
    c.headers = &header;
    c.header_count = 1;
    assert_int_equal(compose_mail(&c, &out), ERR_INVALID);
    header.name = "Subject";
    assert_int_equal(compose_mail(&c, &out), ERR_INVALID);
    c = letter();
    c.to.count = 0;
    assert_int_equal(compose_mail(&c, &out), ERR_INVALID);
    assert_true(compose_is_address("jo.o'neil+tag@bücher.example"));
}

static void long_values_stay_within_the_line_limit(void **state)
{
    struct mail_address many[100];
    const char *ids[200];
    struct compose c = letter();
    struct mail m;
    char *text = arena_alloc(&arena, 100001);

    (void)state;
    memset(text, 'x', 100000);
    text[100000] = '\0';
    for (size_t i = 0; i < 100; i++)
        many[i] = (struct mail_address){"A rather long name",
                                        arena_printf(&arena, "person%zu@example.com", i)};
    for (size_t i = 0; i < 200; i++)
        ids[i] = arena_printf(&arena, "%zu.%s@example.com", i,
                              "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
    c.to = (struct mail_addresses){many, 100};
    c.references = (struct mail_ids){ids, 200};
    c.text = text;
    c.html = text;
    c.subject = text;
    m = sent(&c);
    assert_string_equal(m.text, text);
    assert_int_equal(m.to.count, 100);
    assert_string_equal(m.references.at[0], ids[0]);
    assert_string_equal(m.references.at[m.references.count - 1], ids[199]);
}

static void an_automatic_answer_says_so(void **state)
{
    struct compose_header headers[] = {{"X-Auto-Response-Suppress", "All"},
                                       {"Precedence", "auto_reply"}};
    struct compose c = letter();
    struct mail m;

    (void)state;
    c.auto_submitted = "auto-replied";
    c.headers = headers;
    c.header_count = 2;
    m = sent(&c);
    assert_true(m.is_automatic);
    assert_string_equal(m.automatic_why, "Auto-Submitted: auto-replied");
}

static void markdown_makes_html_without_foreign_html(void **state)
{
    (void)state;
    assert_string_equal(markdown_to_html(&arena, "**a** ~~b~~\nc"),
                        "<p><strong>a</strong> <del>b</del><br />\nc</p>\n");
    assert_non_null(strstr(markdown_to_html(&arena, "| a |\n|---|\n| b |\n"), "<table>"));
    assert_non_null(strstr(markdown_to_html(&arena, "- [x] done\n"), "checkbox"));
    assert_non_null(strstr(markdown_to_html(&arena, "see https://example.com"),
                           "<a href=\"https://example.com\">"));
    assert_null(strstr(markdown_to_html(&arena, "[x](javascript:alert(1))"), "javascript"));
    assert_null(strstr(markdown_to_html(&arena, "a <script>alert(1)</script> b"), "<script"));
    assert_non_null(strstr(markdown_to_html(&arena, "a <b>x</b>"), "&lt;b&gt;x"));
    assert_null(strstr(markdown_to_html(&arena, "<div onclick=x>\n\ntext"), "<div"));
    assert_non_null(strstr(markdown_to_html(&arena, "<div onclick=x>\n\ntext"), "&lt;div"));
    assert_null(strstr(markdown_to_html(&arena, "![x](data:text/html;base64,xx)"), "data:"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(what_is_composed_is_read_back, setup, teardown),
        cmocka_unit_test_setup_teardown(text_and_html_are_alternatives, setup, teardown),
        cmocka_unit_test_setup_teardown(files_arrive_byte_by_byte, setup, teardown),
        cmocka_unit_test_setup_teardown(no_value_adds_a_header, setup, teardown),
        cmocka_unit_test_setup_teardown(what_cannot_be_sent_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(long_values_stay_within_the_line_limit, setup, teardown),
        cmocka_unit_test_setup_teardown(an_automatic_answer_says_so, setup, teardown),
        cmocka_unit_test_setup_teardown(markdown_makes_html_without_foreign_html, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
