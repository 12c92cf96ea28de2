#include "mail_in/intake.h"

const struct intake_step intake_steps[] = {
    /* reading: bytes and files only */
    {"keep the raw bytes", .read = intake_keep_raw},
    {"parse", .read = intake_parse},
    {"content", .read = intake_content},
    {"attachments", .read = intake_attachments},
    /* deciding: one transaction */
    {"duplicate", .decide = intake_duplicate},
    {"number", .decide = intake_number},
    {"own message", .decide = intake_own},
    {"machine", .decide = intake_machine},
    {"thread", .decide = intake_thread},
    {"sender", .decide = intake_sender},
    {"too many", .decide = intake_flood},
    {"bounce or automatic reply", .decide = intake_note},
    {"agent's reply", .decide = intake_agent_reply},
    {"customer's reply", .decide = intake_customer_reply},
    {"new ticket", .decide = intake_new_ticket},
    {"record", .decide = intake_record, .always = true},
};
const size_t intake_steps_count = COUNT_OF(intake_steps);

const char *mail_action_name(enum mail_action action)
{
#define MAIL_ACTION_NAME(id, name) [id] = (name),
    static const char *const names[MAIL_ACTION_COUNT] = {MAIL_ACTION_WORDS(MAIL_ACTION_NAME)};
#undef MAIL_ACTION_NAME

    ENSURE(action < MAIL_ACTION_COUNT);
    return names[action];
}

err intake_settle(struct intake *in, enum mail_action action, const char *reason)
{
    in->verdict.settled = true;
    in->verdict.action = action;
    in->verdict.reason = reason;
    return OK;
}

err intake_read(struct intake *in)
{
    for (size_t i = 0; i < intake_steps_count; i++) {
        if (intake_steps[i].read)
            TRY(intake_steps[i].read(in));
    }
    return OK;
}

err intake_decide(struct tx *tx, void *arg)
{
    struct intake *in = arg;

    in->verdict = (struct verdict){0};
    for (size_t i = 0; i < intake_steps_count; i++) {
        const struct intake_step *step = &intake_steps[i];

        if (step->decide && (step->always || !in->verdict.settled))
            TRY(step->decide(tx, in));
    }
    ENSURE(in->verdict.settled);
    return OK;
}

/* What the content of a message can cause, as opposed to the state of the machine. */
bool intake_try_plain(struct intake *in, err e)
{
    static const err of_content[] = {ERR_INVALID,        ERR_FORBIDDEN, ERR_NOT_FOUND,
                                     ERR_CONFLICT,       ERR_TOO_LARGE, ERR_UNPROCESSABLE,
                                     ERR_UNAUTHENTICATED};

    if (in->is_refused)
        return false;
    for (size_t i = 0; i < COUNT_OF(of_content); i++) {
        if (e == of_content[i]) {
            in->is_refused = true;
            return true;
        }
    }
    return false;
}

struct mail_result intake_result(const struct intake *in)
{
    const struct verdict *v = &in->verdict;

    return (struct mail_result){
        .action = v->action,
        .mail_id = v->mail_uuid,
        .ticket_id = v->ticket.uuid,
        .number = v->ticket.id,
        .comment_id = v->comment.uuid,
        .reason = v->reason,
    };
}

err mail_take(struct store *store, const struct settings *settings, const void *raw, size_t len,
              struct arena *a, struct mail_result *out)
{
    struct intake in = {
        .settings = settings,
        .store = store,
        .raw = raw,
        .len = len,
        .arena = a,
    };
    struct unit_setup setup = {.arena = a, .actor = actor_system()};
    err e;

    TRY(intake_read(&in));
    e = store_write(store, &setup, intake_decide, &in);
    if (e != OK && intake_try_plain(&in, e))
        e = store_write(store, &setup, intake_decide, &in);
    TRY(e);
    *out = intake_result(&in);
    return OK;
}
