/* routes.c -- every route of the server, by the folder that owns it. */
#include "app/app.h"

#include "ticket/ticket_api.h"

const struct route_table all_routes[] = {
    {ticket_routes, 12},
    {conversation_routes, 9},
    {service_routes, 5},
};
const size_t all_routes_count = COUNT_OF(all_routes);
