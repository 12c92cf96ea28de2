/* mail_api.h -- incoming mail over HTTP: how each message was understood, and its bytes. */
#ifndef FD_MAIL_API_H
#define FD_MAIL_API_H

#include "http/http.h"

extern const struct route mail_routes[];
extern const size_t mail_route_count;

#endif
