/* decide.c -- has this message been here, who made it, and to which conversation does it belong? */
#include "base/clock.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "mail_in/intake.h"
#include "mail_in/trust.h"
#include "mail_out/address_kind.h"
#include "mail_out/reply_address.h"
#include "people/rate.h"
#include "queries.gen.h"

#include <string.h>

static const char flood_tag[] = "mail-flood";

static bool same_sender(struct tx *tx, const char *a, const char *b)
{
    if (!a || !b)
        return a == b;
    return strcmp(utf8_fold(tx->arena, a), utf8_fold(tx->arena, b)) == 0;
}

static err settle_duplicate(struct intake *in, const struct mail_row *known)
{
    struct verdict *v = &in->verdict;

    v->mail_id = known->id;
    v->mail_uuid = known->uuid;
    v->recorded = known->sha256.len == sizeof(in->sha256) &&
                  memcmp(known->sha256.data, in->sha256, sizeof(in->sha256)) == 0;
    v->ticket.id = known->ticket_id;
    v->ticket.uuid = known->ticket_uuid;
    v->comment.id = known->comment_id;
    v->comment.uuid = known->comment_uuid;
    return intake_settle(in, MAIL_DUPLICATE,
                         v->recorded ? "the very same message was taken before"
                                     : "a message with this Message-ID from this sender was taken");
}

/* The same bytes, or the same Message-ID from the same sender (mail to two of our addresses arrives
 * twice with different Received lines). From somebody else an identifier proves nothing: else whoever
 * guesses it could keep a message out. */
err intake_duplicate(struct tx *tx, struct intake *in)
{
    enum { SAME_ID_MAX = 50 };
    struct mail_rows known;

    TRY(q_mails_by_sha256(tx, (struct bytes){in->sha256, sizeof(in->sha256)}, &known));
    if (known.n)
        return settle_duplicate(in, &known.v[0]);
    if (!in->mail.message_id)
        return OK;
    TRY(q_mails_by_message_id(tx, in->mail.message_id, SAME_ID_MAX, &known));
    for (size_t i = 0; i < known.n; i++) {
        if (same_sender(tx, known.v[i].from_email, in->from_email))
            return settle_duplicate(in, &known.v[i]);
    }
    return OK;
}

err intake_number(struct tx *tx, struct intake *in)
{
    in->verdict.mail_uuid = uuid_new(tx->now_ms);
    return sequence_next(tx, SEQ_MAIL, &in->verdict.mail_id);
}

/* What we sent ourselves and got back. Answering it would be talking to a mirror. */
err intake_own(struct tx *tx, struct intake *in)
{
    struct message_refs_rows refs;

    if (in->from_email && address_is_own(tx->settings, in->from_email))
        return intake_settle(in, MAIL_IGNORED, "own message: it came from the desk's own address");
    if (!in->mail.message_id)
        return OK;
    TRY(q_message_refs(tx, in->mail.message_id, &refs));
    for (size_t i = 0; i < refs.n; i++) {
        if (refs.v[i].is_ours)
            return intake_settle(in, MAIL_IGNORED, "own message: the desk itself sent it");
    }
    return OK;
}

/* Mail of a list is automatic by its headers but written by a person, unless it says that nobody is
 * there. */
err intake_machine(struct tx *tx, struct intake *in)
{
    const struct mail *mail = &in->mail;
    struct verdict *v = &in->verdict;

    v->is_machine =
        mail->is_bounce || mail->is_out_of_office || (mail->is_automatic && !mail->list_id);
    v->no_automatic_answer = in->is_partial || in->is_odd || in->is_refused || mail->is_bounce ||
                             mail->is_automatic || mail->is_spam || !in->from_email ||
                             address_is_machine(in->from_email) || mail_is_forged(mail) ||
                             (mail->return_path && *mail->return_path == '\0');
    return OK;
}

/* ---- thread -------------------------------------------------------------------------------- */

static err belongs(struct tx *tx, struct intake *in, int64_t ticket_id, bool is_ours,
                   const char *how)
{
    struct verdict *v = &in->verdict;

    TRY(ticket_load(tx, ticket_id, &v->thread));
    v->thread_is_ours = is_ours;
    v->reason = arena_printf(tx->arena, "%s of ticket #%lld", how, (long long)ticket_id);
    return OK;
}

/* A message that we sent is known only to those who got it, so answering it is proof enough. One that
 * a customer sent may be known to anybody: there the sender has to take part already. */
static err match_id(struct tx *tx, struct intake *in, const char *message_id, const char *how)
{
    struct verdict *v = &in->verdict;
    struct message_refs_rows refs;
    bool takes_part;

    if (in->mail.message_id && strcmp(message_id, in->mail.message_id) == 0)
        return OK;
    TRY(q_message_refs(tx, message_id, &refs));
    for (size_t i = 0; i < refs.n; i++) {
        takes_part = false;
        if (in->from_email && !refs.v[i].is_ours)
            TRY(ticket_has_participant(tx, refs.v[i].ticket_id, in->from_email, &takes_part));
        if (refs.v[i].is_ours || takes_part)
            return belongs(tx, in, refs.v[i].ticket_id, refs.v[i].is_ours, how);
        v->related_id = refs.v[i].ticket_id;
    }
    return OK;
}

static err match_ids(struct tx *tx, struct intake *in, const struct mail_ids *ids, const char *how)
{
    for (size_t i = ids->count; i > 0 && !in->verdict.thread.id; i--)
        TRY(match_id(tx, in, ids->at[i - 1], how));
    return OK;
}

/* The address that our mail asked to be answered at. */
static err match_addresses(struct tx *tx, struct intake *in, const struct mail_addresses *to)
{
    for (size_t i = 0; i < to->count && !in->verdict.thread.id; i++) {
        int64_t ticket_id;

        TRY(reply_address_ticket(tx, to->at[i].email, &ticket_id));
        if (ticket_id)
            TRY(belongs(tx, in, ticket_id, true, "was sent to the reply address"));
    }
    return OK;
}

static err match_numbers(struct tx *tx, struct intake *in)
{
    bool takes_part;

    for (size_t i = 0; i < in->tags.number_count && !in->verdict.thread.id; i++) {
        int64_t number = in->tags.numbers[i];
        struct ticket ticket;
        err e = ticket_load(tx, number, &ticket);

        if (e == ERR_NOT_FOUND)
            continue;
        TRY(e);
        TRY(ticket_has_participant(tx, number, in->from_email, &takes_part));
        if (takes_part)
            TRY(belongs(tx, in, number, false, "its subject names the number"));
    }
    return OK;
}

err intake_thread(struct tx *tx, struct intake *in)
{
    const struct mail *mail = &in->mail;
    struct mail_ids returned = {&(const char *){mail->bounce.original_id}, 1};

    if (mail->is_bounce && mail->bounce.original_id)
        TRY(match_ids(tx, in, &returned, "returns a message"));
    if (!in->verdict.thread.id)
        TRY(match_ids(tx, in, &mail->in_reply_to, "answers a message"));
    if (!in->verdict.thread.id)
        TRY(match_ids(tx, in, &mail->references, "refers to a message"));
    if (!in->verdict.thread.id)
        TRY(match_addresses(tx, in, &mail->delivered_to));
    if (!in->verdict.thread.id)
        TRY(match_addresses(tx, in, &mail->to));
    if (!in->verdict.thread.id && in->from_email)
        TRY(match_numbers(tx, in));
    if (in->verdict.thread.id == in->verdict.related_id)
        in->verdict.related_id = 0;
    if (in->is_refused && in->verdict.thread.id) {
        /* The conversation would not have it (too long, too many files): it starts its own, linked. */
        in->verdict.related_id = in->verdict.thread.id;
        in->verdict.thread = (struct ticket){0};
    }
    return OK;
}

/* ---- sender -------------------------------------------------------------------------------- */

err intake_sender(struct tx *tx, struct intake *in)
{
    struct mail_sender_agent_row agent;
    err e;

    if (!in->from_email)
        return OK;
    e = q_mail_sender_agent(tx, utf8_fold(tx->arena, in->from_email), &agent);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    in->verdict.agent = (struct actor){.type = ACTOR_AGENT,
                                       .role = (enum role)agent.role,
                                       .scope = SCOPE_WRITE,
                                       .id = agent.id,
                                       .uuid = agent.uuid,
                                       .name = agent.name};
    return OK;
}

static err over_budget(struct tx *tx, struct intake *in, bool *out)
{
    const char *who = in->from_email ? utf8_fold(tx->arena, in->from_email) : "";
    const char *key = arena_printf(tx->arena, "mail-create:%s", who);
    struct fault *fault = tx->fault;
    err e;

    tx->fault = NULL;
    e = rate_limit_take(tx, key, (int)tx->settings->mail_create_per_hour, MS_PER_HOUR, NULL);
    tx->fault = fault;
    if (e != OK && e != ERR_RATE)
        return e;
    *out = e == ERR_RATE;
    return OK;
}

/* A program gone wild writes a mail a second. None is lost, but the desk gets one ticket, not
 * thousands, and sends no answers. */
err intake_flood(struct tx *tx, struct intake *in)
{
    struct verdict *v = &in->verdict;
    struct mail_flood_ticket_row open;
    struct requester requester;
    err e;

    if (v->thread.id)
        return OK;
    TRY(over_budget(tx, in, &v->is_flood));
    if (!v->is_flood)
        return OK;
    v->no_automatic_answer = true;
    if (in->is_refused)
        return OK;
    e = requester_by_email(tx, mail_sender_address(tx, in), &requester);
    if (e == OK)
        e = q_mail_flood_ticket(tx, requester.id, tx->now_ms - MS_PER_HOUR, flood_tag, &open);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    return belongs(tx, in, open.id, false, "too many new conversations in an hour: one more");
}
