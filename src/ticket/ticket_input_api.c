#include "ticket/ticket_input_api.h"

#include "base/limits.h"
#include "ticket/ticket_view_api.h"

#define R(member) offsetof(struct requester_body, member)
static const struct field requester_fields[] = {
    {"name", FIELD_TEXT, R(name), .nullable = true, .max = NAME_MAX_CHARS,
     .about = "Left out: made from the address"},
    {"email", FIELD_EMAIL, R(email), .required = true, .max_bytes = EMAIL_MAX_BYTES},
    {"phone", FIELD_TEXT, R(phone), .nullable = true, .max = PHONE_MAX_CHARS},
    {"userId", FIELD_TEXT, R(user_id), .nullable = true, .max = NAME_MAX_CHARS},
    {"organization", FIELD_TEXT, R(organization), .nullable = true, .max = NAME_MAX_CHARS},
    {"tier", FIELD_ENUM, R(tier), .names = requester_tier_enum, .about = "Taken from agents only"},
};
const struct shape requester_body_shape =
    SHAPE("RequesterInput", "Who asks", struct requester_body, requester_fields);

#define B(member) offsetof(struct ticket_body, member)
static const struct field ticket_fields[] = {
    {"subject", FIELD_TEXT, B(subject), .required = true, .min = 1, .max = SUBJECT_MAX_CHARS},
    {"description", FIELD_TEXT, B(description), .required = true, .min = 1,
     .max_bytes = DESCRIPTION_MAX_BYTES},
    {"requester", FIELD_OBJECT, B(requester), .required = true, .of = &requester_body_shape,
     .about = "With a requester's own token: always themselves"},
    {"category", FIELD_TEXT, B(category), .required = true, .min = 1, .max = NAME_MAX_CHARS,
     .about = "The name of a configured category"},
    {"subcategory", FIELD_TEXT, B(subcategory), .nullable = true, .max = NAME_MAX_CHARS},
    {"priority", FIELD_ENUM, B(priority), .names = ticket_priority_enum,
     .about = "Left out: computed from requester, category, words and history"},
    {"source", FIELD_ENUM, B(source), .names = ticket_source_enum},
    {"channel", FIELD_TEXT, B(channel), .nullable = true, .max = NAME_MAX_CHARS},
    {"tags", FIELD_TEXTS, B(tags), .min = 1, .max = TAG_MAX_CHARS,
     .max_items = TAGS_PER_TICKET_MAX},
    {"customFields", FIELD_JSON, B(custom_fields), .nullable = true,
     .max_bytes = CUSTOM_FIELDS_MAX_BYTES},
    {"externalId", FIELD_TEXT, B(external_id), .nullable = true, .max = NAME_MAX_CHARS},
    {"assigneeId", FIELD_REF, B(assignee_id), .nullable = true,
     .about = "Agents only; left out: found automatically"},
};
const struct shape ticket_body_shape =
    SHAPE("TicketInput", "A new ticket", struct ticket_body, ticket_fields);

bool ticket_body_sent(const struct ticket_body *body, const char *field)
{
    return shape_sent(&ticket_body_shape, body, field);
}

#define P(member) offsetof(struct ticket_patch_body, member)
static const struct field patch_fields[] = {
    {"subject", FIELD_TEXT, P(subject), .min = 1, .max = SUBJECT_MAX_CHARS},
    {"description", FIELD_TEXT, P(description), .min = 1, .max_bytes = DESCRIPTION_MAX_BYTES},
    {"status", FIELD_ENUM, P(status), .names = ticket_status_enum},
    {"priority", FIELD_ENUM, P(priority), .names = ticket_priority_enum},
    {"category", FIELD_TEXT, P(category), .min = 1, .max = NAME_MAX_CHARS},
    {"subcategory", FIELD_TEXT, P(subcategory), .nullable = true, .max = NAME_MAX_CHARS},
    {"tags", FIELD_TEXTS, P(tags), .min = 1, .max = TAG_MAX_CHARS, .max_items = TAGS_PER_TICKET_MAX,
     .about = "All of them"},
    {"addTags", FIELD_TEXTS, P(add_tags), .min = 1, .max = TAG_MAX_CHARS,
     .max_items = TAGS_PER_TICKET_MAX},
    {"removeTags", FIELD_TEXTS, P(remove_tags), .min = 1, .max = TAG_MAX_CHARS,
     .max_items = TAGS_PER_TICKET_MAX},
    {"customFields", FIELD_JSON, P(custom_fields), .nullable = true,
     .max_bytes = CUSTOM_FIELDS_MAX_BYTES},
    {"assigneeId", FIELD_REF, P(assignee_id), .nullable = true, .about = "null: nobody"},
    {"assigneeGroup", FIELD_TEXT, P(assignee_group), .nullable = true, .max = NAME_MAX_CHARS,
     .about = "Name or id; null: none"},
    {"externalId", FIELD_TEXT, P(external_id), .nullable = true, .max = NAME_MAX_CHARS},
    {"channel", FIELD_TEXT, P(channel), .nullable = true, .max = NAME_MAX_CHARS},
    {"requesterId", FIELD_REF, P(requester_id)},
    {"comment", FIELD_TEXT, P(comment), .nullable = true, .max = SUBJECT_MAX_CHARS,
     .about = "Why; kept in the history"},
};
const struct shape ticket_patch_shape =
    SHAPE("TicketPatch", "What is to change", struct ticket_patch_body, patch_fields);

/* Which member of the patch each field sets. */
static const struct {
    const char *name;
    enum ticket_patch_field bit;
} patch_bits[] = {
    {"subject", PATCH_SUBJECT},
    {"description", PATCH_DESCRIPTION},
    {"status", PATCH_STATUS},
    {"priority", PATCH_PRIORITY},
    {"category", PATCH_CATEGORY},
    {"subcategory", PATCH_SUBCATEGORY},
    {"tags", PATCH_TAGS},
    {"addTags", PATCH_ADD_TAGS},
    {"removeTags", PATCH_REMOVE_TAGS},
    {"customFields", PATCH_CUSTOM_FIELDS},
    {"assigneeId", PATCH_ASSIGNEE},
    {"assigneeGroup", PATCH_GROUP},
    {"externalId", PATCH_EXTERNAL_ID},
    {"channel", PATCH_CHANNEL},
    {"requesterId", PATCH_REQUESTER},
};

void ticket_patch_from_body(const struct ticket_patch_body *body, struct ticket_patch *out)
{
    *out = (struct ticket_patch){
        .subject = body->subject,
        .description = body->description,
        .status = body->status,
        .priority = body->priority,
        .category_ref = body->category,
        .subcategory = body->subcategory,
        .tags = body->tags.v,
        .tag_count = body->tags.n,
        .add_tags = body->add_tags.v,
        .add_tag_count = body->add_tags.n,
        .remove_tags = body->remove_tags.v,
        .remove_tag_count = body->remove_tags.n,
        .custom_fields = body->custom_fields,
        .assignee_ref = body->assignee_id,
        .group_ref = body->assignee_group,
        .external_id = body->external_id,
        .channel = body->channel,
        .requester_ref = body->requester_id,
        .note = body->comment,
    };
    for (size_t i = 0; i < COUNT_OF(patch_bits); i++) {
        if (shape_sent(&ticket_patch_shape, body, patch_bits[i].name))
            out->set |= patch_bits[i].bit;
    }
}

#define A(member) offsetof(struct assign_body, member)
static const struct field assign_fields[] = {
    {"agentId", FIELD_REF, A(agent_id), .nullable = true},
    {"groupId", FIELD_REF, A(group_id), .nullable = true},
    {"assigneeGroup", FIELD_TEXT, A(assignee_group), .nullable = true, .max = NAME_MAX_CHARS,
     .about = "A group by name"},
    {"auto", FIELD_BOOL, A(automatic), .about = "Look for somebody by the rules"},
};
const struct shape assign_body_shape =
    SHAPE("AssignInput", "Who is to have it", struct assign_body, assign_fields);

static const struct field note_fields[] = {
    {"comment", FIELD_TEXT, offsetof(struct note_body, comment), .nullable = true,
     .max = SUBJECT_MAX_CHARS, .about = "Why; kept in the history"},
};
const struct shape note_body_shape =
    SHAPE("StatusNote", "A remark on the change", struct note_body, note_fields);

static const struct field other_fields[] = {
    {"ticketId", FIELD_REF, offsetof(struct other_ticket_body, ticket_id), .required = true,
     .about = "The other ticket"},
};
const struct shape other_ticket_shape =
    SHAPE("OtherTicket", "Another ticket", struct other_ticket_body, other_fields);
