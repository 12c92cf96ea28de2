/* What a batch promises, however an engine makes it cheap: rows that wait for its end, configuration that is kept,
 * units that fail among others, and trouble of a database server. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/limits.h"
#include "queries.gen.h"
#include "store/test_gate.h"
#include "store/test_place.h"

struct desk {
    struct test_place place;
    struct arena arena;
    struct fault fault;
    struct store *store;
};

static int setup(void **state)
{
    struct desk *d = calloc(1, sizeof(*d));
    struct store_options options = {.create = true, .fault = &d->fault};

    arena_init(&d->arena);
    d->fault.arena = &d->arena;
    assert_int_equal(test_place_open(&d->place, &options, &d->store), OK);
    *state = d;
    return 0;
}

static int teardown(void **state)
{
    struct desk *d = *state;

    store_close(d->store);
    test_place_remove(&d->place);
    arena_done(&d->arena);
    free(d);
    return 0;
}

/* ---- units that share a batch ---- */

enum { UNITS = 24 };

struct piece {
    struct gate *gate;
    struct arena arena;
    int number;
    bool fails;
    int64_t event_ids[2];
};

static err tell(struct tx *tx, int64_t *out_id)
{
    TRY(sequence_next(tx, SEQ_EVENT, out_id));
    return q_event_insert(
        tx, &(struct q_event_insert_args){
                .id = *out_id, .at_ms = tx->now_ms, .kind = "tested", .actor_name = "test"});
}

/* Two rows for the batch's end, one at once; and every third time an error after that. */
static err write_piece(struct tx *tx, void *arg)
{
    struct piece *piece = arg;

    TRY(tell(tx, &piece->event_ids[0]));
    TRY(q_schema_record(tx, 1000 + piece->number, "piece", tx->now_ms));
    TRY(tell(tx, &piece->event_ids[1]));
    return piece->fails ? ERR_CONFLICT : OK;
}

static void piece_done(void *arg, err result)
{
    struct piece *piece = arg;

    assert_int_equal(result, piece->fails ? ERR_CONFLICT : OK);
    note_done(piece->gate, result);
}

struct found {
    int64_t events, records;
    int64_t ids[2];
    int number;
};

static err count_one(struct tx *tx, const char *sql, int64_t id, int64_t *io_n)
{
    const struct value params[] = {value_int(id)};
    struct rows rows;

    TRY(query_run_text(tx, sql, params, 1, &rows));
    if (rows_next(&rows))
        *io_n += rows_int(&rows, 0);
    return rows_end(&rows);
}

static err look(struct tx *tx, void *arg)
{
    struct found *f = arg;

    f->events = f->records = 0;
    for (int i = 0; i < 2; i++)
        TRY(count_one(tx, "SELECT count(*) FROM event WHERE id = $1", f->ids[i], &f->events));
    return count_one(tx, "SELECT count(*) FROM schema_migration WHERE number = $1",
                     1000 + f->number, &f->records);
}

static void what_waits_for_the_end_of_a_batch_stays_away_with_the_unit_that_failed(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    struct gate gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    struct piece pieces[UNITS];

    assert_int_equal(store_submit(d->store, &s, stand_in_the_gate, note_done, &gate), OK);
    wait_for(&gate, 0);
    for (int i = 0; i < UNITS; i++) {
        struct unit_setup own;

        pieces[i] = (struct piece){.gate = &gate, .number = i, .fails = i % 3 == 1};
        arena_init(&pieces[i].arena);
        own = (struct unit_setup){.arena = &pieces[i].arena};
        assert_int_equal(store_submit(d->store, &own, write_piece, piece_done, &pieces[i]), OK);
    }
    open_gate(&gate);
    wait_for(&gate, UNITS + 1);
    for (int i = 0; i < UNITS; i++) {
        struct found f = {.ids = {pieces[i].event_ids[0], pieces[i].event_ids[1]}, .number = i};

        assert_int_equal(store_read(d->store, &s, look, &f), OK);
        assert_int_equal(f.records, !pieces[i].fails);
        /* The number of an undone event may have gone to another unit. */
        if (!pieces[i].fails)
            assert_int_equal(f.events, 2);
        arena_done(&pieces[i].arena);
    }
}

/* ---- configuration that is kept ---- */

struct naming {
    const char *key, *name; /* name NULL: only read */
    bool fails;
    const char *read; /* NULL: there is none */
};

static err name_category(struct tx *tx, void *arg)
{
    struct naming *n = arg;
    struct category_row row;
    struct category_insert_row made;
    err e = q_category_by_key(tx, n->key, &row);

    if (n->name && e == ERR_NOT_FOUND)
        TRY(q_category_insert(tx,
                              &(struct q_category_insert_args){.uuid = uuid_new(tx->now_ms),
                                                               .name = n->name,
                                                               .name_key = n->key,
                                                               .score = 10,
                                                               .is_active = true,
                                                               .now_ms = tx->now_ms},
                              &made));
    else if (n->name)
        TRY(q_category_update(tx, &(struct q_category_update_args){.id = row.id,
                                                                   .name = n->name,
                                                                   .name_key = n->key,
                                                                   .score = 10,
                                                                   .is_active = true,
                                                                   .now_ms = tx->now_ms}));
    e = q_category_by_key(tx, n->key, &row);
    n->read = e == OK ? row.name : NULL;
    return n->fails ? ERR_CONFLICT : e == ERR_NOT_FOUND ? OK : e;
}

static const char *named(struct desk *d, struct store *store, const char *name, bool fails)
{
    struct unit_setup s = {.arena = &d->arena};
    struct naming n = {.key = "kept", .name = name, .fails = fails};

    assert_int_equal(store_write(store, &s, name_category, &n), fails ? ERR_CONFLICT : OK);
    return n.read;
}

static void what_is_kept_is_never_older_than_the_last_batch_of_anybody(void **state)
{
    struct desk *d = *state;
    struct store_options options = {
        .data_dir = d->place.dir, .database_url = d->place.database_url, .fault = &d->fault};
    struct store *other = NULL;

    assert_int_equal(store_open(&options, &other), OK);
    assert_null(named(d, d->store, NULL, false));
    assert_null(named(d, other, NULL, false));
    assert_string_equal(named(d, d->store, "One", false), "One");
    assert_string_equal(named(d, d->store, NULL, false), "One");
    assert_string_equal(named(d, other, NULL, false), "One");
    assert_string_equal(named(d, other, "Two", false), "Two");
    assert_string_equal(named(d, d->store, NULL, false), "Two");
    assert_string_equal(named(d, d->store, "Three", true), "Three"); /* undone */
    assert_string_equal(named(d, d->store, NULL, false), "Two");
    assert_string_equal(named(d, other, NULL, false), "Two");
    store_close(other);
}

/* ---- trouble of a server ---- */

struct trouble {
    const char *sql; /* run the first time */
    int runs;
    int64_t id;
};

static err get_into_trouble(struct tx *tx, void *arg)
{
    struct trouble *t = arg;
    struct rows rows;

    TRY(tell(tx, &t->id));
    if (t->runs++ > 0)
        return OK;
    TRY(query_run_text(tx, t->sql, NULL, 0, &rows));
    return rows_end(&rows);
}

static void a_unit_that_a_server_breaks_off_runs_again_and_counts_once(void **state)
{
    static const char *const troubles[] = {
        "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$", /* serialization failure */
        "DO $$ BEGIN RAISE SQLSTATE '40P01'; END $$", /* deadlock */
        "SELECT pg_terminate_backend(pg_backend_pid())",
    };
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};

    if (store_engine(d->store) != ENGINE_POSTGRES)
        return; /* the embedded engine has no server that could */
    for (size_t i = 0; i < COUNT_OF(troubles); i++) {
        struct trouble t = {.sql = troubles[i]};
        struct found f = {.number = -1};

        assert_int_equal(store_write(d->store, &s, get_into_trouble, &t), OK);
        assert_int_equal(t.runs, 2);
        f.ids[0] = t.id;
        assert_int_equal(store_read(d->store, &s, look, &f), OK);
        assert_int_equal(f.events, 1);
    }
}

static err get_into_the_same_trouble(struct tx *tx, void *arg)
{
    struct trouble *t = arg;
    struct rows rows;

    t->runs++;
    TRY(query_run_text(tx, t->sql, NULL, 0, &rows));
    return rows_end(&rows);
}

static void a_unit_that_always_fails_so_is_given_up(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    struct trouble t = {.sql = "DO $$ BEGIN RAISE SQLSTATE '40001'; END $$"};

    if (store_engine(d->store) != ENGINE_POSTGRES)
        return; /* likewise */
    assert_int_equal(store_write(d->store, &s, get_into_the_same_trouble, &t), ERR_RETRY);
    assert_int_equal(t.runs, UNIT_TRIES_MAX);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_waits_for_the_end_of_a_batch_stays_away_with_the_unit_that_failed),
        TEST(what_is_kept_is_never_older_than_the_last_batch_of_anybody),
        TEST(a_unit_that_a_server_breaks_off_runs_again_and_counts_once),
        TEST(a_unit_that_always_fails_so_is_given_up),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
