/* ticket_api.h -- the routes of tickets. */
#ifndef FD_TICKET_API_H
#define FD_TICKET_API_H

#include "http/http.h"

extern const struct route ticket_routes[]; /* create, read, change */
extern const size_t ticket_route_count;
extern const struct route conversation_routes[]; /* comments, history, links, watchers */
extern const size_t conversation_route_count;
extern const struct route bulk_routes[];
extern const size_t bulk_route_count;

#endif
