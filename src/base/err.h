/* err.h -- why something did not work, as a value. Source: errors.def. */
#ifndef FD_ERR_H
#define FD_ERR_H

typedef enum err {
    OK = 0,
#define X(name, http, code, text) name,
#include "base/errors.def"
#undef X
    ERR_COUNT
} err;

/* Never NULL; static storage. */
const char *err_code(err e);
const char *err_text(err e);
int err_http_status(err e);

#endif
