#include "mime/mail.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "base/utf8.h"

static struct arena arena;

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
    return 0;
}

static struct mail parsed(const char *text)
{
    struct mail m;
    assert_int_equal(mail_parse(&arena, text, strlen(text), &m), OK);
    assert_true(utf8_valid(m.text, strlen(m.text)));
    return m;
}

static void headers_in_any_dress_are_read(void **state)
{
    static const struct {
        const char *header;
        const char *subject;
    } TABLE[] = {
        {"Subject: plain", "plain"},
        {"SUBJECT : folded\r\n  over\r\n\tlines", "folded over lines"},
        {"Subject: =?utf-8?Q?Gr=C3=BC=C3=9Fe?= from =?iso-8859-1?Q?K=F6ln?=", "Grüße from Köln"},
        {"Subject: =?UTF-8?B?5pel5pys?= =?UTF-8?B?6Kqe?=", "日本語"},
        /* split in the middle of a character */
        {"Subject: =?utf-8?Q?Gr=C3?= =?utf-8?Q?=BC=C3=9Fe?=", "Grüße"},
        {"Subject: =?utf-8?B?5pel5g==?= =?utf-8?B?nKzoqp4=?=", "日本語"},
        /* against the rules: blanks inside, glued to text, cut off, unknown encoding */
        {"Subject: =?utf-8?Q?a b?=", "a b"},
        {"Subject: x=?utf-8?Q?=C3=A4?=y", "xäy"},
        {"Subject: =?utf-8?X?abc?=", "=?utf-8?X?abc?="},
        {"Subject: =?x-foo?Q?=E4?=", "ä"},
        {"Subject: =?gb2312?B?1tDOxA==?=", "中文"},
        {"Subject: =?ISO-2022-JP?B?GyRCRnxLXDhsGyhC?=", "日本語"},
        {"Subject: raw \xE4\xF6\xFC", "raw äöü"},
        {"Subject: raw \xC3\xA4", "raw ä"},
        {"Subject: mislabelled =?iso-8859-1?Q?=C3=A4?=", "mislabelled ä"},
        {"Subject: =?windows-1252?Q?=80=93?=", "€“"},
        {"Subject:", ""},
    };
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        struct mail m = parsed(arena_printf(&arena, "From: a@b.c\r\n%s\r\n\r\nx", TABLE[i].header));
        assert_string_equal(m.subject, TABLE[i].subject);
        assert_string_equal(m.from.email, "a@b.c");
    }
}

static void addresses_are_read_as_they_are_written(void **state)
{
    static const struct {
        const char *from, *name, *email;
    } TABLE[] = {
        {"jo@example.com", NULL, "jo@example.com"},
        {"<jo@example.com>", NULL, "jo@example.com"},
        {"Jo Doe <jo@example.com>", "Jo Doe", "jo@example.com"},
        {"\"Doe, Jo\" <jo@example.com>", "Doe, Jo", "jo@example.com"},
        {"Doe, Jo <jo@example.com>", "Doe, Jo", "jo@example.com"},
        {"jo@example.com (Jo Doe)", "Jo Doe", "jo@example.com"},
        {"=?utf-8?Q?J=C3=B6?= Doe <jo@example.com>", "Jö Doe", "jo@example.com"},
        {"\"=?utf-8?Q?J=C3=B6?=\" <jo@example.com>", "Jö", "jo@example.com"},
        {"=?utf-8?Q?Doe,_J=C3=B6?= <jo@example.com>", "Doe, Jö", "jo@example.com"},
        {"\"'jo@example.com'\" <jo@example.com>", "jo@example.com", "jo@example.com"},
        {"Jo <mailto:jo@example.com>", "Jo", "jo@example.com"},
        {"Jo jo@example.com", "Jo", "jo@example.com"},
        {"Jo <jo@example.com", "Jo", "jo@example.com"},
        {"J\xF6 <jo@example.com>", "Jö", "jo@example.com"},
        {"Jo \\\"The Desk\\\" <jo @ example.com>", "Jo \"The Desk\"", "jo@example.com"},
        {"Jo", "Jo", NULL},
        {"pete(his account)@silly.test", "his account", "pete@silly.test"},
    };
    struct mail m;

    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        m = parsed(arena_printf(&arena, "From: %s\n\nx", TABLE[i].from));
        if (TABLE[i].email)
            assert_string_equal(m.from.email, TABLE[i].email);
        else
            assert_null(m.from.email);
        if (TABLE[i].name)
            assert_string_equal(m.from.name, TABLE[i].name);
        else
            assert_null(m.from.name);
    }
    m = parsed("To: Team: a@x, \"B\" <b@x>;, c@x; d@x\nCc: undisclosed-recipients:;\n\nx");
    assert_int_equal(m.to.count, 4);
    assert_string_equal(m.to.at[1].name, "B");
    assert_int_equal(m.cc.count, 0);
}

static void identifiers_survive_mangling(void **state)
{
    static const struct {
        const char *value, *last;
        size_t count;
    } TABLE[] = {
        {"<a@b>", "a@b", 1},
        {"<a@b> <c@d>", "c@d", 2},
        {"<a@b><c@d>", "c@d", 2},
        {"a@b", "a@b", 1},
        {"a@b, c@d", "c@d", 2},
        {"<a\r\n b@c>", "ab@c", 1},
        {"Your message of Monday <a@b>", "a@b", 1},
        {"<<a@b>>", "a@b", 1},
        {"<a@b", "a@b", 1},
        {"<>", NULL, 0},
        {"", NULL, 0},
        {"nothing here", NULL, 0},
        {"<no-at-sign>", "no-at-sign", 1},
    };
    struct mail_ids ids;
    char *many;

    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        ids = mail_ids_parse(&arena, TABLE[i].value, 100);
        assert_int_equal(ids.count, TABLE[i].count);
        if (ids.count)
            assert_string_equal(ids.at[ids.count - 1], TABLE[i].last);
    }
    assert_int_equal(mail_ids_parse(&arena, NULL, 100).count, 0);
    many = arena_str(&arena, "");
    for (int i = 0; i < MAIL_REFERENCES_MAX + 1; i++)
        many = arena_printf(&arena, "%s <%d@x>", many, i);
    ids = mail_ids_parse(&arena, many, MAIL_REFERENCES_MAX);
    assert_int_equal(ids.count, MAIL_REFERENCES_MAX);
    assert_string_equal(ids.at[0], "1@x");
}

static void a_size_beyond_the_limit_is_refused_and_the_limit_itself_is_not(void **state)
{
    char *data = calloc(1, MAIL_MAX_BYTES + 1);
    struct mail m;

    (void)state;
    memset(data, 'x', MAIL_MAX_BYTES);
    memcpy(data, "Subject: big\n\n", 14);
    for (size_t i = 100; i < MAIL_MAX_BYTES; i += 70)
        data[i] = '\n';
    assert_int_equal(mail_parse(&arena, data, MAIL_MAX_BYTES, &m), OK);
    assert_string_equal(m.subject, "big");
    assert_int_equal(mail_parse(&arena, data, MAIL_MAX_BYTES + 1, &m), ERR_TOO_LARGE);
    free(data);
}

static const char *nested(int depth)
{
    char *mail = arena_str(&arena, "Subject: deep\n");
    for (int i = 0; i < depth; i++)
        mail = arena_printf(&arena, "%sContent-Type: multipart/mixed; boundary=b%d\n\n--b%d\n",
                            mail, i, i);
    mail = arena_printf(&arena, "%sContent-Type: text/plain\n\ninnermost\n", mail);
    for (int i = depth; i-- > 0;)
        mail = arena_printf(&arena, "%s--b%d--\n", mail, i);
    return mail;
}

static void depth_beyond_the_limit_is_kept_raw(void **state)
{
    struct mail m = parsed(nested(MAIL_MIME_DEPTH_MAX - 1));

    (void)state;
    assert_string_equal(m.text, "innermost");
    assert_int_equal(m.attachments.count, 0);
    m = parsed(nested(MAIL_MIME_DEPTH_MAX));
    assert_string_equal(m.text, "");
    assert_int_equal(m.attachments.count, 1);
    assert_string_equal(m.attachments.at[0].file_name, "unread-parts.eml");
    assert_non_null(
        memmem(m.attachments.at[0].content.data, m.attachments.at[0].content.len, "innermost", 9));
    assert_int_equal(m.warnings.count, 1);
}

static const char *with_parts(int n)
{
    char *mail = arena_alloc(&arena, 200 + (size_t)n * 40);
    size_t at = (size_t)sprintf(mail, "Content-Type: multipart/mixed; boundary=b\n\n");
    for (int i = 0; i < n; i++)
        at += (size_t)sprintf(mail + at, "--b\n\npart %d\n", i);
    sprintf(mail + at, "--b--\n");
    return mail;
}

static void parts_beyond_the_limit_are_kept_raw(void **state)
{
    struct mail m = parsed(with_parts(MAIL_PARTS_MAX - 1)); /* the whole counts as one */

    (void)state;
    assert_int_equal(m.attachments.count, 0);
    assert_non_null(strstr(m.text, "part 998"));
    m = parsed(with_parts(MAIL_PARTS_MAX));
    assert_int_equal(m.attachments.count, 1);
    assert_non_null(
        memmem(m.attachments.at[0].content.data, m.attachments.at[0].content.len, "part 999", 8));
    assert_null(strstr(m.text, "part 999"));
}

static void recipients_beyond_the_limit_are_left_out(void **state)
{
    char *list = arena_alloc(&arena, (MAIL_RECIPIENTS_MAX + 2) * 20);
    size_t at = 0;
    struct mail m;

    (void)state;
    for (int i = 0; i <= MAIL_RECIPIENTS_MAX; i++)
        at += (size_t)sprintf(list + at, "p%d@x.de, ", i);
    m = parsed(arena_printf(&arena, "To: %s\n\nx", list));
    assert_int_equal(m.to.count, MAIL_RECIPIENTS_MAX);
}

static void nothing_at_all_is_a_mail_too(void **state)
{
    static const char *const NOTHINGS[] = {
        "",
        "\n",
        "\r\n\r\n",
        ":",
        "From ",
        "\xEF\xBB\xBF",
        "no header",
        "a:\n b",
        "Content-Type: multipart/mixed\n\n",
        "Content-Type: message/rfc822\n\n",
        "Content-Type: multipart/mixed; boundary=\"\"\n\n--\n\n--\n"};
    struct mail m;

    (void)state;
    for (size_t i = 0; i < sizeof NOTHINGS / sizeof *NOTHINGS; i++) {
        m = parsed(NOTHINGS[i]);
        assert_non_null(m.text);
        assert_non_null(m.reply_text);
    }
    assert_int_equal(mail_parse(&arena, NULL, 0, &m), OK);
    assert_string_equal(parsed("no header").text, "no header");
}

static void dates_that_cannot_be_are_none(void **state)
{
    (void)state;
    assert_int_equal(parsed("Date: Mon, 05 Jan 2026 09:03:00 +0100\n\nx").date_ms, 1767600180000);
    assert_int_equal(parsed("Date: 5 Jan 2026 09:03 EST\n\nx").date_ms, 1767621780000);
    assert_int_equal(parsed("Date: Thu, 01 Jan 1970 00:00:00 +0000\n\nx").date_ms, 0);
    assert_int_equal(parsed("Date: Mon, 05 Jan 2999 09:03:00 +0100\n\nx").date_ms, 0);
    assert_int_equal(parsed("Date: yesterday\n\nx").date_ms, 0);
    assert_int_equal(parsed("Date:\n\nx").date_ms, 0);
    assert_int_equal(parsed("\n\nx").date_ms, 0);
}

static void authentication_is_read_without_its_comments(void **state)
{
    struct mail m =
        parsed("Authentication-Results: mx.example.com 1;\n dkim=fail (dkim=pass) header.d=x;\n"
               " dkim=pass header.d=y; spf=softfail smtp.mailfrom=z;\n dmarc=weird\n"
               "Authentication-Results: other.example; spf=pass\n\nx");
    (void)state;
    assert_string_equal(m.authentication.server, "mx.example.com");
    assert_string_equal(m.authentication.dkim, "pass");
    assert_string_equal(m.authentication.spf, "softfail");
    assert_string_equal(m.authentication.dmarc, "unknown");
    assert_int_equal(m.authentication_count, 2);
    assert_string_equal(m.authentications[1].server, "other.example");
}

static void authentication_is_not_read_from_what_the_sender_chose(void **state)
{
    struct mail m = parsed("Authentication-Results: mx.example.com; spf=pass smtp.mailfrom=\"a; "
                           "dmarc=pass \\\" b\"@evil.example;\n"
                           " dmarc=fail (p=none \\) dmarc=pass) header.from=desk.example\n\nx");
    (void)state;
    assert_string_equal(m.authentication.spf, "pass");
    assert_string_equal(m.authentication.dmarc, "fail");
    assert_string_equal(m.authentication.dmarc_domain, "desk.example");
    m = parsed("Authentication-Results: mx.example.com; dmarc=fail; dmarc=pass\n\nx");
    assert_string_equal(m.authentication.dmarc, "fail");
    m = parsed("Authentication-Results: mx.example.com; dmarc=pass; dmarc=none\n\nx");
    assert_string_equal(m.authentication.dmarc, "none");
}

static char *repeated(const char *what, size_t bytes)
{
    size_t n = strlen(what);
    char *all = arena_alloc(&arena, bytes + n + 1);
    size_t at = 0;
    while (at < bytes) {
        memcpy(all + at, what, n);
        at += n;
    }
    all[at] = '\0';
    return all;
}

/* A test that hangs is a test that fails: meson stops it. */
static void hostile_shapes_take_no_longer_than_their_length(void **state)
{
    static const struct {
        const char *before, *repeat;
    } TABLE[] = {
        {"", "X-Header: value\n"},
        {"Subject: ", "=?utf-8?Q?a?= "},
        {"Subject: ", "=?"},
        {"Subject: ", "=?a?Q?"},
        {"From: ", "<"},
        {"From: ", "("},
        {"From: ", "\""},
        {"To: ", "a,"},
        {"To: ", "=?x?Q?"},
        {"References: ", "<a@b> "},
        {"Content-Type: text/plain", "; a*0*=b"},
        {"Content-Type: text/plain", "; name=\""},
        {"Content-Type: multipart/mixed; boundary=b\n\n", "--b\n"},
        {"Content-Type: multipart/mixed; boundary=b\n\n", "--c\n"},
        {"\n", "> "},
        {"\n", ">\n"},
        {"\n", "On Jan 5 2026 9:03 a@b.c wrote:\n"},
        {"Content-Type: text/plain; format=flowed\n\n", "> a \n"},
        {"Content-Transfer-Encoding: base64\n\n", "="},
        {"Content-Type: text/plain; charset=utf-7\n\n", "+"},
        {"Content-Type: text/html\n\n", "<a href='http://x'>"},
        {"Content-Type: text/html\n\n", "<blockquote>"},
        {"Content-Type: text/html\n\n", "<table>"},
        {"Authentication-Results: ", "a=b;"},
        {"From: mailer-daemon@x\nSubject: returned mail\n\n", "a@b "},
        {"From: mailer-daemon@x\nSubject: returned mail\n\n", "@"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        parsed(arena_printf(&arena, "%s%s", TABLE[i].before, repeated(TABLE[i].repeat, 500000)));
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(headers_in_any_dress_are_read, setup, teardown),
        cmocka_unit_test_setup_teardown(addresses_are_read_as_they_are_written, setup, teardown),
        cmocka_unit_test_setup_teardown(identifiers_survive_mangling, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_size_beyond_the_limit_is_refused_and_the_limit_itself_is_not, setup, teardown),
        cmocka_unit_test_setup_teardown(depth_beyond_the_limit_is_kept_raw, setup, teardown),
        cmocka_unit_test_setup_teardown(parts_beyond_the_limit_are_kept_raw, setup, teardown),
        cmocka_unit_test_setup_teardown(recipients_beyond_the_limit_are_left_out, setup, teardown),
        cmocka_unit_test_setup_teardown(nothing_at_all_is_a_mail_too, setup, teardown),
        cmocka_unit_test_setup_teardown(dates_that_cannot_be_are_none, setup, teardown),
        cmocka_unit_test_setup_teardown(authentication_is_not_read_from_what_the_sender_chose,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(authentication_is_read_without_its_comments, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(hostile_shapes_take_no_longer_than_their_length, setup,
                                        teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
