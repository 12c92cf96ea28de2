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

err migrate_run(struct tx *tx, err (*exec_script)(struct conn *conn, const char *sql),
                bool *out_created)
{
    struct schema_newest_row newest;

    TRY(exec_script(tx->conn, make_table));
    TRY(exec_script(tx->conn, make_copy_table));
    TRY(q_schema_newest(tx, &newest));
    if (newest.number > all_migrations_count)
        return fault_set(tx->fault, ERR_STORE,
                         "this database was made by a newer Frontdesk (schema %lld, this program "
                         "knows up to %d): use that version or newer",
                         (long long)newest.number, all_migrations_count);
    for (int i = (int)newest.number; i < all_migrations_count; i++) {
        const struct migration *m = &all_migrations[i];

        TRY(exec_script(tx->conn, m->sql[tx_engine(tx)]));
        TRY(q_schema_record(tx, m->number, m->name, tx->now_ms));
    }
    *out_created = newest.number == 0;
    return OK;
}
