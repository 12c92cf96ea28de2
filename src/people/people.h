/* people.h -- who writes (requesters), who answers (agents), and in which groups.
 *
 * Requesters are one person an e-mail address, without regard to case. */
#ifndef FD_PEOPLE_H
#define FD_PEOPLE_H

#include "base/words.h"
#include "store/store.h"

struct requester {
    int64_t id;
    struct uuid uuid;
    const char *name;
    const char *email;
    const char *phone;   /* NULL if unknown; so are the next two */
    const char *user_id; /* what the customer's own system calls them */
    const char *organization;
    enum requester_tier tier;
    int64_t ticket_count; /* ever created */
    int64_t last_ticket_ms;
    int64_t created_ms;
    int64_t updated_ms;
};

/* Enough of an agent or group to show it. id 0: none. */
struct agent_ref {
    int64_t id;
    struct uuid uuid;
    const char *name;
    const char *email;
};
struct group_ref {
    int64_t id;
    struct uuid uuid;
    const char *name;
};

/* What an edge knows about who writes. */
struct requester_input {
    const char *name;  /* NULL: made from the address */
    const char *email; /* valid (email_valid) */
    const char *phone;
    const char *user_id;
    const char *organization;
    int tier; /* -1: not said */
};

/* Finds the person by address or makes them. Of somebody known nothing is replaced; what was not known before is filled
 * in by those who are trusted, by others only the name (anybody can fill in a form with a customer's address). tier is
 * taken only when trusted. */
MUST_CHECK err requester_find_or_make(struct tx *tx, const struct requester_input *input,
                                      bool trusted, struct requester *out);
MUST_CHECK err requester_load(struct tx *tx, int64_t id, struct requester *out);
/* By UUID or number. ERR_NOT_FOUND with a sentence. */
MUST_CHECK err requester_find(struct tx *tx, const char *ref, struct requester *out);
MUST_CHECK err requester_by_email(struct tx *tx, const char *email, struct requester *out);
/* Notes one more ticket of theirs, at tx->now_ms (or at created_ms when older tickets are imported). */
MUST_CHECK err requester_count_ticket(struct tx *tx, int64_t id, int64_t created_ms);

/* By UUID, number or e-mail. Fault names `what` ("agentId"). Inactive agents are found too. */
MUST_CHECK err agent_find(struct tx *tx, const char *ref, const char *what, struct agent_ref *out);
MUST_CHECK err agent_by_email(struct tx *tx, const char *email, struct agent_ref *out);
/* By UUID, number or name. */
MUST_CHECK err group_find(struct tx *tx, const char *ref, const char *what, struct group_ref *out);

#endif
