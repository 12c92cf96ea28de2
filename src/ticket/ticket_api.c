/* ticket_api.c -- tickets over HTTP: create, read, change. Lists live in search/, bulk in bulk_api.c. */
#include "ticket/ticket_api.h"

#include "base/clock.h"
#include "base/limits.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "http/http.h"
#include "people/access.h"
#include "people/rate.h"
#include "ticket/ticket_input_api.h"
#include "ticket/ticket_view_api.h"

#include <inttypes.h>
#include <string.h>

/* ---- create ---- */

static err find_category(struct request *r, struct tx *tx, const char *name, struct category *out)
{
    const char *names;
    err e = category_find(tx, name, out);

    if (e == OK && out->is_active)
        return OK;
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    TRY(category_names(tx, &names));
    return fault_field(&r->fault, "category", "there is no such category: use one of %s", names);
}

/* Strangers (web forms) may open tickets, but only so many in an hour from one address. */
static err limit_strangers(struct request *r, struct tx *tx)
{
    int64_t retry_after_ms = 0;
    char seconds[24];
    err e;

    if (r->actor.type != ACTOR_ANONYMOUS)
        return OK;
    e = rate_limit_take(
        tx, arena_printf(tx->arena, "web_create|%s", rate_limit_address(tx->arena, r->actor.ip)),
        (int)tx->settings->web_create_per_hour, MS_PER_HOUR, &retry_after_ms);
    if (e != ERR_RATE)
        return e;
    snprintf(seconds, sizeof(seconds), "%" PRId64, retry_after_ms / 1000 + 1);
    answer_header(r, "Retry-After", seconds);
    return fault_set(&r->fault, ERR_RATE,
                     "Too many tickets from this address: try again in a while");
}

static void requester_from_body(const struct request *r, const struct requester_body *sent,
                                struct requester_input *out)
{
    *out = (struct requester_input){
        .name = sent->name,
        .email = sent->email,
        .phone = sent->phone,
        .user_id = sent->user_id,
        .organization = sent->organization,
        .tier = shape_sent(&requester_body_shape, sent, "tier") && actor_is_agent(&r->actor)
                    ? sent->tier
                    : -1,
    };
}

/* A requester writes in their own name whatever the body says. */
static err requester_is_self(struct tx *tx, struct requester_input *input)
{
    struct requester self;

    if (tx->actor.type != ACTOR_REQUESTER)
        return OK;
    TRY(requester_load(tx, tx->actor.id, &self));
    *input = (struct requester_input){.name = self.name, .email = self.email, .tier = -1};
    return OK;
}

/* Anybody may write in anybody's name, and must learn no more of them than they said themselves. */
static void tell_only_what_was_said(struct tx *tx, const struct requester_input *said,
                                    struct requester *r)
{
    const char *name = said->name ? utf8_trim(tx->arena, said->name) : "";
    const char *email = utf8_trim(tx->arena, said->email);
    const char *at = strrchr(email, '@');

    *r = (struct requester){
        .id = r->id,
        .uuid = r->uuid,
        .name =
            *name ? name : arena_strn(tx->arena, email, at ? (size_t)(at - email) : strlen(email)),
        .email = email,
        .phone = said->phone,
        .user_id = said->user_id,
        .organization = said->organization,
        .tier = TIER_STANDARD,
    };
}

static err ticket_post(struct request *r, struct tx *tx)
{
    const struct ticket_body *body = r->body;
    bool trusted = actor_is_agent(&r->actor);
    struct ticket_input input = {
        .subject = utf8_trim(tx->arena, body->subject),
        .description = body->description,
        .subcategory = body->subcategory,
        .trusted = trusted,
        .priority = ticket_body_sent(body, "priority") && trusted ? body->priority : -1,
        .status = -1,
        .source = ticket_body_sent(body, "source")
                      ? (enum ticket_source)body->source
                      : (r->actor.type == ACTOR_AGENT ? SOURCE_API : SOURCE_WEB),
        .channel = body->channel,
        .tags = body->tags.v,
        .tag_count = body->tags.n,
        .custom_fields = body->custom_fields,
        .external_id = body->external_id,
        .assignee_ref = body->assignee_id,
    };
    struct ticket ticket;

    TRY(limit_strangers(r, tx));
    requester_from_body(r, body->requester, &input.requester);
    TRY(requester_is_self(tx, &input.requester));
    TRY(find_category(r, tx, body->category, &input.category));
    TRY(ticket_create(tx, &input, &ticket));
    if (r->actor.type == ACTOR_ANONYMOUS)
        tell_only_what_was_said(tx, &input.requester, &ticket.requester);
    answer_ticket(r, tx, 201, &ticket);
    answer_header(r, "Location", arena_printf(r->arena, "/api/tickets/%" PRId64, ticket.id));
    return OK;
}

/* ---- read ---- */

static err ticket_get(struct request *r, struct tx *tx)
{
    struct ticket_view *view = ARENA_NEW(r->arena, struct ticket_view);
    struct ticket ticket;

    TRY(ticket_find(tx, request_param(r, "id"), &ticket));
    TRY(ticket_view_fill_full(tx, &ticket, view));
    answer(r, 200, &ticket_full_view_shape, view);
    answer_etag(r, ticket.version);
    return OK;
}

/* ---- change ---- */

static err ticket_patch_api(struct request *r, struct tx *tx)
{
    struct ticket_patch patch;
    struct ticket ticket;

    ticket_patch_from_body(r->body, &patch);
    patch.if_version = request_if_match(r);
    TRY(ticket_patch(tx, request_param(r, "id"), &patch, &ticket));
    return answer_ticket(r, tx, 200, &ticket);
}

static err ticket_delete_api(struct request *r, struct tx *tx)
{
    TRY(ticket_delete(tx, request_param(r, "id"), request_if_match(r)));
    return answer_empty(r);
}

static err ticket_restore_api(struct request *r, struct tx *tx)
{
    struct ticket ticket;

    TRY(ticket_restore(tx, request_param(r, "id"), &ticket));
    return answer_ticket(r, tx, 200, &ticket);
}

static err ticket_assign_api(struct request *r, struct tx *tx)
{
    const struct assign_body *body = r->body;
    struct ticket ticket;
    const char *group = body->group_id ? body->group_id : body->assignee_group;

    if (body->automatic + (body->agent_id || group) != 1)
        return fault_field(&r->fault, "agentId", "say who: agentId, groupId, or auto: true");
    TRY(ticket_assign(tx, request_param(r, "id"), body->agent_id, group, body->automatic,
                      request_if_match(r), &ticket));
    return answer_ticket(r, tx, 200, &ticket);
}

static err ticket_unassign_api(struct request *r, struct tx *tx)
{
    struct ticket ticket;

    TRY(ticket_unassign(tx, request_param(r, "id"), request_if_match(r), &ticket));
    return answer_ticket(r, tx, 200, &ticket);
}

static err set_status(struct request *r, struct tx *tx, enum ticket_status status)
{
    const struct note_body *body = r->body;
    struct ticket ticket;

    TRY(ticket_set_status(tx, request_param(r, "id"), status, body->comment, request_if_match(r),
                          &ticket));
    return answer_ticket(r, tx, 200, &ticket);
}

static err ticket_resolve_api(struct request *r, struct tx *tx)
{
    return set_status(r, tx, STATUS_RESOLVED);
}

static err ticket_close_api(struct request *r, struct tx *tx)
{
    return set_status(r, tx, STATUS_CLOSED);
}

static err ticket_reopen_api(struct request *r, struct tx *tx)
{
    return set_status(r, tx, STATUS_OPEN);
}

static err ticket_cancel_api(struct request *r, struct tx *tx)
{
    return set_status(r, tx, STATUS_CANCELLED);
}

static err ticket_merge_api(struct request *r, struct tx *tx)
{
    const struct other_ticket_body *body = r->body;
    struct ticket ticket;

    TRY(ticket_merge(tx, request_param(r, "id"), body->ticket_id, &ticket));
    return answer_ticket(r, tx, 200, &ticket);
}

#define TICKET_ROUTE(verb, route_path, least, as, handler)                                         \
    .method = (verb), .path = (route_path), .access = (least), .run = (as), .handle = (handler),   \
    .tag = "Tickets"

const struct route ticket_routes[] = {
    {TICKET_ROUTE("POST", "/api/tickets", ACCESS_ANYONE, RUN_WRITE, ticket_post),
     .body_kind = BODY_JSON, .body = &ticket_body_shape, .status = 201,
     .answer = &ticket_view_shape,
     .summary = "Opens a ticket: prioritised, timed, routed and acknowledged at once"},
    {TICKET_ROUTE("GET", "/api/tickets/:id", ACCESS_SIGNED_IN, RUN_READ, ticket_get), .status = 200,
     .answer = &ticket_full_view_shape,
     .summary = "One ticket, by id or number, with its conversation"},
    {TICKET_ROUTE("PATCH", "/api/tickets/:id", ACCESS_AGENT, RUN_WRITE, ticket_patch_api),
     .body_kind = BODY_JSON, .body = &ticket_patch_shape, .status = 200,
     .answer = &ticket_view_shape, .summary = "Changes what is named and nothing else"},
    {TICKET_ROUTE("DELETE", "/api/tickets/:id", ACCESS_SUPERVISOR, RUN_WRITE, ticket_delete_api),
     .status = 204, .summary = "Takes a ticket out of sight; it can be restored"},
    {TICKET_ROUTE("POST", "/api/tickets/:id/restore", ACCESS_SUPERVISOR, RUN_WRITE,
                  ticket_restore_api),
     .status = 200, .answer = &ticket_view_shape, .summary = "Brings a deleted ticket back"},
    {TICKET_ROUTE("POST", "/api/tickets/:id/assign", ACCESS_AGENT, RUN_WRITE, ticket_assign_api),
     .body_kind = BODY_JSON, .body = &assign_body_shape, .status = 200,
     .answer = &ticket_view_shape, .summary = "Gives it to an agent or group, or looks for one"},
    {TICKET_ROUTE("POST", "/api/tickets/:id/unassign", ACCESS_AGENT, RUN_WRITE,
                  ticket_unassign_api),
     .status = 200, .answer = &ticket_view_shape, .summary = "Takes it from its agent"},
    {TICKET_ROUTE("POST", "/api/tickets/:id/resolve", ACCESS_AGENT, RUN_WRITE, ticket_resolve_api),
     .body_kind = BODY_JSON, .body = &note_body_shape, .status = 200, .answer = &ticket_view_shape,
     .summary = "Resolves it; it closes itself later"},
    {TICKET_ROUTE("POST", "/api/tickets/:id/close", ACCESS_SIGNED_IN, RUN_WRITE, ticket_close_api),
     .body_kind = BODY_JSON, .body = &note_body_shape, .status = 200, .answer = &ticket_view_shape,
     .summary = "Closes it"},
    {TICKET_ROUTE("POST", "/api/tickets/:id/reopen", ACCESS_SIGNED_IN, RUN_WRITE,
                  ticket_reopen_api),
     .body_kind = BODY_JSON, .body = &note_body_shape, .status = 200, .answer = &ticket_view_shape,
     .summary = "Opens a resolved, closed or cancelled ticket again"},
    {TICKET_ROUTE("POST", "/api/tickets/:id/cancel", ACCESS_AGENT, RUN_WRITE, ticket_cancel_api),
     .body_kind = BODY_JSON, .body = &note_body_shape, .status = 200, .answer = &ticket_view_shape,
     .summary = "Cancels it: opened by mistake, or no longer wanted"},
    {TICKET_ROUTE("POST", "/api/tickets/:id/merge", ACCESS_AGENT, RUN_WRITE, ticket_merge_api),
     .body_kind = BODY_JSON, .body = &other_ticket_shape, .status = 200,
     .answer = &ticket_view_shape, .summary = "Moves another ticket's conversation into this one"},
};
const size_t ticket_route_count = COUNT_OF(ticket_routes);
