/* file_api.h -- files over HTTP: how they are answered, and what becomes of an upload. */
#ifndef FD_FILE_API_H
#define FD_FILE_API_H

#include "file/file.h"
#include "http/http.h"

/* Answers with the file, from wherever it lies. Ranges are honoured; the ETag is its hash. */
MUST_CHECK err answer_stored_file(struct request *r, struct store *store,
                                  const unsigned char sha256[static FILE_HASH_SIZE],
                                  const char *content_type);
/* For http_options.keep_upload: into the file store, before the unit that refers to it. */
MUST_CHECK err file_keep_upload(struct request *r, struct store *store, struct upload *upload);

#endif
