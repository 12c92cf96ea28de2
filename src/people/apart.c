#include "people/apart.h"

err write_apart(struct tx *tx, unit_fn *run, void *arg)
{
    struct unit_setup setup = {.arena = tx->arena, .fault = tx->fault, .actor = tx->actor};

    ENSURE(!tx->writable);
    return store_write(tx_store(tx), &setup, run, arg);
}
