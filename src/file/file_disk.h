/* file_disk.h -- the sweep of the files on disk, beside those who put new ones. */
#ifndef FD_FILE_DISK_H
#define FD_FILE_DISK_H

#include "file/file_place.h"

/* Held shared while a file that is there is renewed, alone while one is removed. root: DATA/files. A
 * descriptor to close; -1 if there is no lock to be had. */
int file_disk_lock(const char *root, bool alone);

#endif
