/* demo_plan.c -- who writes when, and what becomes of it. */
#include "base/clock.h"
#include "transfer/demo.h"

#include <stdlib.h>
#include <string.h>

/* Of a hundred tickets: by what way they come, at which hour, on which day. */
static const int hour_weight[24] = {1,  1,  0,  0,  1,  2,  5,  14, 28, 34, 32, 26,
                                    20, 22, 28, 27, 22, 16, 10, 8,  7,  6,  4,  2};
static const int weekday_weight[7] = {32, 28, 26, 25, 24, 12, 6}; /* from Monday */
static const struct {
    int percent;
    enum ticket_source source;
} sources[] = {
    {52, SOURCE_EMAIL}, {26, SOURCE_WEB}, {11, SOURCE_PHONE}, {8, SOURCE_CHAT}, {3, SOURCE_API}};

static int64_t minutes(struct dice *d, size_t least, size_t most)
{
    return (int64_t)(least + dice_below(d, most - least + 1)) * MS_PER_MINUTE +
           (int64_t)dice_below(d, 60) * MS_PER_SECOND;
}

/* 1970 began on a Thursday. */
static int weekday_of(int64_t at_ms)
{
    return (int)((time_utc_day(at_ms) + 3) % 7);
}

static int64_t moment_of_writing(struct demo_plan *plan, struct dice *d)
{
    for (;;) {
        int64_t span = plan->until_ms - plan->from_ms;
        int64_t at = plan->from_ms + (int64_t)(dice_roll(d) % (uint64_t)span);
        int hour = (int)(at % MS_PER_DAY / MS_PER_HOUR);

        if ((int)dice_below(d, 34) < hour_weight[hour] &&
            (int)dice_below(d, 32) < weekday_weight[weekday_of(at)])
            return at;
    }
}

/* Agents answer on working days between seven and seventeen (UTC). */
static int64_t working_time(struct dice *d, int64_t at_ms)
{
    int64_t of_day = at_ms % MS_PER_DAY;

    if (of_day >= 17 * MS_PER_HOUR)
        at_ms += MS_PER_DAY - of_day + 7 * MS_PER_HOUR + minutes(d, 5, 120);
    else if (of_day < 7 * MS_PER_HOUR)
        at_ms += 7 * MS_PER_HOUR - of_day + minutes(d, 5, 120);
    while (weekday_of(at_ms) >= 5)
        at_ms += MS_PER_DAY;
    return at_ms;
}

static void add(struct demo_plan *plan, uint32_t ticket, enum demo_what what, int64_t at_ms)
{
    if (at_ms >= plan->until_ms)
        return;
    if (plan->action_count == plan->action_room) {
        size_t room = plan->action_room ? plan->action_room * 2 : 1024;

        plan->actions =
            arena_grow(plan->arena, plan->actions, plan->action_room * sizeof(plan->actions[0]),
                       room * sizeof(plan->actions[0]));
        plan->action_room = room;
    }
    plan->actions[plan->action_count] =
        (struct demo_action){at_ms, (uint32_t)plan->action_count, ticket, what};
    plan->action_count++;
}

/* A question and its answer; some are never answered. */
static int64_t plan_question(struct demo_plan *plan, struct dice *d, uint32_t t, int64_t at)
{
    at = working_time(d, at + minutes(d, 5, 50));
    add(plan, t, DEMO_ASK, at);
    if (dice_percent(d, 6))
        return plan->until_ms;
    at += minutes(d, 15, dice_percent(d, 75) ? 180 : 3000);
    add(plan, t, DEMO_TELL, at);
    return at;
}

static void plan_end(struct demo_plan *plan, struct dice *d, uint32_t t, int64_t at)
{
    at = working_time(d, at + minutes(d, 5, dice_percent(d, 90) ? 45 : 1800));
    add(plan, t, DEMO_ANSWER, at);
    if (dice_percent(d, 45)) {
        at += minutes(d, 10, 200);
        add(plan, t, DEMO_THANKS, at);
    }
    at = working_time(d, at + minutes(d, 5, dice_percent(d, 75) ? 120 : 1500));
    add(plan, t, DEMO_RESOLVE, at);
    if (dice_percent(d, 7)) {
        at += minutes(d, 120, 4000);
        add(plan, t, DEMO_NOT_YET, at);
        at = working_time(d, at + minutes(d, 30, 400));
        add(plan, t, DEMO_ANSWER, at);
        add(plan, t, DEMO_RESOLVE, working_time(d, at + minutes(d, 60, 1500)));
    } else if (dice_percent(d, 25)) {
        add(plan, t, DEMO_CLOSE, working_time(d, at + minutes(d, 60, 3000)));
    }
}

static void plan_life(struct demo_plan *plan, struct dice *d, uint32_t t, int64_t at)
{
    bool quick = dice_percent(d, 88); /* the others come to a busy day, or are forgotten */

    add(plan, t, DEMO_CREATE, at);
    if (dice_percent(d, 8))
        add(plan, t, DEMO_TAG, at + minutes(d, 5, 600));
    if (dice_percent(d, 6))
        add(plan, t, DEMO_WATCH, at + minutes(d, 5, 600));
    if (dice_percent(d, 4)) { /* spam, or settled by itself */
        add(plan, t, DEMO_CANCEL, working_time(d, at + minutes(d, 30, 1200)));
        return;
    }
    if (dice_percent(d, 24))
        add(plan, t, DEMO_NOTE, working_time(d, at + minutes(d, 15, 500)));
    if (!quick && dice_percent(d, 50))
        add(plan, t, DEMO_NUDGE, at + minutes(d, 300, 2000));
    if (dice_percent(d, 55)) {
        at = working_time(d, at + (quick ? minutes(d, 3, 50) : minutes(d, 120, 2200)));
        add(plan, t, DEMO_RECEIVED, at);
    } else if (!quick) {
        at += minutes(d, 120, 2200);
    }
    for (int i = 0; i < 3 && dice_percent(d, i ? 25 : 45); i++)
        at = plan_question(plan, d, t, at);
    plan_end(plan, d, t, at);
}

static int by_time(const void *a, const void *b)
{
    const struct demo_action *x = a, *y = b;

    if (x->at_ms != y->at_ms)
        return x->at_ms < y->at_ms ? -1 : 1;
    return x->place < y->place ? -1 : x->place > y->place;
}

static int moment_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

    return (x > y) - (x < y);
}

/* Half write English, as do the stories. */
static enum demo_lang pick_lang(struct dice *d)
{
    static const enum demo_lang langs[] = {LANG_EN, LANG_EN, LANG_EN, LANG_EN, LANG_EN,
                                           LANG_EN, LANG_DE, LANG_DE, LANG_FR, LANG_ES};

    return langs[dice_below(d, COUNT_OF(langs))];
}

static void plan_requesters(struct demo_plan *plan, struct dice *d)
{
    static const char *const domains[DEMO_LANG_COUNT] = {"example.com", "example.net",
                                                         "example.org", "example.com"};
    const char *organization = NULL;
    enum demo_lang lang = LANG_EN;
    int tier = TIER_STANDARD;

    plan->requesters = ARENA_ARRAY(plan->arena, struct demo_requester, DEMO_REQUESTERS);
    for (size_t i = 0; i < DEMO_REQUESTERS; i++) {
        struct demo_requester *r = &plan->requesters[i];

        if (i == 0 || dice_percent(d, 45)) { /* else a colleague of the one before */
            organization = demo_company(plan->arena, d);
            lang = pick_lang(d);
            tier = dice_percent(d, 55)   ? TIER_STANDARD
                   : dice_percent(d, 45) ? TIER_FREE
                   : dice_percent(d, 70) ? TIER_PREMIUM
                                         : TIER_ENTERPRISE;
        }
        r->lang = lang;
        r->name = demo_person(plan->arena, r->lang, d);
        r->email = arena_printf(plan->arena, "%s.%zu@%s", demo_mailbox(plan->arena, r->name), i + 1,
                                domains[r->lang]);
        r->organization = dice_percent(d, 85) ? organization : NULL;
        r->tier = tier;
        if (dice_percent(d, 40))
            r->phone = arena_printf(plan->arena, "+49 30 5550%03zu", i);
    }
}

static const struct demo_story *pick_story(struct dice *d, enum demo_lang lang)
{
    for (;;) {
        const struct demo_story *story = &demo_stories[dice_below(d, demo_story_count)];

        if (story->lang == lang)
            return story;
    }
}

static int pick_source(struct dice *d)
{
    int left = (int)dice_below(d, 100);

    for (size_t i = 0; i < COUNT_OF(sources); i++) {
        left -= sources[i].percent;
        if (left < 0)
            return sources[i].source;
    }
    return SOURCE_EMAIL;
}

void demo_plan_make(struct demo_plan *plan)
{
    struct dice d = {plan->seed};
    int64_t *moments = ARENA_ARRAY(plan->arena, int64_t, plan->ticket_count + 1);

    plan->from_ms = plan->until_ms - DEMO_DAYS * MS_PER_DAY;
    plan_requesters(plan, &d);
    for (size_t i = 0; i < plan->ticket_count; i++)
        moments[i] = moment_of_writing(plan, &d);
    qsort(moments, plan->ticket_count, sizeof(moments[0]), moment_order);
    plan->tickets = ARENA_ARRAY(plan->arena, struct demo_ticket, plan->ticket_count + 1);
    for (size_t i = 0; i < plan->ticket_count; i++) {
        /* Few write much, most a little. */
        size_t most = 1 + dice_below(&d, DEMO_REQUESTERS);
        struct demo_ticket *t = &plan->tickets[i];

        t->requester = (uint32_t)dice_below(&d, most);
        t->story = pick_story(&d, plan->requesters[t->requester].lang);
        t->source = pick_source(&d);
        t->seed = dice_roll(&d);
        plan_life(plan, &d, (uint32_t)i, moments[i]);
    }
    add(plan, 0, DEMO_PRESENCE, plan->until_ms - 1);
    qsort(plan->actions, plan->action_count, sizeof(plan->actions[0]), by_time);
}
