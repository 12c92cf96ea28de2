#include "transfer/check.h"

#include "queries.gen.h"
#include "report/counters.h"
#include "search/search_step.h"
#include "transfer/named_files.h"

#include <dirent.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

enum { TOLD_MOST = 20 };

/* Each query gives what breaks its rule. */
static const struct {
    const struct query *query;
    const char *what;
    const char *sentence;
} rules[] = {
    {&query_check_resolved, "ticket", "its status and its moment of resolution disagree"},
    {&query_check_closed, "ticket", "its status and its moment of closing disagree"},
    {&query_check_deleted, "ticket", "it is deleted but not cancelled"},
    {&query_check_waiting, "ticket", "it waits for an agent although it has one or needs none"},
    {&query_check_tags, "ticket", "its tags and the index of tags disagree"},
    {&query_check_comment_count, "ticket", "it does not have as many comments as it says"},
    {&query_check_attachment_count, "ticket", "it does not have as many attachments as it says"},
    {&query_check_sla, "ticket", "it has no service level"},
    {&query_check_due, "ticket", "its due time is not that of its service level"},
    {&query_check_created_event, "ticket", "its history does not tell of its creation"},
    {&query_check_assigned_event, "ticket", "its history does not tell how it got its agent"},
    {&query_check_timers, "a timer of ticket", "there is no such ticket"},
    {&query_check_mail_refs, "mail", "its Message-ID leads nowhere: replies would not be found"},
    {&query_check_outbox_refs, "outgoing mail",
     "its Message-ID leads nowhere: replies would not be found"},
};

struct checking {
    struct check_report *report;
    struct tx *tx;
    struct arena arena;
};

static void tell(void *ctx, const char *text)
{
    struct check_report *report = ctx;

    report->problems++;
    report->problem(report->ctx, text);
}

static void stage(const struct check_report *report, const char *name)
{
    if (report->stage)
        report->stage(report->ctx, name);
}

static err check_rule(struct checking *c, size_t i)
{
    struct value most = value_int(TOLD_MOST + 1);
    struct rows rows;
    int told = 0;

    TRY(query_run(c->tx, rules[i].query, &most, 1, &rows));
    while (rows_next(&rows)) {
        arena_reset(&c->arena);
        if (told++ == TOLD_MOST)
            tell(c->report, arena_printf(&c->arena, "and more: %s", rules[i].sentence));
        else
            tell(c->report, arena_printf(&c->arena, "%s %lld: %s", rules[i].what,
                                         (long long)rows_int(&rows, 0), rules[i].sentence));
    }
    return rows_end(&rows);
}

static err check_file(void *ctx, const struct named_file *file)
{
    struct checking *c = ctx;
    const char *problem;

    arena_reset(&c->arena);
    c->report->files++;
    problem = named_file_problem(&c->arena, tx_store(c->tx), file, c->report->deep);
    if (problem)
        tell(c->report, problem);
    return OK;
}

/* ---- files that nothing names ---- */

static err look_at_file(struct checking *c, const char *dir, const char *head, const char *name)
{
    unsigned char hash[FILE_HASH_SIZE];
    char hex[FILE_HASH_TEXT_SIZE];
    size_t len;
    struct stat st;
    bool known = true;

    if ((size_t)snprintf(hex, sizeof(hex), "%s%s", head, name) != sizeof(hex) - 1 ||
        sodium_hex2bin(hash, sizeof(hash), hex, strlen(hex), NULL, &len, NULL) != 0)
        return OK; /* a file on its way in */
    TRY(named_files_has(c->tx, hash, &known));
    if (known || stat(arena_printf(&c->arena, "%s/%s", dir, name), &st) != 0)
        return OK;
    c->report->orphans++;
    c->report->orphan_bytes += st.st_size;
    return OK;
}

static err look_into(struct checking *c, const char *root, const char *head)
{
    const char *path = arena_printf(&c->arena, "%s/%s", root, head);
    DIR *dir = opendir(path);
    struct dirent *entry;
    err e = OK;

    if (!dir)
        return OK;
    while (e == OK && (entry = readdir(dir)))
        e = look_at_file(c, path, head, entry->d_name);
    closedir(dir);
    return e;
}

static err find_orphans(struct checking *c)
{
    struct stored_files_unnamed_row unnamed;
    char root[4096];
    DIR *dir;
    struct dirent *entry;
    err e = OK;

    TRY(q_stored_files_unnamed(c->tx, &unnamed));
    c->report->orphans += unnamed.n;
    c->report->orphan_bytes += unnamed.bytes;
    snprintf(root, sizeof(root), "%s/files", tx_data_dir(c->tx));
    dir = opendir(root);
    if (!dir)
        return OK;
    while (e == OK && (entry = readdir(dir))) {
        arena_reset(&c->arena);
        if (strlen(entry->d_name) == 2 && entry->d_name[0] != '.')
            e = look_into(c, root, entry->d_name);
    }
    closedir(dir);
    return e;
}

/* ---- all ---- */

static err count_all(struct checking *c)
{
    struct check_totals_row totals;

    TRY(q_check_totals(c->tx, &totals));
    c->report->tickets = totals.tickets;
    c->report->comments = totals.comments;
    c->report->attachments = totals.attachments;
    c->report->events = totals.events;
    return OK;
}

static err check_all(struct checking *c)
{
    TRY(search_check(c->tx, tell, c->report));
    stage(c->report, "counters and loads");
    TRY(counters_check(c->tx, tell, c->report));
    stage(c->report, "tickets");
    for (size_t i = 0; i < COUNT_OF(rules); i++)
        TRY(check_rule(c, i));
    TRY(count_all(c));
    stage(c->report, "files");
    TRY(named_files_each(c->tx, check_file, c));
    return find_orphans(c);
}

static err check_unit(struct tx *tx, void *arg)
{
    struct checking c = {.report = arg, .tx = tx};
    err e;

    arena_init(&c.arena);
    e = check_all(&c);
    arena_done(&c.arena);
    return e;
}

err desk_check(struct store *store, struct check_report *report)
{
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    stage(report, "pages, references and search index");
    TRY(store_check(store, tell, report));
    arena_init(&arena);
    e = store_read(store, &setup, check_unit, report);
    arena_done(&arena);
    return e;
}

static err repair_unit(struct tx *tx, void *arg)
{
    TRY(counters_rebuild(tx));
    return search_rebuild(tx);
}

err desk_repair(struct store *store)
{
    struct arena arena;
    struct unit_setup setup = {.arena = &arena, .actor = actor_system()};
    err e;

    arena_init(&arena);
    e = store_write(store, &setup, repair_unit, NULL);
    arena_done(&arena);
    return e;
}
