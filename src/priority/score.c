#include "priority/score.h"

#include "base/settings.h"
#include "priority/keywords.h"

/* Besides the keywords. */
enum { OTHER_PARTS_MAX = 5 };

struct score_weights score_weights_from(const struct settings *s)
{
    return (struct score_weights){
        .tier = {[TIER_FREE] = s->score_tier_free,
                 [TIER_STANDARD] = s->score_tier_standard,
                 [TIER_PREMIUM] = s->score_tier_premium,
                 [TIER_ENTERPRISE] = s->score_tier_enterprise},
        .keyword = s->score_keyword,
        .attachment = s->score_attachment,
        .earlier_tickets = s->score_earlier_tickets,
        .earlier_tickets_over = s->earlier_tickets_over,
        .recent = s->score_recent,
        .recent_within_ms = s->recent_within_ms,
        .least = {[PRIORITY_NORMAL] = s->score_normal,
                  [PRIORITY_HIGH] = s->score_high,
                  [PRIORITY_CRITICAL] = s->score_critical},
    };
}

enum ticket_priority score_priority(const struct score_weights *weights, int64_t points)
{
    for (int p = PRIORITY_CRITICAL; p > PRIORITY_LOW; p--) {
        if (points >= weights->least[p])
            return (enum ticket_priority)p;
    }
    return PRIORITY_LOW;
}

static void add(struct score *score, const char *what, int64_t points, const char *detail)
{
    score->parts[score->part_count++] = (struct score_part){what, points, detail};
    score->points += points;
}

static void add_keywords(struct arena *a, const struct score_input *input, struct score *score)
{
    bool *found = ARENA_ARRAY(a, bool, input->keyword_count + 1);
    struct keyword_tree tree;

    keyword_tree_init(&tree, a, input->keywords, input->keyword_count);
    keyword_tree_find(&tree, a, input->subject, found);
    keyword_tree_find(&tree, a, input->body, found);
    for (size_t i = 0; i < input->keyword_count; i++) {
        if (found[i])
            add(score, "keyword", input->weights->keyword, input->keywords[i]);
    }
}

void score_ticket(struct arena *a, const struct score_input *input, struct score *out)
{
    const struct score_weights *weights = input->weights;
    struct score score = {0};

    score.parts = ARENA_ARRAY(a, struct score_part, OTHER_PARTS_MAX + input->keyword_count);
    add(&score, "tier", weights->tier[input->tier], requester_tier_name(input->tier));
    add(&score, "category", input->category_score, input->category_name);
    add_keywords(a, input, &score);
    if (input->attachment_count > 0)
        add(&score, "attachments", weights->attachment,
            arena_printf(a, "%lld attached", (long long)input->attachment_count));
    if (input->earlier_tickets > weights->earlier_tickets_over)
        add(&score, "earlierTickets", weights->earlier_tickets,
            arena_printf(a, "%lld earlier tickets, more than %lld",
                         (long long)input->earlier_tickets,
                         (long long)weights->earlier_tickets_over));
    if (input->since_last_ticket_ms >= 0 && input->since_last_ticket_ms < weights->recent_within_ms)
        add(&score, "recentTicket", weights->recent,
            arena_printf(a, "the last ticket came less than %s before",
                         duration_text(a, weights->recent_within_ms)));
    score.priority = score_priority(weights, score.points);
    *out = score;
}
