/* What assignment promises, whatever happens in whatever order. */
#include "app/test_desk.h"
#include "assign/assign_step.h"
#include "assign/rules.h"
#include "job/job.h"

enum { AGENTS = 4, STEPS = 1500 };

/* ---- facts, asked of the tables themselves ---- */

struct fact {
    const char *sql;
    int64_t n;
};

static err ask(struct tx *tx, void *arg)
{
    struct fact *fact = arg;
    struct rows rows;

    TRY(query_run_text(tx, fact->sql, NULL, 0, &rows));
    fact->n = rows_next(&rows) ? rows_int(&rows, 0) : 0;
    return rows_end(&rows);
}

static int64_t count(struct desk *d, const char *sql)
{
    struct fact fact = {.sql = sql};

    desk_do(d, ask, &fact);
    return fact.n;
}

static const char wrong_loads[] =
    "SELECT count(*) FROM agent a WHERE a.current_tickets <> (SELECT count(*) FROM ticket t "
    "WHERE t.assignee_id = a.id AND t.status <= 3 AND t.deleted_ms IS NULL)";
static const char wrong_waits[] =
    "SELECT count(*) FROM ticket t WHERE t.waiting AND (t.assignee_id IS NOT NULL OR t.status > 3 "
    "OR t.deleted_ms IS NOT NULL)";
static const char lost[] =
    "SELECT count(*) FROM ticket t WHERE t.assignee_id IS NOT NULL AND t.status = 0";

/* ---- random work ---- */

static uint32_t next_random(uint32_t *state)
{
    *state = *state * 1664525u + 1013904223u;
    return *state >> 8;
}

enum deed {
    DEED_CREATE,
    DEED_ASSIGN,
    DEED_AUTO,
    DEED_UNASSIGN,
    DEED_RESOLVE,
    DEED_CLOSE,
    DEED_REOPEN,
    DEED_CANCEL,
    DEED_DELETE,
    DEED_RESTORE,
    DEED_PRESENCE,
    DEED_FIRE,
    DEED_COUNT
};
struct step {
    enum deed deed;
    const char *ticket; /* its number */
    const char *agent;
    const char *category;
    enum presence presence;
};

static err set_presence(struct tx *tx, const struct step *s)
{
    struct agent_change change = {.set = AGENT_PRESENCE, .presence = s->presence};
    struct agent agent;

    return agent_change(tx, s->agent, &change, &agent);
}

static err run_step(struct tx *tx, void *arg)
{
    const struct step *s = arg;
    struct desk_ticket made = {.category = s->category, .priority = -1};
    struct job job = {.kind = JOB_ASSIGN_WAITING};
    struct ticket out;

    switch (s->deed) {
    case DEED_CREATE:
        return desk_ticket_unit(tx, &made);
    case DEED_ASSIGN:
        return ticket_assign(tx, s->ticket, s->agent, NULL, false, 0, &out);
    case DEED_AUTO:
        return ticket_assign(tx, s->ticket, NULL, NULL, true, 0, &out);
    case DEED_UNASSIGN:
        return ticket_unassign(tx, s->ticket, 0, &out);
    case DEED_RESOLVE:
        return ticket_set_status(tx, s->ticket, STATUS_RESOLVED, NULL, 0, &out);
    case DEED_CLOSE:
        return ticket_set_status(tx, s->ticket, STATUS_CLOSED, NULL, 0, &out);
    case DEED_REOPEN:
        return ticket_set_status(tx, s->ticket, STATUS_OPEN, NULL, 0, &out);
    case DEED_CANCEL:
        return ticket_set_status(tx, s->ticket, STATUS_CANCELLED, NULL, 0, &out);
    case DEED_DELETE:
        return ticket_delete(tx, s->ticket, 0);
    case DEED_RESTORE:
        return ticket_restore(tx, s->ticket, &out);
    case DEED_PRESENCE:
        return set_presence(tx, s);
    case DEED_FIRE:
        return assign_waiting_fire(tx, &job);
    case DEED_COUNT:
        break;
    }
    return OK;
}

/* A person's doing: taking back what one had, or being given more than one can. */
static bool may_overload(enum deed deed)
{
    return deed == DEED_ASSIGN || deed == DEED_REOPEN || deed == DEED_RESTORE;
}

static void read_loads(struct desk *d, int64_t loads[AGENTS])
{
    for (int i = 0; i < AGENTS; i++) {
        char sql[100];

        snprintf(sql, sizeof(sql), "SELECT current_tickets FROM agent WHERE id = %d", i + 1);
        loads[i] = count(d, sql);
    }
}

static err add_rules(struct tx *tx, void *arg)
{
    static const struct rule_input rules[] = {
        {.present = RULE_SENT_TYPE | RULE_SENT_CATEGORY | RULE_SENT_GROUP,
         .type = RULE_GROUP,
         .category = "billing",
         .group = "crew"},
        {.present = RULE_SENT_TYPE | RULE_SENT_CATEGORY,
         .type = RULE_LEAST_BUSY,
         .category = "technical"},
        {.present = RULE_SENT_TYPE | RULE_SENT_CATEGORY | RULE_SENT_AGENT,
         .type = RULE_SPECIFIC_AGENT,
         .category = "account",
         .agent = "1"},
    };

    for (size_t i = 0; i < COUNT_OF(rules); i++) {
        struct rule made;

        TRY(rule_create(tx, &rules[i], &made));
    }
    return OK;
}

static void whatever_happens_loads_are_true_and_capacity_holds(void **state)
{
    static const char *const categories[] = {"billing", "technical", "account", "general"};
    struct desk *d = *state;
    struct desk_agent agents[AGENTS] = {
        {"ann", "crew", 2, 0}, {"bob", "crew", 3, 0}, {"cid", NULL, 4, 0}, {"dot", NULL, 1, 0}};
    uint32_t random = 20261123;
    int64_t tickets = 0;

    for (int i = 0; i < AGENTS; i++)
        desk_do(d, desk_agent_unit, &agents[i]);
    desk_do(d, add_rules, NULL);
    for (int i = 0; i < STEPS; i++) {
        int64_t before[AGENTS], after[AGENTS];
        char ticket[24], agent[24];
        struct step step = {
            .deed = tickets == 0 ? DEED_CREATE : next_random(&random) % DEED_COUNT,
            .ticket = ticket,
            .agent = agent,
            .category = categories[next_random(&random) % COUNT_OF(categories)],
            .presence = next_random(&random) % 3 ? PRESENCE_ONLINE : PRESENCE_AWAY,
        };
        err e;

        snprintf(agent, sizeof(agent), "%d", 1 + (int)(next_random(&random) % AGENTS));
        snprintf(ticket, sizeof(ticket), "%d", 1 + (int)(next_random(&random) % (tickets + 1)));
        read_loads(d, before);
        e = desk_try(d, run_step, &step);
        if (e != ERR_CONFLICT && e != ERR_NOT_FOUND)
            assert_int_equal(e, OK);
        tickets += e == OK && step.deed == DEED_CREATE;
        read_loads(d, after);
        assert_int_equal(count(d, wrong_loads), 0);
        assert_int_equal(count(d, wrong_waits), 0);
        assert_int_equal(count(d, lost), 0);
        for (int a = 0; a < AGENTS; a++) {
            if (after[a] > before[a] && !may_overload(step.deed))
                assert_true(after[a] <= agents[a].capacity);
        }
    }
}

static int64_t new_ticket(struct desk *d, const char *category)
{
    struct desk_ticket made = {.category = category, .priority = -1};

    desk_do(d, desk_ticket_unit, &made);
    return made.out.assignee.id;
}

/* Two pools turn independently of each other, also within one millisecond. */
static void each_pool_turns_strictly(void **state)
{
    struct desk *d = *state;
    struct desk_agent agents[] = {
        {"ann", "crew", 100, 0}, {"bob", NULL, 100, 0}, {"cid", "crew", 100, 0}};

    for (size_t i = 0; i < COUNT_OF(agents); i++)
        desk_do(d, desk_agent_unit, &agents[i]);
    desk_do(d, add_rules, NULL);
    for (int i = 0; i < 12; i++) {
        assert_int_equal(new_ticket(d, "general"), agents[i % 3].id);
        assert_int_equal(new_ticket(d, "billing"), agents[i % 2 ? 2 : 0].id);
    }
}

/* Equal loads, one millisecond: whoever was given a ticket longest ago comes first. */
static void ties_break_by_who_waited_longest(void **state)
{
    struct desk *d = *state;
    struct desk_agent agents[] = {
        {"ann", "crew", 100, 0}, {"bob", NULL, 100, 0}, {"cid", NULL, 100, 0}};
    struct step to_cid = {.deed = DEED_ASSIGN, .ticket = "1", .agent = "3"};
    struct step to_ann = {.deed = DEED_ASSIGN, .ticket = "2", .agent = "1"};
    struct step to_bob = {.deed = DEED_ASSIGN, .ticket = "3", .agent = "2"};
    struct step away = {.deed = DEED_UNASSIGN};

    for (size_t i = 0; i < COUNT_OF(agents); i++)
        desk_do(d, desk_agent_unit, &agents[i]);
    desk_do(d, add_rules, NULL);
    for (int i = 0; i < 3; i++)
        (void)new_ticket(d, "general");
    desk_do(d, run_step, &to_cid);
    desk_do(d, run_step, &to_ann);
    desk_do(d, run_step, &to_bob);
    for (int i = 1; i <= 3; i++) {
        char number[8];

        snprintf(number, sizeof(number), "%d", i);
        away.ticket = number;
        desk_do(d, run_step, &away);
    }
    assert_int_equal(new_ticket(d, "technical"), agents[2].id);
    assert_int_equal(new_ticket(d, "technical"), agents[0].id);
    assert_int_equal(new_ticket(d, "technical"), agents[1].id);
    assert_int_equal(new_ticket(d, "technical"), agents[2].id);
}

/* More tickets than one run gives: the job goes on where it stopped, and ends. */
static void a_long_list_of_waiting_tickets_is_served_in_several_runs(void **state)
{
    struct desk *d = *state;
    struct desk_agent ann = {"ann", NULL, 250, 0};
    int ran;

    for (int i = 0; i < 260; i++)
        (void)new_ticket(d, "general");
    assert_int_equal(count(d, "SELECT count(*) FROM ticket WHERE waiting"), 260);
    desk_do(d, desk_agent_unit, &ann);
    for (int i = 0; i < 10; i++)
        assert_int_equal(jobs_run_due(d->store, &d->settings, false, &ran), OK);
    assert_int_equal(count(d, "SELECT current_tickets FROM agent"), 250);
    assert_int_equal(count(d, "SELECT count(*) FROM ticket WHERE waiting"), 10);
    assert_int_equal(count(d, "SELECT count(*) FROM job WHERE kind = 4"), 0);
    assert_int_equal(count(d, wrong_loads), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
#define TEST(name) cmocka_unit_test_setup_teardown(name, desk_setup, desk_teardown)
        TEST(whatever_happens_loads_are_true_and_capacity_holds),
        TEST(each_pool_turns_strictly),
        TEST(ties_break_by_who_waited_longest),
        TEST(a_long_list_of_waiting_tickets_is_served_in_several_runs),
#undef TEST
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
