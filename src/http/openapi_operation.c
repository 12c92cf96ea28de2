#include "base/limits.h"
#include "http/openapi_schema.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* "/api/tickets/:id/comments" and POST: "postTicketsIdComments" */
static void put_operation_id(const struct route *route, struct json_out *j)
{
    const char *at = strncmp(route->path, "/api/", 5) == 0 ? route->path + 4 : route->path;
    struct buf id = {0};
    bool upper = false;

    for (const char *m = route->method; *m; m++)
        buf_char(&id, (char)tolower((unsigned char)*m));
    for (; *at; at++) {
        if (!isalnum((unsigned char)*at)) {
            upper = true;
            continue;
        }
        buf_char(&id, upper ? (char)toupper((unsigned char)*at) : *at);
        upper = false;
    }
    JSON_PUT(j, text, "operationId", buf_text(&id));
    buf_done(&id);
}

/* What stands in a path means the same everywhere. */
static const char *path_parameter_about(const char *name)
{
    static const struct name_value about[] = {
        {"id", "A UUID or a short number"},
        {"other", "The other one: a UUID or a short number"},
        {"kind", "Which kind of link"},
        {"email", "An e-mail address"},
    };

    for (size_t i = 0; i < COUNT_OF(about); i++) {
        if (strcmp(name, about[i].name) == 0)
            return about[i].value;
    }
    return "Which one";
}

static void put_path_parameters(const struct route *route, struct json_out *j)
{
    for (const char *at = strstr(route->path, "/:"); at; at = strstr(at, "/:")) {
        char name[64];

        at += 2;
        snprintf(name, sizeof(name), "%.*s", (int)strcspn(at, "/"), at);
        json_open(j, '{');
        JSON_PUT(j, text, "name", name);
        JSON_PUT(j, text, "in", "path");
        JSON_PUT(j, text, "description", path_parameter_about(name));
        JSON_PUT(j, bool, "required", true);
        json_key(j, "schema");
        json_open(j, '{');
        JSON_PUT(j, text, "type", "string");
        json_close(j, '}');
        json_close(j, '}');
    }
}

static void put_query_parameters(const struct shape *query, struct json_out *j)
{
    for (size_t i = 0; query && i < query->field_count; i++) {
        const struct field *field = &query->fields[i];
        bool list =
            field->type == FIELD_TEXTS || field->type == FIELD_ENUMS || field->type == FIELD_REFS;

        json_open(j, '{');
        JSON_PUT(j, text, "name", field->name);
        JSON_PUT(j, text, "in", "query");
        JSON_PUT(j, bool, "required", field->required);
        JSON_PUT(j, text, "description", field->about ? field->about : field->name);
        if (list) {
            JSON_PUT(j, text, "style", "form");
            JSON_PUT(j, bool, "explode", false);
        }
        json_key(j, "schema");
        openapi_parameter_schema(field, j);
        json_close(j, '}');
    }
}

static void put_header_parameter(struct json_out *j, const char *name, const char *about,
                                 int64_t max)
{
    json_open(j, '{');
    JSON_PUT(j, text, "name", name);
    JSON_PUT(j, text, "in", "header");
    JSON_PUT(j, text, "description", about);
    json_key(j, "schema");
    json_open(j, '{');
    JSON_PUT(j, text, "type", "string");
    if (max)
        JSON_PUT(j, int, "maxLength", max);
    json_close(j, '}');
    json_close(j, '}');
}

static bool has_field(const struct shape *shape, const char *name)
{
    for (size_t i = 0; shape && i < shape->field_count; i++) {
        if (strcmp(shape->fields[i].name, name) == 0)
            return true;
    }
    return false;
}

static void put_parameters(const struct route *route, struct json_out *j)
{
    static const char file_name_field[] = "fileName";

    json_key(j, "parameters");
    json_open(j, '[');
    put_path_parameters(route, j);
    put_query_parameters(route->query, j);
    if (route->body_kind == BODY_UPLOAD && !has_field(route->query, file_name_field)) {
        static const struct field file_name = {.name = file_name_field,
                                               .type = FIELD_TEXT,
                                               .max_bytes = FILE_NAME_MAX_BYTES,
                                               .about = "Name of a file that is sent as it is"};
        static const struct shape upload_query = {.fields = &file_name, .field_count = 1};

        put_query_parameters(&upload_query, j);
    }
    if (strcmp(route->method, "POST") == 0 && route->run == RUN_WRITE)
        put_header_parameter(j, "Idempotency-Key",
                             "The same key with the same request gives the same answer, and does "
                             "the work once",
                             IDEMPOTENCY_KEY_MAX_BYTES);
    if (route->run == RUN_EVENTS)
        put_header_parameter(j, "Last-Event-ID", "Resumes after this event", 0);
    json_close(j, ']');
}

static void put_media(const char *type, const struct shape *shape, bool binary, struct json_out *j)
{
    json_key(j, type);
    json_open(j, '{');
    json_key(j, "schema");
    if (shape) {
        openapi_shape_ref(shape, j);
    } else {
        json_open(j, '{');
        if (binary)
            JSON_PUT(j, text, "type", "string");
        json_close(j, '}');
    }
    json_close(j, '}');
}

static void put_content(const char *type, const struct shape *shape, bool binary,
                        struct json_out *j)
{
    json_key(j, "content");
    json_open(j, '{');
    put_media(type, shape, binary, j);
    json_close(j, '}');
}

/* JSON of a shape, text of another type, or whichever of both is asked for. */
static void put_answer_content(const struct route *route, struct json_out *j)
{
    const char *type = route->run == RUN_EVENTS ? "text/event-stream" : route->answer_type;

    json_key(j, "content");
    json_open(j, '{');
    if (route->answer || !type)
        put_media("application/json", route->answer, false, j);
    if (type)
        put_media(type, NULL, true, j);
    json_close(j, '}');
}

static void put_upload_content(struct json_out *j)
{
    json_key(j, "content");
    json_open(j, '{');
    json_key(j, "application/octet-stream");
    json_open(j, '{');
    json_close(j, '}');
    json_key(j, "multipart/form-data");
    json_raw(j, "{\"schema\":{\"type\":\"object\",\"properties\":{\"file\":{\"type\":\"array\","
                "\"items\":{\"type\":\"string\",\"contentMediaType\":"
                "\"application/octet-stream\"}}}}}");
    json_close(j, '}');
}

static void put_request_body(const struct route *route, struct json_out *j)
{
    bool required = route->body_kind == BODY_UPLOAD;

    if (route->body_kind == BODY_NONE)
        return;
    for (size_t i = 0; route->body && i < route->body->field_count; i++)
        required = required || route->body->fields[i].required;
    json_key(j, "requestBody");
    json_open(j, '{');
    JSON_PUT(j, bool, "required", required);
    if (route->body_kind == BODY_UPLOAD)
        put_upload_content(j);
    else
        put_content("application/json", route->body, false, j);
    json_close(j, '}');
}

static void put_error(struct json_out *j, const char *status)
{
    char ref[64];

    snprintf(ref, sizeof(ref), "#/components/responses/Error%s", status);
    json_key(j, status);
    json_open(j, '{');
    JSON_PUT(j, text, "$ref", ref);
    json_close(j, '}');
}

/* Which refusals a route can give follows from what it takes. */
static void put_errors(const struct route *route, struct json_out *j)
{
    /* Sign-in and the like write too, from a worker. */
    bool writes = strcmp(route->method, "GET") != 0;
    bool has_param = strchr(route->path, ':') != NULL;
    bool recognises = route->run != RUN_PLAIN || route->access != ACCESS_ANYONE;

    put_error(j, "400");
    if (recognises)
        put_error(j, "401");
    if (recognises)
        put_error(j, "403");
    if (has_param || writes)
        put_error(j, "404");
    if (writes)
        put_error(j, "409");
    if (writes && has_param)
        put_error(j, "412");
    if (route->body_kind != BODY_NONE)
        put_error(j, "413");
    if (route->body_kind == BODY_JSON)
        put_error(j, "415");
    if (writes)
        put_error(j, "422");
    if (route->access == ACCESS_ANYONE && writes)
        put_error(j, "429");
    put_error(j, "503");
}

static bool sends_files(const struct route *route)
{
    return strcmp(route->method, "GET") == 0 && route->answer_type && strchr(route->path, ':');
}

/* Answers without a body of their own: known already, nothing there. */
static void put_bare(struct json_out *j, const char *status, const char *about)
{
    json_key(j, status);
    json_open(j, '{');
    JSON_PUT(j, text, "description", about);
    json_close(j, '}');
}

static const char *status_words(int status)
{
    switch (status) {
    case 201:
        return "Created";
    case 202:
        return "Accepted: it will be done";
    case 204:
        return "Done; there is nothing to tell";
    default:
        return "Done";
    }
}

static void put_responses(const struct route *route, struct json_out *j)
{
    int status = route->status ? route->status : 200;
    const char *type = route->answer_type ? route->answer_type : "application/json";
    char text[8];

    snprintf(text, sizeof(text), "%d", status);
    json_key(j, "responses");
    json_open(j, '{');
    json_key(j, text);
    json_open(j, '{');
    JSON_PUT(j, text, "description", status_words(status));
    if (status != 204)
        put_answer_content(route, j);
    json_close(j, '}');
    if (strcmp(route->method, "GET") == 0 && strchr(route->path, ':'))
        put_bare(j, "304", "What the client has is still right (If-None-Match)");
    if (sends_files(route)) {
        json_key(j, "206");
        json_open(j, '{');
        JSON_PUT(j, text, "description", "The part that Range asked for");
        put_content(type, NULL, true, j);
        json_close(j, '}');
        put_bare(j, "416", "Range asks for what lies outside");
    }
    put_errors(route, j);
    json_close(j, '}');
}

static void put_security(const struct route *route, struct json_out *j)
{
    json_key(j, "security");
    if (route->access == ACCESS_ANYONE)
        json_raw(j, "[{},{\"bearer\":[]},{\"cookie\":[]}]");
    else
        json_raw(j, "[{\"bearer\":[]},{\"cookie\":[]}]");
}

const char *openapi_tag(const struct route *route)
{
    return route->tag ? route->tag : "Other";
}

static const char *access_words(enum access access)
{
    switch (access) {
    case ACCESS_ANYONE:
        return "For everybody, also without signing in.";
    case ACCESS_SIGNED_IN:
        return "For everybody who is signed in; requesters reach only what is theirs.";
    case ACCESS_AGENT:
        return "For agents, supervisors and admins.";
    case ACCESS_SUPERVISOR:
        return "For supervisors and admins.";
    case ACCESS_ADMIN:
        return "For admins.";
    }
    return "";
}

void openapi_operation(const struct route *route, struct json_out *j)
{
    char method[16];
    size_t n = 0;

    for (; n < sizeof(method) - 1 && route->method[n]; n++)
        method[n] = (char)tolower((unsigned char)route->method[n]);
    method[n] = '\0';
    json_key(j, method);
    json_open(j, '{');
    put_operation_id(route, j);
    if (route->summary)
        JSON_PUT(j, text, "summary", route->summary);
    JSON_PUT(j, text, "description", access_words(route->access));
    json_key(j, "tags");
    json_open(j, '[');
    json_text(j, openapi_tag(route));
    json_close(j, ']');
    put_security(route, j);
    put_parameters(route, j);
    put_request_body(route, j);
    put_responses(route, j);
    json_close(j, '}');
}
