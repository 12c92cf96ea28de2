/* attachment.h -- files that belong to a ticket, or to one comment of it.
 *
 * The row says who may see it and what it is; the bytes lie in the file store. Invariant: a
 * ticket's attachment_count is the number of its rows here. */
#ifndef FD_ATTACHMENT_H
#define FD_ATTACHMENT_H

#include "file/file.h"
#include "ticket/ticket.h"

struct attachment {
    int64_t id;
    struct uuid uuid;
    int64_t ticket_id;
    int64_t comment_id;       /* 0: of the ticket itself, or uploaded and not used yet */
    struct uuid comment_uuid; /* likewise nil */
    unsigned char sha256[FILE_HASH_SIZE];
    const char *file_name;
    int64_t size_bytes;
    const char *mime_type;  /* what it is, not what it was called */
    const char *content_id; /* NULL unless HTML refers to it */
    bool is_internal;       /* for agents only */
    enum actor_type uploader_type;
    int64_t uploader_id;
    const char *uploader_name;
    int64_t created_ms;
};
struct attachment_list {
    struct attachment *v;
    size_t n;
};

/* The bytes are in the file store already. comment_id 0: of the ticket. Counts it in the ticket.
 * ERR_CONFLICT when the ticket has ATTACHMENTS_PER_TICKET_MAX. */
MUST_CHECK err attachment_add(struct tx *tx, const struct ticket *ticket, int64_t comment_id,
                              bool is_internal, const struct attachment_input *input,
                              struct attachment *out);
/* The same in somebody's name: what mail brought is its sender's, not the program's. */
MUST_CHECK err attachment_add_by(struct tx *tx, const struct actor *uploader,
                                 const struct ticket *ticket, int64_t comment_id, bool is_internal,
                                 const struct attachment_input *input, struct attachment *out);
/* Files that no comment has yet, uploaded to another ticket, go to this one. As attachments_claim. */
MUST_CHECK err attachments_move(struct tx *tx, int64_t from_ticket_id, const struct ticket *to,
                                const char *const *refs, size_t ref_count);
/* Files uploaded to the ticket before become the comment's: only those of the same ticket that no
 * comment has yet, and of a requester only their own. ERR_INVALID names which ref is wrong. */
MUST_CHECK err attachments_claim(struct tx *tx, const struct ticket *ticket,
                                 const struct comment *comment, const char *const *refs,
                                 size_t ref_count);

/* Oldest first; only what the actor may see. The caller has checked the ticket. */
MUST_CHECK err attachments_of_ticket(struct tx *tx, int64_t ticket_id, struct attachment_list *out);
MUST_CHECK err attachments_of_comment(struct tx *tx, int64_t comment_id,
                                      struct attachment_list *out);
/* By UUID. ERR_NOT_FOUND with a sentence, also when the actor may not know of it. */
MUST_CHECK err attachment_find(struct tx *tx, const char *ref, struct attachment *out);

#endif
