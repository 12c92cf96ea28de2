/* change.h -- the one way in which a ticket changes.
 *
 *     verb: load before, copy to after, edit after
 *       -> prepare of each step, in order     may edit change->after (due time, assignee, ...)
 *       -> the row, its tags, its comment, its history are written
 *       -> follow of each step, in order      writes the step's own rows, counters, jobs, outbox
 *
 * The steps are one visible table, app/ticket_steps.c. `ticket` knows none of them.
 */
#ifndef FD_TICKET_CHANGE_H
#define FD_TICKET_CHANGE_H

#include "ticket/ticket.h"

struct ticket_change {
    struct ticket before;                      /* of a new ticket: {0}, id 0 */
    struct ticket after;                       /* id is set already, also of a new one */
    const struct ticket_input *input;          /* only when it is new */
    struct comment *comment;                   /* added by this change, or NULL; its id is set */
    const struct comment_input *comment_input; /* likewise */
    const char *note;                          /* kept in history */
    bool text_changed;         /* subject, description or comments: the search index must follow */
    bool moved;                /* restored, merged ... : says nothing new to people */
    bool imported;             /* history of another system: no mail, no warnings about the past */
    bool by_escalation;        /* a consequence of a breach: does not escalate again */
    bool assign_automatically; /* an agent is to be looked for (verb assign with auto) */
    bool merging;              /* closes because it was merged: says nothing to its requester */
    /* Told by steps to later steps and to history: */
    const char *assign_method; /* "round_robin", "manual" ...; NULL: assignment did not change */
    const char *assign_reason;
    void *scratch
        [16]; /* a step may keep one pointer from prepare to follow, at its own place in the table */
    size_t step_index; /* set by ticket_apply: the running step's place */
};

static inline bool ticket_change_is_new(const struct ticket_change *change)
{
    return change->before.id == 0;
}
/* Counts towards an agent's load. */
static inline bool ticket_is_load(const struct ticket *t)
{
    return t->assignee.id != 0 && ticket_status_is_active(t->status) && t->deleted_ms == 0;
}

struct ticket_step {
    const char *name;
    /* The text of a stored ticket is about to change otherwise than through this change (merge). May be NULL. */
    err (*text_will_change)(struct tx *tx, int64_t ticket_id);
    err (*prepare)(struct tx *tx, struct ticket_change *change); /* may be NULL */
    err (*follow)(struct tx *tx, struct ticket_change *change);  /* may be NULL */
};
extern const struct ticket_step ticket_steps[];
extern const size_t ticket_steps_count;

/* Writes the change as described above; change->after is then what is stored. A change without a
 * difference and without a comment writes nothing and stays silent. */
MUST_CHECK err ticket_apply(struct tx *tx, struct ticket_change *change);
/* Loads for a verb: before and after are the ticket. ERR_STALE if if_version is neither 0 nor its version. */
MUST_CHECK err ticket_change_begin(struct tx *tx, const char *ref, int64_t if_version,
                                   struct ticket_change *out);
MUST_CHECK err ticket_change_begin_id(struct tx *tx, int64_t id, struct ticket_change *out);
/* ERR_CONFLICT with the reason if the ticket can't get this status: see ticket_transition_check. */
MUST_CHECK err ticket_may_become(struct tx *tx, const struct ticket *ticket,
                                 enum ticket_status status);
/* Closed for longer than the reopen window, or cancelled: its requester's next word opens a new ticket. */
bool ticket_is_past_reopening(const struct tx *tx, const struct ticket *ticket);
/* Before rows that belong to a ticket's text are moved by hand: tells the steps. */
MUST_CHECK err ticket_text_will_change(struct tx *tx, int64_t ticket_id);
/* Links two tickets and tells both histories; already linked is fine. */
MUST_CHECK err ticket_link_add(struct tx *tx, const struct ticket *ticket,
                               const struct ticket *other, const char *kind);
/* For follow steps: a comment by the system on the ticket just written, which the step has counted in
 * after.comment_count when it prepared; not in the search index. */
MUST_CHECK err ticket_add_system_comment(struct tx *tx, struct ticket_change *change,
                                         const char *content, bool is_internal,
                                         struct comment *out);
/* What was said on a ticket before this desk knew it: rows only, already counted in the ticket. The ticket
 * must be new in this unit (the search index reads its text at the end of the batch). */
MUST_CHECK err ticket_add_told_comments(struct tx *tx, const struct ticket *ticket,
                                        const struct comment_input *comments, size_t count);
/* One of the ticket's history, with who, from, to. */
MUST_CHECK err ticket_event(struct tx *tx, const struct ticket *ticket, const char *kind,
                            const char *from_json, const char *to_json, const char *note,
                            bool agents_only);

#endif
