/* agent.h -- who answers: role, groups, skills, presence and capacity.
 *
 * Invariants: at least one active admin is left once there was one; an inactive agent is offline and has
 * neither sessions nor valid tokens; current_tickets is kept by assign/, never from here. */
#ifndef FD_AGENT_H
#define FD_AGENT_H

#include "people/people.h"

enum { AGENT_MAX_TICKETS_DEFAULT = 5 };

struct names {
    const char **v;
    size_t n;
};

struct agent {
    int64_t id;
    struct uuid uuid;
    const char *name;
    const char *email;
    enum role role;
    struct names groups; /* their names */
    struct names skills; /* folded */
    int64_t max_concurrent_tickets;
    int64_t current_tickets;
    enum presence presence;
    bool is_active;
    int64_t last_active_ms;
    int64_t created_ms;
    int64_t updated_ms;
};
struct agent_list {
    struct agent *v;
    size_t n;
    int64_t total;
    const char *next_cursor; /* NULL: that was all */
};

/* By UUID, number or e-mail. ERR_NOT_FOUND with a sentence. */
MUST_CHECK err agent_load(struct tx *tx, const char *ref, struct agent *out);

struct agent_filter {
    int presence;          /* -1: any */
    enum role role;        /* ROLE_NONE: any */
    const char *group_ref; /* NULL: any */
    enum tri is_active;
    const char *q;      /* part of the name or address; NULL: any */
    const char *cursor; /* next_cursor of the page before */
    int64_t limit;
};
MUST_CHECK err agent_list(struct tx *tx, const struct agent_filter *filter, struct agent_list *out);

enum agent_field {
    AGENT_NAME = 1 << 0,
    AGENT_EMAIL = 1 << 1,
    AGENT_ROLE = 1 << 2,
    AGENT_GROUPS = 1 << 3,
    AGENT_SKILLS = 1 << 4,
    AGENT_MAX_TICKETS = 1 << 5,
    AGENT_ACTIVE = 1 << 6,
    AGENT_PASSWORD = 1 << 7,
    AGENT_PRESENCE = 1 << 8,
};
/* A member counts only when its bit in `set` is there. */
struct agent_change {
    unsigned set;
    const char *name;
    const char *email; /* valid (email_valid) */
    enum role role;
    struct names groups; /* names, UUIDs or numbers; all of them */
    bool make_groups;    /* make those that are missing, by name */
    struct names skills; /* any case */
    int64_t max_concurrent_tickets;
    bool is_active;
    const char *password_hash; /* password.h */
    enum presence presence;
    int64_t keep_session_id; /* a new password ends all other sessions */
};

/* Name and email are required; the rest has defaults. Admins. ERR_CONFLICT if the address is taken. */
MUST_CHECK err agent_make(struct tx *tx, const struct agent_change *input, struct agent *out);
/* Admins; agents themselves may change their presence and password, supervisors everybody's presence.
 * A waiting ticket is looked at again when the change gives somebody room for it. */
MUST_CHECK err agent_change(struct tx *tx, const char *ref, const struct agent_change *change,
                            struct agent *out);

#endif
