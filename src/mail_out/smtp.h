/* smtp.h -- one message to one recipient over SMTP. */
#ifndef FD_SMTP_H
#define FD_SMTP_H

#include "base/settings.h"

enum smtp_result {
    SMTP_SENT,
    SMTP_LATER, /* worth another try: the server is away, busy, or badly set up */
    SMTP_NEVER, /* the server refuses this message or its recipient (5xx) */
    SMTP_RESULT_COUNT
};

/* Blocks for at most settings->smtp_timeout. Connections are kept between calls of one thread.
 * *out_error (in a): the server's last words or what went wrong; untouched when sent. */
enum smtp_result smtp_send(const struct settings *settings, const char *recipient,
                           const char *message, size_t len, struct arena *a,
                           const char **out_error);

#endif
