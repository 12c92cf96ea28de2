/* stored_file.h -- which files lie in a place that all nodes share, and what is happening to them.
 *
 * A row precedes its bytes and outlives them, so that whatever a killed node left is known. Putting
 * renews a row before anything else and asks whether it is there after that; the sweep takes a row only
 * FILE_GRACE_H after that moment, in a unit of its own: so nobody refers to bytes that are being
 * removed. Not inside a unit of work: each of these is one. */
#ifndef FD_STORED_FILE_H
#define FD_STORED_FILE_H

#include "file/file_place.h"

/* Stored: never renumber. */
enum stored_state { STORED_COMING, STORED_WHOLE, STORED_GOING, STORED_NAMED };

/* About to be put. *out_whole: all its bytes are there already. ERR_BUSY while it is being removed. */
MUST_CHECK err stored_file_note(struct store *store, enum file_place_id place,
                                const struct file_source *source, bool *out_whole);
/* The same inside a unit. */
MUST_CHECK err stored_file_note_in(struct tx *tx, enum file_place_id place,
                                   const struct file_source *source, bool *out_whole);
/* All its bytes are there. */
MUST_CHECK err stored_file_whole(struct store *store, enum file_place_id place,
                                 const unsigned char *sha256);
MUST_CHECK err stored_file_whole_in(struct tx *tx, enum file_place_id place,
                                    const unsigned char *sha256);
/* From now on it is being removed; nobody puts it meanwhile. */
MUST_CHECK err stored_file_take(struct store *store, enum file_place_id place,
                                const unsigned char *sha256);
/* The same if it was put before before_ms and nothing names it. *out_taken false: it stays. */
MUST_CHECK err stored_file_take_unnamed(struct store *store, enum file_place_id place,
                                        const unsigned char *sha256, int64_t before_ms,
                                        bool *out_taken);
/* It is gone. */
MUST_CHECK err stored_file_forget(struct store *store, enum file_place_id place,
                                  const unsigned char *sha256);

#endif
