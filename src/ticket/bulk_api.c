/* bulk_api.c -- one change for many tickets at once, by ids or by filter: all of it or, for each ticket that
 * can't be changed, a reason. */
#include "base/limits.h"
#include "people/access.h"
#include "search/list_query_api.h"
#include "ticket/change.h"
#include "ticket/ticket_api.h"
#include "ticket/ticket_input_api.h"
#include "ticket/ticket_view_api.h"

#include <inttypes.h>

enum bulk_action { BULK_UPDATE, BULK_DELETE, BULK_RESTORE };
static const struct enum_name actions[] = {{"update", BULK_UPDATE, false},
                                           {"delete", BULK_DELETE, false},
                                           {"restore", BULK_RESTORE, false},
                                           {NULL, 0, false}};

struct bulk_body {
    uint64_t present;
    struct text_list ids;
    const struct ticket_filter_body *filter;
    int action;
    const struct ticket_patch_body *changes;
};
#define B(member) offsetof(struct bulk_body, member)
static const struct field bulk_fields[] = {
    {"ids", FIELD_REFS, B(ids), .max_items = BULK_TICKETS_MAX, .about = "Which tickets"},
    {"filter", FIELD_OBJECT, B(filter), .of = &ticket_filter_body_shape,
     .about = "Or: all that match, at most 1000"},
    {"action", FIELD_ENUM, B(action), .names = actions, .fallback = "update"},
    {"changes", FIELD_OBJECT, B(changes), .of = &ticket_patch_shape, .about = "For update"},
};
static const struct shape bulk_shape =
    SHAPE("BulkInput", "A change for many tickets", struct bulk_body, bulk_fields);

struct bulk_failure {
    const char *id;
    const char *code;
    const char *error;
};
static const struct field failure_fields[] = {
    {"id", FIELD_TEXT, offsetof(struct bulk_failure, id), .required = true},
    {"code", FIELD_TEXT, offsetof(struct bulk_failure, code), .required = true},
    {"error", FIELD_TEXT, offsetof(struct bulk_failure, error), .required = true},
};
static const struct shape failure_shape =
    SHAPE_OUT("BulkFailure", "Why a ticket stayed as it was", struct bulk_failure, failure_fields);

struct bulk_answer {
    int64_t matched;
    int64_t updated;
    struct object_list failed;
};
static const struct field answer_fields[] = {
    {"matched", FIELD_INT, offsetof(struct bulk_answer, matched), .required = true},
    {"updated", FIELD_INT, offsetof(struct bulk_answer, updated), .required = true},
    {"failed", FIELD_OBJECTS, offsetof(struct bulk_answer, failed), .required = true,
     .of = &failure_shape},
};
static const struct shape bulk_answer_shape =
    SHAPE_OUT("BulkResult", "What became of it", struct bulk_answer, answer_fields);

static err select_tickets(struct request *r, struct tx *tx, struct text_list *out)
{
    const struct bulk_body *body = r->body;
    int64_t *numbers;
    size_t n;

    if ((body->ids.n > 0) + (body->filter != NULL) != 1)
        return fault_field(&r->fault, "ids", "say which: ids or filter");
    if (body->ids.n > 0) {
        *out = body->ids;
        return OK;
    }
    TRY(tickets_select(tx, body->filter, BULK_TICKETS_MAX + 1, &numbers, &n));
    if (n > BULK_TICKETS_MAX)
        return fault_field(&r->fault, "filter",
                           "more than %d tickets match: narrow it, or do it in parts",
                           BULK_TICKETS_MAX);
    *out = (struct text_list){ARENA_ARRAY(r->arena, const char *, n + 1), n};
    for (size_t i = 0; i < n; i++)
        out->v[i] = arena_printf(r->arena, "%" PRId64, numbers[i]);
    return OK;
}

struct one_change {
    enum bulk_action action;
    const struct ticket_patch *patch;
    const char *ref;
};

static err change_one(struct tx *tx, void *arg)
{
    const struct one_change *one = arg;
    struct ticket ticket;

    switch (one->action) {
    case BULK_UPDATE:
        return ticket_patch(tx, one->ref, one->patch, &ticket);
    case BULK_DELETE:
        return ticket_delete(tx, one->ref, 0);
    case BULK_RESTORE:
        return ticket_restore(tx, one->ref, &ticket);
    }
    return ERR_INVALID;
}

/* Only refusals of single tickets may be reported beside successes; what they wrote is undone. */
static bool is_refusal(err e)
{
    return e == ERR_NOT_FOUND || e == ERR_CONFLICT || e == ERR_UNPROCESSABLE;
}

static err bulk_post(struct request *r, struct tx *tx)
{
    const struct bulk_body *body = r->body;
    struct ticket_patch patch = {0};
    struct bulk_answer result = {0};
    struct bulk_failure *failures;
    struct text_list refs = {0};

    if (body->action == BULK_UPDATE) {
        if (!body->changes)
            return fault_field(&r->fault, "changes", "is required for update");
        ticket_patch_from_body(body->changes, &patch);
    }
    TRY(select_tickets(r, tx, &refs));
    failures = ARENA_ARRAY(r->arena, struct bulk_failure, refs.n + 1);
    for (size_t i = 0; i < refs.n; i++) {
        struct fault fault = {.arena = r->arena};
        struct fault *outer = tx->fault;
        struct one_change one = {(enum bulk_action)body->action, &patch, refs.v[i]};
        err e;

        tx->fault = &fault;
        e = tx_nested(tx, change_one, &one);
        tx->fault = outer;
        if (e != OK && !is_refusal(e)) {
            r->fault = fault;
            return e;
        }
        if (e == OK)
            result.updated++;
        else
            failures[result.failed.n++] =
                (struct bulk_failure){refs.v[i], err_code(e), fault_text(&fault, e)};
    }
    result.matched = (int64_t)refs.n;
    result.failed.v = failures;
    return answer(r, 200, &bulk_answer_shape, &result);
}

const struct route bulk_routes[] = {
    {.method = "POST",
     .path = "/api/tickets/bulk",
     .access = ACCESS_SUPERVISOR,
     .run = RUN_WRITE,
     .handle = bulk_post,
     .body_kind = BODY_JSON,
     .body = &bulk_shape,
     .status = 200,
     .answer = &bulk_answer_shape,
     .tag = "Tickets",
     .summary = "Changes up to 1,000 tickets, by ids or by filter"},
};
const size_t bulk_route_count = COUNT_OF(bulk_routes);
