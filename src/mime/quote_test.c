#include "mime/quote.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "mime/html_text.h"

static struct arena arena;

static int setup(void **state)
{
    (void)state;
    arena_init(&arena);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_done(&arena);
    return 0;
}

static const char *fold(const char *text)
{
    return quote_fold(&arena, text, HTML_NO_HISTORY, false);
}

/* How clients in each language announce a quote. */
static const char *const ATTRIBUTIONS[] = {
    "On Mon, Jan 5, 2026 at 9:03 AM Jane Doe <jane@example.com> wrote:",
    "On 05/01/2026 09:03, Jane Doe wrote:",
    "On Mon, Jan 5, 2026 at 9:03 AM Jane Doe With A Long Name\n<jane.doe@example.com> wrote:",
    "Am 05.01.26 um 09:03 schrieb Jana Beispiel:",
    "Am Mo., 5. Jan. 2026 um 09:03 Uhr schrieb Jana Beispiel <\njana@example.de>:",
    "Le lun. 5 janv. 2026 à 09:03, Jeanne Exemple <jeanne@example.fr> a écrit :",
    "Le 05/01/2026 à 09:03, Jeanne Exemple a écrit\xC2\xA0:",
    "El lun, 5 ene 2026 a las 9:03, Juana Ejemplo (<juana@example.es>) escribió:",
    "Il giorno lun 5 gen 2026 alle ore 09:03 Gianna Esempio <gianna@example.it> ha scritto:",
    "Il 05/01/2026 09:03, Gianna Esempio ha scritto:",
    "Em seg., 5 de jan. de 2026 às 09:03, Joana <joana@example.pt> escreveu:",
    "Op ma 5 jan 2026 om 09:03 schreef Jan Voorbeeld <jan@example.nl>:",
    "Op 05-01-2026 om 09:03 schreef Jan Voorbeeld:",
    "pon., 5 sty 2026 o 09:03 Joanna Przykład <joanna@example.pl> napisał(a):",
    "W dniu 05.01.2026 o 09:03, Joanna Przykład pisze:",
    "пн, 5 янв. 2026 г. в 09:03, Анна Пример <anna@example.ru>:",
    "05.01.2026 09:03, Анна Пример пишет:",
    "Den mån 5 jan. 2026 kl 09:03 skrev Anna Exempel <anna@example.se>:",
    "Den 2026-01-05 kl. 09:03, skrev Anna Exempel:",
    "Den man. 5. jan. 2026 kl. 09.03 skrev Anne Eksempel <anne@example.dk>:",
    "man. 5. jan. 2026 kl. 09:03 skrev Anne Eksempel <anne@example.no>:",
    "ma 5. tammik. 2026 klo 9.03 Anna Esimerkki (anna@example.fi) kirjoitti:",
    "po 5. 1. 2026 v 9:03 odesílatel Jana Příkladová <jana@example.cz> napsal:",
    "Dne 05.01.2026 v 9:03 Jana Příkladová napsal(a):",
    "Ayşe Örnek <ayse@example.com.tr>, 5 Oca 2026 Pzt, 09:03 tarihinde şunu yazdı:",
    "2026年1月5日(月) 9:03 山田花子 <hanako@example.jp>:",
    "2026/01/05 9:03、山田花子 <hanako@example.jp>のメール:",
    "张三 <zhang@example.cn> 于2026年1月5日周一 09:03写道：",
    "在 2026年1月5日，09:03，张三 <zhang@example.cn> 写道：",
    "2026년 1월 5일 (월) 09:03, 홍길동 <hong@example.kr>님이 작성:",
    "пн, 5 січ. 2026 р. о 09:03 Анна <anna@example.ua> пише:",
    "Példa Anna <anna@example.hu> ezt írta (időpont: 2026. jan. 5., H, 9:03):",
    "În lun., 5 ian. 2026 la 09:03, Ana <ana@example.ro> a scris:",
    "2026-01-05 9:03 GMT+01:00 Jane Doe <jane@example.com>:",
    "---- On Mon, 05 Jan 2026 09:03:00 +0000 Jane Doe <jane@example.com> wrote ----",
    "Jane Doe <jane@example.com> schrieb am Mo., 5. Jan. 2026, 09:03:",
};

static void every_clients_announcement_is_folded_with_its_quote(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof ATTRIBUTIONS / sizeof *ATTRIBUTIONS; i++) {
        const char *quoted =
            arena_printf(&arena, "My answer.\n\n%s\n\n> older\n> text\n", ATTRIBUTIONS[i]);
        const char *below =
            arena_printf(&arena, "%s\n> older\n> text\n\nMy answer.\n", ATTRIBUTIONS[i]);
        if (strcmp(fold(quoted), "My answer.\n") != 0)
            fail_msg("above: %s\n-> %s", ATTRIBUTIONS[i], fold(quoted));
        if (strcmp(fold(below), "My answer.\n") != 0)
            fail_msg("below: %s\n-> %s", ATTRIBUTIONS[i], fold(below));
    }
}

static const char *const BLOCKS[] = {
    "From: Jane <jane@example.com>\nSent: Monday, January 5, 2026 9:03 AM\nTo: Desk "
    "<d@example.com>\nSubject: Printer",
    "*From:* Jane\n*Sent:* Monday\n*To:* Desk\n*Subject:* Printer",
    "Von: Jana <j@example.de>\nGesendet: Montag, 5. Januar 2026 09:03\nAn: Desk\nBetreff: Drucker",
    "De : Jeanne <j@example.fr>\nEnvoyé : lundi 5 janvier 2026 09:03\nÀ : Desk\nObjet : Imprimante",
    "De: Juana <j@example.es>\nEnviado el: lunes, 5 de enero de 2026 9:03\nPara: Desk\nAsunto: "
    "Impresora",
    "Da: Gianna\nInviato: lunedì 5 gennaio 2026 09:03\nA: Desk\nOggetto: Stampante",
    "De: Joana\nEnviada em: segunda-feira, 5 de janeiro de 2026\nPara: Desk\nAssunto: Impressora",
    "Van: Jan\nVerzonden: maandag 5 januari 2026 9:03\nAan: Desk\nOnderwerp: Printer",
    "Od: Joanna\nWysłano: poniedziałek, 5 stycznia 2026\nDo: Desk\nTemat: Drukarka",
    "От: Анна\nОтправлено: 5 января 2026 г. 9:03\nКому: Desk\nТема: Принтер",
    "Från: Anna\nSkickat: den 5 januari 2026 09:03\nTill: Desk\nÄmne: Skrivare",
    "Fra: Anne\nSendt: 5. januar 2026 09:03\nTil: Desk\nEmne: Printer",
    "Lähettäjä: Anna\nLähetetty: maanantai 5. tammikuuta 2026\nVastaanottaja: Desk\nAihe: Tulostin",
    "Odesílatel: Jana\nOdesláno: pondělí 5. ledna 2026\nKomu: Desk\nPředmět: Tiskárna",
    "Kimden: Ayşe\nGönderildi: 5 Ocak 2026 Pazartesi\nKime: Desk\nKonu: Yazıcı",
    "差出人: 山田\n送信日時: 2026年1月5日 9:03\n宛先: Desk\n件名: プリンタ",
    "发件人: 张三\n发送时间: 2026年1月5日 9:03\n收件人: Desk\n主题: 打印机",
    "보낸 사람: 홍길동\n보낸 날짜: 2026년 1월 5일\n받는 사람: Desk\n제목: 프린터",
    "##- Please type your reply above this line -##\n\nYour request has been updated.",
    "-----Original Message-----\nFrom: Jane\nSent: Monday",
    "-----Ursprüngliche Nachricht-----\nirgendwas",
    "________________________________\nFrom: Jane <jane@example.com>\nSent: Monday\nSubject: "
    "Printer",
};

static void outlooks_blocks_are_folded_in_every_language(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof BLOCKS / sizeof *BLOCKS; i++) {
        const char *text = arena_printf(&arena, "My answer.\n\n%s\n\nOlder text.\n", BLOCKS[i]);
        if (strcmp(fold(text), "My answer.\n") != 0)
            fail_msg("%s\n-> %s", BLOCKS[i], fold(text));
    }
}

static const struct {
    const char *text;
    const char *reply;
} TABLE[] = {
    /* nothing to fold */
    {"Just text.\n", "Just text.\n"},
    {"On Monday I wrote:\nthe printer is broken.\n",
     "On Monday I wrote:\nthe printer is broken.\n"},
    {"On your host run:\n\n  telnet 127.0.0.1 25\n",
     "On your host run:\n\n  telnet 127.0.0.1 25\n"},
    {"Two things:\n- one\n- two\n", "Two things:\n- one\n- two\n"},
    /* quotes */
    {"Yes.\n\n> Is it?\n", "Yes.\n"},
    {"> Is it?\n\nYes.\n", "> Is it?\n\nYes.\n"},
    {"On 1/5/2026 9:03, Jo wrote:\n> one?\nfirst\n> two?\nsecond\n", "first\nsecond\n"},
    {"> only a quote\n", "> only a quote\n"},
    {"", ""},
    /* no answer above: the text below the announcement is what there is */
    {"On 1/5/2026 9:03, Jo <jo@example.com> wrote:\n\nHello there.\n", "Hello there.\n"},
    /* signatures */
    {"Hello\n-- \nJane Doe\nExample Ltd\n", "Hello\n"},
    {"Hello\n\n--\nJane\njane@example.com\n", "Hello\n"},
    {"Hello\n\nSent from my iPhone\n", "Hello\n"},
    {"Hallo\n\nVon meinem iPhone gesendet\n", "Hallo\n"},
    {"Bonjour\n\nEnvoyé de mon iPhone\n", "Bonjour\n"},
    {"Hola\n\nEnviado desde mi iPhone\n", "Hola\n"},
    {"Hi\n\nGet Outlook for iOS<https://aka.ms/o0ukef>\n", "Hi\n"},
    {"Hi\n\nSent from my desk, it is much easier there.\n",
     "Hi\n\nSent from my desk, it is much easier there.\n"},
    {"Hallo\n\nVon meinem Konto wurde abgebucht\n", "Hallo\n\nVon meinem Konto wurde abgebucht\n"},
    {"Merhaba\n\niPhone'umdan gönderildi\n", "Merhaba\n"},
    {"안녕하세요\n\n나의 iPhone에서 보냄\n", "안녕하세요\n"},
    {"Please book\nFrom: Berlin\nTo: Rome\nDate: 5 May 2026 10:00\n",
     "Please book\nFrom: Berlin\nTo: Rome\nDate: 5 May 2026 10:00\n"},
    {"Yes\n\nFrom: jo@example.com\nDate: Wed, 16 May 2012 00:15:02 -0600\n\nold\n", "Yes\n"},
    {"こんにちは\n\niPhoneから送信\n", "こんにちは\n"},
    {"Hi\n\nSent from my iPhone\n\nOn 1/5/2026 9:03, Jo wrote:\n> x\n", "Hi\n"},
    {"Hi\n-- \nJane\n\nOn 1/5/2026 9:03, Jo wrote:\n> x\n\nBelow.\n", "Hi\n\nBelow.\n"},
    {"Hi\n\n_______________________________________________\nusers mailing "
     "list\nusers@example.org\n",
     "Hi\n"},
    {"Part one\n\n-----\n\nPart two is longer.\n", "Part one\n\n-----\n\nPart two is longer.\n"},
    /* forwards are content */
    {"FYI\n\n---------- Forwarded message ---------\nFrom: Jo\nDate: Monday\nSubject: x\nTo: "
     "y\n\nBody\n",
     "FYI\n\n---------- Forwarded message ---------\nFrom: Jo\nDate: Monday\nSubject: x\nTo: "
     "y\n\nBody\n"},
    {"FYI\n\nBegin forwarded message:\n\n> From: Jo\n> Subject: x\n> Date: today\n>\n> Body\n",
     "FYI\n\nBegin forwarded message:\n\n> From: Jo\n> Subject: x\n> Date: today\n>\n> Body\n"},
    /* clear-signed */
    {"-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nHello\n-----BEGIN PGP "
     "SIGNATURE-----\n\nabc\n-----END PGP SIGNATURE-----\n",
     "Hello\n"},
    /* the line of two clients */
    {"Thanks--- On Wed, Apr 4, 2012 at 3:59 PM, jo@example.com wrote:\n> Hi\n", "Thanks\n"},
};

static void the_writers_own_words_remain(void **state)
{
    (void)state;
    for (size_t i = 0; i < sizeof TABLE / sizeof *TABLE; i++) {
        const char *reply = fold(TABLE[i].text);
        if (strcmp(reply, TABLE[i].reply) != 0)
            fail_msg("%s\n-> %s", TABLE[i].text, reply);
    }
}

static void a_forward_by_its_subject_keeps_outlooks_block(void **state)
{
    const char *text = "See below.\n\nFrom: Jo\nSent: Monday\nTo: Desk\nSubject: x\n\nBody\n";
    (void)state;
    assert_string_equal(quote_fold(&arena, text, HTML_NO_HISTORY, true), text);
    assert_string_equal(quote_fold(&arena, text, HTML_NO_HISTORY, false), "See below.\n");
    assert_true(quote_is_forward_subject("FW: x"));
    assert_true(quote_is_forward_subject("[list] Fwd: x"));
    assert_true(quote_is_forward_subject("WG: x"));
    assert_true(quote_is_forward_subject("转发：x"));
    assert_false(quote_is_forward_subject("Re: Fwd: x"));
    assert_false(quote_is_forward_subject("Forwarding address"));
    assert_false(quote_is_forward_subject(NULL));
}

static void marked_history_in_html_is_folded(void **state)
{
    (void)state;
    assert_string_equal(quote_fold(&arena, "mine\nNgười gửi: ai đó\nold\n", 5, false), "mine\n");
    assert_string_equal(
        quote_fold(&arena, "mine\n---------- Forwarded message ---------\nold\n", 5, false),
        "mine\n---------- Forwarded message ---------\nold\n");
}

static void long_hostile_text_is_read_in_time(void **state)
{
    static const char *const LINES[] = {">\n",
                                        "> On 1/5/2026 9:03, Jo wrote:\n",
                                        "--\n",
                                        "To: x\n",
                                        "-----\n",
                                        "On 1/5/2026 9:03\n",
                                        "\n",
                                        "_____\n",
                                        "12:30 2026 a@b.c\n"};
    (void)state;
    for (size_t i = 0; i < sizeof LINES / sizeof *LINES; i++) {
        size_t n = strlen(LINES[i]), times = (1024 * 1024 - 1) / n;
        char *text = arena_alloc(&arena, n * times + 1);
        for (size_t k = 0; k < times; k++)
            memcpy(text + k * n, LINES[i], n);
        text[n * times] = '\0';
        assert_non_null(fold(text));
        arena_reset(&arena);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(every_clients_announcement_is_folded_with_its_quote, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(outlooks_blocks_are_folded_in_every_language, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(the_writers_own_words_remain, setup, teardown),
        cmocka_unit_test_setup_teardown(a_forward_by_its_subject_keeps_outlooks_block, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(marked_history_in_html_is_folded, setup, teardown),
        cmocka_unit_test_setup_teardown(long_hostile_text_is_read_in_time, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
