/* routes.c -- every route of the server, by the folder that owns it. */
#include "app/app.h"

#include "assign/rules_api.h"
#include "category/category_api.h"
#include "event/audit_api.h"
#include "explain/explain_api.h"
#include "file/attachment_api.h"
#include "mail_in/mail_api.h"
#include "mail_out/outbox_api.h"
#include "people/people_api.h"
#include "report/report_api.h"
#include "respond/auto_responses_api.h"
#include "search/list_query_api.h"
#include "sla/sla_api.h"
#include "ticket/ticket_api.h"

/* A folder's table and its length, which only that folder's file knows. */
static const struct {
    const struct route *routes;
    const size_t *count;
} folders[] = {
    {ticket_routes, &ticket_route_count},
    {conversation_routes, &conversation_route_count},
    {bulk_routes, &bulk_route_count},
    {list_routes, &list_route_count},
    {report_routes, &report_route_count},
    {attachment_routes, &attachment_route_count},
    {mail_routes, &mail_route_count},
    {outbox_routes, &outbox_route_count},
    {explain_routes, &explain_route_count},
    {rule_routes, &rule_route_count},
    {policy_routes, &policy_route_count},
    {calendar_routes, &calendar_route_count},
    {auto_response_routes, &auto_response_route_count},
    {service_routes, &service_route_count},
};

/* Others give both as one. */
static const struct route_table *const whole_tables[] = {
    &agent_routes, &requester_routes, &group_routes, &session_routes,
    &token_routes, &category_routes,  &audit_routes,
};

const struct route_table *all_routes(size_t *out_count)
{
    static struct route_table tables[COUNT_OF(folders) + COUNT_OF(whole_tables)];
    size_t n = 0;

    for (size_t i = 0; i < COUNT_OF(folders); i++)
        tables[n++] = (struct route_table){folders[i].routes, *folders[i].count};
    for (size_t i = 0; i < COUNT_OF(whole_tables); i++)
        tables[n++] = *whole_tables[i];
    *out_count = n;
    return tables;
}
