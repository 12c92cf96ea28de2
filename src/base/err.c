#include "base/base.h"

#include <stdio.h>
#include <stdlib.h>

static const struct {
    int http;
    const char *code;
    const char *text;
} errors[ERR_COUNT] = {
    [OK] = {200, "ok", "OK"},
#define X(name, http_status, api_code, message) [name] = {http_status, api_code, message},
#include "base/errors.def"
#undef X
};

const char *err_code(err e)
{
    ENSURE(e >= OK && e < ERR_COUNT);
    return errors[e].code;
}

const char *err_text(err e)
{
    ENSURE(e >= OK && e < ERR_COUNT);
    return errors[e].text;
}

int err_http_status(err e)
{
    ENSURE(e >= OK && e < ERR_COUNT);
    return errors[e].http;
}

_Noreturn void ensure_failed(const char *what, const char *file, int line)
{
    fprintf(stderr, "frontdesk: broken invariant %s (%s:%d)\n", what, file, line);
    abort();
}
