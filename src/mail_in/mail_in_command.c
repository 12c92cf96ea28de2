#include "mail_in/mail_in_command.h"

#include "base/json_out.h"
#include "cli/open.h"
#include "cli/progress.h"
#include "mail_in/source.h"
#include "mime/mail.h"

#include <stdio.h>
#include <stdlib.h>

static const struct arg_command command = {
    .name = "mail-in",
    .summary = "take mail in: from a pipe, files, mbox files or Maildirs",
    .about =
        "Without FILE, one message comes on standard input, as a mail server's pipe hands it over. "
        "Each\n"
        "message prints one line of JSON: what became of it, and why. Taking the same message "
        "again is\n"
        "harmless. New messages of a Maildir are moved to its cur.\n"
        "Exit codes: 0 all stored; 75 some could not be stored, try again; 64 usage; 65 not mail;\n"
        "66 no such file, or nothing in it.",
    .common = desk_options,
    .positional = "[FILE...]",
    .positional_max = -1,
    .settings = true,
};

struct run {
    struct desk *desk;
    struct progress progress;
    int64_t stored, failed;
    err failure; /* the last one */
};

static void print_result(const struct mail_result *taken)
{
    struct buf buf = {0};
    struct json_out j = json_to(&buf);

    json_open(&j, '{');
    JSON_PUT(&j, text, "action", mail_action_name(taken->action));
    JSON_PUT(&j, uuid, "mailId", taken->mail_id);
    JSON_PUT(&j, uuid, "ticketId", taken->ticket_id);
    json_key(&j, "number");
    taken->number ? json_int(&j, taken->number) : json_none(&j);
    JSON_PUT(&j, uuid, "commentId", taken->comment_id);
    JSON_PUT(&j, text, "reason", taken->reason);
    json_close(&j, '}');
    puts(buf_text(&buf));
    buf_done(&buf);
}

static void on_taken(void *ctx, void *tag, err result, const struct mail_result *taken)
{
    struct run *run = ctx;

    mail_file_done(tag, result == OK);
    if (result == OK) {
        print_result(taken);
        run->stored++;
    } else {
        run->failed++;
        run->failure = result;
    }
    progress_set(&run->progress, run->stored + run->failed);
}

static int take_all(struct run *run, struct mail_pump *pump)
{
    const struct args *args = &run->desk->args;
    int code = EX_OK;

    if (args->positional_count == 0)
        return mail_from_pipe(pump, &run->desk->arena, &run->desk->fault);
    for (size_t i = 0; i < args->positional_count; i++) {
        int one = mail_from_path(pump, args->positional[i], &run->desk->arena, &run->desk->fault);

        if (one != EX_OK) {
            fprintf(stderr, "frontdesk: %s\n", fault_text(&run->desk->fault, ERR_INVALID));
            code = one;
        }
    }
    return code;
}

/* Whatever kept it from being stored, the sender's side has to keep it: never anything but 75 then. */
static int finish(struct run *run, int code)
{
    const struct args *args = &run->desk->args;

    if (run->failed) {
        fprintf(stderr, "frontdesk: %lld of %lld messages could not be stored: %s\n",
                (long long)run->failed, (long long)(run->failed + run->stored),
                err_text(run->failure));
        return EX_TEMPFAIL;
    }
    if (code != EX_OK && args->positional_count == 0)
        fprintf(stderr, "frontdesk: %s\n", fault_text(&run->desk->fault, ERR_INVALID));
    if (fflush(stdout) != 0)
        return EX_IOERR;
    return code;
}

int cmd_mail_in(int argc, char **argv)
{
    /* A mistyped directory must not become a new desk that swallows mail. */
    const struct desk_open_options existing = {.must_exist = true};
    struct desk desk;
    struct run run = {.desk = &desk};
    struct mail_pump *pump;
    int code = desk_begin(&desk, &command, argc - 1, argv + 1);

    if (code >= 0)
        return code;
    mail_init();
    code = desk_open(&desk, &existing);
    if (code < 0) {
        progress_init(&run.progress, "mails", 0);
        pump = mail_pump_new(desk.store, &desk.settings, on_taken, &run);
        code = take_all(&run, pump);
        mail_pump_free(pump);
        progress_end(&run.progress);
        code = finish(&run, code);
    } else if (code != 0) {
        code = EX_TEMPFAIL;
    }
    desk_end(&desk);
    return code;
}
