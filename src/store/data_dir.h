/* data_dir.h -- the directory that a process keeps its files in, whatever the engine. */
#ifndef FD_DATA_DIR_H
#define FD_DATA_DIR_H

#include "store/store.h"

/* Makes it if that is wanted; ERR_STORE with a sentence when it can't be used. */
MUST_CHECK err data_dir_prepare(const struct store_options *options);
/* Takes or refuses it for a server; the lock ends with the process, however it ends, or with *out_fd. */
MUST_CHECK err data_dir_lock(const struct store_options *options, int *out_fd);

#endif
