/* words.h -- the field's small vocabularies: statuses, priorities, tiers, sources, presences.
 *
 * Each list makes its enum, its names and its aliases (other spellings that input may use and
 * output never shows). The lists are macros so that an API can make its own table from them:
 *
 *     #define ROW(id, value, name) {name, value, false},
 *     static const struct enum_name status_names[] = {TICKET_STATUS_WORDS(ROW) ... {NULL}};
 *
 * The values are stored in the database: never renumber. */
#ifndef FD_WORDS_H
#define FD_WORDS_H

#include "base/base.h"

/* X(identifier, stored value, name) */
#define TICKET_STATUS_WORDS(X)                                                                     \
    X(STATUS_NEW, 0, "new")                                                                        \
    X(STATUS_OPEN, 1, "open")                                                                      \
    X(STATUS_IN_PROGRESS, 2, "in_progress")                                                        \
    X(STATUS_PENDING, 3, "pending")                                                                \
    X(STATUS_RESOLVED, 4, "resolved")                                                              \
    X(STATUS_CLOSED, 5, "closed")                                                                  \
    X(STATUS_CANCELLED, 6, "cancelled")
#define TICKET_STATUS_ALIASES(X) X(STATUS_IN_PROGRESS, 2, "in-progress")

/* Ordered: a greater value is more urgent. */
#define TICKET_PRIORITY_WORDS(X)                                                                   \
    X(PRIORITY_LOW, 0, "low")                                                                      \
    X(PRIORITY_NORMAL, 1, "normal")                                                                \
    X(PRIORITY_HIGH, 2, "high")                                                                    \
    X(PRIORITY_CRITICAL, 3, "critical")
#define TICKET_PRIORITY_ALIASES(X)                                                                 \
    X(PRIORITY_NORMAL, 1, "medium")                                                                \
    X(PRIORITY_CRITICAL, 3, "urgent")

#define REQUESTER_TIER_WORDS(X)                                                                    \
    X(TIER_FREE, 0, "free")                                                                        \
    X(TIER_STANDARD, 1, "standard")                                                                \
    X(TIER_PREMIUM, 2, "premium")                                                                  \
    X(TIER_ENTERPRISE, 3, "enterprise")
#define REQUESTER_TIER_ALIASES(X)

#define TICKET_SOURCE_WORDS(X)                                                                     \
    X(SOURCE_EMAIL, 0, "email")                                                                    \
    X(SOURCE_WEB, 1, "web")                                                                        \
    X(SOURCE_CHAT, 2, "chat")                                                                      \
    X(SOURCE_API, 3, "api")                                                                        \
    X(SOURCE_PHONE, 4, "phone")
#define TICKET_SOURCE_ALIASES(X)

#define PRESENCE_WORDS(X)                                                                          \
    X(PRESENCE_OFFLINE, 0, "offline")                                                              \
    X(PRESENCE_AWAY, 1, "away")                                                                    \
    X(PRESENCE_BUSY, 2, "busy")                                                                    \
    X(PRESENCE_ONLINE, 3, "online")
#define PRESENCE_ALIASES(X)

#define WORD_AS_ENUM(id, value, name) id = value,
enum ticket_status { TICKET_STATUS_WORDS(WORD_AS_ENUM) TICKET_STATUS_COUNT };
enum ticket_priority { TICKET_PRIORITY_WORDS(WORD_AS_ENUM) TICKET_PRIORITY_COUNT };
enum requester_tier { REQUESTER_TIER_WORDS(WORD_AS_ENUM) REQUESTER_TIER_COUNT };
enum ticket_source { TICKET_SOURCE_WORDS(WORD_AS_ENUM) TICKET_SOURCE_COUNT };
enum presence { PRESENCE_WORDS(WORD_AS_ENUM) PRESENCE_COUNT };
#undef WORD_AS_ENUM

/* By value; each has _COUNT names. */
extern const char *const ticket_status_names[TICKET_STATUS_COUNT];
extern const char *const ticket_priority_names[TICKET_PRIORITY_COUNT];
extern const char *const requester_tier_names[REQUESTER_TIER_COUNT];
extern const char *const ticket_source_names[TICKET_SOURCE_COUNT];
extern const char *const presence_names[PRESENCE_COUNT];

/* Broken code, not wrong input, passes a value that is none. */
const char *ticket_status_name(enum ticket_status status);
const char *ticket_priority_name(enum ticket_priority priority);
const char *requester_tier_name(enum requester_tier tier);
const char *ticket_source_name(enum ticket_source source);
const char *presence_name(enum presence presence);

/* Names and aliases, exactly as spelt (lower case: fold first where people type). False, *out
 * untouched, for anything else and for NULL. */
bool ticket_status_parse(const char *text, enum ticket_status *out);
bool ticket_priority_parse(const char *text, enum ticket_priority *out);
bool requester_tier_parse(const char *text, enum requester_tier *out);
bool ticket_source_parse(const char *text, enum ticket_source *out);
bool presence_parse(const char *text, enum presence *out);

#endif
