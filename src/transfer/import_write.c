#include "transfer/import_write.h"

#include "base/utf8.h"
#include "event/event.h"
#include "queries.gen.h"

#include <string.h>

enum { CACHE_SLOTS = 64, NEW_CATEGORY_SCORE = 10 };

/* What a unit found by name: thousands of rows name the same few. */
struct cache {
    struct tx *tx;
    bool strict;
    struct {
        const char *name;
        struct category category;
    } categories[CACHE_SLOTS];
    struct {
        const char *email;
        struct agent_ref agent; /* id 0: nobody */
    } agents[CACHE_SLOTS];
    struct {
        const char *name;
        struct group_ref group; /* id 0: there is none */
    } groups[CACHE_SLOTS];
    int64_t unassigned;
};

static size_t slot_of(const char *name)
{
    uint32_t h = 2166136261u;

    for (; *name; name++)
        h = (h ^ (unsigned char)*name) * 16777619u;
    return h % CACHE_SLOTS;
}

static err find_category(struct cache *cache, const char *name, struct category *out)
{
    size_t slot = slot_of(name);
    err e;

    if (!cache->categories[slot].name || strcmp(cache->categories[slot].name, name) != 0) {
        struct category category;

        e = category_find(cache->tx, name, &category);
        if (e == ERR_NOT_FOUND && cache->strict)
            return fault_set(cache->tx->fault, ERR_INVALID, "category: there is no \"%s\"", name);
        if (e == ERR_NOT_FOUND)
            e = category_make(cache->tx, name, NEW_CATEGORY_SCORE, &category);
        TRY(e);
        cache->categories[slot].name = name;
        cache->categories[slot].category = category;
    }
    *out = cache->categories[slot].category;
    return OK;
}

static err find_agent(struct cache *cache, const char *email, struct agent_ref *out)
{
    size_t slot = slot_of(email);

    if (!cache->agents[slot].email || strcmp(cache->agents[slot].email, email) != 0) {
        struct agent_ref agent = {0};
        err e = agent_by_email(cache->tx, email, &agent);

        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        cache->agents[slot].email = email;
        cache->agents[slot].agent = agent;
    }
    *out = cache->agents[slot].agent;
    return OK;
}

static err find_group(struct cache *cache, const char *name, struct group_ref *out)
{
    size_t slot = slot_of(name);

    if (!cache->groups[slot].name || strcmp(cache->groups[slot].name, name) != 0) {
        struct fault ignored = {.arena = cache->tx->arena};
        struct fault *fault = cache->tx->fault;
        struct group_ref group = {0};
        err e;

        cache->tx->fault = &ignored;
        e = group_find(cache->tx, name, "assigneeGroup", &group);
        cache->tx->fault = fault;
        if (e != OK && e != ERR_INVALID)
            return e;
        cache->groups[slot].name = name;
        cache->groups[slot].group = group;
    }
    *out = cache->groups[slot].group;
    return OK;
}

/* A requester who is not known is only a name: a comment makes nobody. */
static err find_requester(struct tx *tx, const char *email, struct actor *author)
{
    struct requester known;
    err e = requester_by_email(tx, email, &known);

    if (e == ERR_NOT_FOUND)
        return OK;
    TRY(e);
    author->id = known.id;
    author->uuid = known.uuid;
    author->name = author->name ? author->name : known.name;
    return OK;
}

static err find_author(struct cache *cache, const struct import_row *row, size_t i,
                       struct comment_input *comment)
{
    const char *email = row->author_emails[i];
    const char *asks = row->input.requester.email;
    struct actor *author = &comment->author;
    struct agent_ref agent = {0};

    if (author->type == ACTOR_AGENT && email) {
        TRY(find_agent(cache, email, &agent));
        author->id = agent.id;
        author->uuid = agent.uuid;
        author->name = author->name ? author->name : agent.name;
    } else if (author->type == ACTOR_REQUESTER && email && strcasecmp(email, asks) != 0) {
        TRY(find_requester(cache->tx, email, author));
    } else if (author->type == ACTOR_REQUESTER && (!email || strcasecmp(email, asks) == 0)) {
        author->name = NULL; /* of the ticket's requester: ticket_add_told_comments */
        return OK;
    }
    if (!author->name)
        author->name = email ? email : author->type == ACTOR_AGENT ? "agent" : "system";
    return OK;
}

static err write_watchers(struct tx *tx, const struct import_row *row, const struct ticket *ticket)
{
    for (size_t i = 0; i < row->watcher_count; i++) {
        const struct import_watcher *w = &row->watchers[i];
        struct agent_ref agent = {0};
        int64_t added;
        err e = agent_by_email(tx, w->email, &agent);

        if (e != OK && e != ERR_NOT_FOUND)
            return e;
        TRY(q_watcher_insert(tx, ticket->id, utf8_fold(tx->arena, w->email), w->email, w->name,
                             agent.id, ticket->created_ms, &added));
    }
    return OK;
}

static err write_row(struct cache *cache, const struct import_row *row)
{
    struct ticket_input input = row->input;
    struct comment_input *comments =
        ARENA_ARRAY(cache->tx->arena, struct comment_input, row->comment_count + 1);
    struct ticket ticket;

    TRY(find_category(cache, row->category, &input.category));
    if (row->assignee_email) {
        TRY(find_agent(cache, row->assignee_email, &input.assignee));
        cache->unassigned += input.assignee.id == 0;
    }
    if (row->assignee_group)
        TRY(find_group(cache, row->assignee_group, &input.group));
    for (size_t i = 0; i < row->comment_count; i++) {
        comments[i] = row->comments[i];
        TRY(find_author(cache, row, i, &comments[i]));
    }
    input.comments = comments;
    TRY(ticket_create(cache->tx, &input, &ticket));
    return write_watchers(cache->tx, row, &ticket);
}

err import_unit_run(struct tx *tx, void *arg)
{
    struct import_unit *unit = arg;
    struct import_state state = unit->before;
    struct cache *cache = ARENA_NEW(tx->arena, struct cache);

    cache->tx = tx;
    cache->strict = unit->strict;
    for (size_t i = 0; i < unit->count; i++) {
        const struct import_row *row = &unit->rows[i];

        state.offset = row->next_offset;
        state.line = row->next_line;
        if (row->wrong) {
            state.failed++;
        } else if (row->skip) {
            state.skipped++;
        } else {
            TRY(write_row(cache, row));
            state.created++;
        }
    }
    state.unassigned += cache->unassigned;
    if (state.source)
        TRY(q_import_progress_put(tx, &(struct q_import_progress_put_args){
                                          .source = state.source,
                                          .offset_bytes = state.offset,
                                          .line = state.line,
                                          .created = state.created,
                                          .skipped = state.skipped,
                                          .failed = state.failed,
                                          .unassigned = state.unassigned,
                                          .now_ms = tx->now_ms,
                                      }));
    unit->after = state;
    return OK;
}

err import_state_load(struct tx *tx, void *arg)
{
    struct import_state *state = arg;
    struct import_progress_of_row row;

    TRY(q_import_progress_of(tx, state->source, &row));
    *state = (struct import_state){
        .source = state->source,
        .offset = row.offset_bytes,
        .line = row.line,
        .created = row.created,
        .skipped = row.skipped,
        .failed = row.failed,
        .unassigned = row.unassigned,
        .finished = row.finished_ms != 0,
    };
    return OK;
}

err import_state_forget(struct tx *tx, void *arg)
{
    const struct import_state *state = arg;

    return q_import_progress_forget(tx, state->source);
}

err import_state_finish(struct tx *tx, void *arg)
{
    const struct import_state *state = arg;

    if (state->source)
        TRY(q_import_progress_finish(tx, state->source, tx->now_ms));
    return event_emit(tx, &(struct event){
                              .entity = ENTITY_DESK,
                              .kind = "imported",
                              .changed_to = event_json_int(tx, "tickets", state->created),
                              .agents_only = true,
                          });
}
