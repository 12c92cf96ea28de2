#include "mail_out/outbox.h"
#include "mail_out/mail_out.h"

#include "base/json_out.h"
#include "base/limits.h"
#include "base/ref.h"
#include "base/settings.h"
#include "base/utf8.h"
#include "event/event.h"
#include "job/job.h"
#include "queries.gen.h"

#include <jansson.h>
#include <stdatomic.h>
#include <string.h>

/* This process is the server and has no SMTP server to give mail to: jobs would only be work. A command
 * beside a server can't know how that one was started (its flags may say), so it makes them; a server
 * that can't use them drops them and leaves the mail queued. */
static atomic_bool nobody_delivers;

const char *outbox_state_name(enum outbox_state state)
{
#define OUTBOX_STATE_NAME(id, value, name) [value] = (name),
    static const char *const names[OUTBOX_STATE_COUNT] = {OUTBOX_STATE_WORDS(OUTBOX_STATE_NAME)};
#undef OUTBOX_STATE_NAME

    ENSURE(state < OUTBOX_STATE_COUNT);
    return names[state];
}

const char *mail_domain(const struct settings *settings)
{
    const char *at = strrchr(settings->mail_address ? settings->mail_address : "", '@');

    if (settings->mail_domain)
        return settings->mail_domain;
    return at && at[1] ? at + 1 : "localhost";
}

/* The column is a list, so that one mail to several people finds room; today each has their own. */
static const char *recipients_json(struct arena *a, const struct mailbox *to)
{
    struct buf buf = {0};
    struct json_out j = json_to(&buf);
    const char *out;

    json_open(&j, '[');
    json_open(&j, '{');
    JSON_PUT(&j, text, "name", to->name);
    JSON_PUT(&j, text, "email", to->email);
    json_close(&j, '}');
    json_close(&j, ']');
    out = arena_str(a, buf_text(&buf));
    buf_done(&buf);
    return out;
}

static struct mailbox recipient_parse(struct arena *a, const char *json)
{
    json_t *list = json_loads(json, 0, NULL);
    json_t *first = json_array_get(list, 0);
    struct mailbox out = {
        .name = arena_str(a, json_string_value(json_object_get(first, "name"))),
        .email = arena_str(a, json_string_value(json_object_get(first, "email"))),
    };

    json_decref(list);
    return out;
}

/* A header's value: one line without control characters, whatever a ticket's subject held. */
static const char *one_line(struct arena *a, const char *text)
{
    char *copy = utf8_trim(a, text);

    for (char *at = copy; *at; at++) {
        if ((unsigned char)*at < 0x20 || *at == 0x7f)
            *at = ' ';
    }
    return copy;
}

static const char *optional_line(struct arena *a, const char *text)
{
    return text && *text ? one_line(a, text) : NULL;
}

/* What was said before: the last message is answered, and all of them are referred to, so that mail
 * programs show one conversation (RFC 5322 section 3.6.4). */
static err fill_thread(struct tx *tx, const struct outbox_draft *draft, const char *recipients,
                       struct q_outbox_insert_args *row)
{
    enum { THREAD_MESSAGES_MAX = 12 };
    struct thread_messages_rows said;
    struct buf refs = {0};

    if (draft->in_reply_to || draft->references) {
        row->in_reply_to = optional_line(tx->arena, draft->in_reply_to);
        row->refs = optional_line(tx->arena, draft->references);
        return OK;
    }
    if (draft->ticket->version == 1 && draft->ticket->source != SOURCE_EMAIL)
        return OK; /* nobody has said anything by mail yet */
    TRY(q_thread_messages(tx, draft->ticket->id, recipients, THREAD_MESSAGES_MAX, &said));
    for (size_t i = said.n; i > 0; i--)
        buf_printf(&refs, "%s%s", refs.len ? " " : "", said.v[i - 1].message_id);
    row->refs = refs.len ? arena_str(tx->arena, refs.data) : NULL;
    row->in_reply_to = said.n ? said.v[0].message_id : NULL;
    buf_done(&refs);
    return OK;
}

err outbox_add(struct tx *tx, const struct outbox_draft *draft)
{
    struct q_outbox_insert_args row = {
        .uuid = uuid_new(tx->now_ms),
        .kind = draft->kind,
        .ticket_id = draft->ticket->id,
        .comment_id = draft->comment_id,
        .recipients = recipients_json(tx->arena, &draft->to),
        .subject = one_line(tx->arena, draft->subject),
        .body = draft->body,
        .auto_submitted = draft->auto_submitted,
        .created_ms = tx->now_ms,
    };
    char id[UUID_TEXT_SIZE];

    row.message_id =
        arena_printf(tx->arena, "%s@%s", uuid_text(row.uuid, id), mail_domain(tx->settings));
    TRY(fill_thread(tx, draft, row.recipients, &row));
    TRY(sequence_next(tx, SEQ_OUTBOX, &row.id));
    TRY(q_outbox_insert(tx, &row));
    TRY(q_message_ref_insert(tx, row.message_id, draft->ticket->id, true));
    if (atomic_load(&nobody_delivers))
        return OK;
    return job_set(tx, JOB_DELIVER, row.id, tx->now_ms);
}

static struct outbox_mail from_row(struct arena *a, const struct outbox_row *row)
{
    return (struct outbox_mail){
        .id = row->id,
        .uuid = row->uuid,
        .kind = row->kind,
        .ticket_id = row->ticket_id,
        .ticket_uuid = row->ticket_uuid,
        .comment_id = row->comment_id,
        .message_id = row->message_id,
        .to = recipient_parse(a, row->recipients),
        .subject = row->subject,
        .body = row->body,
        .in_reply_to = row->in_reply_to,
        .references = row->refs,
        .auto_submitted = row->auto_submitted,
        .state = (enum outbox_state)row->state,
        .attempts = row->attempts,
        .next_ms = row->next_ms,
        .last_error = row->last_error,
        .created_ms = row->created_ms,
        .sent_ms = row->sent_ms,
    };
}

static struct outbox_list list_of(struct arena *a, const struct outbox_rows *rows)
{
    struct outbox_list list = {ARENA_ARRAY(a, struct outbox_mail, rows->n), rows->n};

    for (size_t i = 0; i < rows->n; i++)
        list.v[i] = from_row(a, &rows->v[i]);
    return list;
}

err outbox_load(struct tx *tx, int64_t id, struct outbox_mail *out)
{
    struct outbox_row row;

    TRY(q_outbox_by_ref(tx, id, (struct uuid){0}, &row));
    *out = from_row(tx->arena, &row);
    return OK;
}

err outbox_find(struct tx *tx, const char *text, struct outbox_mail *out)
{
    struct outbox_row row;
    struct ref ref;
    err e = ref_parse(text, &ref) ? q_outbox_by_ref(tx, ref.number, ref.uuid, &row) : ERR_NOT_FOUND;

    if (e == ERR_NOT_FOUND)
        return fault_set(tx->fault, e, "Mail not found");
    TRY(e);
    *out = from_row(tx->arena, &row);
    return OK;
}

err outbox_list(struct tx *tx, enum outbox_state state, int64_t before_id, int64_t limit,
                struct outbox_list *out)
{
    int64_t before = before_id ? before_id : INT64_MAX;
    struct outbox_rows rows;

    TRY(state == OUTBOX_STATE_COUNT ? q_outbox_newest(tx, before, limit, &rows)
                                    : q_outbox_newest_in_state(tx, state, before, limit, &rows));
    *out = list_of(tx->arena, &rows);
    return OK;
}

err outbox_queued(struct tx *tx, int64_t after_id, int64_t limit, struct outbox_list *out)
{
    struct outbox_rows rows;

    TRY(q_outbox_oldest_queued(tx, after_id, limit, &rows));
    *out = list_of(tx->arena, &rows);
    return OK;
}

err outbox_mark_sent(struct tx *tx, int64_t id)
{
    TRY(q_outbox_set_sent(tx, id, tx->now_ms));
    return job_clear(tx, JOB_DELIVER, id);
}

err outbox_mark_deferred(struct tx *tx, int64_t id, int64_t next_ms, const char *error)
{
    return q_outbox_set_deferred(tx, id, next_ms, error);
}

/* Agents must learn that nobody read their answer. */
static err tell_ticket(struct tx *tx, int64_t ticket_id, const char *email, const char *error)
{
    struct ticket ticket;
    err e;

    if (!ticket_id)
        return OK;
    e = ticket_load(tx, ticket_id, &ticket);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    return ticket_event(tx, &ticket, "mail_failed", NULL, event_json_text(tx, "email", email),
                        error, true);
}

err outbox_mark_failed(struct tx *tx, const struct outbox_mail *mail, const char *error)
{
    TRY(q_outbox_set_failed(tx, mail->id, error));
    return tell_ticket(tx, mail->ticket_id, mail->to.email, error);
}

err outbox_mark_bounced(struct tx *tx, const struct ticket *ticket, const char *message_id,
                        const char *error)
{
    int64_t changed;

    return q_outbox_bounced(tx, ticket->id, message_id, error, &changed);
}

static err set_jobs(struct tx *tx)
{
    struct outbox_waiting_rows waiting;

    if (atomic_load(&nobody_delivers))
        return OK;
    TRY(q_outbox_waiting(tx, &waiting));
    for (size_t i = 0; i < waiting.n; i++)
        TRY(job_offer(tx, JOB_DELIVER, waiting.v[i].id, waiting.v[i].next_ms));
    return OK;
}

err outbox_retry(struct tx *tx, int64_t *out_count)
{
    int64_t count;

    TRY(q_outbox_requeue(tx, tx->now_ms, &count));
    TRY(set_jobs(tx));
    *out_count = count;
    return OK;
}

err mail_out_start(struct tx *tx)
{
    atomic_store(&nobody_delivers, !tx->settings->smtp_url);
    /* An embedded database has one server: whoever was sending is dead. Other nodes are not. */
    if (tx_engine(tx) == ENGINE_SQLITE)
        TRY(job_leases_end(tx, JOB_DELIVER));
    return set_jobs(tx);
}
