/* sla_api.h -- /api/sla-policies and /api/calendars */
#ifndef FD_SLA_API_H
#define FD_SLA_API_H

#include "http/http.h"

extern const struct route policy_routes[];
extern const size_t policy_route_count;
extern const struct route calendar_routes[];
extern const size_t calendar_route_count;

#endif
