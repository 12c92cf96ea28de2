/* file_batch.h -- many files made durable at once: the price of a disk flush is paid once a batch
 * instead of twice a file. The promise is the same: under its final name a file is whole. */
#ifndef FD_FILE_BATCH_H
#define FD_FILE_BATCH_H

#include "file/file.h"

struct file_batch {
    const char *data_dir;
    struct arena arena;
    struct file_waiting *waiting; /* written, not yet synced and named */
};

void file_batch_init(struct file_batch *batch, const char *data_dir);
/* Forgets, and deletes, what was not committed. */
void file_batch_done(struct file_batch *batch);
/* As file_put, but durable, and there for others, only after the commit. */
MUST_CHECK err file_batch_put(struct file_batch *batch, const void *data, size_t len,
                              unsigned char out_sha256[static FILE_HASH_SIZE]);
/* All of them, or an error (then none is promised); empty again either way. */
MUST_CHECK err file_batch_commit(struct file_batch *batch);

#endif
