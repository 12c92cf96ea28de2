/* The store's promises: snapshots, savepoints, group commit, queue bound. */
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/limits.h"
#include "queries.gen.h"
#include "store/engine.h"
#include "store/migrate.h"
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

    arena_init(&d->arena);
    d->fault.arena = &d->arena;
    struct store_options options = {.create = true, .fault = &d->fault};
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

static err record(struct tx *tx, void *arg)
{
    return q_schema_record(tx, *(int64_t *)arg, "test", tx->now_ms);
}

static err record_and_fail(struct tx *tx, void *arg)
{
    TRY(record(tx, arg));
    return ERR_CONFLICT;
}

static err newest(struct tx *tx, void *arg)
{
    struct schema_newest_row row;

    TRY(q_schema_newest(tx, &row));
    *(int64_t *)arg = row.number;
    return OK;
}

static int64_t newest_now(struct desk *d)
{
    struct unit_setup s = {.arena = &d->arena};
    int64_t n = 0;

    assert_int_equal(store_read(d->store, &s, newest, &n), OK);
    return n;
}

static void a_failed_unit_leaves_no_trace(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    int64_t number = 900;

    assert_int_equal(store_write(d->store, &s, record_and_fail, &number), ERR_CONFLICT);
    assert_true(newest_now(d) < 900);
    assert_int_equal(store_write(d->store, &s, record, &number), OK);
    assert_int_equal(newest_now(d), 900);
}

struct echo {
    const char *given, *got;
};

static err say_again(struct tx *tx, void *arg)
{
    struct echo *echo = arg;
    const struct value params[] = {value_int(7), value_text(echo->given), value_text(NULL)};
    struct rows rows;

    TRY(query_run_text(tx, "SELECT CAST($2 AS TEXT) WHERE $1 = 7 AND CAST($3 AS TEXT) IS NULL",
                       params, 3, &rows));
    if (rows_next(&rows))
        echo->got = rows_text(&rows, 0, tx->arena);
    return rows_end(&rows);
}

static void text_that_is_not_utf_8_is_repaired(void **state)
{
    static const struct echo said[] = {
        {"Z\xC3\xBCrich", "Z\xC3\xBCrich"},
        {"Z\xFCrich", "Z\xEF\xBF\xBDrich"},
        {"half a euro: \xE2\x82", "half a euro: \xEF\xBF\xBD\xEF\xBF\xBD"},
        {"surrogate \xED\xA0\x80", "surrogate \xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD"},
    };
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};

    for (size_t i = 0; i < COUNT_OF(said); i++) {
        struct echo echo = {.given = said[i].given};

        assert_int_equal(store_read(d->store, &s, say_again, &echo), OK);
        assert_string_equal(echo.got, said[i].got);
    }
}

/* The same for what is only written. */
static err keep_bad_text(struct tx *tx, void *arg)
{
    return q_schema_record(tx, 902, "Z\xFCrich", tx->now_ms);
}

static err read_bad_text(struct tx *tx, void *arg)
{
    struct rows rows;

    TRY(query_run_text(tx, "SELECT name FROM schema_migration WHERE number = 902", NULL, 0, &rows));
    if (rows_next(&rows))
        *(const char **)arg = rows_text(&rows, 0, tx->arena);
    return rows_end(&rows);
}

static void text_is_repaired_where_nobody_waits_for_an_answer(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    const char *name = NULL;

    assert_int_equal(store_write(d->store, &s, keep_bad_text, NULL), OK);
    assert_int_equal(store_read(d->store, &s, read_bad_text, &name), OK);
    assert_string_equal(name, "Z\xEF\xBF\xBDrich");
}

static int runs;

static err give_to_nobody(struct tx *tx, void *arg)
{
    runs++;
    return q_assign_give(tx, 4711, 1, tx->now_ms, true);
}

static void a_unit_that_must_change_a_row_and_does_not_runs_again_a_few_times(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    int64_t number = 900;

    runs = 0;
    assert_int_equal(store_write(d->store, &s, give_to_nobody, NULL), ERR_RETRY);
    assert_int_equal(runs, UNIT_TRIES_MAX);
    assert_int_equal(store_write(d->store, &s, record, &number), OK);
    assert_int_equal(newest_now(d), 900);
}

static void every_query_can_be_prepared(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};

    (void)s;
    assert_true(all_queries_count > 0);
    for (int i = 0; i < all_queries_count; i++) {
        assert_int_equal(all_queries[i]->index, i);
        assert_true(all_queries[i]->sql[ENGINE_SQLITE] || all_queries[i]->sql[ENGINE_POSTGRES]);
    }
}

static err prepare_all(struct tx *tx, void *arg)
{
    for (int i = 0; i < all_queries_count; i++) {
        err e;

        if (!all_queries[i]->sql[tx_engine(tx)])
            continue;
        e = query_prepare(tx, all_queries[i]);
        if (e != OK) {
            print_error("query %s\n", all_queries[i]->name);
            return e;
        }
    }
    return OK;
}

static void every_query_is_prepared_against_the_schema(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};

    every_query_can_be_prepared(state);
    assert_int_equal(store_write(d->store, &s, prepare_all, NULL), OK);
}

static err schema_check(struct tx *tx, void *arg)
{
    return store_schema_check(tx);
}

static void a_schema_one_step_newer_is_worked_with_and_two_are_refused_with_a_sentence(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    struct store_options options = {
        .data_dir = d->place.dir, .database_url = d->place.database_url, .fault = &d->fault};
    int64_t number = all_migrations_count + 1;
    struct store *second = NULL;

    /* One step is what a cluster is in while its nodes are renewed. */
    assert_int_equal(store_write(d->store, &s, record, &number), OK);
    assert_int_equal(store_open(&options, &second), OK);
    assert_int_equal(store_read(second, &s, schema_check, NULL), OK);
    number++;
    assert_int_equal(store_write(d->store, &s, record, &number), OK);
    assert_int_equal(store_read(second, &s, schema_check, NULL), ERR_STORE);
    store_close(second);
    assert_int_equal(store_open(&options, &second), ERR_STORE);
    assert_non_null(strstr(d->fault.message, "newer"));
}

static void a_second_server_is_refused(void **state)
{
    struct desk *d = *state;
    struct store_options options = {.data_dir = d->place.dir,
                                    .database_url = d->place.database_url,
                                    .exclusive = true,
                                    .fault = &d->fault};
    struct store *first = NULL;
    struct store *second = NULL;

    assert_int_equal(store_open(&options, &first), OK);
    assert_int_equal(store_open(&options, &second), ERR_STORE);
    assert_non_null(strstr(d->fault.message, "another frontdesk server"));
    store_close(first);
}

static void others_see_that_something_changed(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    int64_t seen = 0;
    int64_t number = 901;

    store_changed(d->store, &seen);
    assert_false(store_changed(d->store, &seen));
    assert_int_equal(store_write(d->store, &s, record, &number), OK);
    assert_true(store_changed(d->store, &seen));
    assert_false(store_changed(d->store, &seen));
}

static struct {
    int flushed;
    size_t entries;
} seen_flush;

static err count_flush(struct tx *tx, void **entries, size_t count)
{
    seen_flush.flushed++;
    seen_flush.entries += count;
    return OK;
}
static const struct deferral_kind counting = {"counting", count_flush};

static err defer_and(struct tx *tx, void *arg)
{
    tx_defer(tx, &counting, tx);
    return *(err *)arg;
}

static void what_is_put_off_is_flushed_only_for_units_that_succeed(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    err good = OK, bad = ERR_CONFLICT;

    memset(&seen_flush, 0, sizeof(seen_flush));
    assert_int_equal(store_write(d->store, &s, defer_and, &good), OK);
    assert_int_equal(store_write(d->store, &s, defer_and, &bad), ERR_CONFLICT);
    assert_int_equal(seen_flush.entries, 1);
}

/* ---- nested parts ---- */

static err nested_parts(struct tx *tx, void *arg)
{
    int64_t good = 910, bad = 911;
    err fine = OK, refused = ERR_CONFLICT;

    (void)arg;
    TRY(tx_nested(tx, record, &good));
    if (tx_nested(tx, record_and_fail, &bad) != ERR_CONFLICT)
        return ERR_INTERNAL;
    TRY(tx_nested(tx, defer_and, &fine));
    return tx_nested(tx, defer_and, &refused) == ERR_CONFLICT ? OK : ERR_INTERNAL;
}

static void a_part_that_fails_is_undone_and_the_others_stay(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};

    memset(&seen_flush, 0, sizeof(seen_flush));
    assert_int_equal(store_write(d->store, &s, nested_parts, NULL), OK);
    assert_int_equal(newest_now(d), 910);
    assert_int_equal(seen_flush.entries, 1);
}

/* ---- another process keeps the database to itself ---- */

static err nothing(struct tx *tx, void *arg)
{
    (void)tx;
    (void)arg;
    return OK;
}

static void a_locked_database_is_waited_for_once_by_all(void **state)
{
    enum { WAIT_MS = 200, UNITS = 20 };
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    struct store_options options = {.data_dir = d->place.dir,
                                    .database_url = d->place.database_url,
                                    .fault = &d->fault,
                                    .lock_wait_ms = WAIT_MS};
    struct gate gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    struct store *second = NULL;
    int64_t started_us, took_ms;

    assert_int_equal(store_open(&options, &second), OK);
    assert_int_equal(store_submit(d->store, &s, stand_in_the_gate, note_done, &gate), OK);
    wait_for(&gate, 0);
    started_us = clock_steady_us();
    for (int i = 0; i < UNITS; i++)
        assert_int_equal(store_submit(second, &s, nothing, note_done, &gate), OK);
    wait_for(&gate, UNITS);
    took_ms = (clock_steady_us() - started_us) / 1000;
    open_gate(&gate);
    wait_for(&gate, UNITS + 1);
    store_close(second);
    assert_true(took_ms < WAIT_MS * 6);
    for (int i = 0; i < UNITS; i++)
        assert_int_equal(gate.results[i], ERR_BUSY);
}

/* ---- numbers ---- */

static err take_event_number(struct tx *tx, void *arg)
{
    int64_t *out = arg;
    int64_t id;

    TRY(sequence_next(tx, SEQ_EVENT, &id));
    *out = id;
    return q_event_insert(
        tx, &(struct q_event_insert_args){
                .id = id, .at_ms = tx->now_ms, .kind = "tested", .actor_name = "test"});
}

static void two_processes_that_write_in_turn_never_take_the_same_number(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    struct store_options options = {
        .data_dir = d->place.dir, .database_url = d->place.database_url, .fault = &d->fault};
    struct store *stores[2] = {d->store, NULL};
    int64_t last = 0;

    assert_int_equal(store_open(&options, &stores[1]), OK);
    for (int i = 0; i < 30; i++) {
        int64_t id = 0;

        assert_int_equal(store_write(stores[i % 3 == 0], &s, take_event_number, &id), OK);
        assert_true(id > last);
        last = id;
    }
    store_close(stores[1]);
}

/* ---- copies ---- */

static void a_copy_is_for_its_owner_only_and_never_over_another_file(void **state)
{
    struct desk *d = *state;
    char path[128];
    struct stat st;

    snprintf(path, sizeof(path), "%s/copy.db", d->place.dir);
    umask(0022);
    if (store_engine(d->store) == ENGINE_POSTGRES) { /* which has tools of its own for that */
        assert_int_equal(store_backup(d->store, path, NULL, NULL, &d->fault), ERR_UNPROCESSABLE);
        assert_int_not_equal(stat(path, &st), 0);
        return;
    }
    assert_int_equal(store_backup(d->store, path, NULL, NULL, &d->fault), OK);
    assert_int_equal(stat(path, &st), 0);
    assert_int_equal(st.st_mode & 0777, 0600);
    assert_int_equal(store_backup(d->store, path, NULL, NULL, &d->fault), ERR_CONFLICT);
    assert_int_equal(stat(path, &st), 0);
}

static void a_full_queue_refuses_one_more_and_keeps_its_word_to_all_others(void **state)
{
    struct desk *d = *state;
    struct unit_setup s = {.arena = &d->arena};
    struct gate gate = {.mutex = PTHREAD_MUTEX_INITIALIZER, .moved = PTHREAD_COND_INITIALIZER};
    struct store_metrics metrics;

    assert_int_equal(store_submit(d->store, &s, stand_in_the_gate, note_done, &gate), OK);
    wait_for(&gate, 0);
    for (int i = 0; i < WRITE_QUEUE_MAX; i++)
        assert_int_equal(store_submit(d->store, &s, nothing, note_done, &gate), OK);
    assert_int_equal(store_submit(d->store, &s, nothing, note_done, &gate), ERR_BUSY);
    store_metrics(d->store, &metrics);
    assert_int_equal(metrics.queued, WRITE_QUEUE_MAX);
    assert_int_equal(metrics.refused, 1);
    open_gate(&gate);
    wait_for(&gate, WRITE_QUEUE_MAX + 1);
    for (size_t i = 0; i < COUNT_OF(gate.results); i++)
        assert_int_equal(gate.results[i], OK);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_failed_unit_leaves_no_trace, setup, teardown),
        cmocka_unit_test_setup_teardown(text_is_repaired_where_nobody_waits_for_an_answer, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_unit_that_must_change_a_row_and_does_not_runs_again_a_few_times, setup, teardown),
        cmocka_unit_test_setup_teardown(
            a_full_queue_refuses_one_more_and_keeps_its_word_to_all_others, setup, teardown),
        cmocka_unit_test_setup_teardown(text_that_is_not_utf_8_is_repaired, setup, teardown),
        cmocka_unit_test_setup_teardown(every_query_is_prepared_against_the_schema, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(
            a_schema_one_step_newer_is_worked_with_and_two_are_refused_with_a_sentence, setup,
            teardown),
        cmocka_unit_test_setup_teardown(a_second_server_is_refused, setup, teardown),
        cmocka_unit_test_setup_teardown(others_see_that_something_changed, setup, teardown),
        cmocka_unit_test_setup_teardown(what_is_put_off_is_flushed_only_for_units_that_succeed,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_part_that_fails_is_undone_and_the_others_stay, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(a_locked_database_is_waited_for_once_by_all, setup,
                                        teardown),
        cmocka_unit_test_setup_teardown(two_processes_that_write_in_turn_never_take_the_same_number,
                                        setup, teardown),
        cmocka_unit_test_setup_teardown(a_copy_is_for_its_owner_only_and_never_over_another_file,
                                        setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
