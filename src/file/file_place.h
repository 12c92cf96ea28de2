/* file_place.h -- what a place for files provides. file.c chooses among them; nothing outside of this
 * folder knows which one it was. */
#ifndef FD_FILE_PLACE_H
#define FD_FILE_PLACE_H

#include "file/file.h"
#include "store/store.h"

/* Stored (stored_file.place): never renumber. */
enum file_place_id { PLACE_DISK, PLACE_DATABASE, PLACE_S3, PLACE_COUNT };

/* Bytes on their way in. */
struct file_source {
    unsigned char sha256[FILE_HASH_SIZE];
    int64_t size_bytes;
    const unsigned char *data; /* all of them; NULL: a local file has them */
    int fd;
    const char *path; /* its name, if the place may take the file itself; NULL: it must not */
};
/* len bytes from at. ERR_IO when there are fewer. */
MUST_CHECK err file_source_read(const struct file_source *source, int64_t at, void *to, size_t len);

/* Takes bytes as they come. Whatever it returns but OK ends the reading. */
typedef err file_sink(void *ctx, const void *data, size_t len);

struct file_place {
    const char *name;
    /* May it be asked at all? NULL: always. */
    bool (*is_set_up)(const struct settings *settings);
    /* Durable when it returns OK; idempotent, also at the same time on several nodes. */
    err (*put)(struct store *store, const struct file_source *source);
    /* Many small ones that lie in memory; all are durable, or none is promised. NULL: put, one by one. */
    err (*put_many)(struct store *store, const struct file_source *sources, size_t count);
    /* ERR_NOT_FOUND. */
    err (*size)(struct store *store, const unsigned char *sha256, int64_t *out_size_bytes);
    /* In bounded memory. ERR_NOT_FOUND before the first bytes. Whether they are the right ones the
     * caller sees by their hash. */
    err (*read)(struct store *store, const unsigned char *sha256, file_sink *sink, void *ctx);
    /* A descriptor of the file itself; NULL: the place has none. */
    err (*open)(struct store *store, const unsigned char *sha256, int *out_fd);
    /* What another place has; fine if it is not there. */
    err (*remove)(struct store *store, const unsigned char *sha256);
};
extern const struct file_place file_disk, file_database, file_s3;
extern const struct file_place *const file_places[PLACE_COUNT];

/* Where new files go. */
enum file_place_id file_place_of(struct store *store);
/* Of errno: ERR_FULL or ERR_IO. */
err file_disk_error(void);

/* A file without a name in the data directory, filled with the bytes of the place, which are proved
 * by their hash (ERR_IO, and a line in the log). At its beginning. */
MUST_CHECK err file_spool(struct store *store, const struct file_place *place,
                          const unsigned char *sha256, int *out_fd);

#endif
