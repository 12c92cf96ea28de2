/* file_batch.h -- many files made durable at once: the price of a disk flush, or of a transaction, is
 * paid once a batch. The promise is the same as file_put's. */
#ifndef FD_FILE_BATCH_H
#define FD_FILE_BATCH_H

#include "file/file_place.h"

struct file_batch {
    struct store *store;
    struct file_source *sources; /* wait for the commit */
    size_t count;
    size_t room;
};

void file_batch_init(struct file_batch *batch, struct store *store);
/* Forgets what was not committed. */
void file_batch_done(struct file_batch *batch);
/* As file_put, but durable, and there for others, only after the commit; until then data must live. */
void file_batch_put(struct file_batch *batch, const void *data, size_t len,
                    unsigned char out_sha256[static FILE_HASH_SIZE]);
/* All of them, or an error (then none is promised); empty again either way. Errors as file.h. */
MUST_CHECK err file_batch_commit(struct file_batch *batch);

#endif
