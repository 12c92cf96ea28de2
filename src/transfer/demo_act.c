/* demo_act.c -- does what the plan says, each at its moment, with the timers that fall due in between. */
#include "base/clock.h"
#include "category/category.h"
#include "file/file.h"
#include "job/job.h"
#include "queries.gen.h"
#include "ticket/change.h"
#include "transfer/demo.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

enum { TIMERS_AT_ONCE = 50, SENT_AFTER_MS = 1800, LOG_KINDS = 12 };

struct doing {
    struct tx *tx;
    struct demo_plan *plan;
    struct demo_ticket *planned;
    const struct demo_requester *requester;
    struct demo_facts facts;
    struct dice dice; /* of this action */
    struct ticket ticket;
    char ref[24];
};

/* ---- time passes ---- */

static err fire_timers(struct tx *tx, int64_t until_ms)
{
    struct demo_timers_rows due;
    int64_t taken;

    do {
        TRY(q_demo_timers(tx, until_ms, TIMERS_AT_ONCE, &due));
        for (size_t i = 0; i < due.n; i++) {
            struct job job = {.kind = (enum job_kind_id)due.v[i].kind,
                              .ref = due.v[i].ref,
                              .due_ms = due.v[i].due_ms};

            TRY(q_job_take(tx, job.kind, job.ref, job.due_ms, &taken));
            if (!taken) /* moved by one before it */
                continue;
            tx->now_ms = job.due_ms;
            tx->actor = actor_system();
            TRY(job_kinds[job.kind].fire(tx, &job));
        }
    } while (due.n > 0);
    return OK;
}

/* ---- who acts ---- */

static struct actor agent_actor(const struct agent_ref *agent)
{
    return (struct actor){.type = ACTOR_AGENT,
                          .role = ROLE_SUPERVISOR,
                          .scope = SCOPE_ADMIN,
                          .id = agent->id,
                          .uuid = agent->uuid,
                          .name = agent->name};
}

/* A ticket that nobody has is taken by whoever wants to answer it. */
static err become_agent(struct doing *d)
{
    const struct agent_ref *agent = &d->plan->agents[dice_below(&d->dice, DEMO_AGENTS)];
    char agent_ref[24];

    if (d->ticket.assignee.id) {
        d->tx->actor = agent_actor(&d->ticket.assignee);
    } else {
        d->tx->actor = agent_actor(agent);
        snprintf(agent_ref, sizeof(agent_ref), "%lld", (long long)agent->id);
        TRY(ticket_assign(d->tx, d->ref, agent_ref, NULL, false, 0, &d->ticket));
    }
    d->facts.agent = d->tx->actor.name;
    return OK;
}

static void become_requester(struct doing *d)
{
    d->tx->actor = (struct actor){.type = ACTOR_REQUESTER,
                                  .scope = SCOPE_WRITE,
                                  .id = d->ticket.requester.id,
                                  .uuid = d->ticket.requester.uuid,
                                  .name = d->ticket.requester.name};
}

/* ---- what is said ---- */

static const char *phrase(struct doing *d, enum demo_phrase which)
{
    return demo_phrase(d->tx->arena, d->planned->story->lang, which, &d->dice, &d->facts);
}

static const char *agent_letter(struct doing *d, const char *text)
{
    const char *hello = phrase(d, PHRASE_HELLO);

    return arena_printf(d->tx->arena, "%s\n\n%s\n\n%s", hello, text, phrase(d, PHRASE_AGENT_BYE));
}

static err say(struct doing *d, const char *text, bool is_internal)
{
    struct comment_input input = {.content = text, .is_internal = is_internal};
    struct comment comment;

    return ticket_comment(d->tx, d->ref, &input, &comment, &d->ticket);
}

static err agent_says(struct doing *d, const char *text)
{
    TRY(become_agent(d));
    return say(d, agent_letter(d, text), false);
}

static err requester_says(struct doing *d, enum demo_phrase which)
{
    become_requester(d);
    return say(d, phrase(d, which), false);
}

static err set_status(struct doing *d, enum ticket_status status)
{
    return ticket_set_status(d->tx, d->ref, status, NULL, 0, &d->ticket);
}

static bool is_technical(const struct demo_ticket *planned)
{
    return strcmp(planned->story->category, "technical") == 0;
}

/* Some who have trouble with a machine send its log: known before the ticket is made, like the log itself. */
static bool has_log(const struct demo_ticket *planned)
{
    struct dice dice = {planned->seed + 1};

    return is_technical(planned) && dice_percent(&dice, 12);
}

static const char *log_of(struct arena *a, const struct demo_plan *plan,
                          const struct demo_ticket *planned)
{
    struct dice dice = {plan->seed + planned->seed % LOG_KINDS};

    return demo_log(a, &dice);
}

/* ---- actions ---- */

err demo_put_logs(struct store *store, const struct demo_plan *plan)
{
    unsigned char sha256[FILE_HASH_SIZE];
    bool is_put[LOG_KINDS] = {false};
    struct arena arena;
    err e = OK;

    arena_init(&arena);
    for (size_t i = 0; i < plan->ticket_count && e == OK; i++) {
        const struct demo_ticket *planned = &plan->tickets[i];
        const char *log;

        if (!has_log(planned) || is_put[planned->seed % LOG_KINDS])
            continue;
        log = log_of(&arena, plan, planned);
        e = file_put(store, log, strlen(log), sha256);
        is_put[planned->seed % LOG_KINDS] = true;
    }
    arena_done(&arena);
    return e;
}

static err attach_log(struct doing *d, struct attachment_input *out)
{
    const char *log = log_of(d->tx->arena, d->plan, d->planned);

    *out = (struct attachment_input){
        .file_name = "till.log", .size_bytes = (int64_t)strlen(log), .mime_type = "text/plain"};
    crypto_hash_sha256(out->sha256, (const unsigned char *)log, strlen(log));
    return OK;
}

static size_t split_tags(struct arena *a, const char *tags, const char **out, size_t most)
{
    size_t n = 0;

    while (*tags && n < most) {
        size_t len = strcspn(tags, ",");

        out[n++] = arena_strn(a, tags, len);
        tags += len + (tags[len] == ',');
    }
    return n;
}

static err do_create(struct doing *d)
{
    const struct demo_story *story = d->planned->story;
    struct arena *a = d->tx->arena;
    struct attachment_input log;
    const char *tags[4];
    struct requester requester;
    struct ticket_input input = {
        .subject = demo_fill(a, story->subject, &d->facts),
        .requester = {.email = d->requester->email, .tier = -1},
        .subcategory = story->subcategory,
        .priority = -1,
        .status = -1,
        .source = (enum ticket_source)d->planned->source,
        .tags = tags,
        .tag_count = split_tags(a, story->tags, tags, COUNT_OF(tags)),
    };

    input.description =
        arena_printf(a, "%s\n\n%s", demo_fill(a, story->body, &d->facts), phrase(d, PHRASE_BYE));
    TRY(category_find(d->tx, story->category, &input.category));
    TRY(requester_by_email(d->tx, d->requester->email, &requester));
    d->ticket.requester = requester;
    become_requester(d);
    if (d->planned->source == SOURCE_PHONE)
        d->tx->actor = agent_actor(&d->plan->agents[dice_below(&d->dice, DEMO_AGENTS)]);
    if (has_log(d->planned)) {
        TRY(attach_log(d, &log));
        input.attachments = &log;
        input.attachment_count = 1;
    }
    TRY(ticket_create(d->tx, &input, &d->ticket));
    d->planned->id = d->ticket.id;
    return OK;
}

static err do_received(struct doing *d)
{
    TRY(agent_says(
        d, phrase(d, is_technical(d->planned) ? PHRASE_RECEIVED_TECHNICAL : PHRASE_RECEIVED)));
    return dice_percent(&d->dice, 40) ? set_status(d, STATUS_IN_PROGRESS) : OK;
}

static err do_ask(struct doing *d)
{
    TRY(agent_says(d, phrase(d, is_technical(d->planned) ? PHRASE_ASK_TECHNICAL : PHRASE_ASK)));
    return set_status(d, STATUS_PENDING);
}

static err do_tell(struct doing *d)
{
    return requester_says(d, is_technical(d->planned) ? PHRASE_TELL_TECHNICAL : PHRASE_TELL);
}

static err do_nudge(struct doing *d)
{
    return d->ticket.sla.response_ms ? OK : requester_says(d, PHRASE_NUDGE);
}

static err do_note(struct doing *d)
{
    TRY(become_agent(d));
    return say(d, phrase(d, PHRASE_NOTE), true);
}

static err do_answer(struct doing *d)
{
    return agent_says(d, demo_fill(d->tx->arena, d->planned->story->answer, &d->facts));
}

static err do_thanks(struct doing *d)
{
    return requester_says(d, PHRASE_THANKS);
}

static err do_not_yet(struct doing *d)
{
    return requester_says(d, PHRASE_NOT_YET);
}

static err do_resolve(struct doing *d)
{
    TRY(become_agent(d));
    if (dice_percent(&d->dice, 40))
        TRY(say(d, agent_letter(d, phrase(d, PHRASE_DONE)), false));
    return set_status(d, STATUS_RESOLVED);
}

static err do_close(struct doing *d)
{
    TRY(become_agent(d));
    return d->ticket.status == STATUS_RESOLVED ? set_status(d, STATUS_CLOSED) : OK;
}

static err do_cancel(struct doing *d)
{
    TRY(become_agent(d));
    return set_status(d, STATUS_CANCELLED);
}

static err do_tag(struct doing *d)
{
    static const char *const more[] = {"vip", "follow-up", "known-issue", "call-back", "training"};
    const char *tag = more[dice_below(&d->dice, COUNT_OF(more))];
    struct ticket_patch patch = {
        .set = PATCH_ADD_TAGS, .add_tags = &tag, .add_tag_count = 1, .status = -1, .priority = -1};

    TRY(become_agent(d));
    return ticket_patch(d->tx, d->ref, &patch, &d->ticket);
}

static err do_watch(struct doing *d)
{
    const struct demo_requester *other =
        &d->plan->requesters[dice_below(&d->dice, DEMO_REQUESTERS)];

    TRY(become_agent(d));
    return ticket_watch(d->tx, d->ref, other->email, other->name);
}

/* Which tickets an action still makes sense for. */
enum { ACTIVE = 1, RESOLVED = 2, CLOSED = 4 };
static const struct {
    err (*act)(struct doing *d);
    int when;
} acts[DEMO_WHAT_COUNT] = {
    [DEMO_CREATE] = {do_create, 0},
    [DEMO_RECEIVED] = {do_received, ACTIVE},
    [DEMO_ASK] = {do_ask, ACTIVE},
    [DEMO_TELL] = {do_tell, ACTIVE},
    [DEMO_NUDGE] = {do_nudge, ACTIVE},
    [DEMO_NOTE] = {do_note, ACTIVE | RESOLVED},
    [DEMO_ANSWER] = {do_answer, ACTIVE},
    [DEMO_THANKS] = {do_thanks, ACTIVE},
    [DEMO_NOT_YET] = {do_not_yet, ACTIVE | RESOLVED | CLOSED},
    [DEMO_RESOLVE] = {do_resolve, ACTIVE},
    [DEMO_CLOSE] = {do_close, RESOLVED},
    [DEMO_CANCEL] = {do_cancel, ACTIVE},
    [DEMO_TAG] = {do_tag, ACTIVE | RESOLVED},
    [DEMO_WATCH] = {do_watch, ACTIVE | RESOLVED},
};

static bool makes_sense(enum demo_what what, enum ticket_status status)
{
    int is = ticket_status_is_active(status) ? ACTIVE
             : status == STATUS_RESOLVED     ? RESOLVED
             : status == STATUS_CLOSED       ? CLOSED
                                             : 0;

    return (acts[what].when & is) != 0;
}

static err change_presence(struct tx *tx, const struct demo_plan *plan, size_t i,
                           enum presence presence)
{
    struct agent agent;

    return agent_change(tx, plan->agents[i].email,
                        &(struct agent_change){.set = AGENT_PRESENCE, .presence = presence},
                        &agent);
}

static err do_one(struct tx *tx, struct demo_plan *plan, const struct demo_action *action)
{
    struct demo_ticket *planned = &plan->tickets[action->ticket];
    const struct demo_requester *requester = &plan->requesters[planned->requester];
    struct doing d = {
        .tx = tx,
        .plan = plan,
        .planned = planned,
        .requester = requester,
        .dice = {planned->seed ^ (action->place * UINT64_C(0x2545f4914f6cdd1d))},
        .facts = {.name = requester->name,
                  .company = requester->organization ? requester->organization : "Corner Coffee",
                  .seed = planned->seed},
    };

    TRY(fire_timers(tx, action->at_ms));
    tx->now_ms = action->at_ms;
    tx->actor = actor_system();
    if (action->what == DEMO_PRESENCE) {
        TRY(change_presence(tx, plan, DEMO_AGENTS - 2, PRESENCE_AWAY));
        return change_presence(tx, plan, DEMO_AGENTS - 1, PRESENCE_OFFLINE);
    }
    if (action->what != DEMO_CREATE) {
        TRY(ticket_load(tx, planned->id, &d.ticket));
        snprintf(d.ref, sizeof(d.ref), "%lld", (long long)planned->id);
        if (!makes_sense(action->what, d.ticket.status))
            return OK;
    }
    return acts[action->what].act(&d);
}

err demo_act(struct tx *tx, void *arg)
{
    const struct demo_part *part = arg;
    struct demo_plan *plan = part->plan;

    for (size_t i = part->from; i < part->to; i++)
        TRY(do_one(tx, plan, &plan->actions[i]));
    TRY(q_demo_outbox_sent(tx, plan->first_outbox_id, SENT_AFTER_MS));
    return q_demo_outbox_jobs_gone(tx, JOB_DELIVER, plan->first_outbox_id);
}
