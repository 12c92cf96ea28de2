/* base.h -- the few words every file of Frontdesk speaks.
 *
 * Absent text is NULL, absent moments and ids are 0. Text is UTF-8 without NUL
 * bytes (edges refuse or repair anything else) and ends with a NUL. Moments are
 * milliseconds since 1970-01-01 UTC in an int64_t whose name ends in _ms.
 */
#ifndef FD_BASE_H
#define FD_BASE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/err.h"

#define MUST_CHECK __attribute__((warn_unused_result))
#define PRINTF_LIKE(fmt, first) __attribute__((format(printf, fmt, first)))
#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* Broken code, as opposed to wrong input: says where and aborts, in release too. */
#define ENSURE(cond) ((cond) ? (void)0 : ensure_failed(#cond, __FILE__, __LINE__))
_Noreturn void ensure_failed(const char *what, const char *file, int line);

/* The only control-flow macro: hand an error to the caller at once. */
#define TRY(expr)                                                                                  \
    do {                                                                                           \
        err try_err_ = (expr);                                                                     \
        if (try_err_ != OK)                                                                        \
            return try_err_;                                                                       \
    } while (0)

/* Three-valued booleans: "not known yet" is a value of its own. */
enum tri { TRI_UNKNOWN = -1, TRI_NO = 0, TRI_YES = 1 };

struct bytes {
    const unsigned char *data;
    size_t len;
};

#endif
