#include "mime/html_text.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mime/mail.h"

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

static const struct {
    const char *html;
    const char *text;
} TABLE[] = {
    {"Hello <b>World</b>", "Hello World\n"},
    {"one<br>two<br><br>three", "one\ntwo\n\nthree\n"},
    {"<div>one<br></div><div>two</div>", "one\ntwo\n"},
    {"<div>one</div><div><br></div><div>two</div>", "one\n\ntwo\n"},
    {"<p>one</p><p>two</p>", "one\n\ntwo\n"},
    {"<p class=MsoNormal>one</p><p class=MsoNormal>&nbsp;</p><p class=MsoNormal>two</p>",
     "one\n\ntwo\n"},
    {"<ul><li>a<li>b<ul><li>c</ul></ul>after", "* a\n* b\n  * c\n\nafter\n"},
    {"<ol start=3><li>x<li>y</ol>", "3. x\n4. y\n"},
    {"see <a href='https://example.com/a'>the page</a>.",
     "see the page <https://example.com/a>.\n"},
    {"<a href='https://example.com/'>example.com</a>", "example.com\n"},
    {"<a href='http://a'>a text longer than its address</a>",
     "a text longer than its address <http://a>\n"},
    {"<a href='mailto:jo@example.com'>jo@example.com</a>", "jo@example.com\n"},
    {"<a href='javascript:alert(1)'>click</a>", "click\n"},
    {"<table><tr><td>a</td><td>b</td></tr><tr><td>c</td><td>d</td></tr></table>", "a | b\nc | d\n"},
    {"<pre>a\n  b\n\nc</pre>", "a\n  b\n\nc\n"},
    {"<style>p{}</style><script>x()</script><title>t</title>body", "body\n"},
    {"<div style='display: none'>preheader</div>body", "body\n"},
    {"a&nbsp;b &amp; &lt;c&gt; &euro;", "a b & <c> €\n"},
    {"<img src=x alt='a red ball'><img src=y alt='image001.png'>", "[a red ball]\n"},
    {"mine<blockquote>theirs<br>too<blockquote>older</blockquote></blockquote>",
     "mine\n\n> theirs\n> too\n>\n>> older\n"},
    {"a\n\n   b\t c", "a b c\n"},
    {"caf\xC3\xA9\xC2\xAD\xE2\x80\x8B!", "café!\n"},
    {"", ""},
    {"<<<>>>", "<<<>>>\n"},
};

static void html_reads_as_a_person_would_write_it(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++)
        assert_string_equal(html_to_text(&arena, TABLE[i].html, strlen(TABLE[i].html), NULL),
                            TABLE[i].text);
}

static void clients_marks_tell_where_history_begins(void **state)
{
    static const char *const MARKED[] = {
        "mine<div id='divRplyFwdMsg'>old</div>",
        "mine<div id=appendonsend></div><hr>old",
        "<div>mine</div><div class='gmail_quote gmail_quote_container'>old</div>",
        ("mine<div style='border:none;border-top:solid #E1E1E1 1.0pt;padding:3.0pt 0cm 0cm "
         "0cm'>old</div>"),
        "mine<div class='moz-cite-prefix'>old</div>",
        "mine<div class=yahoo_quoted>old</div>",
    };
    (void)state;
    for (size_t i = 0; i < sizeof MARKED / sizeof *MARKED; i++) {
        size_t at;
        char *text = html_to_text(&arena, MARKED[i], strlen(MARKED[i]), &at);
        assert_int_not_equal(at, HTML_NO_HISTORY);
        assert_int_equal(at, strlen("mine\n"));
        assert_memory_equal(text, "mine\n", 5);
    }
}

static char *repeat(const char *what, size_t times)
{
    size_t n = strlen(what);
    char *all = arena_alloc(&arena, n * times + 1);
    for (size_t i = 0; i < times; i++)
        memcpy(all + i * n, what, n);
    all[n * times] = '\0';
    return all;
}

static void hostile_html_still_gives_its_text(void **state)
{
    static const char *const ATTACKS[] = {"<div>",
                                          "<a><b>",
                                          "<table><tr><td>",
                                          "<font color=1>",
                                          "<b><p>",
                                          "<",
                                          "<!--",
                                          "<div></x>",
                                          "<ul><li>",
                                          "&",
                                          "<p>",
                                          "<svg><math>",
                                          "</p>",
                                          "<option>",
                                          "<select>"};
    (void)state;
    for (size_t i = 0; i < sizeof ATTACKS / sizeof *ATTACKS; i++) {
        char *html = arena_printf(&arena, "before %s after", repeat(ATTACKS[i], 40000));
        char *text = html_to_text(&arena, html, strlen(html), NULL);
        assert_memory_equal(text, "before", 6);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(html_reads_as_a_person_would_write_it, setup, teardown),
        cmocka_unit_test_setup_teardown(clients_marks_tell_where_history_begins, setup, teardown),
        cmocka_unit_test_setup_teardown(hostile_html_still_gives_its_text, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
