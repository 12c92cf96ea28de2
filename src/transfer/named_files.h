/* named_files.h -- the files of the file store that the database names: attachments and raw mails. */
#ifndef FD_NAMED_FILES_H
#define FD_NAMED_FILES_H

#include "file/file.h"
#include "store/store.h"

struct named_file {
    unsigned char sha256[FILE_HASH_SIZE];
    int64_t size_bytes;
    const char *what; /* "attachment 12 of ticket 34"; valid during the call */
};
/* Each once, by hash, in constant memory. visit returns OK to go on. */
MUST_CHECK err named_files_each(struct tx *tx, err (*visit)(void *ctx, const struct named_file *),
                                void *ctx);
MUST_CHECK err named_files_count(struct tx *tx, int64_t *out);
/* Does anything name it? */
MUST_CHECK err named_files_has(struct tx *tx, const unsigned char sha256[static FILE_HASH_SIZE],
                               bool *out);
/* Why the file is not as it should be, in a; NULL: it is. deep: reads it and compares its hash. */
const char *named_file_problem(struct arena *a, struct store *store, const struct named_file *file,
                               bool deep);

#endif
