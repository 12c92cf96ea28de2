/* s3_request.h -- one signed request to the S3-compatible store, tried again while that makes sense.
 *
 * The address is the operator's own setting, so it may be anywhere; redirects are never followed. The
 * signature (AWS Signature Version 4, by libcurl) covers the hash of the content, which is also the
 * object's name: the store itself refuses bytes that changed on their way. */
#ifndef FD_S3_REQUEST_H
#define FD_S3_REQUEST_H

#include "base/settings.h"
#include "file/file_place.h"

enum s3_method { S3_HEAD, S3_GET, S3_PUT, S3_DELETE };

struct s3_request {
    enum s3_method method;
    const unsigned char *sha256;       /* the object */
    const struct file_source *content; /* of S3_PUT */
    file_sink *sink;                   /* of S3_GET */
    void *sink_ctx;
    /* the answer */
    int64_t size_bytes; /* of S3_HEAD */
    int64_t got;        /* given to the sink: another try goes on from there */
};

/* ERR_NOT_FOUND: there is no such object. ERR_FILES: the store cannot be used; the log has the reason.
 * Else what the sink or the content said. */
MUST_CHECK err s3_run(const struct settings *settings, struct s3_request *request);

#endif
