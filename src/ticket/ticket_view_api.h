/* ticket_view_api.h -- how tickets look in answers. */
#ifndef FD_TICKET_VIEW_API_H
#define FD_TICKET_VIEW_API_H

#include "file/attachment.h"
#include "http/http.h"
#include "ticket/ticket.h"

struct sla_view {
    struct ticket_sla sla;
    struct uuid id;
};

struct comment_view {
    struct comment comment;
    bool is_public;
    const struct comment_author *author;
    struct object_list attachments;
};

struct comment_author {
    struct uuid id;
    int type;
    const char *name;
};

struct ticket_view {
    struct ticket ticket;
    const struct requester *requester;
    const struct agent_ref *assignee;
    const struct sla_view *sla;
    struct sla_view sla_body;       /* what sla points to */
    struct object_list comments;    /* of comment_view */
    struct object_list attachments; /* of the ticket itself */
    /* search hits */
    double rank;         /* more is better; NaN otherwise */
    const char *snippet; /* HTML-escaped, hits in <mark>; NULL otherwise */
};

extern const struct shape ticket_view_shape;      /* in lists */
extern const struct shape ticket_full_view_shape; /* one ticket, with comments and attachments */
extern const struct shape comment_view_shape;
extern const struct shape requester_brief_shape;

extern const struct enum_name ticket_status_enum[];
extern const struct enum_name ticket_priority_enum[];
extern const struct enum_name ticket_source_enum[];
extern const struct enum_name requester_tier_enum[];
extern const struct enum_name author_type_enum[];

/* Points into itself: fill it where it stays. Requesters are not told agents' addresses. */
void ticket_view_fill(const struct tx *tx, const struct ticket *ticket, struct ticket_view *out);
/* With comments and attachments, as far as the actor may see them. */
MUST_CHECK err ticket_view_fill_full(struct tx *tx, const struct ticket *ticket,
                                     struct ticket_view *out);
void comment_view_fill(struct tx *tx, const struct comment *comment,
                       const struct attachment_list *attachments, struct comment_view *out);
/* Answers with one ticket and its ETag. */
err answer_ticket(struct request *r, struct tx *tx, int status, const struct ticket *ticket);

#endif
