/* raw_rows_pg_send.c -- the messages of a ticket's transaction. */
#include "raw_rows_pg.h"

#include <stdio.h>
#include <string.h>

enum {
    COUNT_ROWS = 4,      /* of ticket_count that a ticket counts in */
    DAY_ROWS = 7,        /* of report_day, if it has an assignee */
    DAY_ROWS_NOBODY = 3, /* and if not */
    COUNT_ALL = -1,
    INTS_MAX = 32,
};

/* ---- What is changed ---- */

static int days_statement(struct replay *r, int rows)
{
    char sql[2048];
    size_t used = (size_t)snprintf(
        sql, sizeof(sql),
        "INSERT INTO report_day(slot, agent_id, dimension, day, key, total, new_n, open_n, "
        "pending_n, resolved_n, closed_n, cancelled_n, solved_n, solved_ms, responded_n, "
        "responded_ms, "
        "outcome_n, met_n) VALUES ");

    for (int i = 0; i < rows; i++)
        used +=
            (size_t)snprintf(sql + used, sizeof(sql) - used,
                             "%s($1, $%d, $%d, $%d, $%d, 1, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0)",
                             i ? ", " : "", i * 4 + 2, i * 4 + 3, i * 4 + 4, i * 4 + 5);
    snprintf(sql + used, sizeof(sql) - used,
             " ON CONFLICT (agent_id, dimension, day, key, slot) DO UPDATE SET total = "
             "report_day.total + 1, open_n = report_day.open_n + 1");
    return statement_of(r, sql, rows * 4 + 1);
}

void other_statements_make(struct run *run)
{
    struct replay *r = &run->replay;
    struct other_statements *u = &run->sql;

    u->counts = statement_of(
        r,
        "INSERT INTO ticket_count(slot, assignee_id, priority, category_id, status, n) VALUES "
        "($1, $2, $3, $4, $5, 1), ($1, $6, $7, $8, $9, 1), ($1, $10, $11, $12, $13, 1), "
        "($1, $14, $15, $16, $17, 1) ON CONFLICT (assignee_id, priority, category_id, status, "
        "slot) DO UPDATE SET n = ticket_count.n + 1",
        COUNT_ROWS * 4 + 1);
    u->days = days_statement(r, DAY_ROWS);
    u->days_nobody = days_statement(r, DAY_ROWS_NOBODY);
    u->agent = statement_of(r,
                            "UPDATE agent SET current_tickets = current_tickets + 1, "
                            "last_assigned_ms = $2 WHERE id = $1",
                            2);
    u->rotation =
        statement_of(r,
                     "INSERT INTO round_robin(pool, last_agent_id) VALUES ($1, $2) ON CONFLICT "
                     "(pool) DO UPDATE SET last_agent_id = excluded.last_agent_id",
                     2);
    u->requester = statement_of(r,
                                "UPDATE requester SET ticket_count = ticket_count + 1, "
                                "last_ticket_ms = $2 WHERE id = $1",
                                2);
}

static void send_call(struct connection *c, int statement, const char *const *values,
                      const int *lengths)
{
    char name[16];

    snprintf(name, sizeof(name), "s%d", statement);
    if (!PQsendQueryPrepared(c->pg, name, c->run->replay.statements[statement].param_count, values,
                             lengths, c->run->all_binary, 1))
        die("send", PQerrorMessage(c->pg));
    c->statements++;
}

/* A statement whose parameters are all whole numbers. */
static void send_ints(struct connection *c, int statement, const int64_t *ints)
{
    char bytes[INTS_MAX][KEY_BYTES];
    const char *values[INTS_MAX];
    int lengths[INTS_MAX];

    for (int i = 0; i < c->run->replay.statements[statement].param_count; i++) {
        put_int(bytes[i], ints[i]);
        values[i] = bytes[i];
        lengths[i] = KEY_BYTES;
    }
    send_call(c, statement, values, lengths);
}

static void send_counters(struct connection *c, const struct ticket *t)
{
    int64_t slot = c->slot, agent = t->assignee ? c->agent : 0;
    const int64_t counts[] = {slot,        agent,       t->priority, t->category, t->status,
                              agent,       COUNT_ALL,   COUNT_ALL,   t->status,   COUNT_ALL,
                              t->priority, t->category, t->status,   COUNT_ALL,   COUNT_ALL,
                              COUNT_ALL,   t->status};
    const int64_t days[] = {slot,        0,     0, t->day, 0,           0,     1, t->day,
                            t->priority, 0,     2, t->day, t->category, 0,     3, t->day,
                            agent,       agent, 0, t->day, 0,           agent, 1, t->day,
                            t->priority, agent, 2, t->day, t->category};

    send_ints(c, c->run->sql.counts, counts);
    send_ints(c, agent ? c->run->sql.days : c->run->sql.days_nobody, days);
    c->upserts += COUNT_ROWS + (agent ? DAY_ROWS : DAY_ROWS_NOBODY);
}

/* The row of the ticket, whose agent is the connection's: the check of the foreign key locks the agent's row, and
 * many transactions that lock one row while others change it cost more than all else together. */
static void send_with_agent(struct connection *c, const struct call *call)
{
    const char *values[PARAMS_MAX];
    char agent[KEY_BYTES];

    memcpy(values, call->values,
           sizeof(*values) * (size_t)c->run->replay.statements[call->statement].param_count);
    put_int(agent, c->agent);
    values[call->agent_param] = agent;
    send_call(c, call->statement, values, call->lengths);
}

static void send_changes(struct connection *c, const struct ticket *t,
                         const bool with[GATHERED_COUNT])
{
    struct replay *r = &c->run->replay;
    struct other_statements *u = &c->run->sql;

    if (t->requester_existed) {
        send_ints(c, u->requester, (int64_t[]){t->requester, t->created_ms});
        c->updates++;
    }
    if (with[GATHERED_AGENT] && t->assignee && r->agents_change) {
        send_ints(c, u->agent, (int64_t[]){c->agent, t->created_ms});
        c->updates++;
    }
    if (with[GATHERED_ROTATION] && t->assignee && r->rotation_changes) {
        send_ints(c, u->rotation, (int64_t[]){c->pool, c->agent});
        c->upserts++;
    }
}

void ticket_send(struct connection *c, const struct ticket *t, const bool with[GATHERED_COUNT])
{
    for (size_t i = 0; i < t->call_count; i++) {
        const struct call *call = &t->calls[i];

        if (call->agent_param >= 0 && t->assignee)
            send_with_agent(c, call);
        else
            send_call(c, call->statement, call->values, call->lengths);
    }
    send_changes(c, t, with);
    if (with[GATHERED_COUNTERS])
        send_counters(c, t);
}
