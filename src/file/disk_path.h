/* disk_path.h -- where files lie on a disk; for backup and restore, which copy them as files. */
#ifndef FD_DISK_PATH_H
#define FD_DISK_PATH_H

#include "file/file.h"

/* DATA/files/ab/cdef... */
const char *file_disk_path(struct arena *a, const char *data_dir,
                           const unsigned char sha256[static FILE_HASH_SIZE]);

#endif
