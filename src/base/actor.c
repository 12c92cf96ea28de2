#include "base/actor.h"

#include <string.h>

static const char *const type_names[ACTOR_TYPE_COUNT] = {"anonymous", "system", "agent",
                                                         "requester"};
static const char *const role_names[ROLE_COUNT] = {"none", "agent", "supervisor", "admin"};
static const char *const scope_names[SCOPE_COUNT] = {"read", "write", "admin"};

const char *actor_type_name(enum actor_type type)
{
    ENSURE((unsigned)type < ACTOR_TYPE_COUNT);
    return type_names[type];
}

const char *role_name(enum role role)
{
    ENSURE((unsigned)role < ROLE_COUNT);
    return role_names[role];
}

bool role_parse(const char *text, enum role *out)
{
    for (int i = ROLE_AGENT; i < ROLE_COUNT; i++) {
        if (strcmp(text, role_names[i]) == 0) {
            *out = (enum role)i;
            return true;
        }
    }
    return false;
}

const char *scope_name(enum scope scope)
{
    ENSURE((unsigned)scope < SCOPE_COUNT);
    return scope_names[scope];
}

bool scope_parse(const char *text, enum scope *out)
{
    for (int i = 0; i < SCOPE_COUNT; i++) {
        if (strcmp(text, scope_names[i]) == 0) {
            *out = (enum scope)i;
            return true;
        }
    }
    return false;
}
