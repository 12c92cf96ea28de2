/* ticket.h -- one conversation with a requester, from first message to closing.
 *
 * Every change of a ticket goes one way: a verb loads it into a struct ticket_change, says what is to be
 * different, and ticket_apply (change.h) does the rest: the steps of app/ticket_steps.c prepare, the row is
 * written, history is kept, the steps follow. No verb sends mail, opens a socket or commits.
 *
 * Invariants: resolved_ms is set exactly in resolved and closed tickets that were resolved; closed_ms exactly
 * in closed ones; deleted_ms only in cancelled ones. An assignee's load counts the tickets that are
 * active (new, open, in_progress, pending).
 */
#ifndef FD_TICKET_H
#define FD_TICKET_H

#include "category/category.h"
#include "people/people.h"

/* The service level of one ticket; sla/ owns its meaning. policy_name NULL: the ticket has none. */
struct ticket_sla {
    int64_t policy_id; /* 0: the default targets of the settings */
    struct uuid policy_uuid;
    const char *policy_name;
    int64_t calendar_id; /* 0: around the clock */
    int64_t started_ms;
    int64_t response_target_ms; /* business time */
    int64_t resolution_target_ms;
    int64_t response_due_ms;
    int64_t resolution_due_ms;
    int64_t response_ms; /* when it happened; 0: not yet */
    int64_t resolution_ms;
    enum tri response_met;
    enum tri resolution_met;
    int64_t paused_since_ms; /* 0: running */
    int64_t paused_ms;       /* business time */
    int64_t fired;           /* bits of what has been told */
};

struct ticket {
    int64_t id; /* its number */
    struct uuid uuid;
    const char *external_id;
    const char *subject;
    const char *description;
    enum ticket_status status;
    enum ticket_priority priority;
    struct category category;
    const char *subcategory;
    struct requester requester;
    struct agent_ref assignee;
    struct group_ref group;
    bool waiting; /* an agent is looked for as soon as one is free */
    enum ticket_source source;
    const char *channel;
    const char *tags;          /* JSON array of texts, folded */
    const char *custom_fields; /* JSON object */
    int64_t comment_count;
    int64_t attachment_count;
    int64_t due_ms;
    int64_t resolved_ms;
    int64_t closed_ms;
    int64_t deleted_ms;
    int64_t merged_into;
    int64_t created_ms;
    int64_t updated_ms;
    int64_t version;
    struct ticket_sla sla;
};

struct comment {
    int64_t id;
    struct uuid uuid;
    int64_t ticket_id;
    enum actor_type author_type;
    int64_t author_id;
    struct uuid author_uuid;
    const char *author_name;
    const char *content;
    bool is_internal;
    int64_t mail_id;
    int64_t created_ms;
};
struct comment_list {
    struct comment *v;
    size_t n;
};

static inline bool ticket_status_is_active(enum ticket_status status)
{
    return status <= STATUS_PENDING;
}

/* By number. ERR_NOT_FOUND with "Ticket not found" also when the actor may not know that it exists.
 * Deleted tickets are found by agents only. */
MUST_CHECK err ticket_load(struct tx *tx, int64_t id, struct ticket *out);
/* By UUID or number as text. */
MUST_CHECK err ticket_find(struct tx *tx, const char *ref, struct ticket *out);
/* For showing in a list: what no list shows (scores, targets, waiting ...) is empty. Many by number, in the order of ids; those that are gone are left out. */
MUST_CHECK err tickets_load(struct tx *tx, const int64_t *ids, size_t count, struct ticket **out,
                            size_t *out_count);
/* Oldest first; only what the actor may see (no internal notes for requesters). */
MUST_CHECK err ticket_comments(struct tx *tx, int64_t ticket_id, struct comment_list *out);

/* ---- verbs ---- */

struct attachment_input {
    const char *file_name;
    const char *content_id; /* NULL unless it is an inline image */
    unsigned char sha256[32];
    int64_t size_bytes;
    const char *mime_type;
};

struct comment_input;

struct ticket_input {
    const char *subject;
    const char *description;
    struct requester_input requester;
    bool trusted;             /* the caller may say tier, rename ... (agents) */
    struct category category; /* found already; id > 0 */
    const char *subcategory;
    int priority; /* enum ticket_priority, or -1: computed */
    enum ticket_source source;
    const char *channel;
    const char **tags; /* any case; folded, sorted, made unique */
    size_t tag_count;
    const char *custom_fields; /* JSON object or NULL */
    const char *external_id;
    const struct attachment_input *attachments;
    size_t attachment_count;
    /* Files uploaded to another ticket before, which now are this one's: UUIDs. */
    int64_t uploads_of;
    const char **upload_refs;
    size_t upload_ref_count;
    const char *assignee_ref; /* NULL: assigned automatically; else an agent (trusted callers) */
    /* mail */
    int64_t mail_id;
    const char *message_id; /* of the message it came from: threads the acknowledgement */
    const char *references;
    bool no_automatic_answer; /* machine-made mail */
    /* imports: 0 or -1 for what the ordinary way decides */
    bool imported; /* no acknowledgement, no automatic assignment unless active and unassigned */
    int64_t created_ms, updated_ms, resolved_ms, closed_ms, response_ms;
    int status;                /* enum ticket_status or -1 */
    struct agent_ref assignee; /* found already; id 0: see assignee_ref */
    struct group_ref group;    /* likewise; id 0: none */
    /* The whole conversation, written with the ticket: nothing of it happens now. */
    const struct comment_input *comments;
    size_t comment_count;
};

/* Creates, scores, times, assigns, acknowledges. The whole pipeline. */
MUST_CHECK err ticket_create(struct tx *tx, const struct ticket_input *input, struct ticket *out);

struct comment_input {
    const char *content;
    bool is_internal;
    const struct attachment_input *attachments;
    size_t attachment_count;
    const char **attachment_refs; /* uploaded before: UUIDs */
    size_t attachment_ref_count;
    int64_t mail_id;
    const char *message_id;
    int64_t created_ms;       /* imports; 0: now */
    bool imported;            /* no mail, no status change, not a response */
    bool quiet;               /* no mail to the requester (they wrote it, or it is a copy) */
    bool no_automatic_answer; /* machine-made mail: also not when it opens a follow-up */
    /* Who wrote it if that is not tx->actor (mail from a requester, imports). type ACTOR_ANONYMOUS: the actor. */
    struct actor author;
};
/* A requester's public comment wakes pending, resolved and (within the reopen window) closed tickets; after it, it
 * opens a follow-up: *out_ticket tells where the comment went. */
MUST_CHECK err ticket_comment(struct tx *tx, const char *ref, const struct comment_input *input,
                              struct comment *out, struct ticket *out_ticket);

/* What a PATCH may name. A pointer or value counts only when its bit in `set` is there. */
enum ticket_patch_field {
    PATCH_SUBJECT = 1 << 0,
    PATCH_DESCRIPTION = 1 << 1,
    PATCH_STATUS = 1 << 2,
    PATCH_PRIORITY = 1 << 3,
    PATCH_CATEGORY = 1 << 4,
    PATCH_SUBCATEGORY = 1 << 5,
    PATCH_TAGS = 1 << 6,
    PATCH_CUSTOM_FIELDS = 1 << 7,
    PATCH_ASSIGNEE = 1 << 8, /* assignee_ref NULL: nobody */
    PATCH_GROUP = 1 << 9,
    PATCH_EXTERNAL_ID = 1 << 10,
    PATCH_CHANNEL = 1 << 11,
    PATCH_ADD_TAGS = 1 << 12,
    PATCH_REMOVE_TAGS = 1 << 13,
    PATCH_REQUESTER = 1 << 14,
};
struct ticket_patch {
    unsigned set;
    const char *subject, *description, *subcategory, *external_id, *channel, *custom_fields;
    const char *category_ref, *assignee_ref, *group_ref, *requester_ref;
    int status, priority;
    const char **tags;
    size_t tag_count;
    const char **add_tags;
    size_t add_tag_count;
    const char **remove_tags;
    size_t remove_tag_count;
    int64_t if_version; /* 0: any; else ERR_STALE when the ticket has another */
    const char *note;   /* kept in history */
};
MUST_CHECK err ticket_patch(struct tx *tx, const char *ref, const struct ticket_patch *patch,
                            struct ticket *out);

/* One-step verbs; each has exactly the effects of the PATCH that says the same. if_version as above. */
MUST_CHECK err ticket_assign(struct tx *tx, const char *ref, const char *agent_ref,
                             const char *group_ref, bool automatic, int64_t if_version,
                             struct ticket *out);
MUST_CHECK err ticket_unassign(struct tx *tx, const char *ref, int64_t if_version,
                               struct ticket *out);
/* resolve, close, reopen, cancel. Twice is fine and stays silent. */
MUST_CHECK err ticket_set_status(struct tx *tx, const char *ref, enum ticket_status status,
                                 const char *note, int64_t if_version, struct ticket *out);
MUST_CHECK err ticket_delete(struct tx *tx, const char *ref, int64_t if_version);
MUST_CHECK err ticket_restore(struct tx *tx, const char *ref, struct ticket *out);
/* Moves everything of `from` into `into` and closes it. */
MUST_CHECK err ticket_merge(struct tx *tx, const char *into_ref, const char *from_ref,
                            struct ticket *out_into);
MUST_CHECK err ticket_link(struct tx *tx, const char *ref, const char *other_ref, const char *kind);
MUST_CHECK err ticket_unlink(struct tx *tx, const char *ref, const char *other_ref,
                             const char *kind);
MUST_CHECK err ticket_watch(struct tx *tx, const char *ref, const char *email, const char *name);
MUST_CHECK err ticket_unwatch(struct tx *tx, const char *ref, const char *email);
/* Does this address take part: requester, watcher, or an agent? (mail threading) */
MUST_CHECK err ticket_has_participant(struct tx *tx, int64_t ticket_id, const char *email,
                                      bool *out);

/* ERR_CONFLICT with the reason if the table of transitions does not allow it. */
MUST_CHECK err ticket_transition_check(struct tx *tx, enum ticket_status from,
                                       enum ticket_status to);

#endif
