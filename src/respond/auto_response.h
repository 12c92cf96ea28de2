/* auto_response.h -- the texts that answer a new ticket at once; supervisors write them.
 *
 * One without a category is the fallback for all categories that have none of their own. Subject
 * and content may hold the placeholders of auto_response_names; any other is refused when it is
 * written, so that no customer ever sees braces. */
#ifndef FD_AUTO_RESPONSE_H
#define FD_AUTO_RESPONSE_H

#include "ticket/ticket.h"

struct auto_response {
    int64_t id;
    struct uuid uuid;
    int64_t category_id;  /* 0: the fallback */
    const char *category; /* NULL likewise */
    const char *subject;
    const char *content; /* Markdown */
    bool is_active;
    int64_t created_ms;
    int64_t updated_ms;
};
struct auto_response_list {
    struct auto_response *v;
    size_t n;
};

/* What a request names: bit i of present stands for member i. */
enum {
    AUTO_RESPONSE_SENT_CATEGORY = 1 << 0,
    AUTO_RESPONSE_SENT_SUBJECT = 1 << 1,
    AUTO_RESPONSE_SENT_CONTENT = 1 << 2,
    AUTO_RESPONSE_SENT_ACTIVE = 1 << 3,
};
struct auto_response_input {
    uint64_t present;
    const char *category; /* NULL: the fallback */
    const char *subject;
    const char *content;
    bool is_active;
};

/* NULL-terminated. */
extern const char *const auto_response_names[];

struct auto_response_text {
    const char *subject;
    const char *content;
};
/* Fills in what the ticket says. */
struct auto_response_text auto_response_render(struct arena *a, const struct ticket *ticket,
                                               const char *subject, const char *content);

MUST_CHECK err auto_response_find(struct tx *tx, const char *ref, struct auto_response *out);
MUST_CHECK err auto_responses_all(struct tx *tx, struct auto_response_list *out);
/* ERR_INVALID with a field for an unknown category or placeholder. */
MUST_CHECK err auto_response_create(struct tx *tx, const struct auto_response_input *input,
                                    struct auto_response *out);
MUST_CHECK err auto_response_update(struct tx *tx, const char *ref,
                                    const struct auto_response_input *input,
                                    struct auto_response *out);
MUST_CHECK err auto_response_remove(struct tx *tx, const char *ref);
/* ERR_INVALID with a field named path if text has a placeholder that means nothing. */
MUST_CHECK err auto_response_check(struct tx *tx, const char *path, const char *text);

#endif
