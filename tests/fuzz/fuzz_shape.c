/* Any bytes as a JSON body: read through a shape with every kind of field, and what was read is
 * written again and must be JSON. */
#include "fuzz_thing.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct fault fault = {.arena = &a};
    struct thing thing;
    err e;

    arena_init(&a);
    e = shape_read_text(&thing_shape, (const char *)data, size, &a, &fault, &thing);
    /* Either it is right or it is said what is wrong. */
    ENSURE((e == OK) == (fault.fields == NULL));
    if (e == OK)
        write_again(&thing);
    arena_done(&a);
    return 0;
}
