/* route_match.h -- finds the route of a path: a tree of segments, made once. Literal segments win
 * over parameters. Private to http/. */
#ifndef FD_ROUTE_MATCH_H
#define FD_ROUTE_MATCH_H

#include "http/http.h"

/* The methods routes may have; bits of an Allow set. */
enum method { METHOD_GET, METHOD_POST, METHOD_PUT, METHOD_PATCH, METHOD_DELETE, METHOD_COUNT };

struct router;

/* ENSUREs that the tables make sense: known methods, no path twice, at most ROUTE_PARAMS_MAX
 * parameters. The tables must outlive it. */
struct router *router_new(const struct route_table *tables, size_t count);
void router_free(struct router *router);

struct route_match {
    const struct route *route; /* NULL: none for this method */
    unsigned allowed;          /* bit by enum method; 0: no such path */
    struct {
        const char *start; /* in the path, still percent-encoded */
        size_t len;
    } params[ROUTE_PARAMS_MAX];
};
/* HEAD is looked up as GET. path begins with a slash and ends before '?'. */
void router_find(const struct router *router, const char *method, const char *path, size_t path_len,
                 struct route_match *out);
/* Name of a route's i-th parameter, copied into a. */
const char *route_param_name(const struct route *route, size_t i, struct arena *a);
/* "GET, HEAD, POST, OPTIONS" */
const char *allowed_text(unsigned allowed, struct arena *a);

#endif
