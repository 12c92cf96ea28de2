/* category_api.h -- /api/categories and /api/category-skills. */
#ifndef FD_CATEGORY_API_H
#define FD_CATEGORY_API_H

#include "http/http.h"

extern const struct route_table category_routes;

#endif
