#include "respond/auto_responses_api.h"

#include "base/limits.h"
#include "respond/auto_response.h"

enum { AUTO_RESPONSE_MAX_BYTES = 64 * 1024 };

/* ---- shapes ---- */

struct response_view {
    struct uuid id;
    const char *category;
    const char *subject;
    const char *content;
    bool is_active;
    int64_t created_ms;
    int64_t updated_ms;
};
#define AT(member) offsetof(struct response_view, member)
static const struct field response_fields[] = {
    {"id", FIELD_UUID, AT(id), .required = true},
    {"category", FIELD_TEXT, AT(category), .about = "null: for all that have none of their own"},
    {"subject", FIELD_TEXT, AT(subject), .required = true},
    {"content", FIELD_TEXT, AT(content), .required = true, .about = "Markdown"},
    {"isActive", FIELD_BOOL, AT(is_active), .required = true},
    {"createdAt", FIELD_TIME, AT(created_ms), .required = true},
    {"updatedAt", FIELD_TIME, AT(updated_ms), .required = true},
};
#undef AT
static const struct shape response_shape = SHAPE_OUT(
    "AutoResponse", "What a new ticket is answered at once", struct response_view, response_fields);

struct responses_view {
    struct object_list responses;
};
static const struct field responses_fields[] = {
    {"autoResponses", FIELD_OBJECTS, offsetof(struct responses_view, responses), .required = true,
     .of = &response_shape},
};
static const struct shape responses_shape =
    SHAPE_OUT("AutoResponses", "All automatic responses, by category, fallbacks last",
              struct responses_view, responses_fields);

/* In the order of AUTO_RESPONSE_SENT_...: struct auto_response_input is read as it is. */
#define AT(member) offsetof(struct auto_response_input, member)
static const char placeholders[] =
    "may hold {{ticket_id}}, {{ticket_number}}, {{ticket_subject}}, {{requester_name}}";
#define RESPONSE_INPUT_FIELDS(needed)                                                              \
    {"category",                                                                                   \
     FIELD_TEXT,                                                                                   \
     AT(category),                                                                                 \
     .nullable = true,                                                                             \
     .max = NAME_MAX_CHARS,                                                                        \
     .about = "name or id; null: the fallback for all"},                                           \
        {"subject",                                                                                \
         FIELD_TEXT,                                                                               \
         AT(subject),                                                                              \
         .required = (needed),                                                                     \
         .min = 1,                                                                                 \
         .max = SUBJECT_MAX_CHARS,                                                                 \
         .about = placeholders},                                                                   \
        {"content",                                                                                \
         FIELD_TEXT,                                                                               \
         AT(content),                                                                              \
         .required = (needed),                                                                     \
         .min = 1,                                                                                 \
         .max_bytes = AUTO_RESPONSE_MAX_BYTES,                                                     \
         .about = placeholders},                                                                   \
    {                                                                                              \
        "isActive", FIELD_BOOL, AT(is_active), .fallback = "true"                                  \
    }
static const struct field response_input_fields[] = {RESPONSE_INPUT_FIELDS(true)};
static const struct field response_patch_fields[] = {RESPONSE_INPUT_FIELDS(false)};
#undef AT
static const struct shape response_input_shape =
    SHAPE("AutoResponseInput", "An automatic response as it is written", struct auto_response_input,
          response_input_fields);
static const struct shape response_patch_shape =
    SHAPE("AutoResponsePatch", "What is to be different", struct auto_response_input,
          response_patch_fields);

struct preview_input {
    uint64_t present;
    const char *subject;
    const char *content;
    const char *ticket;
};
#define AT(member) offsetof(struct preview_input, member)
static const struct field preview_input_fields[] = {
    {"subject", FIELD_TEXT, AT(subject), .required = true, .min = 1, .max = SUBJECT_MAX_CHARS},
    {"content", FIELD_TEXT, AT(content), .required = true, .min = 1,
     .max_bytes = AUTO_RESPONSE_MAX_BYTES},
    {"ticketId", FIELD_REF, AT(ticket), .about = "filled in from this one; else from an example"},
};
#undef AT
static const struct shape preview_input_shape =
    SHAPE("AutoResponsePreviewInput", "A text that is to be seen filled in", struct preview_input,
          preview_input_fields);

static const struct field preview_fields[] = {
    {"subject", FIELD_TEXT, offsetof(struct auto_response_text, subject), .required = true},
    {"content", FIELD_TEXT, offsetof(struct auto_response_text, content), .required = true},
};
static const struct shape preview_shape =
    SHAPE_OUT("AutoResponsePreview", "The text as a requester would get it",
              struct auto_response_text, preview_fields);

/* ---- handlers ---- */

static struct response_view view_of(const struct auto_response *r)
{
    return (struct response_view){r->uuid,      r->category,   r->subject,   r->content,
                                  r->is_active, r->created_ms, r->updated_ms};
}

static err answer_response(struct request *r, int status, const struct auto_response *response)
{
    struct response_view view = view_of(response);

    return answer(r, status, &response_shape, &view);
}

static err responses_get(struct request *r, struct tx *tx)
{
    struct auto_response_list list;
    struct response_view *views;
    struct responses_view out;

    TRY(auto_responses_all(tx, &list));
    views = ARENA_ARRAY(tx->arena, struct response_view, list.n + 1);
    for (size_t i = 0; i < list.n; i++)
        views[i] = view_of(&list.v[i]);
    out.responses = (struct object_list){views, list.n};
    return answer(r, 200, &responses_shape, &out);
}

static err response_get(struct request *r, struct tx *tx)
{
    struct auto_response response;

    TRY(auto_response_find(tx, request_param(r, "id"), &response));
    return answer_response(r, 200, &response);
}

static err responses_post(struct request *r, struct tx *tx)
{
    struct auto_response response;

    TRY(auto_response_create(tx, r->body, &response));
    return answer_response(r, 201, &response);
}

static err response_patch(struct request *r, struct tx *tx)
{
    struct auto_response response;

    TRY(auto_response_update(tx, request_param(r, "id"), r->body, &response));
    return answer_response(r, 200, &response);
}

static err response_delete(struct request *r, struct tx *tx)
{
    TRY(auto_response_remove(tx, request_param(r, "id")));
    return answer_empty(r);
}

static err preview_post(struct request *r, struct tx *tx)
{
    const struct preview_input *input = r->body;
    struct ticket ticket = {.id = 1234,
                            .uuid = uuid_new(tx->now_ms),
                            .subject = "I can't sign in",
                            .requester = {.name = "Zoe Example"}};
    struct auto_response_text text;

    TRY(auto_response_check(tx, "subject", input->subject));
    TRY(auto_response_check(tx, "content", input->content));
    if (input->ticket)
        TRY(ticket_find(tx, input->ticket, &ticket));
    text = auto_response_render(tx->arena, &ticket, input->subject, input->content);
    return answer(r, 200, &preview_shape, &text);
}

static const char tag[] = "Automatic responses";
const struct route auto_response_routes[] = {
    {"GET", "/api/auto-responses", ACCESS_AGENT, RUN_READ, responses_get, .status = 200,
     .answer = &responses_shape, .tag = tag, .summary = "All automatic responses"},
    {"POST", "/api/auto-responses", ACCESS_SUPERVISOR, RUN_WRITE, responses_post,
     .body_kind = BODY_JSON, .body = &response_input_shape, .status = 201,
     .answer = &response_shape, .tag = tag, .summary = "Add an automatic response"},
    {"POST", "/api/auto-responses/preview", ACCESS_AGENT, RUN_READ, preview_post,
     .body_kind = BODY_JSON, .body = &preview_input_shape, .status = 200, .answer = &preview_shape,
     .tag = tag, .summary = "See a text filled in, without keeping it"},
    {"GET", "/api/auto-responses/:id", ACCESS_AGENT, RUN_READ, response_get, .status = 200,
     .answer = &response_shape, .tag = tag, .summary = "One automatic response"},
    {"PATCH", "/api/auto-responses/:id", ACCESS_SUPERVISOR, RUN_WRITE, response_patch,
     .body_kind = BODY_JSON, .body = &response_patch_shape, .status = 200,
     .answer = &response_shape, .tag = tag, .summary = "Change an automatic response"},
    {"DELETE", "/api/auto-responses/:id", ACCESS_SUPERVISOR, RUN_WRITE, response_delete,
     .status = 204, .tag = tag, .summary = "Delete an automatic response"},
};
const size_t auto_response_route_count = COUNT_OF(auto_response_routes);
