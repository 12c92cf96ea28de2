/* actor.h -- who is doing this. Every edge makes one; every change on record names one. */
#ifndef FD_ACTOR_H
#define FD_ACTOR_H

#include "base/uuid.h"

/* Stored in the database: never renumber. */
enum actor_type {
    ACTOR_ANONYMOUS = 0,
    ACTOR_SYSTEM = 1,
    ACTOR_AGENT = 2,
    ACTOR_REQUESTER = 3,
    ACTOR_TYPE_COUNT
};
/* Ordered: each may what the ones before it may. Stored. */
enum role { ROLE_NONE = 0, ROLE_AGENT = 1, ROLE_SUPERVISOR = 2, ROLE_ADMIN = 3, ROLE_COUNT };
/* What a token may do; sessions and the command line have SCOPE_ADMIN. Ordered. Stored. */
enum scope { SCOPE_READ = 0, SCOPE_WRITE = 1, SCOPE_ADMIN = 2, SCOPE_COUNT };

struct actor {
    enum actor_type type;
    enum role role;
    enum scope scope;
    int64_t id;             /* of the agent or requester; 0 for system and anonymous */
    struct uuid uuid;       /* likewise nil */
    const char *name;       /* never NULL: "system" for the system */
    const char *ip;         /* NULL where there is none: mail, jobs, command line */
    const char *user_agent; /* likewise */
};

static inline struct actor actor_system(void)
{
    return (struct actor){
        .type = ACTOR_SYSTEM, .role = ROLE_ADMIN, .scope = SCOPE_ADMIN, .name = "system"};
}

/* "anonymous" "system" "agent" "requester" */
const char *actor_type_name(enum actor_type type);
const char *role_name(enum role role);
bool role_parse(const char *text, enum role *out);
const char *scope_name(enum scope scope);
bool scope_parse(const char *text, enum scope *out);

#endif
