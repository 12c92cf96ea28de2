/* mail_out.c -- who is told what when a ticket changes. */
#include "mail_out/mail_out.h"

#include "base/buf.h"
#include "base/clock.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "mail_out/address_kind.h"
#include "mail_out/notify.h"
#include "mail_out/outbox.h"
#include "people/rate.h"
#include "queries.gen.h"

#include <string.h>
#include <strings.h>

bool mail_out_may_answer(const struct tx *tx, const char *email)
{
    return !address_is_own(tx->settings, email) && !address_is_machine(email);
}

/* "zoe+anything@example.com" mostly reaches Zoe: she has one budget, not one for each spelling. */
static const char *mailbox_of(struct arena *a, const char *email)
{
    const char *folded = utf8_fold(a, email);
    const char *at = strrchr(folded, '@');
    const char *plus = strchr(folded, '+');

    if (!at || !plus || plus == folded || plus > at)
        return folded;
    return arena_printf(a, "%.*s%s", (int)(plus - folded), folded, at);
}

/* Counted for each recipient, whatever the tickets' source: whoever fills in the web form with
 * somebody else's address must not be able to flood that person through us. */
static err take_budget(struct tx *tx, const char *email, bool *out_allowed)
{
    struct fault *fault = tx->fault;
    const char *key = arena_printf(tx->arena, "ack:%s", mailbox_of(tx->arena, email));
    err e;

    tx->fault = NULL;
    e = rate_limit_take(tx, key, (int)tx->settings->acknowledgements_per_hour, MS_PER_HOUR, NULL);
    tx->fault = fault;
    if (e != OK && e != ERR_RATE)
        return e;
    *out_allowed = e == OK;
    return OK;
}

static const char *with_number(struct tx *tx, const struct ticket *ticket, const char *subject)
{
    const char *tag = arena_printf(tx->arena, "[#%lld]", (long long)ticket->id);

    if (strstr(subject, tag))
        return subject;
    return arena_printf(tx->arena, "%s %s", subject, tag);
}

err mail_out_acknowledge(struct tx *tx, const struct ticket *ticket,
                         const struct ticket_input *input, const struct comment *comment,
                         const char *subject)
{
    const char *email = ticket->requester.email;
    const char *references;
    bool allowed;

    if (input->no_automatic_answer || input->imported || !mail_out_may_answer(tx, email))
        return OK;
    TRY(take_budget(tx, email, &allowed));
    if (!allowed)
        return OK;
    references = input->message_id;
    if (input->message_id && input->references && *input->references)
        references = arena_printf(tx->arena, "%s %s", input->references, input->message_id);
    return outbox_add(tx, &(struct outbox_draft){
                              .kind = "acknowledgement",
                              .ticket = ticket,
                              .comment_id = comment->id,
                              .to = {ticket->requester.name, email},
                              .subject = with_number(tx, ticket, subject),
                              .body = comment->content,
                              .in_reply_to = input->message_id,
                              .references = references,
                              .auto_submitted = "auto-replied",
                          });
}

/* ---- people of a change -------------------------------------------------------------------- */

struct watchers {
    struct mail_watchers_row *v;
    size_t n;
};

static bool same_address(struct tx *tx, const char *a, const char *b)
{
    return a && b && strcmp(utf8_fold(tx->arena, a), utf8_fold(tx->arena, b)) == 0;
}

/* The writer's address: nobody gets their own words back. */
static err author_email(struct tx *tx, const struct ticket *ticket, const struct comment *comment,
                        const char **out)
{
    struct requester requester;
    struct mail_agent_row agent;
    err e = OK;

    *out = NULL;
    if (comment->author_type == ACTOR_AGENT) {
        e = q_mail_agent(tx, comment->author_id, &agent);
        *out = e == OK ? agent.email : NULL;
    } else if (comment->author_type == ACTOR_REQUESTER) {
        if (comment->author_id == ticket->requester.id) {
            *out = ticket->requester.email;
            return OK;
        }
        e = requester_load(tx, comment->author_id, &requester);
        *out = e == OK ? requester.email : NULL;
    }
    return e == ERR_NOT_FOUND ? OK : e;
}

/* "Re: subject [#12]", however many "Re:" the subject began with. */
static const char *reply_subject(struct tx *tx, const struct ticket *ticket)
{
    const char *subject = ticket->subject;

    while (strncasecmp(subject, "re:", 3) == 0) {
        subject += 3;
        while (*subject == ' ')
            subject++;
    }
    return with_number(tx, ticket, arena_printf(tx->arena, "Re: %s", subject));
}

static err send_reply(struct tx *tx, const struct ticket_change *change, const char *name,
                      const char *email)
{
    if (address_is_own(tx->settings, email) || address_is_machine(email))
        return OK;
    return outbox_add(tx, &(struct outbox_draft){
                              .kind = "reply",
                              .ticket = &change->after,
                              .comment_id = change->comment->id,
                              .to = {name, email},
                              .subject = reply_subject(tx, &change->after),
                              .body = change->comment->content,
                          });
}

/* Text of others inside our own: quoted, so that it can't pass for the desk's words. */
static const char *quoted(struct tx *tx, const char *text)
{
    struct buf buf = {0};
    const char *out;

    buf_str(&buf, "> ");
    for (const char *at = text; *at; at++) {
        buf_char(&buf, *at);
        if (*at == '\n' && at[1])
            buf_str(&buf, "> ");
    }
    out = arena_str(tx->arena, buf_text(&buf));
    buf_done(&buf);
    return out;
}

static const char *comment_text(struct tx *tx, const struct ticket_change *change)
{
    const struct comment *comment = change->comment;

    return arena_printf(tx->arena, "%s %s:\n\n%s", comment->author_name,
                        comment->is_internal ? "noted internally" : "wrote",
                        quoted(tx, comment->content));
}

/* The assignee and the agents who watch, but not the writer. */
static err tell_agents(struct tx *tx, const struct ticket_change *change,
                       const struct watchers *watchers, const char *author, bool assignee_too)
{
    const struct agent_ref *assignee = &change->after.assignee;
    const char *subject = change->comment->is_internal ? "internal note" : "new message";
    const char *text = comment_text(tx, change);

    if (assignee_too && assignee->id && !same_address(tx, assignee->email, author))
        TRY(notify_agent(tx, assignee, &change->after, subject, text));
    for (size_t i = 0; i < watchers->n; i++) {
        const struct mail_watchers_row *w = &watchers->v[i];

        if (w->agent_id == 0 || w->agent_id == assignee->id || same_address(tx, w->email, author))
            continue;
        TRY(notify_agent(tx,
                         &(struct agent_ref){.id = w->agent_id, .name = w->name, .email = w->email},
                         &change->after, subject, text));
    }
    return OK;
}

/* An agent's answer: to the requester and to everybody who watches from outside. */
static err tell_customers(struct tx *tx, const struct ticket_change *change,
                          const struct watchers *watchers, const char *author)
{
    const struct requester *requester = &change->after.requester;

    if (!same_address(tx, requester->email, author))
        TRY(send_reply(tx, change, requester->name, requester->email));
    for (size_t i = 0; i < watchers->n; i++) {
        const struct mail_watchers_row *w = &watchers->v[i];

        if (w->agent_id != 0 || same_address(tx, w->email, author) ||
            same_address(tx, w->email, requester->email))
            continue;
        TRY(send_reply(tx, change, w->name, w->email));
    }
    return OK;
}

static err follow_comment(struct tx *tx, const struct ticket_change *change)
{
    const struct comment *comment = change->comment;
    struct mail_watchers_rows rows;
    struct watchers watchers;
    const char *author;
    bool answer = comment->author_type == ACTOR_AGENT && !comment->is_internal;

    TRY(q_mail_watchers(tx, change->after.id, &rows));
    watchers = (struct watchers){rows.v, rows.n};
    TRY(author_email(tx, &change->after, comment, &author));
    if (answer)
        TRY(tell_customers(tx, change, &watchers, author));
    return tell_agents(tx, change, &watchers, author, true);
}

static err follow_assignment(struct tx *tx, const struct ticket_change *change)
{
    const struct ticket *t = &change->after;
    const char *text;

    if (tx->actor.type == ACTOR_AGENT && tx->actor.id == t->assignee.id)
        return OK;
    text = arena_printf(tx->arena, "Ticket #%lld is yours now: %s\n\nFrom %s, priority %s.\n\n%s",
                        (long long)t->id, t->subject, t->requester.name,
                        ticket_priority_name(t->priority), quoted(tx, t->description));
    return notify_agent(tx, &t->assignee, t, "assigned to you", text);
}

err mail_out_follow(struct tx *tx, struct ticket_change *change)
{
    bool silent = change->imported || change->merging || change->moved;
    const struct agent_ref *now = &change->after.assignee;

    if (silent)
        return OK;
    if (now->id && now->id != change->before.assignee.id)
        TRY(follow_assignment(tx, change));
    if (change->comment && change->comment->author_type != ACTOR_ANONYMOUS &&
        !(change->comment_input &&
          (change->comment_input->quiet || change->comment_input->imported)))
        TRY(follow_comment(tx, change));
    return OK;
}
