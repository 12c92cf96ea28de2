/* copy_ends.c -- the two desks of a copy: a data directory or a URL each, opened so that nobody else
 * writes meanwhile. */
#include "queries.gen.h"
#include "transfer/beside.h"
#include "transfer/copy.h"
#include "transfer/tree.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { SESSION_ENDS_TRIES = 20 };

static bool is_url(const char *text)
{
    return strstr(text, "://") != NULL;
}

/* Between the user's name and the @. */
static const char *without_password(struct arena *a, const char *url)
{
    const char *user = strstr(url, "://") + 3;
    size_t authority = strcspn(user, "/?");
    const char *at = memrchr(user, '@', authority);
    const char *colon = at ? memchr(user, ':', (size_t)(at - user)) : NULL;
    const char *query = strchr(url, '?');
    size_t len = query ? (size_t)(query - url) : strlen(url); /* it may have one too */

    if (!colon)
        return arena_strn(a, url, len);
    return arena_printf(a, "%.*s%.*s", (int)(colon - url), url, (int)(len - (size_t)(at - url)),
                        at);
}

static const char *scratch_root(void)
{
    const char *given = getenv("TMPDIR");

    return given && *given ? given : "/tmp";
}

static bool keeps_files_on_disk(const struct settings *settings)
{
    return strcmp(settings->files, "disk") == 0;
}

static err find_end(struct copy *copy, const char *option, struct copy_end *out)
{
    struct desk *desk = copy->desk;
    struct arena *a = &desk->arena;
    const char *place = args_value(&desk->args, option);
    const char *dir = args_value(&desk->args, arena_printf(a, "%s-data", option));
    const char *config = args_value(&desk->args, arena_printf(a, "%s-config", option));
    bool url = is_url(place);

    if (!*place)
        return fault_set(&desk->fault, ERR_INVALID, "--%s is a directory or postgresql://...",
                         option);
    if (!url && dir)
        return fault_set(&desk->fault, ERR_INVALID,
                         "--%s-data belongs to a desk by URL: --%s is a data directory itself",
                         option, option);
    out->name = url ? without_password(a, place) : place;
    out->data_dir = url ? dir : place;
    TRY(desk_settings_at(desk, out->data_dir, config, url ? place : NULL, &out->settings));
    if (!out->data_dir && keeps_files_on_disk(&out->settings))
        return fault_set(&desk->fault, ERR_INVALID,
                         "%s keeps its files on disk: --%s-data says in which directory", out->name,
                         option);
    return OK;
}

/* A desk that keeps nothing on disk still needs a directory for what is under way. */
static err make_scratch(struct copy *copy, struct copy_end *end)
{
    char *path;

    if (end->data_dir)
        return OK;
    path = arena_printf(&copy->desk->arena, "%s/frontdesk-copy-XXXXXX", scratch_root());
    if (!mkdtemp(path))
        return fault_set(&copy->desk->fault, ERR_IO, "cannot make a directory like %s", path);
    end->data_dir = end->scratch = path;
    return OK;
}

static bool same_place(const struct copy_end *a, const struct copy_end *b)
{
    char *x, *y;
    bool same;

    if (a->settings.database || b->settings.database)
        return a->settings.database && b->settings.database &&
               strcmp(a->settings.database, b->settings.database) == 0;
    x = realpath(a->data_dir, NULL);
    y = realpath(b->data_dir, NULL);
    same = x && y && strcmp(x, y) == 0;
    free(x);
    free(y);
    return same;
}

err copy_find_ends(struct copy *copy)
{
    TRY(find_end(copy, "from", &copy->from));
    TRY(find_end(copy, "to", &copy->to));
    if (same_place(&copy->from, &copy->to))
        return fault_set(&copy->desk->fault, ERR_INVALID, "--from and --to are the same desk");
    TRY(make_scratch(copy, &copy->from));
    return make_scratch(copy, &copy->to);
}

static struct store_options options_of(struct copy *copy, const struct copy_end *end)
{
    return (struct store_options){
        .data_dir = end->data_dir,
        .database_url = end->settings.database,
        .settings = &end->settings,
        .disk_reserve_bytes = end->settings.disk_reserve_bytes,
        .fault = &copy->desk->fault,
    };
}

static bool is_served(const struct copy_end *end)
{
    return !end->settings.database && beside_server(end->data_dir);
}

static err count_others(struct tx *tx, void *arg)
{
    struct copy_others_row others;

    TRY(q_copy_others(tx, &others));
    *(int64_t *)arg = others.n;
    return OK;
}

/* A session ends a moment after its program. */
static err refuse_nodes(struct copy *copy, const struct copy_end *end)
{
    struct unit_setup setup = desk_unit(copy->desk);
    const struct timespec pause = {.tv_nsec = 100000000};
    int64_t others = 1;

    for (int i = 0; others > 0 && i < SESSION_ENDS_TRIES; i++) {
        if (i > 0)
            nanosleep(&pause, NULL);
        TRY(store_read(end->store, &setup, count_others, &others));
    }
    if (others <= 0)
        return OK;
    return fault_set(
        &copy->desk->fault, ERR_CONFLICT,
        "%lld other programs of Frontdesk have %s open: stop all nodes, or what they take "
        "in from now on stays behind (--while-serving copies the desk as it is at this "
        "moment)",
        (long long)others, end->name);
}

err copy_open_source(struct copy *copy)
{
    struct store_options options = options_of(copy, &copy->from);

    if (!copy->while_serving && is_served(&copy->from))
        return fault_set(
            &copy->desk->fault, ERR_CONFLICT,
            "a server is running on %s: stop it, or what it takes in from now on stays "
            "behind (--while-serving copies the desk as it is at this moment)",
            copy->from.name);
    options.exclusive = !copy->while_serving;
    TRY(store_open(&options, &copy->from.store));
    return copy->while_serving ? OK : refuse_nodes(copy, &copy->from);
}

/* Runs in the transaction that makes the target's tables: from its first moment on it is half a desk.
 * What migrations put into a new desk (its keys) comes from the source. */
static err begin_empty(struct tx *to)
{
    for (int i = all_tables_count - 1; i >= 0; i--) {
        if (!copy_left_out(&all_tables[i]))
            TRY(table_clear(to, &all_tables[i]));
    }
    return q_copy_note_begin(to, "");
}

static err read_note(struct tx *to, void *arg)
{
    struct copy *copy = arg;
    struct copy_note_row note;
    err e = q_copy_note(to, &note);

    if (e == ERR_NOT_FOUND)
        return fault_set(to->fault, ERR_CONFLICT,
                         "%s is a desk already: a copy needs a place of its own", copy->to.name);
    TRY(e);
    copy->state = (struct copy_state){.source = note.source,
                                      .step = note.step,
                                      .rows_done = note.rows_done,
                                      .all_done = note.all_done};
    return OK;
}

err copy_open_target(struct copy *copy)
{
    struct store_options options = options_of(copy, &copy->to);

    if (is_served(&copy->to))
        return fault_set(&copy->desk->fault, ERR_CONFLICT,
                         "a server is running on %s: a copy needs a place of its own",
                         copy->to.name);
    options.create = true;
    options.exclusive = true;
    options.half_copied = true;
    options.seed = begin_empty;
    TRY(store_open(&options, &copy->to.store));
    return copy_read_note(copy);
}

err copy_read_note(struct copy *copy)
{
    struct unit_setup setup = desk_unit(copy->desk);

    return store_read(copy->to.store, &setup, read_note, copy);
}

err copy_open_compared(struct copy *copy)
{
    struct store_options options = options_of(copy, &copy->to);

    return store_open(&options, &copy->to.store);
}

static void close_end(struct copy_end *end)
{
    struct fault nowhere = {0};

    store_close(end->store);
    if (end->scratch && tree_remove(end->scratch, &nowhere) != OK)
        fprintf(stderr, "frontdesk: %s could not be removed\n", end->scratch);
}

void copy_close_ends(struct copy *copy)
{
    close_end(&copy->to);
    close_end(&copy->from);
}
