/* migrate.h -- the schema's history, packed into the program from db/migrations. */
#ifndef FD_MIGRATE_H
#define FD_MIGRATE_H

#include "store/store.h"

struct migration {
    int number; /* 1, 2, 3 ... */
    const char *name;
    const char *sql[ENGINE_COUNT];
};
extern const struct migration all_migrations[];
extern const int all_migrations_count;

#endif
