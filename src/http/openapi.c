#include "http/openapi_schema.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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
                openapi_operation(routes->v[k], j);
        }
        json_close(j, '}');
    }
    json_close(j, '}');
}

/* In the order of the alphabet, each once: the least one beyond the last. */
static const char *next_tag(const struct route_list *routes, const char *last)
{
    const char *next = NULL;

    for (size_t i = 0; i < routes->n; i++) {
        const char *tag = openapi_tag(routes->v[i]);

        if ((!last || strcmp(tag, last) > 0) && (!next || strcmp(tag, next) < 0))
            next = tag;
    }
    return next;
}

static void put_tags(const struct route_list *routes, struct json_out *j)
{
    json_key(j, "tags");
    json_open(j, '[');
    for (const char *tag = next_tag(routes, NULL); tag; tag = next_tag(routes, tag)) {
        char about[128];

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
