#include "file/file_api.h"

#include <string.h>

struct fetching {
    struct store *store;
    unsigned char sha256[FILE_HASH_SIZE];
    const char *content_type;
};

/* On a worker: another machine may have to be asked. */
static err fetch(struct request *r, void *arg)
{
    struct fetching *f = arg;
    int fd;
    err e = file_open(f->store, f->sha256, &fd);

    if (e == ERR_NOT_FOUND)
        return ERR_IO; /* a row names it: that it is gone is our fault */
    TRY(e);
    return answer_descriptor(r, fd, f->content_type);
}

err answer_stored_file(struct request *r, struct store *store,
                       const unsigned char sha256[static FILE_HASH_SIZE], const char *content_type)
{
    char hex[FILE_HASH_TEXT_SIZE];
    struct fetching *f;
    int fd;

    if (file_open_local(store, sha256, &fd) == OK) {
        TRY(answer_descriptor(r, fd, content_type));
    } else {
        f = ARENA_NEW(r->arena, struct fetching);
        *f = (struct fetching){.store = store, .content_type = content_type};
        memcpy(f->sha256, sha256, FILE_HASH_SIZE);
        TRY(answer_later(r, fetch, f));
    }
    answer_header(r, "ETag", arena_printf(r->arena, "\"%s\"", file_hash_text(sha256, hex)));
    return OK;
}

err file_keep_upload(struct request *r, struct store *store, struct upload *upload)
{
    upload->mime_type = file_type(r->arena, upload->path);
    return file_adopt(store, upload->path, upload->sha256);
}
