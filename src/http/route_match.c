#include "http/route_match.h"

#include <stdlib.h>
#include <string.h>

struct node {
    const char *name; /* points into the route's path; NULL: a parameter */
    size_t len;
    struct node *children; /* literals in front, then at most one parameter */
    struct node *next;
    const struct route *routes[METHOD_COUNT];
};

struct router {
    struct node root;
};

static const char *const method_names[METHOD_COUNT] = {
    [METHOD_GET] = "GET",     [METHOD_POST] = "POST",     [METHOD_PUT] = "PUT",
    [METHOD_PATCH] = "PATCH", [METHOD_DELETE] = "DELETE",
};

static int method_find(const char *name)
{
    if (strcmp(name, "HEAD") == 0)
        return METHOD_GET;
    for (int i = 0; i < METHOD_COUNT; i++) {
        if (strcmp(method_names[i], name) == 0)
            return i;
    }
    return -1;
}

static struct node *node_add(struct node *parent, const char *name, size_t len)
{
    bool is_param = len > 0 && name[0] == ':';
    struct node **at = &parent->children;
    struct node *node;

    for (; *at; at = &(*at)->next) {
        if (is_param ? !(*at)->name
                     : (*at)->name && (*at)->len == len && memcmp((*at)->name, name, len) == 0)
            return *at;
        if (!is_param && !(*at)->name)
            break;
    }
    node = calloc(1, sizeof(*node));
    ENSURE(node != NULL);
    node->name = is_param ? NULL : name;
    node->len = is_param ? 0 : len;
    node->next = *at;
    *at = node;
    return node;
}

static void router_add(struct router *router, const struct route *route)
{
    struct node *node = &router->root;
    const char *at = route->path;
    int method = method_find(route->method);
    size_t params = 0;

    ENSURE(method >= 0 && strcmp(route->method, "HEAD") != 0);
    ENSURE(*at == '/');
    ENSURE(route->body_kind != BODY_JSON || route->body);
    ENSURE(route->body_kind != BODY_UPLOAD || route->run == RUN_WRITE);
    while (*at == '/') {
        size_t len = strcspn(++at, "/");

        params += *at == ':';
        node = node_add(node, at, len);
        at += len;
    }
    ENSURE(params <= ROUTE_PARAMS_MAX);
    ENSURE(!node->routes[method]);
    node->routes[method] = route;
}

struct router *router_new(const struct route_table *tables, size_t count)
{
    struct router *router = calloc(1, sizeof(*router));

    ENSURE(router != NULL);
    for (size_t t = 0; t < count; t++) {
        for (size_t i = 0; i < tables[t].count; i++)
            router_add(router, &tables[t].routes[i]);
    }
    return router;
}

static void free_nodes(struct node *node)
{
    while (node) {
        struct node *next = node->next;

        free_nodes(node->children);
        free(node);
        node = next;
    }
}

void router_free(struct router *router)
{
    if (!router)
        return;
    free_nodes(router->root.children);
    free(router);
}

static bool has_routes(const struct node *node)
{
    for (int i = 0; i < METHOD_COUNT; i++) {
        if (node->routes[i])
            return true;
    }
    return false;
}

/* at stands on the slash before the next segment, or at the end. */
static const struct node *find_node(const struct node *node, const char *at, const char *end,
                                    size_t param, struct route_match *out)
{
    const char *segment = at + 1;
    const char *slash;
    size_t len;

    if (at >= end)
        return has_routes(node) ? node : NULL;
    slash = memchr(segment, '/', (size_t)(end - segment));
    len = (size_t)((slash ? slash : end) - segment);
    for (const struct node *child = node->children; child; child = child->next) {
        const struct node *found;

        if (child->name && (child->len != len || memcmp(child->name, segment, len) != 0))
            continue;
        if (!child->name && (len == 0 || param >= ROUTE_PARAMS_MAX))
            continue;
        if (!child->name) {
            out->params[param].start = segment;
            out->params[param].len = len;
        }
        found = find_node(child, segment + len, end, param + !child->name, out);
        if (found)
            return found;
    }
    return NULL;
}

void router_find(const struct router *router, const char *method, const char *path, size_t path_len,
                 struct route_match *out)
{
    const struct node *node;
    int index = method_find(method);

    out->route = NULL;
    out->allowed = 0;
    if (path_len == 0 || path[0] != '/')
        return;
    node = find_node(&router->root, path, path + path_len, 0, out);
    if (!node)
        return;
    for (int i = 0; i < METHOD_COUNT; i++) {
        if (node->routes[i])
            out->allowed |= 1u << i;
    }
    if (index >= 0)
        out->route = node->routes[index];
}

const char *route_param_name(const struct route *route, size_t i, struct arena *a)
{
    const char *at = route->path;

    while ((at = strstr(at, "/:"))) {
        at += 2;
        if (i-- == 0)
            return arena_strn(a, at, strcspn(at, "/"));
    }
    return NULL;
}

const char *allowed_text(unsigned allowed, struct arena *a)
{
    const char *text = "OPTIONS";

    for (int i = METHOD_COUNT - 1; i >= 0; i--) {
        if (allowed >> i & 1)
            text =
                arena_printf(a, "%s%s, %s", method_names[i], i == METHOD_GET ? ", HEAD" : "", text);
    }
    return text;
}
