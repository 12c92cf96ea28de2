/* demo.h -- a help desk with a past: people, rules, promises and months of conversations.
 *
 * First everything is planned with the dice alone (demo_plan), then it is done through the verbs at the
 * moments that the plan says (demo_act), with every timer that falls due in between. So history,
 * service levels, counters and reports are what they would be had it happened; and the same seed makes
 * the same desk. */
#ifndef FD_DEMO_H
#define FD_DEMO_H

#include "people/agent.h"
#include "transfer/demo_text.h"

enum { DEMO_AGENTS = 8, DEMO_REQUESTERS = 300, DEMO_DAYS = 90 };

struct demo_requester {
    enum demo_lang lang;
    const char *name;
    const char *email;
    const char *organization;
    const char *phone;
    int tier;
};

enum demo_what {
    DEMO_CREATE,
    DEMO_RECEIVED, /* an agent says that they look */
    DEMO_ASK,      /* an agent asks; the ticket waits for the customer */
    DEMO_TELL,     /* the customer answers */
    DEMO_NUDGE,
    DEMO_NOTE,
    DEMO_ANSWER, /* the agent knows */
    DEMO_THANKS,
    DEMO_NOT_YET,
    DEMO_RESOLVE,
    DEMO_CLOSE,
    DEMO_CANCEL,
    DEMO_TAG,
    DEMO_WATCH,
    DEMO_PRESENCE, /* at the end: not everybody is there */
    DEMO_WHAT_COUNT
};

struct demo_action {
    int64_t at_ms;
    uint32_t place; /* in the plan: of two at the same moment the one planned first */
    uint32_t ticket;
    enum demo_what what;
};

struct demo_ticket {
    const struct demo_story *story;
    uint32_t requester;
    int source;
    uint64_t seed;
    int64_t id; /* once it is made */
};

struct demo_plan {
    struct arena *arena;
    uint64_t seed;
    int64_t from_ms;
    int64_t until_ms;
    struct demo_requester *requesters;
    struct demo_ticket *tickets;
    size_t ticket_count;
    struct demo_action *actions; /* by time */
    size_t action_count;
    size_t action_room;
    const char *password_hash; /* of the agents; NULL: they can't sign in */
    struct agent_ref agents[DEMO_AGENTS];
    int64_t first_outbox_id; /* mails from here on are the demo's */
};

void demo_plan_make(struct demo_plan *plan);

/* Units; arg is the plan. */
err demo_desk_is_empty(struct tx *tx, void *arg); /* ERR_CONFLICT if there are tickets */
err demo_make_desk(struct tx *tx, void *arg);     /* agents, rules, policies ... */

struct demo_part {
    struct demo_plan *plan;
    size_t from;
    size_t to;
};
/* Does a part of the plan's actions; parts in order. */
err demo_act(struct tx *tx, void *part);
/* The files that the plan's tickets will name; before they do. */
MUST_CHECK err demo_put_logs(struct store *store, const struct demo_plan *plan);

#endif
