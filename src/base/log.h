/* log.h -- one line an event on standard error: time, level, what, then key=value pairs.
 * Only edges log (app, http loop, jobs, cli); library code returns an err. Never log secrets,
 * message bodies or addresses of customers. Thread-safe; a line is one write. */
#ifndef FD_LOG_H
#define FD_LOG_H

#include "base/base.h"

enum log_level { LOG_DEBUG, LOG_INFO, LOG_WARN, LOG_ERROR, LOG_LEVEL_COUNT };

void log_set_level(enum log_level least);
bool log_level_parse(const char *text, enum log_level *out);
/* JSON lines instead of logfmt. */
void log_set_json(bool json);
/* Would a line of this level be written? For callers whose fields cost something to make. */
bool log_enabled(enum log_level level);

/* fields: a printf text of logfmt pairs, e.g. "status=%d path=%s". Values that come from outside
 * go through log_quoted. */
void log_line(enum log_level level, const char *what, const char *fields, ...) PRINTF_LIKE(3, 4);

#define log_debug(what, ...) log_line(LOG_DEBUG, (what), __VA_ARGS__)
#define log_info(what, ...) log_line(LOG_INFO, (what), __VA_ARGS__)
#define log_warn(what, ...) log_line(LOG_WARN, (what), __VA_ARGS__)
#define log_error(what, ...) log_line(LOG_ERROR, (what), __VA_ARGS__)

enum { LOG_QUOTED_SIZE = 256 };
/* "text" with quotes, backslashes and control bytes escaped, cut to fit; returns out. */
const char *log_quoted(const char *text, char out[static LOG_QUOTED_SIZE]);

#endif
