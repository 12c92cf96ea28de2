/* Full text against the plainest thing that can be right: every ticket's words, each ticket asked. Texts of several
 * scripts and queries are drawn at random; the seed is printed. To play a failure again: SEARCH_TEST_SEED=... */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "app/test_desk.h"
#include "base/buf.h"
#include "base/limits.h"
#include "queries.gen.h"
#include "search/list_plan.h"
#include "search/search_match.h"
#include "search/search_step.h"
#include "search/search_words.h"
#include "store/text_words.h"

enum { TICKETS = 120, FAR_TICKETS = 120, ASKS = 600, PARTS = 4, PART_WORDS_MAX = 400 };

static const char *const said[] = {"Größe",
                                   "GRÖSSE",
                                   "grosse",
                                   "Straße",
                                   "strasse",
                                   "café",
                                   "CAFE",
                                   "cafe\u0301",
                                   "naïve",
                                   "Ελλάδα",
                                   "ΕΛΛΑΔΑ",
                                   "σίγμας",
                                   "ΣΊΓΜΑΣ",
                                   "Москва",
                                   "МОСКВА",
                                   "ёлка",
                                   "елка",
                                   "日本語",
                                   "日本",
                                   "東京都",
                                   "한국어",
                                   "עברית",
                                   "العربية",
                                   "हिन्दी",
                                   "ไทย",
                                   "😀",
                                   "👩\u200d👩\u200d👧",
                                   "ana@example.com",
                                   "bob+tag@sub.example.org",
                                   "https://x.test/a/b?c=d&e=f",
                                   "www.example.com",
                                   "well-known",
                                   "e-mail",
                                   "don't",
                                   "O'Reilly",
                                   "l\u2019eau",
                                   "C++",
                                   "a_b",
                                   "3.14",
                                   "1,000",
                                   "2026-11-23",
                                   "v2",
                                   "\\",
                                   "'",
                                   "\\'",
                                   "''",
                                   ":*",
                                   "&",
                                   "|",
                                   "!",
                                   "<->",
                                   "(",
                                   ")",
                                   "#a0",
                                   "#",
                                   "x':1A",
                                   "İstanbul",
                                   "ı",
                                   "ﬁne",
                                   "Ⅷ",
                                   "½",
                                   "x²",
                                   "\u0301",
                                   "\ue000",
                                   "\u2028",
                                   "the",
                                   "the",
                                   "the",
                                   "printer",
                                   "printers",
                                   "print",
                                   "paper",
                                   "jam",
                                   "-",
                                   "--",
                                   "*",
                                   "OR",
                                   "AND",
                                   "NOT",
                                   ";",
                                   "𝔘𝔫𝔦",
                                   "ǅ",
                                   "ß",
                                   "ẞ"};

static unsigned seed;

static unsigned roll(unsigned sides)
{
    seed = seed * 1103515245u + 12345u;
    return (seed >> 12) % sides;
}

static const char *sentence(struct arena *a, unsigned n)
{
    static const char *const between[] = {" ", " ", " ", "\n", ", ", "-", "\t", ""};
    struct buf b = {0};
    const char *text;

    for (unsigned i = 0; i < n; i++) {
        buf_str(&b, said[roll(COUNT_OF(said))]);
        buf_str(&b, between[roll(COUNT_OF(between))]);
    }
    text = arena_str(a, buf_text(&b));
    buf_done(&b);
    return text;
}

/* ---- the plain way ---- */

struct part {
    const char *words[PART_WORDS_MAX];
    size_t n;
};
struct plain {
    int64_t id;
    struct part parts[PARTS]; /* the last is internal */
};
struct plain_list {
    struct plain *v;
    size_t n;
};
struct filling {
    struct arena *arena;
    struct part *part;
};

static void add_word(void *ctx, const char *word, size_t len)
{
    struct filling *f = ctx;

    assert_true(f->part->n < PART_WORDS_MAX);
    f->part->words[f->part->n++] = arena_strn(f->arena, word, len);
}

static err cut(struct arena *a, const char *text, struct part *out)
{
    struct filling f = {a, out};

    *out = (struct part){.n = 0};
    return text ? text_words(text, strlen(text), add_word, &f) : OK;
}

static err load_all(struct tx *tx, struct plain_list *out)
{
    struct search_ids_rows ids;

    TRY(q_search_ids(tx, 0, 100000, &ids));
    out->v = ARENA_ARRAY(tx->arena, struct plain, ids.n);
    for (size_t i = 0; i < ids.n; i++) {
        struct plain *p = &out->v[out->n++];
        struct search_document doc;

        TRY(q_search_read(tx, ids.v[i].id, &doc));
        p->id = ids.v[i].id;
        TRY(cut(tx->arena, doc.subject, &p->parts[0]));
        TRY(cut(tx->arena, doc.description, &p->parts[1]));
        TRY(cut(tx->arena, doc.public_text, &p->parts[2]));
        TRY(cut(tx->arena, doc.internal_text, &p->parts[3]));
    }
    return OK;
}

static bool word_fits(const char *word, const char *asked, bool prefix)
{
    return prefix ? strncmp(word, asked, strlen(asked)) == 0 : strcmp(word, asked) == 0;
}

static bool part_has(const struct part *part, const struct part *term, bool prefix)
{
    for (size_t at = 0; term->n > 0 && at + term->n <= part->n; at++) {
        size_t k = 0;

        while (k < term->n &&
               word_fits(part->words[at + k], term->words[k], prefix && k + 1 == term->n))
            k++;
        if (k == term->n)
            return true;
    }
    return false;
}

static bool plain_has(const struct plain *p, const struct part *term, bool prefix, bool public_only)
{
    for (int i = 0; i < (public_only ? PARTS - 1 : PARTS); i++) {
        if (part_has(&p->parts[i], term, prefix))
            return true;
    }
    return false;
}

static bool plainly_found(const struct plain *p, const struct search_query *q,
                          const struct part *terms, bool public_only)
{
    bool all = true, any = true;

    for (size_t i = 0; i < q->n; i++) {
        bool has = plain_has(p, &terms[i], q->terms[i].prefix, public_only);

        if (q->terms[i].exclude) {
            if (has)
                return false;
        } else if (q->terms[i].or_before) {
            any = any || has;
        } else {
            all = all && any;
            any = has;
        }
    }
    return all && any;
}

/* ---- a desk of random tickets ---- */

static err make_tickets(struct tx *tx, void *arg)
{
    for (int i = 0; i < TICKETS; i++) {
        struct ticket_input input = {
            .subject = arena_printf(tx->arena, "s %s", sentence(tx->arena, 3)),
            .description = sentence(tx->arena, 1 + roll(25)),
            .requester = {.email = "r@x.test", .tier = -1},
            .trusted = true,
            .priority = PRIORITY_NORMAL,
            .imported = true,
            .created_ms = MORNING_MS + i,
        };
        struct ticket ticket;

        TRY(category_load(tx, 1, &input.category));
        TRY(ticket_create(tx, &input, &ticket));
        for (unsigned k = roll(4); k > 0; k--) {
            struct comment_input said_then = {
                .content = arena_printf(tx->arena, "c %s", sentence(tx->arena, 1 + roll(6))),
                .is_internal = roll(2),
                .imported = true,
                .quiet = true,
                .author = {.type = ACTOR_AGENT, .id = 1, .name = "agent"}};
            struct comment comment;

            TRY(ticket_comment(tx, arena_printf(tx->arena, "%lld", (long long)ticket.id),
                               &said_then, &comment, &ticket));
        }
    }
    return OK;
}

static err exec(struct tx *tx, const char *sql, const struct value *params, int n)
{
    struct rows rows;

    TRY(query_run_text(tx, sql, params, n, &rows));
    while (rows_next(&rows))
        continue;
    return rows_end(&rows);
}

/* Numbers far apart, so that a search has ranges to walk: dense at first, then ever sparser. */
static err make_far_tickets(struct tx *tx, void *arg)
{
    static const char copy[] =
        "INSERT INTO ticket SELECT $1, %s, external_id, subject, description, status, priority, "
        "category_id, subcategory, requester_id, assignee_id, group_id, waiting, source, channel, "
        "tags, custom_fields, 0, 0, due_ms, resolved_ms, closed_ms, deleted_ms, merged_into, "
        "created_ms, updated_ms, version FROM ticket WHERE id = $2";
    const char *new_uuid = tx_engine(tx) == ENGINE_SQLITE ? "randomblob(16)" : "gen_random_uuid()";
    int64_t id = TICKETS + 1000; /* the numbers between are for tickets made later */

    for (int i = 0; i < FAR_TICKETS; i++) {
        id += 1 + roll(1u << roll(20));
        const struct value params[] = {value_int(id), value_int(1 + roll(TICKETS))};

        TRY(exec(tx, arena_printf(tx->arena, copy, new_uuid), params, 2));
    }
    return search_rebuild(tx);
}

static int setup(void **state)
{
    const char *given = getenv("SEARCH_TEST_SEED");
    struct desk *d;

    seed = given ? (unsigned)atoi(given) : (unsigned)clock_now_ms();
    fprintf(stderr, "SEARCH_TEST_SEED=%u\n", seed);
    assert_int_equal(desk_setup(state), 0);
    d = *state;
    desk_do(d, make_tickets, NULL);
    desk_do(d, make_far_tickets, NULL);
    return 0;
}

/* ---- any search ---- */

static const char *random_query(struct arena *a)
{
    struct buf b = {0};
    const char *text;

    for (unsigned n = 1 + roll(3); n > 0; n--) {
        unsigned kind = roll(8);

        if (kind == 0)
            buf_str(&b, "-");
        if (kind == 1)
            buf_str(&b, "OR ");
        if (kind <= 3)
            buf_printf(&b, "\"%s %s\"", said[roll(COUNT_OF(said))], said[roll(COUNT_OF(said))]);
        else
            buf_str(&b, said[roll(COUNT_OF(said))]);
        buf_str(&b, kind == 3 || kind == 4 ? "* " : " ");
    }
    text = arena_str(a, buf_text(&b));
    buf_done(&b);
    return text;
}

static int by_id(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return x < y ? -1 : x > y;
}

/* *out_total: of the last page; -1 if it is not exact. */
static err find_all(struct tx *tx, struct list_ask *ask, int64_t *out_ids, size_t *out_n,
                    int64_t *out_total)
{
    struct list_page page;

    *out_n = 0;
    do {
        TRY(list_find(tx, ask, &page));
        for (size_t i = 0; i < page.n; i++)
            out_ids[(*out_n)++] = page.v[i].id;
        *out_total = page.total_is_exact ? page.total : -1;
        ask->cursor = page.next_cursor;
    } while (page.next_cursor);
    qsort(out_ids, *out_n, sizeof(*out_ids), by_id);
    return OK;
}

static err compare_one(struct tx *tx, const struct plain_list *all, const char *text)
{
    static const enum list_sort sorts[] = {SORT_CREATED, SORT_NUMBER, SORT_RELEVANCE};
    struct list_ask ask = {
        .filter = list_filter_any(), .sort = sorts[roll(3)], .ascending = roll(2), .limit = 100};
    struct part terms[SEARCH_TERMS_MAX];
    int64_t got[2 * (TICKETS + FAR_TICKETS)];
    size_t n, wanted = 0;
    int64_t total;

    ask.page = 1;
    ask.filter.searching = true;
    ask.filter.public_only = roll(2);
    TRY(search_query_parse(tx->arena, tx->fault, text, &ask.filter.search));
    if (ask.filter.search.wanted == 0)
        return OK;
    ask.filter.search.number = 0;
    for (size_t i = 0; i < ask.filter.search.n; i++)
        TRY(cut(tx->arena, ask.filter.search.terms[i].text, &terms[i]));
    if (ask.sort != SORT_RELEVANCE && roll(2))
        list_bounds.hits = 1 + roll(20);
    TRY(find_all(tx, &ask, got, &n, &total));
    list_bounds.hits = SEARCH_RANKED_MAX;
    for (size_t i = 0; i < all->n; i++) {
        if (!plainly_found(&all->v[i], &ask.filter.search, terms, ask.filter.public_only))
            continue;
        if (wanted >= n || got[wanted] != all->v[i].id)
            fail_msg("%s (public only: %d, sort %d): %zu found; %lld is %s", text,
                     ask.filter.public_only, ask.sort, n, (long long)all->v[i].id,
                     wanted < n && got[wanted] < all->v[i].id ? "not the next" : "missing");
        wanted++;
    }
    if (wanted != n || (total >= 0 && total != (int64_t)n))
        fail_msg("%s: %zu found, total %lld, %zu expected", text, n, (long long)total, wanted);
    return OK;
}

static err compare_many(struct tx *tx, void *arg)
{
    struct plain_list all = {0};

    TRY(load_all(tx, &all));
    assert_int_equal(all.n, TICKETS + FAR_TICKETS);
    for (int i = 0; i < ASKS; i++)
        TRY(compare_one(tx, &all, random_query(tx->arena)));
    return OK;
}

static void any_search_finds_what_a_plain_look_at_every_ticket_finds(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->unit, .fault = &d->fault, .actor = actor_system()};

    assert_int_equal(store_read(d->store, &s, compare_many, NULL), OK);
}

/* ---- the index is checked and made anew ---- */

static void complain(void *ctx, const char *text)
{
    ++*(int *)ctx;
}

static err check(struct tx *tx, void *arg)
{
    return search_check(tx, complain, arg);
}

static err spoil(struct tx *tx, void *arg)
{
    return exec(tx, "UPDATE ticket SET subject = 'other words' WHERE id = 7", NULL, 0);
}

static err rebuild(struct tx *tx, void *arg)
{
    return search_rebuild(tx);
}

static int problems_of(struct desk *d)
{
    struct unit_setup s = {.arena = &d->unit, .fault = &d->fault, .actor = actor_system()};
    int problems = 0;

    assert_int_equal(store_check(d->store, complain, &problems), OK);
    assert_int_equal(store_read(d->store, &s, check, &problems), OK);
    return problems;
}

static void an_index_that_does_not_agree_with_the_text_is_noticed_and_made_anew(void **state)
{
    struct desk *d = *state;

    assert_int_equal(problems_of(d), 0);
    desk_do(d, spoil, NULL);
    assert_int_equal(problems_of(d), 1);
    desk_do(d, rebuild, NULL);
    assert_int_equal(problems_of(d), 0);
}

/* ---- limits of a tsvector ---- */

struct counted {
    struct desk *desk;
    const char *text;
    size_t found;
};

static err count_found(struct tx *tx, void *arg)
{
    struct counted *c = arg;
    struct list_ask ask = {.filter = list_filter_any(), .sort = SORT_NUMBER, .page = 1, .limit = 9};
    struct list_page page;

    ask.filter.searching = true;
    TRY(search_query_parse(tx->arena, tx->fault, c->text, &ask.filter.search));
    TRY(list_find(tx, &ask, &page));
    c->found = page.n;
    return OK;
}

static void expect(struct desk *d, const char *text, bool with_sqlite, bool with_postgres)
{
    struct unit_setup s = {.arena = &d->unit, .fault = &d->fault, .actor = actor_system()};
    struct counted c = {d, text, 0};
    bool wanted = store_engine(d->store) == ENGINE_SQLITE ? with_sqlite : with_postgres;

    assert_int_equal(store_read(d->store, &s, count_found, &c), OK);
    if (c.found != wanted)
        fail_msg("%s: found %zu, expected %d", text, c.found, wanted);
}

static err make_long(struct tx *tx, void *arg)
{
    const char *const *texts = arg;
    struct ticket_input input = {.subject = "long",
                                 .description = texts[0],
                                 .requester = {.email = "r@x.test", .tier = -1},
                                 .trusted = true,
                                 .priority = PRIORITY_NORMAL,
                                 .imported = true,
                                 .created_ms = MORNING_MS};
    struct comment_input more = {.content = texts[1],
                                 .imported = true,
                                 .quiet = true,
                                 .author = {.type = ACTOR_AGENT, .id = 1, .name = "agent"}};
    struct comment comment;
    struct ticket ticket;

    TRY(category_load(tx, 1, &input.category));
    TRY(ticket_create(tx, &input, &ticket));
    if (!texts[1])
        return OK;
    return ticket_comment(tx, arena_printf(tx->arena, "%lld", (long long)ticket.id), &more,
                          &comment, &ticket);
}

static void add_numbered(struct buf *b, const char *before, int from, int to)
{
    for (int i = from; i <= to; i++)
        buf_printf(b, "%s%d ", before, i);
}

static void keep_long(struct desk *d, struct buf *text, struct buf *comment)
{
    const char *texts[] = {buf_text(text), comment ? buf_text(comment) : NULL};

    desk_do(d, make_long, texts);
    buf_done(text);
    if (comment)
        buf_done(comment);
}

static void a_long_text_is_kept_and_found_by_every_word(void **state)
{
    struct desk *d = *state;
    /* "long" stands at 1, a gap at 2, so the n-th word of the description stands at n + 2. */
    int last = SEARCH_PLACES_MAX - 2;
    struct buf b = {0};
    char text[64];

    add_numbered(&b, "place", 1, 20000);
    keep_long(d, &b, NULL);
    expect(d, "place20000", true, true);
    expect(d, "place20*", true, true);
    snprintf(text, sizeof(text), "\"place%d place%d\"", last - 1, last);
    expect(d, text, true, true);
    snprintf(text, sizeof(text), "\"place%d place%d\"", last, last + 1);
    expect(d, text, true, false);
    expect(d, "\"place19998 place20000\"", false, false);
    expect(d, "\"long place1\"", false, false);
}

static void a_word_said_often_is_in_phrases_as_often_as_there_is_room(void **state)
{
    struct desk *d = *state;
    struct buf b = {0};
    char text[64];

    add_numbered(&b, "tick tock", 1, 300);
    keep_long(d, &b, NULL);
    expect(d, "tick tock300", true, true);
    snprintf(text, sizeof(text), "\"tick tock%d\"", SEARCH_WORD_PLACES_MAX);
    expect(d, text, true, true);
    snprintf(text, sizeof(text), "\"tick tock%d\"", SEARCH_WORD_PLACES_MAX + 1);
    expect(d, text, true, false);
}

static void a_very_long_word_is_found_by_its_beginning(void **state)
{
    struct desk *d = *state;
    struct buf b = {0};

    for (int i = 0; i < 40000; i++)
        buf_str(&b, "ж");
    keep_long(d, &b, NULL);
    expect(d, "жжжжжж*", true, true);
    expect(d, "жжжжжж", false, false);
}

static void more_words_than_there_is_room_for_are_no_error(void **state)
{
    struct desk *d = *state;
    struct buf b = {0}, comment = {0};

    add_numbered(&b, "m", 100000, 160000);
    add_numbered(&comment, "m", 160001, 225000);
    keep_long(d, &b, &comment);
    expect(d, "m100000", true, true);
    expect(d, "m160000", true, true);
    expect(d, "m225000", true, false);
    assert_int_equal(problems_of(d), 0);
}

/* ---- words and queries as text ---- */

static void a_document_becomes_words_with_places_parts_and_ranges(void **state)
{
    struct search_document doc = {"Größe don't", "a a-b", "ÇA va", "ça"};
    struct search_words words;
    struct arena a;

    arena_init(&a);
    assert_int_equal(search_words_of(&a, 0x123456, &doc, &words), OK);
    assert_string_equal(words.text, "'a':5B,6B 'b':7B 'ca':9C,12D 'don':2A 'große':1A 't':3A "
                                    "'va':10C '#a123' '#b24' '#c4' '#d0' ");
    assert_int_equal(words.length, 9);
    arena_done(&a);
}

static void words_have_the_longest_length_that_a_tsvector_takes(void **state)
{
    char text[SEARCH_WORD_MAX_BYTES + 4];
    struct search_document doc = {.subject = text, .description = ""};
    struct search_words words;
    struct arena a;

    arena_init(&a);
    memset(text, 'x', sizeof(text));
    text[SEARCH_WORD_MAX_BYTES] = '\0';
    assert_int_equal(search_words_of(&a, 1, &doc, &words), OK);
    assert_ptr_equal(strstr(words.text, "':1A"), words.text + 1 + SEARCH_WORD_MAX_BYTES);
    strcpy(text + SEARCH_WORD_MAX_BYTES - 1, "ж");
    assert_int_equal(search_words_of(&a, 1, &doc, &words), OK);
    assert_ptr_equal(strstr(words.text, "':1A"), words.text + SEARCH_WORD_MAX_BYTES);
    arena_done(&a);
}

static void a_query_becomes_what_postgres_is_asked(void **state)
{
    static const struct {
        const char *typed;
        bool public_only;
        const char *whole, *indexed, *terms;
    } table[] = {
        {"Printer", false, "(('printer'))", "(('printer'))", "'printer'"},
        {"don't", false, "(('don' <-> 't'))", "(('don' <-> 't'))", "'don' <-> 't'"},
        {"don't", true, "(('don':ABC <-> 't':ABC))", "(('don':ABC <-> 't':ABC))",
         "'don':ABC <-> 't':ABC"},
        {"\"Big Red va\"*", true, "(('big':ABC <-> 'red':ABC <-> 'va':*ABC))", "",
         "'big':ABC <-> 'red':ABC <-> 'va':*ABC"},
        {"a b OR c -d", false, "(('a')) & (('b') | ('c')) & !('d')",
         "(('a')) & (('b') | ('c')) & !('d')", "'a'\n'b'\n'c'"},
        {"-d a OR -e b pa*", false, "(('a')) & (('b')) & (('pa':*)) & !('d') & !('e')",
         "(('a')) & (('b')) & !('d') & !('e')", "'a'\n'b'\n'pa':*"},
        {"-pa* a", false, "(('a')) & !('pa':*)", "(('a'))", "'a'"},
        {"x' | 'y", false, "(('x')) & (('y'))", "(('x')) & (('y'))", "'x'\n'y'"},
    };
    struct arena a;

    arena_init(&a);
    for (size_t i = 0; i < COUNT_OF(table); i++) {
        struct search_query query;
        struct search_match match;

        assert_int_equal(search_query_parse(&a, NULL, table[i].typed, &query), OK);
        assert_int_equal(
            search_match_make(&a, ENGINE_POSTGRES, &query, table[i].public_only, &match), OK);
        assert_string_equal(match.whole, table[i].whole);
        assert_string_equal(match.indexed, table[i].indexed);
        assert_string_equal(match.terms, table[i].terms);
        assert_int_equal(search_match_gathers(&match),
                         strcmp(table[i].whole, table[i].indexed) != 0);
    }
    arena_done(&a);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_document_becomes_words_with_places_parts_and_ranges),
        cmocka_unit_test(words_have_the_longest_length_that_a_tsvector_takes),
        cmocka_unit_test(a_query_becomes_what_postgres_is_asked),
        cmocka_unit_test(any_search_finds_what_a_plain_look_at_every_ticket_finds),
        cmocka_unit_test(an_index_that_does_not_agree_with_the_text_is_noticed_and_made_anew),
        cmocka_unit_test(a_long_text_is_kept_and_found_by_every_word),
        cmocka_unit_test(a_word_said_often_is_in_phrases_as_often_as_there_is_room),
        cmocka_unit_test(a_very_long_word_is_found_by_its_beginning),
        cmocka_unit_test(more_words_than_there_is_room_for_are_no_error),
    };

    return cmocka_run_group_tests(tests, setup, desk_teardown);
}
