/* score.h -- how urgent a new ticket is when nobody said so, and why.
 *
 * The sum of a few facts, each worth a number of points that settings may change, against three
 * thresholds. Pure: the same input gives the same answer, and the answer lists each summand so
 * that the API can show how it came about. */
#ifndef FD_SCORE_H
#define FD_SCORE_H

#include "base/arena.h"
#include "base/words.h"

struct settings;

struct score_weights {
    int64_t tier[REQUESTER_TIER_COUNT];
    int64_t keyword; /* each keyword that occurs, once */
    int64_t attachment;
    int64_t earlier_tickets;
    int64_t earlier_tickets_over; /* more than this many */
    int64_t recent;
    int64_t recent_within_ms;             /* younger than this */
    int64_t least[TICKET_PRIORITY_COUNT]; /* points from which; of PRIORITY_LOW unused */
};

struct score_input {
    enum requester_tier tier;
    int64_t category_score;    /* the category's own points */
    const char *category_name; /* shown with them; may be NULL */
    const char *subject;       /* either may be NULL */
    const char *body;
    int64_t attachment_count;
    int64_t earlier_tickets;      /* this requester's, without the new one */
    int64_t since_last_ticket_ms; /* -1: there is none */
    const char *const *keywords;
    size_t keyword_count;
    const struct score_weights *weights;
};

struct score_part {
    const char
        *what;      /* "tier" "category" "keyword" "attachments" "earlierTickets" "recentTicket" */
    int64_t points; /* tier and category are listed even with 0 */
    const char *detail; /* "enterprise", "cannot access", "7 earlier tickets"; may be NULL */
};

struct score {
    int64_t points;
    enum ticket_priority priority;
    struct score_part *parts;
    size_t part_count;
};

struct score_weights score_weights_from(const struct settings *settings);
enum ticket_priority score_priority(const struct score_weights *weights, int64_t points);
/* Takes time in proportion to the text, however many keywords there are. */
void score_ticket(struct arena *a, const struct score_input *input, struct score *out);

#endif
