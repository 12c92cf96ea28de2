#include "base/clock.h"
#include "base/json_out.h"
#include "cli/commands.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "mail_out/outbox.h"
#include "mail_out/render.h"
#include "mime/mail.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { PAGE = 200 };

static const struct arg_option options[] = {
    {"all", NULL, "also what was sent or given up; newest first", false, false},
    {"json", NULL, "one JSON object a line", false, false},
    {"write-maildir", "DIR", "write the queued mails into DIR/new, as a Maildir", false, false},
    {"mark-sent", NULL, "with --write-maildir: they count as sent afterwards", false, false},
    {"retry", NULL, "try what failed or waits again now", false, false},
    {NULL, NULL, NULL, false, false},
};
static const struct arg_command command = {
    .name = "outbox",
    .summary = "show mail that waits to be sent; write it out; try again",
    .about = "Mail is delivered by the server once smtp_url is set; until then it waits here. Each "
             "mail has\n"
             "one recipient and keeps its Message-ID however often it is tried.",
    .options = options,
    .common = desk_options,
    .settings = true,
};

struct page {
    bool all;
    int64_t after; /* the last id seen */
    struct outbox_list list;
};

static err read_page(struct tx *tx, void *arg)
{
    struct page *page = arg;

    if (page->all)
        return outbox_list(tx, OUTBOX_STATE_COUNT, page->after, PAGE, &page->list);
    return outbox_queued(tx, page->after, PAGE, &page->list);
}

static void print_json(const struct outbox_mail *m)
{
    struct buf buf = {0};
    struct json_out j = json_to(&buf);

    json_open(&j, '{');
    JSON_PUT(&j, uuid, "id", m->uuid);
    JSON_PUT(&j, text, "state", outbox_state_name(m->state));
    JSON_PUT(&j, text, "kind", m->kind);
    JSON_PUT(&j, int, "number", m->ticket_id);
    JSON_PUT(&j, text, "to", m->to.email);
    JSON_PUT(&j, text, "name", m->to.name);
    JSON_PUT(&j, text, "subject", m->subject);
    JSON_PUT(&j, text, "messageId", m->message_id);
    JSON_PUT(&j, int, "attempts", m->attempts);
    JSON_PUT(&j, text, "lastError", m->last_error);
    JSON_PUT(&j, time, "createdAt", m->created_ms);
    JSON_PUT(&j, time, "sentAt", m->sent_ms);
    json_close(&j, '}');
    puts(buf_text(&buf));
    buf_done(&buf);
}

static void print_row(const struct outbox_mail *m)
{
    char when[TIME_ISO_SIZE];

    printf("%-9s  %s  %-36s  %s\n", outbox_state_name(m->state), time_iso(m->created_ms, when),
           m->to.email, m->subject);
    if (m->last_error)
        printf("           %lld %s: %s\n", (long long)m->attempts,
               m->attempts == 1 ? "try" : "tries", m->last_error);
}

static err list(struct desk *desk, bool all, bool json)
{
    struct page page = {.all = all};
    struct unit_setup setup = desk_unit(desk);
    struct arena arena;
    err e = OK;
    size_t shown = 0;

    arena_init(&arena);
    setup.arena = &arena;
    do {
        arena_reset(&arena);
        e = store_read(desk->store, &setup, read_page, &page);
        for (size_t i = 0; e == OK && i < page.list.n; i++) {
            json ? print_json(&page.list.v[i]) : print_row(&page.list.v[i]);
            page.after = page.list.v[i].id;
            shown++;
        }
    } while (e == OK && page.list.n == PAGE);
    arena_done(&arena);
    if (e == OK && shown == 0 && !json)
        puts(all ? "No mail yet." : "Nothing waits to be sent.");
    return e;
}

/* ---- writing a Maildir ---------------------------------------------------------------------- */

struct writing {
    struct desk *desk;
    const char *dir;
    bool mark_sent;
    int64_t written, refused;
    struct outbox_mail mail;
    struct outbox_files files;
};

static err find_files(struct tx *tx, void *arg)
{
    struct writing *w = arg;

    return outbox_files(tx, &w->mail, &w->files);
}

static err mark(struct tx *tx, void *arg)
{
    return outbox_mark_sent(tx, ((struct writing *)arg)->mail.id);
}

static err write_file(const char *path, const struct buf *message)
{
    FILE *file = fopen(path, "wx");
    bool good;

    if (!file)
        return errno == EEXIST ? OK : ERR_IO;
    good = fwrite(message->data, 1, message->len, file) == message->len && fflush(file) == 0 &&
           fsync(fileno(file)) == 0;
    good = fclose(file) == 0 && good;
    if (!good)
        unlink(path);
    return good ? OK : ERR_IO;
}

/* The name is made of the row's id: writing the same directory again adds only what is new. */
static err write_one(struct writing *w, const struct unit_setup *setup)
{
    struct buf message = {0};
    char id[UUID_TEXT_SIZE];
    const char *path;
    err e;

    TRY(store_read(w->desk->store, setup, find_files, w));
    e = outbox_render(setup->arena, w->desk->store, &w->mail, &w->files, &message);
    if (e == ERR_INVALID) {
        fprintf(stderr, "frontdesk: mail %s has a recipient that can't be written to\n",
                uuid_text(w->mail.uuid, id));
        w->refused++;
        buf_done(&message);
        return OK;
    }
    path = arena_printf(setup->arena, "%s/new/%lld.%s.frontdesk", w->dir,
                        (long long)(w->mail.created_ms / 1000), uuid_text(w->mail.uuid, id));
    if (e == OK)
        e = write_file(path, &message);
    buf_done(&message);
    TRY(e);
    w->written++;
    return w->mark_sent ? store_write(w->desk->store, setup, mark, w) : OK;
}

static err make_maildir(struct desk *desk, const char *dir)
{
    static const char *const parts[] = {"", "/tmp", "/new", "/cur"};

    for (size_t i = 0; i < COUNT_OF(parts); i++) {
        const char *path = arena_printf(&desk->arena, "%s%s", dir, parts[i]);

        if (mkdir(path, 0700) != 0 && errno != EEXIST)
            return fault_set(&desk->fault, ERR_IO, "cannot make %s: %s", path, strerror(errno));
    }
    return OK;
}

static err write_maildir(struct writing *w)
{
    struct page page = {0};
    struct arena pages, one;
    struct unit_setup setup = desk_unit(w->desk);
    struct progress progress;
    err e = make_maildir(w->desk, w->dir);

    arena_init(&pages);
    arena_init(&one);
    progress_init(&progress, "mails", 0);
    do {
        arena_reset(&pages);
        setup.arena = &pages;
        if (e == OK)
            e = store_read(w->desk->store, &setup, read_page, &page);
        setup.arena = &one;
        for (size_t i = 0; e == OK && i < page.list.n; i++) {
            arena_reset(&one);
            w->mail = page.list.v[i];
            page.after = w->mail.id;
            e = write_one(w, &setup);
            progress_set(&progress, w->written);
        }
    } while (e == OK && page.list.n == PAGE);
    progress_end(&progress);
    arena_done(&one);
    arena_done(&pages);
    if (e == OK)
        printf("%lld written\n", (long long)w->written);
    return e;
}

static err retry(struct tx *tx, void *arg)
{
    return outbox_retry(tx, arg);
}

static err run(struct desk *desk)
{
    struct unit_setup setup = desk_unit(desk);
    const char *dir = args_value(&desk->args, "write-maildir");
    int64_t count = 0;

    if (args_has(&desk->args, "retry")) {
        TRY(store_write(desk->store, &setup, retry, &count));
        printf("%lld queued again\n", (long long)count);
        return OK;
    }
    if (dir)
        return write_maildir(&(struct writing){
            .desk = desk, .dir = dir, .mark_sent = args_has(&desk->args, "mark-sent")});
    return list(desk, args_has(&desk->args, "all"), args_has(&desk->args, "json"));
}

int cmd_outbox(int argc, char **argv)
{
    const struct desk_open_options existing = {.must_exist = true};
    struct desk desk;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);
    err e;

    if (code >= 0)
        return code;
    mail_init();
    code = desk_open(&desk, &existing);
    if (code < 0) {
        e = run(&desk);
        code = e == OK ? 0 : desk_fail(&desk, e);
    }
    desk_end(&desk);
    return code;
}
