#include "base/words.h"

#include <string.h>

struct word {
    const char *name;
    int value;
};

#define AS_NAME(id, value, name) [value] = (name),
#define AS_WORD(id, value, name) {(name), (value)},

/* The names by value, then all spellings with a NULL at the end, then the two functions. */
#define VOCABULARY(type, COUNT, WORDS, ALIASES)                                                    \
    const char *const type##_names[COUNT] = {WORDS(AS_NAME)};                                      \
    static const struct word type##_words[] = {WORDS(AS_WORD) ALIASES(AS_WORD){NULL, 0}};          \
                                                                                                   \
    const char *type##_name(enum type value)                                                       \
    {                                                                                              \
        ENSURE((unsigned)value < (COUNT));                                                         \
        return type##_names[value];                                                                \
    }                                                                                              \
                                                                                                   \
    bool type##_parse(const char *text, enum type *out)                                            \
    {                                                                                              \
        const struct word *word = find(type##_words, text);                                        \
                                                                                                   \
        if (word)                                                                                  \
            *out = (enum type)word->value;                                                         \
        return word != NULL;                                                                       \
    }

static const struct word *find(const struct word *words, const char *text)
{
    if (!text)
        return NULL;
    for (; words->name; words++) {
        if (strcmp(words->name, text) == 0)
            return words;
    }
    return NULL;
}

VOCABULARY(ticket_status, TICKET_STATUS_COUNT, TICKET_STATUS_WORDS, TICKET_STATUS_ALIASES)
VOCABULARY(ticket_priority, TICKET_PRIORITY_COUNT, TICKET_PRIORITY_WORDS, TICKET_PRIORITY_ALIASES)
VOCABULARY(requester_tier, REQUESTER_TIER_COUNT, REQUESTER_TIER_WORDS, REQUESTER_TIER_ALIASES)
VOCABULARY(ticket_source, TICKET_SOURCE_COUNT, TICKET_SOURCE_WORDS, TICKET_SOURCE_ALIASES)
VOCABULARY(presence, PRESENCE_COUNT, PRESENCE_WORDS, PRESENCE_ALIASES)
