/* mail.h -- an Internet message (RFC 5322, MIME) as a help desk wants to read it.
 *
 * A pure function of the bytes: knows nothing of tickets, touches no disk. Bad input is never an
 * error: what cannot be understood gives what can be had, plus a warning. All text is valid UTF-8
 * without NUL, lines end with LF. Everything lives as long as the arena; attachments that need no
 * decoding and raw values point into the caller's bytes, which must live as long.
 */
#ifndef FD_MIME_MAIL_H
#define FD_MIME_MAIL_H

#include "base/arena.h"

struct mail_address {
    const char *name;  /* NULL when none was given */
    const char *email; /* NULL when only a name was given (only in from, sender) */
};

struct mail_addresses {
    struct mail_address *at;
    size_t count; /* up to MAIL_RECIPIENTS_MAX */
};

struct mail_ids {
    const char **at; /* without < and > */
    size_t count;
};

struct mail_texts {
    const char **at;
    size_t count;
};

struct mail_attachment {
    const char *file_name;  /* without folders or control characters; NULL when unnamed */
    const char *mime_type;  /* declared, lower case: never to be trusted */
    const char *content_id; /* without < and > */
    bool is_inline;         /* part of the text (a cid: picture), not a file that was attached */
    struct bytes content;   /* decoded */
};

struct mail_attachments {
    struct mail_attachment *at;
    size_t count;
};

/* What one Authentication-Results header says (RFC 8601). Whether its server is to be believed is
 * for the caller to know. Verdicts are "pass", "fail", "none"...; NULL when not mentioned. */
struct mail_authentication {
    const char *server;
    const char *spf;
    const char *dkim;
    const char *dmarc;
    const char *dmarc_domain; /* whose From was checked; NULL: it does not say */
};

struct mail_bounce {
    const char *recipient;   /* who could not be reached */
    const char *status;      /* RFC 3463, e.g. "5.1.1" */
    const char *diagnostic;  /* the other server's words */
    const char *original_id; /* Message-ID of the mail that came back */
    enum tri permanent;      /* 4.x.x and "delayed": no; unknown when nothing says */
};

struct mail {
    const char *message_id; /* without < and >; NULL when none */
    struct mail_ids in_reply_to;
    struct mail_ids references; /* the newest MAIL_REFERENCES_MAX */
    struct mail_address from;
    struct mail_address sender;
    struct mail_addresses reply_to;
    struct mail_addresses to;
    struct mail_addresses cc;
    struct mail_addresses delivered_to; /* Delivered-To, X-Original-To, Envelope-To */
    const char *return_path;            /* "" for the empty one of bounces; NULL when not given */
    const char *subject;                /* decoded, one line; NULL when none */
    int64_t date_ms;                    /* 0 when missing or absurd */

    const char *text;       /* everything readable; never NULL */
    const char *reply_text; /* without quoted history and signature; never empty when text is not */
    const char *html;       /* as sent, in UTF-8, unsafe to show as it is; NULL when none */
    struct mail_attachments attachments;

    bool is_automatic;         /* made by a machine: never to be answered automatically */
    const char *automatic_why; /* e.g. "Auto-Submitted: auto-replied"; NULL when not */
    bool is_out_of_office;     /* an automatic one that tells of an absence */
    const char *list_id;       /* List-Id's identifier; NULL when not from a list */
    bool is_bounce;
    struct mail_bounce bounce;

    struct mail_authentication authentication; /* of the topmost header */
    struct mail_authentication *authentications;
    size_t authentication_count;
    bool is_spam; /* as flagged by a filter on the way */
    const char *spam_why;

    struct mail_texts warnings; /* sentences for an agent, e.g. "unknown charset x-foo" */
};

/* Once, before the first mail_parse or compose, from the main thread. The rest is thread-safe. */
void mail_init(void);

/* OK always, except ERR_TOO_LARGE above MAIL_MAX_BYTES. */
err mail_parse(struct arena *a, const void *data, size_t len, struct mail *out) MUST_CHECK;

/* The message identifiers of a Message-ID, In-Reply-To or References value, however mangled; at
 * most max, the last ones when there are more. Without < and >, white space removed. */
struct mail_ids mail_ids_parse(struct arena *a, const char *value, size_t max);

#endif
