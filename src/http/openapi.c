#include "http/openapi_schema.h"

#include "base/limits.h"
#include "http/http.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
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
        if (field->about)
            JSON_PUT(j, text, "description", field->about);
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

static void put_content(const char *type, const struct shape *shape, bool binary,
                        struct json_out *j)
{
    json_key(j, "content");
    json_open(j, '{');
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
    bool writes = route->run == RUN_WRITE;
    bool has_param = strchr(route->path, ':') != NULL;

    put_error(j, "400");
    if (route->access != ACCESS_ANYONE)
        put_error(j, "401");
    if (route->access != ACCESS_ANYONE)
        put_error(j, "403");
    if (has_param)
        put_error(j, "404");
    if (writes)
        put_error(j, "409");
    if (writes && has_param && strcmp(route->method, "POST") != 0)
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

    if (route->run == RUN_EVENTS)
        type = "text/event-stream";
    snprintf(text, sizeof(text), "%d", status);
    json_key(j, "responses");
    json_open(j, '{');
    json_key(j, text);
    json_open(j, '{');
    JSON_PUT(j, text, "description", status_words(status));
    if (status != 204)
        put_content(type, route->answer, strcmp(type, "application/json") != 0, j);
    json_close(j, '}');
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

static void put_operation(const struct route *route, struct json_out *j)
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
    json_key(j, "tags");
    json_open(j, '[');
    json_text(j, route->tag ? route->tag : "Other");
    json_close(j, ']');
    put_security(route, j);
    put_parameters(route, j);
    put_request_body(route, j);
    put_responses(route, j);
    json_close(j, '}');
}

/* "/api/tickets/:id" -> "/api/tickets/{id}" */
static void put_path_key(const char *path, struct json_out *j)
{
    struct buf text = {0};

    while (*path) {
        size_t len = strcspn(path, ":");

        buf_add(&text, path, len);
        path += len;
        if (*path == ':') {
            len = strcspn(++path, "/");
            buf_char(&text, '{');
            buf_add(&text, path, len);
            buf_char(&text, '}');
            path += len;
        }
    }
    json_key_any(j, buf_text(&text));
    buf_done(&text);
}

/* All routes as one list, in the order of the tables. */
struct route_list {
    const struct route **v;
    size_t n;
};

static void put_paths(const struct route_list *routes, struct json_out *j)
{
    json_key(j, "paths");
    json_open(j, '{');
    for (size_t i = 0; i < routes->n; i++) {
        const char *path = routes->v[i]->path;
        bool seen = false;

        for (size_t k = 0; k < i; k++)
            seen = seen || strcmp(routes->v[k]->path, path) == 0;
        if (seen)
            continue;
        put_path_key(path, j);
        json_open(j, '{');
        for (size_t k = i; k < routes->n; k++) {
            if (strcmp(routes->v[k]->path, path) == 0)
                put_operation(routes->v[k], j);
        }
        json_close(j, '}');
    }
    json_close(j, '}');
}

static void put_tags(const struct route_list *routes, struct json_out *j)
{
    json_key(j, "tags");
    json_open(j, '[');
    for (size_t i = 0; i < routes->n; i++) {
        const char *tag = routes->v[i]->tag ? routes->v[i]->tag : "Other";
        char about[128];
        bool seen = false;

        for (size_t k = 0; k < i; k++)
            seen = seen || strcmp(routes->v[k]->tag ? routes->v[k]->tag : "Other", tag) == 0;
        if (seen)
            continue;
        snprintf(about, sizeof(about), "What can be done with: %s", tag);
        json_open(j, '{');
        JSON_PUT(j, text, "name", tag);
        JSON_PUT(j, text, "description", about);
        json_close(j, '}');
    }
    json_close(j, ']');
}

static const struct {
    const char *status;
    const char *about;
} error_responses[] = {
    {"400", "Something in the request is wrong; errors names each field"},
    {"401", "Nobody is signed in"},
    {"403", "The caller may not do this"},
    {"404", "There is no such thing, or the caller may not see it"},
    {"409", "Not possible in the present state"},
    {"412", "Somebody else changed it meanwhile"},
    {"413", "The body is too large"},
    {"415", "The content type is not accepted"},
    {"422", "Understood, but it cannot be carried out"},
    {"429", "Too many requests"},
    {"503", "Busy, full or stopping: try again"},
};

/* Only those that are used: a linter minds the rest. */
static void put_components(const struct shape_set *shapes, const struct route_list *routes,
                           const char *used, struct json_out *j)
{
    json_key(j, "components");
    json_open(j, '{');
    json_key(j, "securitySchemes");
    json_raw(j, "{\"bearer\":{\"type\":\"http\",\"scheme\":\"bearer\",\"description\":"
                "\"An API token\"},\"cookie\":{\"type\":\"apiKey\",\"in\":\"cookie\",\"name\":"
                "\"frontdesk_session\",\"description\":\"A browser's session\"}}");
    json_key(j, "responses");
    json_open(j, '{');
    for (size_t i = 0; i < COUNT_OF(error_responses); i++) {
        char name[16], mention[48];

        snprintf(mention, sizeof(mention), "#/components/responses/Error%s",
                 error_responses[i].status);
        if (!strstr(used, mention))
            continue;
        snprintf(name, sizeof(name), "Error%s", error_responses[i].status);
        json_key(j, name);
        json_open(j, '{');
        JSON_PUT(j, text, "description", error_responses[i].about);
        json_key(j, "content");
        json_raw(j,
                 "{\"application/json\":{\"schema\":{\"$ref\":\"#/components/schemas/Error\"}}}");
        json_close(j, '}');
    }
    json_close(j, '}');
    json_key(j, "schemas");
    json_open(j, '{');
    json_key(j, "Error");
    json_raw(j, "{\"type\":\"object\",\"required\":[\"error\",\"code\"],\"properties\":{"
                "\"error\":{\"type\":\"string\",\"description\":\"What is wrong, for people\"},"
                "\"code\":{\"type\":\"string\",\"description\":\"What is wrong, for programs\"},"
                "\"errors\":{\"type\":\"array\",\"items\":{\"type\":\"object\",\"required\":["
                "\"path\",\"msg\"],\"properties\":{\"path\":{\"type\":\"string\"},\"msg\":{"
                "\"type\":\"string\"}}}}}}");
    for (size_t i = 0; i < shapes->n; i++) {
        json_key(j, shapes->v[i]->name);
        openapi_shape(shapes->v[i], j);
    }
    json_close(j, '}');
    json_close(j, '}');
}

static struct route_list collect(const struct route_table *tables, size_t count,
                                 struct shape_set *shapes)
{
    struct route_list list = {0};
    size_t total = 1;

    for (size_t t = 0; t < count; t++)
        total += tables[t].count;
    list.v = calloc(total, sizeof(*list.v));
    ENSURE(list.v != NULL);
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < tables[t].count; i++) {
            const struct route *route = &tables[t].routes[i];

            list.v[list.n++] = route;
            shape_set_add(shapes, route->body);
            shape_set_add(shapes, route->answer);
        }
    }
    return list;
}

void openapi_write(const struct route_table *tables, size_t count, const char *version,
                   struct json_out *j)
{
    struct shape_set *shapes = calloc(1, sizeof(*shapes));
    struct route_list routes;
    size_t start = j->buf->len;
    char *used;

    ENSURE(shapes != NULL);
    routes = collect(tables, count, shapes);
    json_open(j, '{');
    JSON_PUT(j, text, "openapi", "3.1.0");
    json_key(j, "info");
    json_open(j, '{');
    JSON_PUT(j, text, "title", "Frontdesk");
    JSON_PUT(j, text, "version", version);
    JSON_PUT(j, text, "description",
             "The help desk's API. Times are ISO 8601 UTC with milliseconds; an id in a path is a "
             "UUID or the short number.");
    json_key(j, "license");
    json_raw(j, "{\"name\":\"ISC\",\"identifier\":\"ISC\"}");
    json_close(j, '}');
    json_key(j, "servers");
    json_raw(j, "[{\"url\":\"/\",\"description\":\"This server\"}]");
    put_tags(&routes, j);
    put_paths(&routes, j);
    used = strdup(buf_text(j->buf) + start);
    ENSURE(used != NULL);
    put_components(shapes, &routes, used, j);
    json_close(j, '}');
    free(used);
    free(shapes);
    free(routes.v);
}
