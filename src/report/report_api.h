/* report_api.h -- the routes of reports. */
#ifndef FD_REPORT_API_H
#define FD_REPORT_API_H

#include "http/http.h"

extern const struct route report_routes[];
extern const size_t report_route_count;

#endif
