/* file.h -- the file store: bytes named by their SHA-256, in the place that the setting `files` says.
 *
 * Invariant: what was put is whole and durable where every node that shares the place can read it,
 * before any row refers to it, and never changes again. So putting the same bytes twice is one file,
 * and work that runs again does no harm. What no row refers to (a crash between file and commit) is
 * merely space, which file_sweep.h gives back after FILE_GRACE_H.
 *
 * Reading looks where the setting says first, then in the other places: files stay readable when the
 * setting changes, and while they are moved.
 *
 * Putting and reading wait for a disk, a database or a network: never inside a unit of work, never on a
 * loop thread. ERR_FILES when the place cannot be used right now (the log has the reason), ERR_FULL
 * when there is no room, ERR_BUSY when the write queue is full. */
#ifndef FD_FILE_H
#define FD_FILE_H

#include "base/arena.h"

struct store;

enum { FILE_HASH_SIZE = 32, FILE_HASH_TEXT_SIZE = 65 };

MUST_CHECK err file_put(struct store *store, const void *data, size_t len,
                        unsigned char out_sha256[static FILE_HASH_SIZE]);
/* Takes a local file that has that hash; afterwards nothing is left under its name. On failure it is
 * still there. It need not be synced. */
MUST_CHECK err file_adopt(struct store *store, const char *path,
                          const unsigned char sha256[static FILE_HASH_SIZE]);
/* The same of an open local file, which stays as it is. */
MUST_CHECK err file_put_open(struct store *store, int fd,
                             const unsigned char sha256[static FILE_HASH_SIZE]);

/* A descriptor of a local file that holds all of it, at its beginning; the caller's to close. What is
 * not on a local disk comes by way of a file without a name. ERR_NOT_FOUND if no place has it. */
MUST_CHECK err file_open(struct store *store, const unsigned char sha256[static FILE_HASH_SIZE],
                         int *out_fd);
/* The same only if it lies on a local disk; else ERR_NOT_FOUND. Quick: loop threads may ask. */
MUST_CHECK err file_open_local(struct store *store,
                               const unsigned char sha256[static FILE_HASH_SIZE], int *out_fd);
/* All of it, and a NUL behind it. ERR_NOT_FOUND, ERR_TOO_LARGE above max_bytes. */
MUST_CHECK err file_get(struct arena *a, struct store *store,
                        const unsigned char sha256[static FILE_HASH_SIZE], size_t max_bytes,
                        struct bytes *out);
/* How many bytes its place has of it. deep: reads them and compares their hash: ERR_IO if they are
 * others. ERR_NOT_FOUND. */
MUST_CHECK err file_verify(struct store *store, const unsigned char sha256[static FILE_HASH_SIZE],
                           bool deep, int64_t *out_size_bytes);

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
