/* outbox.h -- mails that are to go out, or have. A row is made in the transaction of what it tells
 * of; its Message-ID is decided then and stays the same however often delivery is tried. */
#ifndef FD_OUTBOX_H
#define FD_OUTBOX_H

#include "people/people.h"
#include "ticket/ticket.h"

/* X(identifier, stored value, name). Stored: never renumber. */
#define OUTBOX_STATE_WORDS(X)                                                                      \
    X(OUTBOX_QUEUED, 0, "queued")                                                                  \
    X(OUTBOX_SENT, 1, "sent")                                                                      \
    X(OUTBOX_FAILED, 2, "failed")                                                                  \
    X(OUTBOX_CANCELLED, 3, "cancelled")
#define OUTBOX_STATE_AS_ENUM(id, value, name) id = value,
enum outbox_state { OUTBOX_STATE_WORDS(OUTBOX_STATE_AS_ENUM) OUTBOX_STATE_COUNT };
#undef OUTBOX_STATE_AS_ENUM
const char *outbox_state_name(enum outbox_state state);

struct mailbox {
    const char *name; /* NULL: only the address */
    const char *email;
};

struct outbox_draft {
    const char *kind; /* "acknowledgement", "reply", "notification" */
    const struct ticket *ticket;
    int64_t comment_id; /* 0: none; its attachments are sent along */
    struct mailbox to;
    const char *subject;
    const char *body; /* Markdown */
    const char *in_reply_to;
    const char *references;     /* oldest first, separated by blanks */
    const char *auto_submitted; /* NULL for what a person wrote */
};

struct outbox_mail {
    int64_t id;
    struct uuid uuid;
    const char *kind;
    int64_t ticket_id;
    struct uuid ticket_uuid;
    int64_t comment_id;
    const char *message_id;
    struct mailbox to;
    const char *subject, *body, *in_reply_to, *references, *auto_submitted;
    enum outbox_state state;
    int64_t attempts;
    int64_t next_ms; /* 0: none planned */
    const char *last_error;
    int64_t created_ms, sent_ms;
};
struct outbox_list {
    struct outbox_mail *v;
    size_t n;
};

/* Queues, with its job unless this process is a server without SMTP. Remembers its Message-ID as ours. */
MUST_CHECK err outbox_add(struct tx *tx, const struct outbox_draft *draft);
MUST_CHECK err outbox_load(struct tx *tx, int64_t id, struct outbox_mail *out);
MUST_CHECK err outbox_find(struct tx *tx, const char *ref, struct outbox_mail *out);
/* Newest first, those with a smaller id than before_id (0: from the newest). state OUTBOX_STATE_COUNT: all. */
MUST_CHECK err outbox_list(struct tx *tx, enum outbox_state state, int64_t before_id, int64_t limit,
                           struct outbox_list *out);
/* Queued ones, oldest first, with a greater id than after_id. */
MUST_CHECK err outbox_queued(struct tx *tx, int64_t after_id, int64_t limit,
                             struct outbox_list *out);
MUST_CHECK err outbox_mark_sent(struct tx *tx, int64_t id);
/* Stays queued until next_ms. */
MUST_CHECK err outbox_mark_deferred(struct tx *tx, int64_t id, int64_t next_ms, const char *error);
/* Given up: noted in the ticket's history, for agents. */
MUST_CHECK err outbox_mark_failed(struct tx *tx, const struct outbox_mail *mail, const char *error);
/* Those that failed or wait for their next try, tried again now. */
MUST_CHECK err outbox_retry(struct tx *tx, int64_t *out_count);
/* A delivery that was accepted came back later: the row of that Message-ID in the ticket says so. */
MUST_CHECK err outbox_mark_bounced(struct tx *tx, const struct ticket *ticket,
                                   const char *message_id, const char *error);

/* The domain of our Message-IDs. */
const char *mail_domain(const struct settings *settings);

#endif
