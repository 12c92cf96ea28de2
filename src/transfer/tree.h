/* tree.h -- directories and files as backups need them: made durable, taken as a whole or not at all. */
#ifndef FD_TREE_H
#define FD_TREE_H

#include "base/fault.h"

enum tree_state { TREE_MISSING, TREE_EMPTY, TREE_FULL, TREE_NO_DIRECTORY };
enum tree_state tree_look(const char *path);

/* path without slashes at its end, in a: what is beside it can then be named. */
const char *tree_clean(struct arena *a, const char *path);
/* A new directory for its owner alone. ERR_IO with a sentence; so do all below. */
MUST_CHECK err tree_make(const char *path, struct fault *fault);
/* With all that is in it; fine if it is not there. Never follows links. */
MUST_CHECK err tree_remove(const char *path, struct fault *fault);
/* Syncs a directory's entries, or a file's bytes. */
MUST_CHECK err tree_sync(const char *path, struct fault *fault);
/* Renames and makes that durable. */
MUST_CHECK err tree_move(const char *from, const char *to, struct fault *fault);

/* A second name for a file that never changes; a synced copy where the file system has none. */
MUST_CHECK err tree_link(const char *from, const char *to, struct fault *fault);
/* A synced copy for its owner alone. progress (may be NULL) gets bytes done. */
MUST_CHECK err tree_copy(const char *from, const char *to,
                         void (*progress)(void *ctx, int64_t done, int64_t all), void *ctx,
                         struct fault *fault);

#endif
