/* intake.h -- one message on its way in: what it says, and what was decided about it.
 *
 * intake_steps (intake.c) is the whole way, top to bottom. Steps that read touch only bytes and the
 * file store, before any transaction; steps that decide run inside the one transaction and may run
 * again, so they write nothing but struct verdict, which is cleared each time. */
#ifndef FD_INTAKE_H
#define FD_INTAKE_H

#include "file/file_batch.h"
#include "mail_in/mail_in.h"
#include "mail_in/subject_tags.h"
#include "mime/mail.h"
#include "ticket/ticket.h"

struct verdict {
    bool settled;  /* the remaining deciding steps are skipped */
    bool recorded; /* these very bytes have their row already */
    enum mail_action action;
    const char *reason;
    int64_t mail_id;
    struct uuid mail_uuid;
    bool no_automatic_answer;
    bool is_machine;      /* written by a program for nobody in particular: changes no status */
    struct ticket thread; /* it belongs to; id 0: none */
    bool thread_is_ours;  /* it answers a message that we sent */
    int64_t related_id;   /* a ticket it mentions but may not touch */
    struct actor agent;   /* the sender, if an agent; id 0: not */
    bool is_flood;        /* one of too many new tickets of the sender */
    struct ticket ticket; /* where it ended */
    struct comment comment;
};

struct intake {
    /* given */
    const struct settings *settings;
    struct store *store; /* where the bytes go */
    const unsigned char *raw;
    size_t len;
    struct arena *arena;
    struct file_batch *files; /* commit it before deciding; NULL: each file is durable at once */
    /* read from it */
    unsigned char sha256[FILE_HASH_SIZE];
    struct mail mail;
    bool is_odd;            /* hardly a message: the raw bytes are attached, too */
    bool is_partial;        /* too large to be taken apart: likewise */
    const char *from_email; /* NULL: none that could be written to */
    const char *from_name;
    struct subject_tags tags;
    const char *subject;     /* never empty */
    const char *description; /* of a new ticket: all of the text */
    const char *reply;       /* of a comment: without history and signature */
    struct attachment_input *attachments;
    size_t attachment_count;
    bool is_refused; /* the ordinary way failed for its content: a new ticket with the raw bytes */
    /* decided */
    struct verdict verdict;
};

struct intake_step {
    const char *name;
    err (*read)(struct intake *in);
    err (*decide)(struct tx *tx, struct intake *in);
    bool always; /* decides even when all is settled */
};
extern const struct intake_step intake_steps[];
extern const size_t intake_steps_count;

/* The reading half. */
MUST_CHECK err intake_read(struct intake *in);
/* The deciding half, as a unit of work (arg: the intake). Run it as the system. */
MUST_CHECK err intake_decide(struct tx *tx, void *arg);
/* After intake_decide failed with e: may it be run once more, in the way that can't fail for content? */
bool intake_try_plain(struct intake *in, err e);
struct mail_result intake_result(const struct intake *in);

/* The settled answer; returns OK. */
err intake_settle(struct intake *in, enum mail_action action, const char *reason);

/* The steps. */
err intake_parse(struct intake *in);
err intake_keep_raw(struct intake *in);
err intake_content(struct intake *in);
err intake_attachments(struct intake *in);
err intake_number(struct tx *tx, struct intake *in);
err intake_duplicate(struct tx *tx, struct intake *in);
err intake_own(struct tx *tx, struct intake *in);
err intake_machine(struct tx *tx, struct intake *in);
err intake_thread(struct tx *tx, struct intake *in);
err intake_sender(struct tx *tx, struct intake *in);
err intake_flood(struct tx *tx, struct intake *in);
err intake_note(struct tx *tx, struct intake *in);
err intake_agent_reply(struct tx *tx, struct intake *in);
err intake_customer_reply(struct tx *tx, struct intake *in);
err intake_new_ticket(struct tx *tx, struct intake *in);
err intake_record(struct tx *tx, struct intake *in);

/* Parses up to settings->mail_max_bytes; of more only the beginning, then *out_partial. */
MUST_CHECK err mail_read(struct arena *a, const struct settings *settings, const void *raw,
                         size_t len, struct mail *out, bool *out_partial);

#endif
