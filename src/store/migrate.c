/* migrate.c -- runs the migrations a database has not seen yet, each recorded in schema_migration.
 *
 * What a database says of itself stands in tables that are no migration's: which migrations it has
 * seen, and how far it is when it is still being copied (no row there: it is whole). */
#include "store/migrate.h"

#include "queries.gen.h"
#include "store/engine.h"

static const char make_table[] =
    "CREATE TABLE IF NOT EXISTS schema_migration (number BIGINT PRIMARY KEY, name TEXT NOT NULL, "
    "at_ms BIGINT NOT NULL)";
static const char make_copy_table[] =
    "CREATE TABLE IF NOT EXISTS copy_progress (id BIGINT PRIMARY KEY, source TEXT NOT NULL, "
    "step TEXT NOT NULL, rows_done BIGINT NOT NULL, all_done BIGINT NOT NULL)";

/* Every migration leaves the program before it working, so that nodes can be renewed one by one. Two
 * steps are nobody's promise. */
static err check_known(struct tx *tx, int64_t number)
{
    if (number <= all_migrations_count + 1)
        return OK;
    return fault_set(tx->fault, ERR_STORE,
                     "this database was made by a newer Frontdesk (schema %lld, this program "
                     "knows up to %d and works with one more): use that version or newer",
                     (long long)number, all_migrations_count);
}

err store_schema_check(struct tx *tx)
{
    struct schema_newest_row newest;

    TRY(q_schema_newest(tx, &newest));
    return check_known(tx, newest.number);
}

err migrate_run(struct tx *tx, err (*exec_script)(struct conn *conn, const char *sql),
                bool *out_created)
{
    struct schema_newest_row newest;

    TRY(exec_script(tx->conn, make_table));
    TRY(exec_script(tx->conn, make_copy_table));
    TRY(q_schema_newest(tx, &newest));
    TRY(check_known(tx, newest.number));
    for (int i = (int)newest.number; i < all_migrations_count; i++) {
        const struct migration *m = &all_migrations[i];

        TRY(exec_script(tx->conn, m->sql[tx_engine(tx)]));
        TRY(q_schema_record(tx, m->number, m->name, tx->now_ms));
    }
    *out_created = newest.number == 0;
    return OK;
}
