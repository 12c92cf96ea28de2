/* file_move.h -- files that were kept elsewhere come to the place that the setting says. */
#ifndef FD_FILE_MOVE_H
#define FD_FILE_MOVE_H

#include "file/file_place.h"

/* Copies the file to its place unless it is there, reads it back there and compares its hash, then removes it from the
 * others. Idempotent; broken off at any moment it is still in one place at least. *out_moved: false if
 * it was nowhere else. ERR_NOT_FOUND: no place has it. Not inside a unit of work. */
MUST_CHECK err file_move(struct store *store, const unsigned char sha256[static FILE_HASH_SIZE],
                         bool *out_moved);
/* How many files lie in a place, and their bytes. ERR_FILES if it can't be told. */
MUST_CHECK err file_place_holds(struct store *store, enum file_place_id place, int64_t *out_files,
                                int64_t *out_bytes);

#endif
