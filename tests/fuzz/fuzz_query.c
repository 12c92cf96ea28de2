/* Any bytes as a query string: split, decoded, read through a shape. */
#include "fuzz_thing.h"

#include "http/exchange.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct arena a;
    struct fault fault = {.arena = &a};
    struct name_value *pairs = NULL;
    struct thing_query query;
    size_t count = 0;
    const char *text;
    err e;

    arena_init(&a);
    text = arena_strn(&a, (const char *)data, size);
    e = url_pairs(&a, text, &fault, &pairs, &count);
    for (size_t i = 0; e == OK && i < count; i++)
        ENSURE(utf8_valid(pairs[i].name, strlen(pairs[i].name)) &&
               utf8_valid(pairs[i].value, strlen(pairs[i].value)));
    if (e == OK) {
        e = shape_read_query(&query_shape, pairs, count, &a, &fault, &query);
        ENSURE((e == OK) == (fault.fields == NULL));
    }
    arena_done(&a);
    return 0;
}
