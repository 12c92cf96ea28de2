/* watch.c -- who else is told. */
#include "base/limits.h"
#include "base/utf8.h"
#include "event/event.h"
#include "people/access.h"
#include "queries.gen.h"
#include "ticket/change.h"

#include <string.h>

err ticket_watch(struct tx *tx, const char *ref, const char *email, const char *name)
{
    struct ticket ticket;
    struct watcher_rows watchers;
    struct agent_ref agent = {0};
    const char *key = utf8_fold(tx->arena, email);
    int64_t added;
    err e;

    TRY(access_require_role(tx, ROLE_AGENT));
    TRY(ticket_find(tx, ref, &ticket));
    TRY(q_watchers_of_ticket(tx, ticket.id, &watchers));
    if (watchers.n >= WATCHERS_PER_TICKET_MAX)
        return fault_set(tx->fault, ERR_UNPROCESSABLE, "A ticket has at most %d watchers",
                         WATCHERS_PER_TICKET_MAX);
    e = agent_by_email(tx, email, &agent);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    TRY(q_watcher_insert(tx, ticket.id, key, email, name ? name : agent.name, agent.id, tx->now_ms,
                         &added));
    if (!added)
        return OK;
    return ticket_event(tx, &ticket, "watched", NULL, event_json_text(tx, "email", email), NULL,
                        true);
}

err ticket_unwatch(struct tx *tx, const char *ref, const char *email)
{
    struct ticket ticket;
    int64_t removed;

    TRY(access_require_role(tx, ROLE_AGENT));
    TRY(ticket_find(tx, ref, &ticket));
    TRY(q_watcher_delete(tx, ticket.id, utf8_fold(tx->arena, email), &removed));
    if (!removed)
        return fault_set(tx->fault, ERR_NOT_FOUND, "That address does not watch this ticket");
    return ticket_event(tx, &ticket, "unwatched", event_json_text(tx, "email", email), NULL, NULL,
                        true);
}

err ticket_has_participant(struct tx *tx, int64_t ticket_id, const char *email, bool *out)
{
    const char *key = utf8_fold(tx->arena, email);
    struct ticket_row ticket;
    struct watcher_exists_row watcher;
    struct agent_ref agent;
    err e;

    TRY(q_ticket_by_id(tx, ticket_id, &ticket));
    if (strcmp(utf8_fold(tx->arena, ticket.requester_email), key) == 0) {
        *out = true;
        return OK;
    }
    TRY(q_watcher_exists(tx, ticket_id, key, &watcher));
    if (watcher.n > 0) {
        *out = true;
        return OK;
    }
    e = agent_by_email(tx, email, &agent);
    if (e != OK && e != ERR_NOT_FOUND)
        return e;
    *out = e == OK;
    return OK;
}
