/* file.h -- the file store: bytes named by their SHA-256, under DATA/files/ab/cdef...
 *
 * Invariant: a file under its final name is whole and synced to disk, and never changes again. So
 * putting the same bytes twice is one file, and a unit of work that runs again does no harm. What
 * no row refers to (a crash between file and commit) is merely space, never a wrong answer.
 * Everything is readable by the desk's own user only (0700, 0600). */
#ifndef FD_FILE_H
#define FD_FILE_H

#include "base/arena.h"

enum { FILE_HASH_SIZE = 32, FILE_HASH_TEXT_SIZE = 65 };

/* ERR_FULL when the disk is, else ERR_IO. */
MUST_CHECK err file_put(const char *data_dir, const void *data, size_t len,
                        unsigned char out_sha256[static FILE_HASH_SIZE]);
/* Moves a file of the same file system in; its bytes are synced already and have that hash. Fine
 * if it was moved in before. */
MUST_CHECK err file_adopt(const char *data_dir, const char *path,
                          const unsigned char sha256[static FILE_HASH_SIZE]);
const char *file_path(struct arena *a, const char *data_dir,
                      const unsigned char sha256[static FILE_HASH_SIZE]);
/* All of it. ERR_NOT_FOUND, ERR_IO, ERR_TOO_LARGE above max_bytes. */
MUST_CHECK err file_get(struct arena *a, const char *data_dir,
                        const unsigned char sha256[static FILE_HASH_SIZE], size_t max_bytes,
                        struct bytes *out);

/* 64 lower-case hexadecimal digits. */
char *file_hash_text(const unsigned char sha256[static FILE_HASH_SIZE],
                     char out[static FILE_HASH_TEXT_SIZE]);

/* What it is by its content, whatever it was called: "image/png"; never NULL,
 * "application/octet-stream" when nobody knows. */
const char *file_type(struct arena *a, const char *path);
const char *file_type_of_bytes(struct arena *a, const void *data, size_t len);
/* May a browser show it inside the desk's own origin? Pictures made of pixels only: anything that
 * can carry script (HTML, SVG, XML, PDF) is not among them. */
bool file_type_is_inline_safe(const char *mime_type);

/* A name without folders or control characters, of at most FILE_NAME_MAX_BYTES; "file" when nothing
 * is left of it or name is NULL. */
const char *file_name_clean(struct arena *a, const char *name);

#endif
