/* explain_api.h -- GET /api/tickets/:id/explain: why a ticket is where it is. */
#ifndef FD_EXPLAIN_API_H
#define FD_EXPLAIN_API_H

#include "http/http.h"

extern const struct route explain_routes[];
extern const size_t explain_route_count;

#endif
