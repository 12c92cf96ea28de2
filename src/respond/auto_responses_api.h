/* auto_responses_api.h -- /api/auto-responses */
#ifndef FD_AUTO_RESPONSES_API_H
#define FD_AUTO_RESPONSES_API_H

#include "http/http.h"

extern const struct route auto_response_routes[];
extern const size_t auto_response_route_count;

#endif
