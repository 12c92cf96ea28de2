#include "respond/respond_step.h"

#include "mail_out/mail_out.h"
#include "queries.gen.h"
#include "respond/auto_response.h"

static bool deserves_answer(const struct ticket_change *change)
{
    return ticket_change_is_new(change) && !change->imported &&
           !change->input->no_automatic_answer && ticket_status_is_active(change->after.status);
}

/* Found before the ticket's row is written, which counts the comment that will be: counted afterwards,
 * PostgreSQL would look up all that the row refers to once more. */
err respond_prepare(struct tx *tx, struct ticket_change *change)
{
    struct auto_response_row *row = ARENA_NEW(tx->arena, struct auto_response_row);
    err e;

    change->scratch[change->step_index] = NULL;
    if (!deserves_answer(change))
        return OK;
    e = q_auto_response_for(tx, change->after.category.id, row);
    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    change->scratch[change->step_index] = row;
    change->after.comment_count++;
    return OK;
}

err respond_follow(struct tx *tx, struct ticket_change *change)
{
    const struct auto_response_row *row = change->scratch[change->step_index];
    struct auto_response_text text;
    struct comment comment;

    if (!row)
        return OK;
    text = auto_response_render(tx->arena, &change->after, row->subject, row->content);
    TRY(ticket_add_system_comment(tx, change, text.content, false, &comment));
    return mail_out_acknowledge(tx, &change->after, change->input, &comment, text.subject);
}

/* Says nothing that the sender chose, neither name nor subject: whoever writes in somebody else's name must not be
 * able to send them words of their own through us. An operator's texts may. */
err respond_seed(struct tx *tx)
{
    const struct auto_response_input fallback = {
        .present = AUTO_RESPONSE_SENT_SUBJECT | AUTO_RESPONSE_SENT_CONTENT,
        .subject = "We have received your request",
        .content = "Hello,\n\n"
                   "thank you for writing to us. Your request has arrived and has the number "
                   "{{ticket_number}}.\n\n"
                   "Somebody will answer you as soon as possible. If you want to add something, "
                   "simply reply to this message.\n",
    };
    struct auto_response made;

    return auto_response_create(tx, &fallback, &made);
}
