/* file_place.h -- where files lie; for the files of this folder. */
#ifndef FD_FILE_PLACE_H
#define FD_FILE_PLACE_H

#include "file/file.h"

enum { FILES_PATH_MAX = 4096 };

/* DATA/files, DATA/files/ab and DATA/files/ab/cdef... of one hash. */
struct file_place {
    char root[FILES_PATH_MAX];
    char dir[FILES_PATH_MAX];
    char path[FILES_PATH_MAX];
};

err file_place_of(const char *data_dir, const unsigned char *sha256, struct file_place *out);
err file_make_dirs(const char *data_dir, const struct file_place *place);
/* A new name beside the final one. */
void file_temporary(const struct file_place *place, char out[static FILES_PATH_MAX + 64]);
/* Nothing is left of it when that fails. */
err file_write_new(const char *path, const void *data, size_t len, bool sync);
/* Of errno. */
err file_disk_error(void);

#endif
