/* rules_api.h -- /api/assignment-rules */
#ifndef FD_RULES_API_H
#define FD_RULES_API_H

#include "http/http.h"

extern const struct route rule_routes[];
extern const size_t rule_route_count;

#endif
