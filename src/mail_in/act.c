/* act.c -- a message becomes a note, a comment or a ticket, and is put on record. */
#include "base/limits.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "event/event.h"
#include "mail_in/intake.h"
#include "mail_in/trust.h"
#include "mail_out/address_kind.h"
#include "mail_out/outbox.h"
#include "mime/compose.h"
#include "queries.gen.h"
#include "ticket/change.h"

#include <string.h>

static const char *number_text(struct tx *tx, int64_t number)
{
    return arena_printf(tx->arena, "%lld", (long long)number);
}

/* As many as the ticket still takes; all are in the stored message anyway. */
static size_t room_for(const struct intake *in, const struct ticket *ticket)
{
    int64_t room = ATTACHMENTS_PER_TICKET_MAX - ticket->attachment_count;

    if (room <= 0)
        return 0;
    return (size_t)room < in->attachment_count ? (size_t)room : in->attachment_count;
}

static err add_comment(struct tx *tx, struct intake *in, const struct actor *author,
                       const char *content, bool is_internal, bool quiet)
{
    struct verdict *v = &in->verdict;
    const struct actor caller = tx->actor;
    struct comment_input input = {
        .content = content,
        .is_internal = is_internal,
        .attachments = in->attachments,
        .attachment_count = room_for(in, &v->thread),
        .mail_id = v->mail_id,
        .message_id = in->mail.message_id,
        .quiet = quiet,
        .no_automatic_answer = v->no_automatic_answer,
        .author = *author,
    };
    err e;

    /* History must name the agent who wrote, not the program that carried the letter. */
    if (author->type == ACTOR_AGENT)
        tx->actor = *author;
    e = ticket_comment(tx, number_text(tx, v->thread.id), &input, &v->comment, &v->ticket);
    tx->actor = caller;
    return e;
}

/* ---- bounces and automatic replies --------------------------------------------------------- */

static const char *bounce_text(struct tx *tx, const struct intake *in)
{
    const struct mail_bounce *b = &in->mail.bounce;
    const char *what = b->permanent == TRI_NO    ? "A mail is delayed"
                       : b->permanent == TRI_YES ? "A mail could not be delivered"
                                                 : "A mail came back";

    return arena_printf(tx->arena, "%s to %s%s%s.%s%s", what,
                        b->recipient ? b->recipient : "its recipient", b->status ? " (status " : "",
                        b->status ? arena_printf(tx->arena, "%s)", b->status) : "",
                        b->diagnostic ? "\n\n" : "", b->diagnostic ? b->diagnostic : "");
}

static err note_bounce(struct tx *tx, struct intake *in)
{
    const struct mail *mail = &in->mail;
    struct actor system = actor_system();
    const char *text = bounce_text(tx, in);

    if (in->verdict.thread_is_ours && mail->bounce.original_id && mail->bounce.permanent == TRI_YES)
        TRY(outbox_mark_bounced(tx, &in->verdict.thread, mail->bounce.original_id, text));
    TRY(ticket_event(tx, &in->verdict.thread, "bounced", NULL,
                     event_json_text(tx, "email", mail->bounce.recipient), text, true));
    TRY(add_comment(tx, in, &system, text, true, false));
    return intake_settle(in, MAIL_COMMENTED,
                         arena_printf(tx->arena, "bounce: %s", in->verdict.reason));
}

/* Machines' words change no status and wake nobody: internal, and quiet. */
err intake_note(struct tx *tx, struct intake *in)
{
    struct actor system = actor_system();
    const char *text;

    if (!in->verdict.thread.id || !in->verdict.is_machine)
        return OK;
    if (in->mail.is_bounce)
        return note_bounce(tx, in);
    text = arena_printf(tx->arena, "Automatic reply from %s:\n\n%s", mail_sender_address(tx, in),
                        in->reply);
    TRY(add_comment(tx, in, &system, text, true, true));
    return intake_settle(in, MAIL_COMMENTED,
                         arena_printf(tx->arena, "automatic reply (%s): %s",
                                      in->mail.automatic_why ? in->mail.automatic_why : "machine",
                                      in->verdict.reason));
}

/* ---- people -------------------------------------------------------------------------------- */

static bool is_requester(struct tx *tx, const struct intake *in)
{
    return in->from_email && strcmp(utf8_fold(tx->arena, in->from_email),
                                    utf8_fold(tx->arena, in->verdict.thread.requester.email)) == 0;
}

/* Anybody can write an agent's address into From. So only what a trusted server vouches for speaks for
 * the desk; the rest waits as a note for an agent to look at. */
err intake_agent_reply(struct tx *tx, struct intake *in)
{
    struct verdict *v = &in->verdict;
    struct actor system = actor_system();
    const char *text;

    if (!v->thread.id || !v->agent.id || is_requester(tx, in))
        return OK;
    if (mail_is_authentic(tx->settings, &in->mail)) {
        TRY(add_comment(tx, in, &v->agent, in->reply, false, false));
        return intake_settle(in, MAIL_COMMENTED,
                             arena_printf(tx->arena, "agent's reply by mail: %s", v->reason));
    }
    text = arena_printf(tx->arena,
                        "Mail with %s's address (%s). Nothing proves that they wrote it, so it is "
                        "kept as a note and was not sent on:\n\n%s",
                        v->agent.name, in->from_email, in->reply);
    TRY(add_comment(tx, in, &system, text, true, false));
    return intake_settle(in, MAIL_COMMENTED,
                         arena_printf(tx->arena,
                                      "an agent's address, not authenticated: internal note; %s",
                                      v->reason));
}

static struct actor requester_actor(const struct requester *r)
{
    return (struct actor){.type = ACTOR_REQUESTER,
                          .scope = SCOPE_WRITE,
                          .id = r->id,
                          .uuid = r->uuid,
                          .name = r->name};
}

static err find_sender(struct tx *tx, const struct intake *in, struct requester *out)
{
    struct requester_input input = {
        .name = in->from_name,
        .email = mail_sender_address(tx, in),
        .tier = -1,
    };

    if (!in->from_email && !input.name)
        input.name = "Unknown sender";
    return requester_find_or_make(tx, &input, false, out);
}

err intake_customer_reply(struct tx *tx, struct intake *in)
{
    struct verdict *v = &in->verdict;
    struct requester sender = v->thread.requester;
    struct actor author;

    if (!v->thread.id)
        return OK;
    if (!is_requester(tx, in))
        TRY(find_sender(tx, in, &sender));
    author = requester_actor(&sender);
    TRY(add_comment(tx, in, &author, in->reply, false, false));
    if (v->comment.id)
        return intake_settle(in, MAIL_COMMENTED, v->reason);
    return intake_settle(
        in, MAIL_CREATED,
        arena_printf(tx->arena, "%s, which is closed: a new ticket follows it up", v->reason));
}

/* ---- a new ticket -------------------------------------------------------------------------- */

static err choose_category(struct tx *tx, const struct intake *in, struct category *out)
{
    for (size_t i = 0; i < in->tags.name_count; i++) {
        struct category category;
        err e = category_find(tx, in->tags.names[i], &category);

        if (e == OK && category.is_active) {
            *out = category;
            return OK;
        }
        if (e != OK && e != ERR_NOT_FOUND)
            return e;
    }
    return category_default(tx, out);
}

/* Those who got a copy want to hear the answer, too. Not of lists and machines: there the addresses
 * are anybody's. */
static err watch_copied(struct tx *tx, const struct intake *in)
{
    const struct mail_addresses *cc = &in->mail.cc;
    const char *ref = number_text(tx, in->verdict.ticket.id);
    size_t added = 0;

    if (in->verdict.no_automatic_answer)
        return OK;
    for (size_t i = 0; i < cc->count && added < WATCHERS_PER_TICKET_MAX; i++) {
        const char *email = cc->at[i].email;

        if (!email || !compose_is_address(email) || address_is_own(tx->settings, email) ||
            address_is_machine(email) ||
            strcmp(utf8_fold(tx->arena, email), utf8_fold(tx->arena, in->from_email)) == 0)
            continue;
        TRY(ticket_watch(tx, ref, email, cc->at[i].name));
        added++;
    }
    return OK;
}

static err link_related(struct tx *tx, const struct intake *in)
{
    struct ticket related;
    err e;

    if (!in->verdict.related_id)
        return OK;
    e = ticket_load(tx, in->verdict.related_id, &related);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    return ticket_link_add(tx, &in->verdict.ticket, &related, "related");
}

/* What the ordinary way refused: the bytes themselves, under a subject that nothing can object to. */
static void make_plain(const struct intake *in, struct ticket_input *input,
                       struct attachment_input *raw)
{
    *raw = (struct attachment_input){
        .file_name = "message.eml", .mime_type = "message/rfc822", .size_bytes = (int64_t)in->len};
    memcpy(raw->sha256, in->sha256, sizeof(raw->sha256));
    input->attachments = raw;
    input->attachment_count = 1;
    input->tag_count = 0;
}

static const char *ids_text(struct arena *a, const struct mail_ids *ids)
{
    const char *text = NULL;

    for (size_t i = 0; i < ids->count; i++)
        text = text ? arena_printf(a, "%s %s", text, ids->at[i]) : ids->at[i];
    return text;
}

static err create_as_sender(struct tx *tx, struct intake *in, const struct requester *sender,
                            const struct ticket_input *input)
{
    const struct actor caller = tx->actor;
    err e;

    tx->actor = requester_actor(sender);
    e = ticket_create(tx, input, &in->verdict.ticket);
    tx->actor = caller;
    return e;
}

err intake_new_ticket(struct tx *tx, struct intake *in)
{
    struct verdict *v = &in->verdict;
    const char *flood[] = {"mail-flood"};
    struct attachment_input raw;
    struct requester sender;
    struct ticket_input input = {
        .subject = in->subject,
        .description = in->description,
        .priority = in->tags.priority,
        .source = SOURCE_EMAIL,
        .tags = flood,
        .tag_count = v->is_flood ? 1 : 0,
        .attachments = in->attachments,
        .attachment_count = in->attachment_count,
        .mail_id = v->mail_id,
        .message_id = in->mail.message_id,
        .no_automatic_answer = v->no_automatic_answer,
        .status = -1,
    };

    TRY(find_sender(tx, in, &sender));
    TRY(choose_category(tx, in, &input.category));
    input.requester =
        (struct requester_input){.email = sender.email, .name = sender.name, .tier = -1};
    input.references = ids_text(tx->arena, &in->mail.references);
    if (in->is_refused)
        make_plain(in, &input, &raw);
    TRY(create_as_sender(tx, in, &sender, &input));
    TRY(watch_copied(tx, in));
    TRY(link_related(tx, in));
    return intake_settle(
        in, MAIL_CREATED,
        in->is_refused ? "could not be taken in the ordinary way: raw mail attached"
        : v->is_flood  ? "too many new conversations in an hour: they share this ticket"
        : in->is_partial || in->is_odd ? "not readable as a whole: raw mail attached"
        : v->related_id ? "names a message of another ticket, but its sender takes no part there"
        : v->is_machine ? "automatic mail that belongs to no ticket"
                        : "a new conversation");
}

err intake_record(struct tx *tx, struct intake *in)
{
    struct verdict *v = &in->verdict;
    const struct mail *mail = &in->mail;
    bool taken = v->action == MAIL_CREATED || v->action == MAIL_COMMENTED;

    if (v->recorded)
        return OK;
    if (v->action == MAIL_DUPLICATE)
        TRY(intake_number(tx, in));
    TRY(q_mail_insert(tx, &(struct q_mail_insert_args){
                              .id = v->mail_id,
                              .uuid = v->mail_uuid,
                              .received_ms = tx->now_ms,
                              .sha256 = {in->sha256, sizeof(in->sha256)},
                              .size_bytes = (int64_t)in->len,
                              .message_id = mail->message_id,
                              .from_email = in->from_email,
                              .subject = mail->subject,
                              .action = mail_action_name(v->action),
                              .reason = v->reason,
                              .is_automatic = mail->is_automatic || mail->is_bounce,
                              .is_bounce = mail->is_bounce,
                              .ticket_id = v->ticket.id,
                              .comment_id = v->comment.id,
                          }));
    if (!taken || !mail->message_id)
        return OK;
    return q_message_ref_insert(tx, mail->message_id, v->ticket.id, false);
}
