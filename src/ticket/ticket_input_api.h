/* ticket_input_api.h -- what may be sent about tickets, as shapes. */
#ifndef FD_TICKET_INPUT_API_H
#define FD_TICKET_INPUT_API_H

#include "http/shape.h"
#include "people/people_shapes_api.h"
#include "ticket/ticket.h"

extern const struct shape requester_body_shape;

struct ticket_body {
    uint64_t present;
    const char *subject;
    const char *description;
    const struct requester_body *requester;
    const char *category;
    const char *subcategory;
    int priority;
    int source;
    const char *channel;
    struct text_list tags;
    const char *custom_fields;
    const char *external_id;
    const char *assignee_id;
};
extern const struct shape ticket_body_shape;
bool ticket_body_sent(const struct ticket_body *body, const char *field);

struct ticket_patch_body {
    uint64_t present;
    const char *subject;
    const char *description;
    int status;
    int priority;
    const char *category;
    const char *subcategory;
    struct text_list tags;
    struct text_list add_tags;
    struct text_list remove_tags;
    const char *custom_fields;
    const char *assignee_id;
    const char *assignee_group;
    const char *external_id;
    const char *channel;
    const char *requester_id;
    const char *comment;
};
extern const struct shape ticket_patch_shape;
void ticket_patch_from_body(const struct ticket_patch_body *body, struct ticket_patch *out);

struct assign_body {
    uint64_t present;
    const char *agent_id;
    const char *group_id;
    const char *assignee_group;
    bool automatic;
};
extern const struct shape assign_body_shape;

struct note_body {
    uint64_t present;
    const char *comment;
};
extern const struct shape note_body_shape;

struct other_ticket_body {
    uint64_t present;
    const char *ticket_id;
};
extern const struct shape other_ticket_shape;

#endif
