/* requester.c -- one person an address: found, made, completed. */
#include "people/requester.h"

#include "base/ref.h"
#include "base/utf8.h"
#include "people/diff.h"

#include <string.h>

void requester_of_row(const struct requester_row *row, struct requester *out)
{
    *out = (struct requester){
        .id = row->id,
        .uuid = row->uuid,
        .name = row->name,
        .email = row->email,
        .phone = row->phone,
        .user_id = row->user_id,
        .organization = row->organization,
        .tier = (enum requester_tier)row->tier,
        .ticket_count = row->ticket_count,
        .last_ticket_ms = row->last_ticket_ms,
        .created_ms = row->created_ms,
        .updated_ms = row->updated_ms,
    };
}

/* What stands before the @, until somebody tells more. */
static const char *name_of_address(struct tx *tx, const char *email)
{
    const char *at = strrchr(email, '@');

    return at ? arena_strn(tx->arena, email, (size_t)(at - email)) : email;
}

static const char *trimmed_or_null(struct tx *tx, const char *text)
{
    const char *trimmed = text ? utf8_trim(tx->arena, text) : NULL;

    return trimmed && *trimmed ? trimmed : NULL;
}

static void diff_requester(struct diff *d, const struct requester *from, const struct requester *to)
{
    diff_text(d, "name", from->name, to->name);
    diff_text(d, "email", from->email, to->email);
    diff_text(d, "phone", from->phone, to->phone);
    diff_text(d, "userId", from->user_id, to->user_id);
    diff_text(d, "organization", from->organization, to->organization);
    if (from->id)
        diff_text(d, "tier", requester_tier_name(from->tier), requester_tier_name(to->tier));
    else
        diff_text(d, "tier", NULL, requester_tier_name(to->tier));
}

static struct event requester_event(const struct requester *requester, const char *kind)
{
    return (struct event){.entity = ENTITY_REQUESTER,
                          .entity_id = requester->id,
                          .entity_uuid = requester->uuid,
                          .kind = kind,
                          .agents_only = true};
}

err requester_make(struct tx *tx, const struct requester_input *input, struct requester *out)
{
    struct requester made = {
        .uuid = uuid_new(tx->now_ms),
        .name = trimmed_or_null(tx, input->name),
        .email = utf8_trim(tx->arena, input->email),
        .phone = trimmed_or_null(tx, input->phone),
        .user_id = trimmed_or_null(tx, input->user_id),
        .organization = trimmed_or_null(tx, input->organization),
        .tier = input->tier < 0 ? TIER_STANDARD : (enum requester_tier)input->tier,
        .created_ms = tx->now_ms,
        .updated_ms = tx->now_ms,
    };
    struct event event;
    struct diff diff = {0};

    if (!made.name)
        made.name = name_of_address(tx, made.email);
    TRY(sequence_next(tx, SEQ_REQUESTER, &made.id));
    TRY(q_requester_insert(tx, &(struct q_requester_insert_args){
                                   .id = made.id,
                                   .uuid = made.uuid,
                                   .name = made.name,
                                   .email = made.email,
                                   .email_key = utf8_fold(tx->arena, made.email),
                                   .phone = made.phone,
                                   .user_id = made.user_id,
                                   .organization = made.organization,
                                   .tier = made.tier,
                                   .now_ms = tx->now_ms,
                               }));
    diff_requester(&diff, &(struct requester){0}, &made);
    event = requester_event(&made, "created");
    TRY(diff_emit_new(&diff, tx, &event));
    *out = made;
    return OK;
}

err requester_store(struct tx *tx, const struct requester *before, struct requester *after)
{
    struct diff diff = {0};
    struct event event = requester_event(after, "updated");

    diff_requester(&diff, before, after);
    if (diff.count == 0) {
        diff_done(&diff);
        return OK;
    }
    TRY(diff_emit(&diff, tx, &event));
    after->updated_ms = tx->now_ms;
    return q_requester_update(tx, &(struct q_requester_update_args){
                                      .id = after->id,
                                      .name = after->name,
                                      .email = after->email,
                                      .email_key = utf8_fold(tx->arena, after->email),
                                      .phone = after->phone,
                                      .user_id = after->user_id,
                                      .organization = after->organization,
                                      .tier = after->tier,
                                      .now_ms = tx->now_ms,
                                  });
}

/* Anybody may write in somebody's name, so of a known person a stranger completes the name alone, which mail tells us
 * too: a telephone number put beside it would be the one that agents call back. */
static err complete(struct tx *tx, const struct requester *known,
                    const struct requester_input *input, bool trusted, struct requester *out)
{
    const char *name = trimmed_or_null(tx, input->name);
    struct requester after = *known;

    if (name && strcmp(known->name, name_of_address(tx, known->email)) == 0)
        after.name = name;
    if (trusted && !known->phone)
        after.phone = trimmed_or_null(tx, input->phone);
    if (trusted && !known->user_id)
        after.user_id = trimmed_or_null(tx, input->user_id);
    if (trusted && !known->organization)
        after.organization = trimmed_or_null(tx, input->organization);
    if (trusted && input->tier >= 0)
        after.tier = (enum requester_tier)input->tier;
    TRY(requester_store(tx, known, &after));
    *out = after;
    return OK;
}

err requester_find_or_make(struct tx *tx, const struct requester_input *input, bool trusted,
                           struct requester *out)
{
    struct requester_input allowed = *input;
    struct requester known;
    err e = requester_by_email(tx, input->email, &known);

    if (!trusted)
        allowed.tier = -1;
    if (e == ERR_NOT_FOUND)
        return requester_make(tx, &allowed, out);
    TRY(e);
    return complete(tx, &known, &allowed, trusted, out);
}

static err requester_at(struct tx *tx, const struct ref *ref, struct requester *out)
{
    struct requester_row row;

    TRY(q_requester_by_ref(tx, ref->number, ref->uuid, &row));
    requester_of_row(&row, out);
    return OK;
}

err requester_load(struct tx *tx, int64_t id, struct requester *out)
{
    return requester_at(tx, &(struct ref){.number = id}, out);
}

err requester_find(struct tx *tx, const char *text, struct requester *out)
{
    struct ref ref;
    err e = ref_parse(text, &ref) ? requester_at(tx, &ref, out) : ERR_NOT_FOUND;

    return e == ERR_NOT_FOUND ? fault_set(tx->fault, e, "Requester not found") : e;
}

err requester_by_email(struct tx *tx, const char *email, struct requester *out)
{
    struct requester_row row;

    TRY(q_requester_by_key(tx, utf8_fold(tx->arena, utf8_trim(tx->arena, email)), &row));
    requester_of_row(&row, out);
    return OK;
}

err requester_count_ticket(struct tx *tx, int64_t id, int64_t created_ms)
{
    return q_requester_count_ticket(tx, id, created_ms);
}
