/* demo_text.h -- conversations of an imaginary help desk, the same for the same dice. */
#ifndef FD_DEMO_TEXT_H
#define FD_DEMO_TEXT_H

#include "base/arena.h"

/* splitmix64: each number of the row depends on the seed alone. */
struct dice {
    uint64_t state;
};
uint64_t dice_roll(struct dice *dice);
/* 0 to n - 1 */
size_t dice_below(struct dice *dice, size_t n);
bool dice_percent(struct dice *dice, int percent);

enum demo_lang { LANG_EN, LANG_DE, LANG_FR, LANG_ES, DEMO_LANG_COUNT };

struct demo_story {
    enum demo_lang lang;
    const char *category;
    const char *subcategory;
    const char *tags; /* comma-separated */
    const char *subject;
    const char *body;
    const char *answer;
};
extern const struct demo_story demo_stories[];
extern const size_t demo_story_count;

/* What is said in every ticket, by language. */
enum demo_phrase {
    PHRASE_HELLO,              /* {name} */
    PHRASE_BYE,                /* of customers: {name} */
    PHRASE_AGENT_BYE,          /* {agent} */
    PHRASE_RECEIVED,           /* an agent has begun to look */
    PHRASE_ASK,                /* an agent needs to know more */
    PHRASE_TELL,               /* the customer's answer to that */
    PHRASE_RECEIVED_TECHNICAL, /* the same three about machines */
    PHRASE_ASK_TECHNICAL,
    PHRASE_TELL_TECHNICAL,
    PHRASE_NUDGE,   /* the customer waits */
    PHRASE_THANKS,  /* it works */
    PHRASE_NOT_YET, /* it does not: the ticket opens again */
    PHRASE_DONE,    /* an agent closes the matter */
    PHRASE_NOTE,    /* between agents, in English */
    DEMO_PHRASE_COUNT
};

/* What stands for the placeholders of one ticket. */
struct demo_facts {
    const char *name;  /* of the requester */
    const char *agent; /* who answers; may be NULL */
    const char *company;
    uint64_t seed; /* of the rest */
};
const char *demo_fill(struct arena *a, const char *text, const struct demo_facts *facts);
/* One of the phrases, filled in. */
const char *demo_phrase(struct arena *a, enum demo_lang lang, enum demo_phrase phrase,
                        struct dice *dice, const struct demo_facts *facts);

/* People who do not exist. */
const char *demo_person(struct arena *a, enum demo_lang lang, struct dice *dice);
const char *demo_company(struct arena *a, struct dice *dice);
/* ASCII letters and dots of a name: "Zoë Ångström" is "zoe.angstrom". */
const char *demo_mailbox(struct arena *a, const char *name);
/* A few lines as a till would log them. */
const char *demo_log(struct arena *a, struct dice *dice);

#endif
