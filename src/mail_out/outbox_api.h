/* outbox_api.h -- the outbox over HTTP. */
#ifndef FD_OUTBOX_API_H
#define FD_OUTBOX_API_H

#include "http/http.h"

extern const struct route outbox_routes[];
extern const size_t outbox_route_count;

#endif
