/* file_s3.c -- files as objects of an S3-compatible store, named by their hash. */
#include "file/s3_request.h"
#include "file/stored_file.h"

static bool is_set_up(const struct settings *s)
{
    return s->s3_endpoint && s->s3_bucket && s->s3_key_id && (s->s3_secret || s->s3_secret_file);
}

static err s3_size(struct store *store, const unsigned char *sha256, int64_t *out_size_bytes)
{
    struct s3_request request = {.method = S3_HEAD, .sha256 = sha256};

    TRY(s3_run(store_settings(store), &request));
    *out_size_bytes = request.size_bytes;
    return OK;
}

/* What a row calls whole is still looked for: a bucket is in others' hands, too. */
static err is_there(struct store *store, const struct file_source *source, bool *out)
{
    int64_t size;
    err e = s3_size(store, source->sha256, &size);

    *out = e == OK && size == source->size_bytes;
    return e == ERR_NOT_FOUND ? OK : e;
}

static err s3_put(struct store *store, const struct file_source *source)
{
    struct s3_request request = {.method = S3_PUT, .sha256 = source->sha256, .content = source};
    bool there;

    TRY(stored_file_note(store, PLACE_S3, source, &there));
    if (there)
        TRY(is_there(store, source, &there));
    if (!there)
        TRY(s3_run(store_settings(store), &request));
    return stored_file_whole(store, PLACE_S3, source->sha256);
}

static err s3_read(struct store *store, const unsigned char *sha256, file_sink *sink, void *ctx)
{
    struct s3_request request = {.method = S3_GET, .sha256 = sha256, .sink = sink, .sink_ctx = ctx};

    return s3_run(store_settings(store), &request);
}

static err s3_remove(struct store *store, const unsigned char *sha256)
{
    struct s3_request request = {.method = S3_DELETE, .sha256 = sha256};

    TRY(stored_file_take(store, PLACE_S3, sha256));
    TRY(s3_run(store_settings(store), &request));
    return stored_file_forget(store, PLACE_S3, sha256);
}

const struct file_place file_s3 = {
    .name = "s3",
    .is_set_up = is_set_up,
    .put = s3_put,
    .size = s3_size,
    .read = s3_read,
    .remove = s3_remove,
};
