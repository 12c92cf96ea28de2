/* pump.h -- many messages at once: each is read on this thread while those before it are being written,
 * so that one disk flush serves many. Results come in the order in which messages were put in. */
#ifndef FD_MAIL_PUMP_H
#define FD_MAIL_PUMP_H

#include "mail_in/mail_in.h"

/* Called with each result, in order, on the pump's thread; tag is what mail_pump_put was given. */
typedef void mail_pump_fn(void *ctx, void *tag, err result, const struct mail_result *taken);

struct mail_pump;
struct mail_pump *mail_pump_new(struct store *store, const struct settings *settings,
                                mail_pump_fn *done, void *ctx);
/* The arena in which the next message may be kept; it lives until its result was told. */
struct arena *mail_pump_arena(struct mail_pump *pump);
/* raw must live until its result was told. */
void mail_pump_put(struct mail_pump *pump, const void *raw, size_t len, void *tag);
/* Waits for all that is under way. */
void mail_pump_drain(struct mail_pump *pump);
void mail_pump_free(struct mail_pump *pump);

#endif
