#include "file/file_batch.h"

#include <sodium.h>
#include <stdlib.h>
#include <string.h>

enum { FIRST_ROOM = 64 };

void file_batch_init(struct file_batch *batch, struct store *store)
{
    *batch = (struct file_batch){.store = store};
}

void file_batch_done(struct file_batch *batch)
{
    free(batch->sources);
    *batch = (struct file_batch){.store = batch->store};
}

void file_batch_put(struct file_batch *batch, const void *data, size_t len,
                    unsigned char out_sha256[static FILE_HASH_SIZE])
{
    struct file_source *source;

    if (batch->count == batch->room) {
        batch->room = batch->room ? batch->room * 2 : FIRST_ROOM;
        batch->sources = realloc(batch->sources, batch->room * sizeof(*batch->sources));
        ENSURE(batch->sources != NULL);
    }
    source = &batch->sources[batch->count++];
    *source = (struct file_source){.size_bytes = (int64_t)len, .data = data, .fd = -1};
    crypto_hash_sha256(source->sha256, data, len);
    memcpy(out_sha256, source->sha256, FILE_HASH_SIZE);
}

err file_batch_commit(struct file_batch *batch)
{
    const struct file_place *place = file_places[file_place_of(batch->store)];
    size_t count = batch->count;

    batch->count = 0;
    if (count == 0)
        return OK;
    if (place->put_many)
        return place->put_many(batch->store, batch->sources, count);
    for (size_t i = 0; i < count; i++)
        TRY(place->put(batch->store, &batch->sources[i]));
    return OK;
}
