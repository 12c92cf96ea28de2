/* mail_shape_api.h -- a message as JSON; for mail_api.c. */
#ifndef FD_MAIL_SHAPE_API_H
#define FD_MAIL_SHAPE_API_H

#include "http/shape.h"
#include "mime/mail.h"
#include "queries.gen.h"

/* What the list tells, from the row alone. */
struct mail_summary {
    struct uuid id;
    const char *action;
    const char *reason;
    struct uuid ticket_id;
    int64_t number;
    struct uuid comment_id;
    const char *message_id;
    const char *from_email;
    const char *subject;
    int64_t received_ms;
    int64_t size;
    bool is_automatic;
    bool is_bounce;
};
struct mail_list_view {
    struct object_list mails;
    const char *next_cursor;
};
/* All, from the row and the bytes parsed again. */
struct mail_view;

extern const struct shape mail_list_shape;
extern const struct shape mail_shape;

void mail_summary_of(const struct mail_row *row, struct mail_summary *out);
const struct mail_view *mail_view_of(struct arena *a, const struct mail_row *row,
                                     const struct mail *mail);

#endif
