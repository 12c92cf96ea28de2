/* audit_api.h -- /api/audit: everything that happened, with who, from where, from what to what. */
#ifndef FD_AUDIT_API_H
#define FD_AUDIT_API_H

#include "http/http.h"

extern const struct route_table audit_routes;

#endif
