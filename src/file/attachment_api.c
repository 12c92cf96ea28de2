#include "file/attachment_api.h"

#include "base/limits.h"
#include "event/event.h"
#include "file/file_api.h"
#include "people/access.h"
#include "ticket/change.h"

#include <ctype.h>
#include <string.h>

static const struct enum_name uploader_names[] = {
    {"anonymous", ACTOR_ANONYMOUS, false},
    {"system", ACTOR_SYSTEM, false},
    {"agent", ACTOR_AGENT, false},
    {"requester", ACTOR_REQUESTER, false},
    {NULL, 0, false},
};

#define AT(member) offsetof(struct attachment_view, member)
static const struct field attachment_fields[] = {
    {"id", FIELD_UUID, AT(id), .required = true},
    {"fileName", FIELD_TEXT, AT(file_name), .required = true},
    {"size", FIELD_INT, AT(size), .required = true, .about = "bytes"},
    {"mimeType", FIELD_TEXT, AT(mime_type), .required = true,
     .about = "what the content is, whatever the file was called"},
    {"sha256", FIELD_TEXT, AT(sha256), .required = true},
    {"contentId", FIELD_TEXT, AT(content_id), .about = "of a picture inside HTML mail"},
    {"isInternal", FIELD_BOOL, AT(is_internal), .required = true, .about = "for agents only"},
    {"commentId", FIELD_UUID, AT(comment_id), .about = "null: of the ticket itself"},
    {"uploadedBy", FIELD_TEXT, AT(uploaded_by), .required = true},
    {"uploadedByType", FIELD_ENUM, AT(uploaded_by_type), .required = true, .names = uploader_names},
    {"createdAt", FIELD_TIME, AT(created_ms), .required = true},
    {"url", FIELD_TEXT, AT(url), .required = true, .about = "where to download it"},
};
#undef AT
const struct shape attachment_shape = SHAPE_OUT("Attachment", "A file of a ticket or comment",
                                                struct attachment_view, attachment_fields);

struct attachments_view {
    struct object_list attachments;
};
static const struct field attachments_fields[] = {
    {"attachments", FIELD_OBJECTS, offsetof(struct attachments_view, attachments), .required = true,
     .of = &attachment_shape},
};
static const struct shape attachments_shape =
    SHAPE_OUT("Attachments", "Files, oldest first", struct attachments_view, attachments_fields);

struct upload_query {
    uint64_t present;
    bool internal;
    const char *file_name;
};
static const struct field upload_query_fields[] = {
    {"internal", FIELD_BOOL, offsetof(struct upload_query, internal),
     .about = "for agents only (agents may say so)", .fallback = "false"},
    {"fileName", FIELD_TEXT, offsetof(struct upload_query, file_name),
     .max_bytes = FILE_NAME_MAX_BYTES, .about = "of a body that is the file itself"},
};
static const struct shape upload_query_shape =
    SHAPE("AttachmentUploadQuery", "How a file is taken", struct upload_query, upload_query_fields);

struct download_query {
    uint64_t present;
    bool is_inline;
};
static const struct field download_query_fields[] = {
    {"inline", FIELD_BOOL, offsetof(struct download_query, is_inline),
     .about = "show it instead of saving it: PNG, JPEG, GIF and WebP only", .fallback = "false"},
};
static const struct shape download_query_shape = SHAPE(
    "AttachmentDownloadQuery", "How a file is given", struct download_query, download_query_fields);

static void view_of(struct arena *a, const struct attachment *from, struct attachment_view *out)
{
    char hex[FILE_HASH_TEXT_SIZE], id[UUID_TEXT_SIZE];

    *out = (struct attachment_view){
        .id = from->uuid,
        .file_name = from->file_name,
        .size = from->size_bytes,
        .mime_type = from->mime_type,
        .sha256 = arena_str(a, file_hash_text(from->sha256, hex)),
        .content_id = from->content_id,
        .is_internal = from->is_internal,
        .comment_id = from->comment_uuid,
        .uploaded_by = from->uploader_name,
        .uploaded_by_type = from->uploader_type,
        .created_ms = from->created_ms,
        .url = arena_printf(a, "/api/attachments/%s", uuid_text(from->uuid, id)),
    };
}

struct object_list attachment_views(struct arena *a, const struct attachment_list *list)
{
    struct attachment_view *views = ARENA_ARRAY(a, struct attachment_view, list->n);

    for (size_t i = 0; i < list->n; i++)
        view_of(a, &list->v[i], &views[i]);
    return (struct object_list){views, list->n};
}

/* Its bytes are in the file store since before this unit (file_keep_upload). */
static err take_upload(struct tx *tx, const struct ticket *ticket, const struct upload *upload,
                       bool is_internal, struct attachment *out)
{
    struct attachment_input input = {
        .file_name = upload->file_name,
        .size_bytes = upload->size,
        .mime_type = upload->mime_type,
    };

    memcpy(input.sha256, upload->sha256, sizeof(input.sha256));
    return attachment_add(tx, ticket, 0, is_internal, &input, out);
}

static err attachments_post(struct request *r, struct tx *tx)
{
    const struct upload_query *query = r->query;
    struct attachment_list list = {0};
    struct ticket ticket;
    size_t count = 0;

    TRY(ticket_find(tx, request_param(r, "id"), &ticket));
    if (query->internal && !actor_is_agent(&tx->actor))
        return fault_set(tx->fault, ERR_FORBIDDEN, "Only agents keep internal files");
    for (const struct upload *u = r->uploads; u; u = u->next)
        count++;
    if (count == 0)
        return fault_field(tx->fault, "file", "Send a file");
    list.v = ARENA_ARRAY(tx->arena, struct attachment, count);
    for (const struct upload *u = r->uploads; u; u = u->next) {
        struct attachment *made = &list.v[list.n++];

        TRY(take_upload(tx, &ticket, u, query->internal, made));
        TRY(ticket_event(tx, &ticket, "attached", NULL,
                         event_json_text(tx, "fileName", made->file_name), NULL,
                         made->is_internal));
    }
    return answer(r, 201, &attachments_shape,
                  &(struct attachments_view){attachment_views(tx->arena, &list)});
}

static err attachments_get(struct request *r, struct tx *tx)
{
    struct attachment_list list;
    struct ticket ticket;

    TRY(ticket_find(tx, request_param(r, "id"), &ticket));
    TRY(attachments_of_ticket(tx, ticket.id, &list));
    return answer(r, 200, &attachments_shape,
                  &(struct attachments_view){attachment_views(tx->arena, &list)});
}

/* RFC 6266: a plain name for old clients, then the real one in RFC 8187's way. */
static const char *disposition(struct arena *a, const char *how, const char *name)
{
    struct buf plain = {0}, encoded = {0};
    const char *out;

    for (const char *at = name; *at; at++) {
        unsigned char c = (unsigned char)*at;

        if (c >= 0x20 && c < 0x7f && c != '"' && c != '\\' && c != '%')
            buf_char(&plain, (char)c);
        else if (c < 0x80 || c >= 0xc0) /* one for each character, not each byte */
            buf_char(&plain, '_');
        if (isalnum(c) && c < 0x80)
            buf_char(&encoded, (char)c);
        else if (c && strchr("!#$&+-.^_`|~", c))
            buf_char(&encoded, (char)c);
        else
            buf_printf(&encoded, "%%%02X", c);
    }
    out = arena_printf(a, "%s; filename=\"%s\"; filename*=UTF-8''%s", how, buf_text(&plain),
                       buf_text(&encoded));
    buf_done(&plain);
    buf_done(&encoded);
    return out;
}

/* Whatever a customer sent must never run in the desk's origin: a type we know, never sniffed, in a
 * sandbox without script, and saved instead of shown unless it is a plain picture. */
static err attachment_get(struct request *r, struct tx *tx)
{
    const struct download_query *query = r->query;
    struct attachment found;
    bool shown;

    TRY(attachment_find(tx, request_param(r, "id"), &found));
    shown = query->is_inline && file_type_is_inline_safe(found.mime_type);
    TRY(answer_stored_file(r, tx_store(tx), found.sha256,
                           shown ? found.mime_type : "application/octet-stream"));
    answer_header(r, "Content-Disposition",
                  disposition(tx->arena, shown ? "inline" : "attachment", found.file_name));
    answer_header(r, "X-Content-Type-Options", "nosniff");
    answer_header(r, "Content-Security-Policy", "sandbox; default-src 'none'");
    answer_header(r, "Cache-Control", "private, max-age=86400");
    answer_header(r, "Cross-Origin-Resource-Policy", "same-origin");
    return OK;
}

const struct route attachment_routes[] = {
    {"POST", "/api/tickets/:id/attachments", ACCESS_SIGNED_IN, RUN_WRITE, attachments_post,
     .query = &upload_query_shape, .body_kind = BODY_UPLOAD, .status = 201,
     .answer = &attachments_shape, .tag = "Attachments",
     .summary = "Upload files to a ticket, now or for a comment that is about to be written"},
    {"GET", "/api/tickets/:id/attachments", ACCESS_SIGNED_IN, RUN_READ, attachments_get,
     .status = 200, .answer = &attachments_shape, .tag = "Attachments",
     .summary = "All files of a ticket and its comments"},
    {"GET", "/api/attachments/:id", ACCESS_SIGNED_IN, RUN_READ, attachment_get,
     .query = &download_query_shape, .status = 200, .answer_type = "*/*", .tag = "Attachments",
     .summary = "The bytes of a file"},
};
const size_t attachment_route_count = COUNT_OF(attachment_routes);
