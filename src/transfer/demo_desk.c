/* demo_desk.c -- the demo's agents and everything by which they work. */
#include "assign/rules.h"
#include "base/clock.h"
#include "category/category_keep.h"
#include "people/group.h"
#include "queries.gen.h"
#include "respond/auto_response.h"
#include "sla/calendars.h"
#include "sla/policies.h"
#include "transfer/demo.h"

static const char *const groups[][2] = {
    {"First line", "Answers what comes in"},
    {"Engineering", "Printers, terminals and synchronisation"},
    {"Accounts", "Invoices, contracts and access"},
};

static const struct {
    const char *name;
    const char *email;
    enum role role;
    const char *groups[3];
    const char *skills[4];
    int capacity; /* of ten tickets a day of the whole desk */
} people[DEMO_AGENTS] = {
    {"Marta Lindqvist", "marta@desk.example", ROLE_ADMIN, {"First line"}, {"german"}, 6},
    {"Jonas Weber",
     "jonas@desk.example",
     ROLE_SUPERVISOR,
     {"First line", "Accounts"},
     {"german", "billing"},
     10},
    {"Aisha Rahman", "aisha@desk.example", ROLE_AGENT, {"First line"}, {"french"}, 14},
    {"Tom Kearney", "tom@desk.example", ROLE_AGENT, {"First line"}, {"spanish"}, 14},
    {"Sofie Maes",
     "sofie@desk.example",
     ROLE_AGENT,
     {"Engineering"},
     {"printers", "terminals"},
     14},
    {"Piotr Zielinski",
     "piotr@desk.example",
     ROLE_AGENT,
     {"Engineering"},
     {"sync", "api", "terminals"},
     14},
    {"Lena Hofer", "lena@desk.example", ROLE_AGENT, {"Accounts"}, {"billing", "german"}, 14},
    {"Carlos Iglesias",
     "carlos@desk.example",
     ROLE_AGENT,
     {"Accounts"},
     {"billing", "spanish"},
     12},
};

static const struct {
    const char *category;
    const char *subcategory;
    const char *skill;
} skills[] = {
    {"technical", "printing", "printers"},  {"technical", "impression", "printers"},
    {"technical", "payments", "terminals"}, {"technical", "paiement", "terminals"},
    {"technical", "sync", "sync"},          {"technical", "api", "api"},
    {"billing", NULL, "billing"},
};

static const struct {
    enum rule_type type;
    const char *category;
    const char *subcategory;
    int priority;
    const char *agent;
    const char *group;
} rules[] = {
    {RULE_SPECIFIC_AGENT, "account", "privacy", 100, "jonas@desk.example", NULL},
    {RULE_SKILL_BASED, "technical", NULL, 50, NULL, NULL},
    {RULE_GROUP, "technical", NULL, 10, NULL, "Engineering"},
    {RULE_SKILL_BASED, "billing", NULL, 50, NULL, NULL},
    {RULE_LEAST_BUSY, "account", NULL, 10, NULL, "Accounts"},
    {RULE_LEAST_BUSY, "general", NULL, 10, NULL, NULL},
};

static const char hours[] =
    "{\"monday\":[\"08:00-18:00\"],\"tuesday\":[\"08:00-18:00\"],\"wednesday\":[\"08:00-18:00\"],"
    "\"thursday\":[\"08:00-18:00\"],\"friday\":[\"08:00-16:00\"]}";
static const struct calendar_day_input holidays[] = {
    {"01-01", "New Year", true},
    {"05-01", "Labour Day", true},
    {"12-25", "Christmas", true},
    {"12-26", "Boxing Day", true},
};

static int first_class[] = {TIER_ENTERPRISE};
static int pressing[] = {PRIORITY_CRITICAL, PRIORITY_HIGH};
static const struct {
    const char *name;
    const char *description;
    int *priorities;
    size_t priority_count;
    int *tiers;
    size_t tier_count;
    int64_t response_minutes;
    int64_t resolution_minutes;
    bool business_hours;
} policies[] = {
    {"Enterprise", "Round the clock for enterprise customers", NULL, 0, first_class, 1, 240, 1440,
     false},
    {"Pressing", "What stops somebody from selling", pressing, 2, NULL, 0, 120, 960, true},
    {"Standard", "Everything else", NULL, 0, NULL, 0, 480, 2400, true},
};

static const struct {
    const char *category;
    const char *subject;
    const char *content;
} responses[] = {
    {"billing", "We have your question about billing: {{ticket_subject}}",
     "Hello {{requester_name}},\n\nthank you for your message. Our accounts team looks at it as "
     "**#{{ticket_number}}** and answers on working days within eight hours. Please have the "
     "number "
     "of the invoice at hand.\n\nYour Kontor team"},
    {"technical", "We look into it: {{ticket_subject}}",
     "Hello {{requester_name}},\n\nyour report is with our engineers as **#{{ticket_number}}**. If "
     "you cannot sell at the moment, please call us as well.\n\nYour Kontor team"},
};

/* ---- */

static size_t count_names(const char *const *names, size_t most)
{
    size_t n = 0;

    while (n < most && names[n])
        n++;
    return n;
}

static err make_groups(struct tx *tx)
{
    for (size_t i = 0; i < COUNT_OF(groups); i++) {
        struct group group;
        err e = group_make(tx,
                           &(struct group_change){.set = GROUP_NAME | GROUP_DESCRIPTION,
                                                  .name = groups[i][0],
                                                  .description = groups[i][1]},
                           &group);

        if (e != OK && e != ERR_CONFLICT)
            return e;
    }
    return OK;
}

/* One who is there already keeps what they have. */
static err make_agent(struct tx *tx, struct demo_plan *plan, size_t i)
{
    int64_t a_day = (int64_t)plan->ticket_count / DEMO_DAYS + 10;
    int64_t capacity = people[i].capacity * a_day / 20;
    struct agent_change change = {
        .set = AGENT_NAME | AGENT_EMAIL | AGENT_ROLE | AGENT_GROUPS | AGENT_SKILLS |
               AGENT_MAX_TICKETS | AGENT_PRESENCE,
        .name = people[i].name,
        .email = people[i].email,
        .role = people[i].role,
        .groups = {(const char **)people[i].groups, count_names(people[i].groups, 3)},
        .skills = {(const char **)people[i].skills, count_names(people[i].skills, 4)},
        .max_concurrent_tickets = capacity < 1000 ? capacity : 1000,
        .presence = PRESENCE_ONLINE,
        .password_hash = plan->password_hash,
    };
    struct agent agent;
    err e = agent_by_email(tx, people[i].email, &plan->agents[i]);

    if (e != ERR_NOT_FOUND)
        return e;
    if (plan->password_hash)
        change.set |= AGENT_PASSWORD;
    TRY(agent_make(tx, &change, &agent));
    plan->agents[i] = (struct agent_ref){agent.id, agent.uuid, people[i].name, people[i].email};
    return OK;
}

static err make_categories(struct tx *tx)
{
    for (size_t i = 0; i < demo_story_count; i++) {
        struct category category;
        err e = category_find(tx, demo_stories[i].category, &category);

        if (e == ERR_NOT_FOUND)
            e = category_make(tx, demo_stories[i].category, 10, &category);
        TRY(e);
    }
    for (size_t i = 0; i < COUNT_OF(skills); i++) {
        struct category_skill skill;
        err e = category_skill_add(tx, skills[i].category, skills[i].subcategory, skills[i].skill,
                                   &skill);

        if (e != OK && e != ERR_CONFLICT)
            return e;
    }
    return OK;
}

static err make_rules(struct tx *tx)
{
    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        struct rule rule;
        struct rule_input input = {
            .present = RULE_SENT_TYPE | RULE_SENT_CATEGORY | RULE_SENT_PRIORITY | RULE_SENT_ACTIVE,
            .type = rules[i].type,
            .category = rules[i].category,
            .subcategory = rules[i].subcategory,
            .priority = rules[i].priority,
            .agent = rules[i].agent,
            .group = rules[i].group,
            .is_active = true,
        };

        if (input.subcategory)
            input.present |= RULE_SENT_SUBCATEGORY;
        if (input.agent)
            input.present |= RULE_SENT_AGENT;
        if (input.group)
            input.present |= RULE_SENT_GROUP;
        TRY(rule_create(tx, &input, &rule));
    }
    return OK;
}

static err make_policies(struct tx *tx)
{
    struct calendar_record calendar;
    struct calendar_change times = {
        .set = CALENDAR_NAME | CALENDAR_TIMEZONE | CALENDAR_HOURS | CALENDAR_HOLIDAYS,
        .name = "Office hours",
        .timezone = "Europe/Berlin",
        .hours = hours,
        .holidays = holidays,
        .holiday_count = COUNT_OF(holidays),
    };
    err e = calendar_record_create(tx, &times, &calendar);

    if (e != OK && e != ERR_CONFLICT)
        return e;
    for (size_t i = 0; i < COUNT_OF(policies); i++) {
        struct policy policy;
        struct policy_change change = {
            .set = POLICY_NAME | POLICY_DESCRIPTION | POLICY_PRIORITIES | POLICY_TIERS |
                   POLICY_RESPONSE | POLICY_RESOLUTION | POLICY_CALENDAR | POLICY_ACTIVE,
            .name = policies[i].name,
            .description = policies[i].description,
            .priorities = policies[i].priorities,
            .priority_count = policies[i].priority_count,
            .tiers = policies[i].tiers,
            .tier_count = policies[i].tier_count,
            .response_minutes = policies[i].response_minutes,
            .resolution_minutes = policies[i].resolution_minutes,
            .calendar_ref = policies[i].business_hours ? times.name : NULL,
            .is_active = true,
        };

        TRY(policy_create(tx, &change, &policy));
    }
    return OK;
}

static err make_responses(struct tx *tx)
{
    for (size_t i = 0; i < COUNT_OF(responses); i++) {
        struct auto_response response;

        TRY(auto_response_create(
            tx,
            &(struct auto_response_input){
                .present = AUTO_RESPONSE_SENT_CATEGORY | AUTO_RESPONSE_SENT_SUBJECT |
                           AUTO_RESPONSE_SENT_CONTENT | AUTO_RESPONSE_SENT_ACTIVE,
                .category = responses[i].category,
                .subject = responses[i].subject,
                .content = responses[i].content,
                .is_active = true,
            },
            &response));
    }
    return OK;
}

static err make_requesters(struct tx *tx, const struct demo_plan *plan)
{
    for (size_t i = 0; i < DEMO_REQUESTERS; i++) {
        const struct demo_requester *r = &plan->requesters[i];
        struct requester made;

        TRY(requester_find_or_make(tx,
                                   &(struct requester_input){.name = r->name,
                                                             .email = r->email,
                                                             .phone = r->phone,
                                                             .organization = r->organization,
                                                             .tier = r->tier},
                                   true, &made));
    }
    return OK;
}

err demo_desk_is_empty(struct tx *tx, void *arg)
{
    struct demo_any_ticket_row any;

    (void)arg;
    TRY(q_demo_any_ticket(tx, &any));
    if (any.yes)
        return fault_set(tx->fault, ERR_CONFLICT,
                         "there are tickets in this desk already; --anyway adds the demo to them");
    return OK;
}

err demo_make_desk(struct tx *tx, void *arg)
{
    struct demo_plan *plan = arg;
    struct demo_last_outbox_row last;

    tx->now_ms = plan->from_ms - MS_PER_DAY;
    TRY(q_demo_last_outbox(tx, &last));
    plan->first_outbox_id = last.id + 1;
    TRY(make_groups(tx));
    for (size_t i = 0; i < DEMO_AGENTS; i++)
        TRY(make_agent(tx, plan, i));
    TRY(make_categories(tx));
    TRY(make_rules(tx));
    TRY(make_policies(tx));
    TRY(make_responses(tx));
    return make_requesters(tx, plan);
}
