/* link.c -- tickets that belong together. A link is one row, seen from both sides. */
#include "base/limits.h"
#include "people/access.h"
#include "queries.gen.h"
#include "ticket/change.h"

#include <string.h>

static const char *const kinds[] = {"related", "duplicate", "parent", "follow_up"};

static err check_kind(struct tx *tx, const char *kind)
{
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i], kind) == 0)
            return OK;
    }
    return fault_field(tx->fault, "kind", "must be related, duplicate, parent or follow_up");
}

static const char *link_json(struct tx *tx, const struct ticket *other, const char *kind)
{
    return arena_printf(tx->arena, "{\"number\":%lld,\"kind\":\"%s\"}", (long long)other->id, kind);
}

err ticket_link_add(struct tx *tx, const struct ticket *ticket, const struct ticket *other,
                    const char *kind)
{
    int64_t changed;

    TRY(q_link_insert(tx, ticket->id, other->id, kind, tx->now_ms, &changed));
    if (!changed)
        return OK;
    TRY(ticket_event(tx, ticket, "linked", NULL, link_json(tx, other, kind), NULL, true));
    return ticket_event(tx, other, "linked", NULL, link_json(tx, ticket, kind), NULL, true);
}

err ticket_link(struct tx *tx, const char *ref, const char *other_ref, const char *kind)
{
    struct ticket ticket, other;
    struct links_count_row count;

    TRY(access_require_role(tx, ROLE_AGENT));
    TRY(check_kind(tx, kind));
    TRY(ticket_find(tx, ref, &ticket));
    TRY(ticket_find(tx, other_ref, &other));
    if (ticket.id == other.id)
        return fault_field(tx->fault, "ticketId", "a ticket can't be linked to itself");
    TRY(q_links_count(tx, ticket.id, &count));
    if (count.n >= LINKS_PER_TICKET_MAX)
        return fault_set(tx->fault, ERR_UNPROCESSABLE, "A ticket has at most %d links",
                         LINKS_PER_TICKET_MAX);
    return ticket_link_add(tx, &ticket, &other, kind);
}

err ticket_unlink(struct tx *tx, const char *ref, const char *other_ref, const char *kind)
{
    struct ticket ticket, other;
    int64_t changed;

    TRY(access_require_role(tx, ROLE_AGENT));
    TRY(ticket_find(tx, ref, &ticket));
    TRY(ticket_find(tx, other_ref, &other));
    TRY(q_link_delete(tx, ticket.id, other.id, kind, &changed));
    if (!changed)
        return fault_set(tx->fault, ERR_NOT_FOUND, "These tickets are not linked like that");
    TRY(ticket_event(tx, &ticket, "unlinked", link_json(tx, &other, kind), NULL, NULL, true));
    return ticket_event(tx, &other, "unlinked", link_json(tx, &ticket, kind), NULL, NULL, true);
}
