#include "people/use_note.h"

#include "base/clock.h"
#include "queries.gen.h"

#include <pthread.h>
#include <stdlib.h>

enum { USE_SLOTS = 256 };

/* What is being written, so that a hundred requests of the same second write once. Two tokens that
 * share a slot at worst write once more. */
static struct {
    pthread_mutex_t lock;
    struct {
        enum use_of what;
        int64_t id;
        int64_t at_ms;
    } slots[USE_SLOTS];
} recent = {.lock = PTHREAD_MUTEX_INITIALIZER};

struct note {
    struct arena arena;
    enum use_of what;
    int64_t id;
    int64_t at_ms;
};

static bool claim(enum use_of what, int64_t id, int64_t now_ms)
{
    size_t i = (size_t)(id * 2 + what) % USE_SLOTS;
    bool fresh;

    pthread_mutex_lock(&recent.lock);
    fresh = recent.slots[i].what == what && recent.slots[i].id == id &&
            now_ms - recent.slots[i].at_ms < MS_PER_MINUTE && now_ms >= recent.slots[i].at_ms;
    if (!fresh) {
        recent.slots[i].what = what;
        recent.slots[i].id = id;
        recent.slots[i].at_ms = now_ms;
    }
    pthread_mutex_unlock(&recent.lock);
    return !fresh;
}

static err write_note(struct tx *tx, void *arg)
{
    const struct note *note = arg;

    if (note->what == USE_OF_TOKEN)
        return q_token_used(tx, note->id, note->at_ms);
    return q_agent_touch(tx, note->id, note->at_ms);
}

static void note_done(void *arg, err result)
{
    struct note *note = arg;

    (void)result;
    arena_done(&note->arena);
    free(note);
}

void use_note(struct tx *tx, enum use_of what, int64_t id, int64_t known_ms)
{
    struct unit_setup setup = {.actor = actor_system()};
    struct note *note;

    if (tx->now_ms - known_ms < MS_PER_MINUTE || !claim(what, id, tx->now_ms))
        return;
    note = malloc(sizeof(*note));
    ENSURE(note != NULL);
    *note = (struct note){.what = what, .id = id, .at_ms = tx->now_ms};
    arena_init(&note->arena);
    setup.arena = &note->arena;
    if (store_submit(tx_store(tx), &setup, write_note, note_done, note) != OK)
        note_done(note, OK);
}
